"""The two papers of which a file needs one before it leaves the window (三(一)3), version by version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from zhixing.casework.cases.models import new_ref


class Reception(models.Model):
    """A first-reception record, or the statement of why there was none. A row never changes: a correction is the next
    version, which names the one it takes the place of. What was said stands in the journal entry `seq`."""

    RECORD, STATEMENT = "record", "statement"

    court = models.ForeignKey("casework.Court", models.PROTECT)
    ref = models.CharField(max_length=12, unique=True, default=new_ref)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="receptions")
    version = models.PositiveSmallIntegerField("版次", default=1)
    kind = models.CharField("种类", max_length=10, choices=[(RECORD, "初次接待谈话笔录"), (STATEMENT, "未接待原因说明")])
    interviewer = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    recorder = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    staff = models.ForeignKey("casework.Person", models.PROTECT, null=True, blank=True, related_name="+")
    interviewee = models.CharField("被谈话人", max_length=120, blank=True)
    reason = models.TextField("未接待原因", blank=True)
    interviewer_signed = models.BooleanField("谈话人已签名", default=False)
    recorder_signed = models.BooleanField("记录人已签名", default=False)
    interviewee_signed = models.BooleanField("被谈话人已签名", default=False)
    staff_signed = models.BooleanField("工作人员已签名", default=False)
    seq = models.BigIntegerField("日志序号")
    made_at = models.DateTimeField("记录时间")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    correction = models.CharField("更正理由", max_length=400, blank=True)

    class Meta:
        db_table = "reception"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "version"], name="one_reception_per_case_and_version",
                violation_error_message="这个案件已有初次接待笔录或说明。",
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces__isnull=True) | Q(version__gt=1, replaces__isnull=False),
                name="a_later_reception_names_the_one_before",
                violation_error_message="更正时要写明更正的是哪一份。",
            ),
            models.CheckConstraint(
                condition=Q(interviewer__isnull=True) | Q(recorder__isnull=True) | ~Q(interviewer=F("recorder")),
                name="interviewer_is_not_the_recorder",
                violation_error_message="谈话人和记录人不能是同一人（三(一)3）。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="statement") | (~Q(reason="") & Q(staff__isnull=False)),
                name="a_statement_has_a_reason_and_its_writer",
                violation_error_message="未接待原因说明要写明原因和工作人员（三(一)3）。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="record") | (~Q(interviewee="") & Q(interviewer__isnull=False, recorder__isnull=False)),
                name="a_reception_record_has_three_persons",
                violation_error_message="笔录要有谈话人、记录人和被谈话人（三(一)3）。",
            ),
        ]  # fmt: skip

    @property
    def is_signed(self) -> bool:
        """Everyone whose signature the paper needs has signed."""
        if self.kind == self.STATEMENT:
            return self.staff_signed
        return self.interviewer_signed and self.recorder_signed and self.interviewee_signed
