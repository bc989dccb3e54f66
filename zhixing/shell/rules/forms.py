"""Forms of the calendar page."""

from __future__ import annotations

from typing import ClassVar

from django import forms

DAYS = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DayForm(forms.Form):
    """A span of days that the court declares to be off, to be worked, or as shipped (一3)."""

    KINDS: ClassVar = [("off", "休息日"), ("work", "工作日（调休）"), ("", "恢复出厂日历")]

    first = forms.DateField(label="自", widget=DAYS)
    last = forms.DateField(label="至", widget=DAYS, required=False, help_text="不填即只改这一天")
    kind = forms.ChoiceField(label="改为", choices=KINDS, required=False, initial="off")
    name = forms.CharField(label="名称", max_length=40, required=False, help_text="例如 国庆节、调休上班")
    source = forms.CharField(label="依据文件", max_length=120, required=False, help_text="国务院办公厅通知的文号，或本院文件")
    covers_until = forms.DateField(label="日历公布至", widget=DAYS, required=False, help_text="新一年的安排公布后，改为当年12月31日")
    reason = forms.CharField(label="修改理由", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last") or data.get("first")
        if first and last:
            if last < first:
                self.add_error("last", "结束日期不能早于开始日期")
            elif (last - first).days > 60:
                self.add_error("last", "一次最多修改 60 天")
        if data.get("kind") and not str(data.get("source", "")).strip():
            self.add_error("source", "请写明依据文件")
        if data.get("kind") and not str(data.get("name", "")).strip():
            self.add_error("name", "请写明名称")
        return data
