"""Cases, their engine state and their parties."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

REF_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
REF_LENGTH = 12


def new_ref() -> str:
    """A random public id (12 characters): it says nothing about its neighbours (trust: no walking of ids)."""
    number, letters = secrets.randbelow(len(REF_ALPHABET) ** REF_LENGTH), []  # one draw: a bank's statement needs a hundred thousand
    for _ in range(REF_LENGTH):
        number, place = divmod(number, len(REF_ALPHABET))
        letters.append(REF_ALPHABET[place])
    return "".join(letters)


class Case(models.Model):
    """An enforcement case. Denormalised columns (`stage`, `track`, `holder`, …) are written only by `facts.record`."""

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    number = models.CharField("案号", max_length=40)
    year = models.PositiveSmallIntegerField("收案年度")
    kind = models.CharField("类型代字", max_length=6)
    seq = models.PositiveIntegerField("案件编号")
    filed_on = models.DateField("立案日期")
    case_type = models.CharField("案件类型", max_length=20, blank=True)
    cause = models.CharField("案由", max_length=80, blank=True)
    basis_number = models.CharField("执行依据文号", max_length=80, blank=True)
    basis_court = models.CharField("执行依据作出单位", max_length=80, blank=True)
    claim_yuan = models.DecimalField("申请执行标的额", max_digits=16, decimal_places=2, null=True, blank=True)
    applicants = models.CharField("申请执行人", max_length=400, blank=True)
    debtors = models.CharField("被执行人", max_length=400, blank=True)
    track = models.CharField("繁简", max_length=10, blank=True)
    stage = models.CharField("阶段", max_length=20, default="filed")
    holder = models.CharField("卷宗所在", max_length=20, default="intake")
    team = models.CharField("团队", max_length=40, blank=True)
    handler = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="handled_cases")
    closed_on = models.DateField("结案日期", null=True, blank=True)
    closing_way = models.CharField("结案方式", max_length=20, blank=True)
    note = models.CharField("备注", max_length=400, blank=True)

    class Meta:
        db_table = "case_file"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["court", "number"], name="one_case_per_number", violation_error_message="这个案号已经登记过。"
            ),
            models.CheckConstraint(
                condition=Q(claim_yuan__isnull=True) | Q(claim_yuan__gte=0),
                name="claim_is_not_negative",
                violation_error_message="标的额不能为负数。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("filed_on")),
                name="case_closes_after_it_was_filed",
                violation_error_message="结案日期不能早于立案日期。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["court", "-filed_on", "-id"], name="case_court_filed"),
            models.Index(fields=["court", "holder", "-filed_on", "-id"], name="case_court_holder"),
            models.Index(fields=["court", "year", "kind", "seq"], name="case_court_number"),
            models.Index(fields=["court", "seq"], name="case_court_seq"),
            models.Index(fields=["court", "closed_on"], name="case_court_closed", condition=Q(closed_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class CaseState(models.Model):
    """The engine's memory of a case (JSON text, `rulebook.memory`). Written only by `facts.record`; replay rebuilds it."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="state_row")
    document = models.TextField()
    events = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "case_state"


class Party(models.Model):
    """An applicant or debtor of a case. `grams` serves name search by single characters, bigrams and pinyin initials."""

    APPLICANT, DEBTOR, OTHER = "applicant", "debtor", "other"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    position = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(
        "地位", max_length=10, choices=[(APPLICANT, "申请执行人"), (DEBTOR, "被执行人"), (OTHER, "其他")]
    )
    name = models.CharField("姓名或名称", max_length=120)
    initials = models.CharField("拼音首字母", max_length=120, blank=True)
    id_kind = models.CharField("证件种类", max_length=20, blank=True)
    id_number = models.CharField("证件号码", max_length=30, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    address = models.CharField("送达地址", max_length=200, blank=True)
    grams = models.TextField(blank=True)

    class Meta:
        db_table = "party"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "role", "position"], name="one_party_per_place_in_a_case"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["court", "id_number"], name="party_court_idno"),
        ]
