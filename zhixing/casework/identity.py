"""Identity numbers, credit codes and phones: checked, normalised, masked. Tables stand in `identity.yaml`.

Sources: GB 11643 (居民身份证号码), GB 32100 (统一社会信用代码), GB 11714 (组织机构代码).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache, lru_cache
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

import yaml

RESIDENT, RESIDENT_15, CREDIT, ORG, OTHER = "resident_id", "resident_id_15", "credit_code", "org_code", "other"
ACCOUNT = re.compile(r"[0-9](?:[0-9 ]{6,}[0-9])")
LOST_DIGITS = "号码被表格软件当成了数字，后几位已经丢失，请把该列改为文本格式后重新填写"


class IdentityCheck(NamedTuple):
    """What a number is (`kind`), its one spelling (`normal`) and whether it is right.

    `error` and `warning` are Chinese sentences; a number with a warning is still `ok`.
    """

    kind: str
    normal: str
    ok: bool
    error: str | None = None
    warning: str | None = None


class _Tables:
    """`identity.yaml`, laid out for speed: this runs for every debtor of a register."""

    def __init__(self) -> None:
        data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("identity.yaml").read_text(encoding="utf-8"))
        self.weights: list[int] = data["resident"]["weights"]
        self.offset = ord("0") * sum(self.weights)
        self.checks: str = data["resident"]["checks"]
        self.earliest_year: int = data["resident"]["earliest_birth_year"]
        self.credit = {letter: value for value, letter in enumerate(data["credit"]["letters"])}
        self.credit_letters: str = data["credit"]["letters"]
        self.credit_weights: list[int] = data["credit"]["weights"]
        self.org = {letter: value for value, letter in enumerate(data["org"]["letters"])}
        self.org_weights: list[int] = data["org"]["weights"]
        self.other = re.compile(data["other_shape"])
        self.mask: dict[str, dict[str, int]] = data["mask"]
        self.areas = frozenset(str(area) for area in data["areas"])


_tables = cache(_Tables)


def normalise(text: str) -> str:
    """Half-width, upper case, without spaces and without a hyphen or quotation mark that spreadsheets leave."""
    if text.isalnum() and text.isascii():
        return text.upper()
    tidy = "".join(unicodedata.normalize("NFKC", text).split()).upper().lstrip("'‘’`")
    return tidy.replace("-", "") if len(tidy) > 8 else tidy


def check_identity(text: str, *, today: date | None = None) -> IdentityCheck:
    """What `text` is and whether its own check digit is right. Never raises; with `today`, no birth after that day."""
    normal = normalise(text)
    length = len(normal)
    if length == 18:
        if normal[:17].isdigit() and (normal[17].isdigit() or normal[17] == "X") and normal.isascii():
            return _check_18_digits(normal, today)
        return _check_credit(normal)
    if length == 15 and normal.isdigit() and normal.isascii():
        return _check_15_digits(normal, today)
    if length == 9 and (org := _check_org(normal)) is not None:
        return org
    if looks_like_lost_digits(normal):
        return IdentityCheck(OTHER, normal, False, LOST_DIGITS)
    if _tables().other.fullmatch(normal):
        return IdentityCheck(OTHER, normal, True, None, "不是身份证号码或统一社会信用代码，未作校验")
    return IdentityCheck(OTHER, normal, False, _wrong_length(normal))


def looks_like_lost_digits(text: str) -> bool:
    """True for 4.115E+17: what a spreadsheet shows of a long number it has taken for a quantity."""
    return "E+" in text.upper()


def _wrong_length(normal: str) -> str:
    if not normal:
        return "证件号码是空的"
    return f"证件号码应为18位（旧身份证15位），实为{len(normal)}位"


def resident_check_digit(first_17: str) -> str:
    """The 18th character that belongs to 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    tables = _tables()
    return tables.checks[(sum(map(mul, tables.weights, first_17.encode())) - tables.offset) % 11]


def credit_check_letter(first_17: str) -> str:
    """The 18th character of a credit code (GB 32100). Raises KeyError on a letter the standard does not use."""
    tables = _tables()
    total = sum(map(mul, tables.credit_weights, map(tables.credit.__getitem__, first_17)))
    return tables.credit_letters[-total % 31]


def _check_18_digits(normal: str, today: date | None) -> IdentityCheck:
    """A resident's number; a credit code may also consist of digits only, so that is tried second."""
    problem = _birth_problem(normal[6:14], today)
    if problem is None and resident_check_digit(normal[:17]) != normal[17]:
        problem = LOST_DIGITS if normal.endswith("000") else "身份证号码的校验位不符，请与证件核对"
    if problem is None:
        return IdentityCheck(RESIDENT, normal, True, None, _area_warning(normal))
    if normal[17].isdigit() and credit_check_letter(normal[:17]) == normal[17] and normal[0] in "159":
        return IdentityCheck(CREDIT, normal, True)
    return IdentityCheck(RESIDENT, normal, False, problem)


def _check_15_digits(normal: str, today: date | None) -> IdentityCheck:
    problem = _birth_problem("19" + normal[6:12], today)
    return IdentityCheck(RESIDENT_15, normal, problem is None, problem, None if problem else _area_warning(normal))


def _check_credit(normal: str) -> IdentityCheck:
    try:
        right = credit_check_letter(normal[:17]) == normal[17]
    except KeyError:
        return IdentityCheck(CREDIT, normal, False, "号码中有身份证和统一社会信用代码都不使用的字符")
    return IdentityCheck(CREDIT, normal, right, None if right else "统一社会信用代码的校验位不符，请与证照核对")


def _check_org(normal: str) -> IdentityCheck | None:
    """An organisation code, or nothing when the nine characters may be another paper (a passport E12345678)."""
    tables = _tables()
    if not all(letter in tables.org for letter in normal):
        return None
    total = sum(map(mul, tables.org_weights, map(tables.org.__getitem__, normal[:8])))
    if "0123456789X0"[11 - total % 11] == normal[8]:
        return IdentityCheck(ORG, normal, True)
    return None if tables.other.fullmatch(normal) else IdentityCheck(ORG, normal, False, "组织机构代码的校验位不符")


@lru_cache(maxsize=50_000)  # a register's people share some twenty thousand birthdays
def _birth_problem(digits: str, today: date | None) -> str | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return "身份证号码中的出生日期不存在"
    if born.year < _tables().earliest_year:
        return "身份证号码中的出生日期过早"
    return "身份证号码中的出生日期晚于今天" if today is not None and born > today else None


def _area_warning(normal: str) -> str | None:
    return None if normal[:2] in _tables().areas else f"身份证号码的地区码{normal[:2]}不在代码表内，请核对"


def birth_date(normal: str) -> date | None:
    """The birth date in a resident's number of 18 or 15 digits; None for anything else."""
    check = check_identity(normal)
    if not check.ok or check.kind not in (RESIDENT, RESIDENT_15):
        return None
    digits = check.normal[6:14] if check.kind == RESIDENT else "19" + check.normal[6:12]
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def sex(normal: str) -> str | None:
    """男 or 女 by the sequence digit of a resident's number; None for anything else."""
    check = check_identity(normal)
    if not check.ok or check.kind not in (RESIDENT, RESIDENT_15):
        return None
    return "男" if int(check.normal[16 if check.kind == RESIDENT else 14]) % 2 else "女"


def mask_identity(text: str) -> str:
    """410102********1234: head and tail as `identity.yaml` says; a short number shows its last two characters only."""
    return _mask(text, **_tables().mask["identity"])


def mask_phone(text: str) -> str:
    """199****0001; a short number shows its last two characters only."""
    return _mask(text, **_tables().mask["phone"])


def mask_account(text: str) -> str:
    """Every number of a bank account in a text, its last four digits left: 样例银行 尾号0001."""
    return ACCOUNT.sub(lambda found: f"尾号{found.group()[-4:]}", text)


def _mask(text: str, *, head: int, tail: int) -> str:
    tidy = text.strip()
    if len(tidy) <= head + tail:
        return "*" * max(len(tidy) - 2, 0) + tidy[-2:] if len(tidy) > 2 else "*" * len(tidy)
    return tidy[:head] + "*" * (len(tidy) - head - tail) + tidy[-tail:]
