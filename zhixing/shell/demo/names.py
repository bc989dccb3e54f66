"""Names, numbers and firms that nobody has."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from random import Random

from zhixing.casework.cases.actions import NewParty
from zhixing.casework.cases.models import Party
from zhixing.casework.identity import credit_check_letter, resident_check_digit

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
STEMS, BRANCHES, COUNTS = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥", "一二三四五六七八九十"
STAFF_NAMES = [f"{s}{a}{b}" for (a, b), s in zip(product(STEMS, BRANCHES), SURNAMES * 4, strict=False)]
FIRMS = ("示例商贸", "样例建材", "虚构物业服务", "演示农业发展", "测试运输", "假想建筑劳务", "示例餐饮", "样例置业")
BANK = "示例农村商业银行股份有限公司"
CAUSES = ("民间借贷纠纷", "金融借款合同纠纷", "买卖合同纠纷", "劳务合同纠纷", "房屋租赁合同纠纷", "信用卡纠纷", "机动车交通事故责任纠纷",
          "物业服务合同纠纷", "离婚纠纷", "建设工程施工合同纠纷", "追索劳动报酬纠纷", "返还原物纠纷")  # fmt: skip
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def person_name(random: Random) -> str:
    """A surname with stems, branches or numbers: 韩戊二."""
    tail = random.choice((STEMS, BRANCHES, COUNTS))
    return random.choice(SURNAMES) + random.choice(STEMS + BRANCHES + COUNTS) + random.choice(tail)


def resident_number(random: Random) -> str:
    """An identity number with a right check digit of somebody born 1880–1899."""
    born = date(1880, 1, 1) + timedelta(days=random.randrange(7300))
    first = f"411502{born:%Y%m%d}{random.randrange(1, 1000):03d}"
    return first + resident_check_digit(first)


def credit_number(random: Random) -> str:
    """A credit code with a right check letter."""
    first = "91411502" + "".join(random.choice(LETTERS) for _ in range(9))
    return first + credit_check_letter(first)


def firm_name(random: Random) -> str:
    """A firm that visibly does not exist."""
    return f"{random.choice(FIRMS)}{random.choice(STEMS + BRANCHES + COUNTS)}号有限公司"


def party(random: Random, role: str, firms: float) -> NewParty:
    """A party of a case; `firms` is the share of firms."""
    phone, address = f"1990000{random.randrange(10000):04d}", f"河南省信阳市浉河区虚构路{random.randrange(1, 300)}号"
    if role == Party.APPLICANT and random.random() < 0.12:
        return NewParty(role, BANK, "credit_code", credit_number(random), phone, address)
    if random.random() < firms:
        return NewParty(role, firm_name(random), "credit_code", credit_number(random), phone, address)
    return NewParty(role, person_name(random), "resident_id", resident_number(random), phone, address)
