"""The desk's forms. Labels are the regulation's words; what a measure's form asks follows from the kind of asset."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms

from zhixing.casework.assets.kinds import Kind, measure_titles
from zhixing.casework.assets.measures import Done
from zhixing.casework.assets.models import Asset, Inquiry, Measure
from zhixing.casework.dossier.checking import ACCEPT
from zhixing.casework.dossier.fields import ScanField
from zhixing.casework.facts.forms import moment_field
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from .feedback.columns import limits

ENDINGS = ",".join(f".{name}" for name in limits()["accepts"])


class DeskForm(forms.Form):
    """A form that makes a repeat harmless and takes refusals beside its fields."""

    use_required_attribute = False
    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act_key"].initial = secrets.token_urlsafe(18)

    def take(self, refusal: Refusal) -> Refusal | None:
        """Each reason beside its field; the rest for the summary."""
        rest = []
        for reason in refusal.reasons:
            if reason.field in self.fields:
                cited = f"（{reason.clause}）" if reason.clause else ""
                self.add_error(reason.field, f"{reason.why}{cited}。{reason.now}" if reason.now else f"{reason.why}{cited}")
            else:
                rest.append(reason)
        return Refusal(refusal.what, rest, refusal.status) if rest or not refusal.reasons else None


def _yuan(label: str, help_text: str = "") -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"})
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=16, decimal_places=2, widget=widget, help_text=help_text)


def _day(label: str, help_text: str = "", required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=help_text)


def _scan(label: str) -> ScanField:
    return ScanField(label=label, required=False, help_text="扫描件，存入正卷", widget=forms.FileInput(attrs={"accept": ACCEPT}))


class StartForm(DeskForm):
    """A query about the debtors of a case."""

    system = forms.ChoiceField(label="系统", choices=Inquiry._meta.get_field("system").choices, widget=forms.RadioSelect)
    query_no = forms.CharField(label="查询编号", required=False, max_length=60, help_text="已在平台上发起的，填平台的查询编号")
    reason = forms.CharField(label="点对点不适用的理由", required=False, max_length=200, help_text="本院没有点对点接口时填写，不再发起")


class ImportForm(DeskForm):
    """A feedback as it was downloaded."""

    file = forms.FileField(label="反馈表", help_text="查控系统下载的 .xlsx、.html 或有文字的 .pdf，先预览，确认后才导入",
                           widget=forms.FileInput(attrs={"accept": ENDINGS}))  # fmt: skip
    received_at = moment_field(label="反馈时间", required=False, help_text="不填就是现在；24 小时从反馈时间起算")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_received_at(self) -> datetime | None:
        """Not in the future. Raises ValidationError."""
        given = self.cleaned_data.get("received_at")
        if given and given > self.now:
            raise forms.ValidationError("反馈时间不能晚于现在")
        return given.astimezone(CST) if given else None


class ControlForm(DeskForm):
    """A freeze, seal or seizure of one asset and how it ended."""

    kind = forms.ChoiceField(label="措施")
    result = forms.ChoiceField(label="结果", choices=[(Measure.CONTROLLED, "已控"), ("waiting", "轮候"), (Measure.NOT_CONTROLLED, "未控")],
                               widget=forms.RadioSelect, initial=Measure.CONTROLLED)  # fmt: skip
    ruling_no = forms.CharField(label="裁定文号", required=False, max_length=80)
    limit_yuan = _yuan("冻结限额（元）", "裁定载明的限额")
    controlled_yuan = _yuan("实际控制金额（元）", "小于限额记为部分已控，大于限额记为超额控制")
    effective_on = _day("生效日", "以回执载明的日期为准", required=True)
    expires_on = _day("到期日", "不填按最长期限计算；到期不顺延")
    waiting_order = forms.IntegerField(label="轮候顺位", required=False, min_value=1, max_value=999, help_text="轮候时必填，首位轮候填 1")
    reason = forms.CharField(label="未控原因", required=False, max_length=400, help_text="未控时必填，照反馈填写")
    noted = forms.BooleanField(label="已在反馈表注明", required=False)
    scan = _scan("冻结材料")

    def __init__(self, *args: Any, kind: Kind, online: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.online = online
        allowed = [(m, measure_titles()[m]["title"]) for m in kind.measures]
        self.fields["kind"].choices = allowed  # type: ignore[attr-defined]
        self.fields["expires_on"].help_text = f"不填按{kind.term.title}最长 {kind.term.years} 年计算（民诉法解释{kind.term.article}）；到期不顺延"
        if len(allowed) == 1:
            self.fields["kind"].initial = allowed[0][0]
        if "cash" not in kind.traits:
            for name in ("limit_yuan", "controlled_yuan"):
                del self.fields[name]
        if not online:
            del self.fields["noted"]

    def done(self) -> Done:
        """As the action takes it."""
        data = self.cleaned_data
        return Done(
            kind=data["kind"], result=data["result"], online=self.online, reason=data["reason"], ruling_no=data["ruling_no"],
            waiting_order=data["waiting_order"] or 0, effective_on=data["effective_on"], expires_on=data["expires_on"],
            limit_yuan=data.get("limit_yuan"), controlled_yuan=data.get("controlled_yuan"), noted_on_form=data.get("noted"),
        )  # fmt: skip


class PlaceForm(DeskForm):
    """Where an asset lies."""

    area = forms.ChoiceField(label="是否在本地级市内", choices=[(Asset.IN, "在本地级市内"), (Asset.OUT, "在地级市外")], widget=forms.RadioSelect)
    place = forms.CharField(label="所在地", max_length=200, help_text="省、市、县（区）和具体地点")


class RenewForm(DeskForm):
    """A renewal before the measure lapses."""

    expires_on = _day("新到期日", "不填按最长期限计算；到期不顺延")
    scan = _scan("续封、续冻材料")


class EffectForm(DeskForm):
    """A waiting measure that has taken effect."""

    effective_on = _day("转正日期", "在先的查封、冻结解除之日", required=True)
    expires_on = _day("到期日", "自转正之日起算，不填按最长期限计算")
    scan = _scan("登记机关回执")


class ReleaseForm(DeskForm):
    """A measure that is lifted."""

    ruling_no = forms.CharField(label="解除裁定文号", max_length=80)
    scan = _scan("解除裁定")
