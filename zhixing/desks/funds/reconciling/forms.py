"""Forms of bank statements and reconciliation."""

from __future__ import annotations

from typing import Any

from django import forms

from zhixing.casework.case_numbers import parse_case_number
from zhixing.casework.cases.models import Case
from zhixing.rulebook.refusals import Refusal

from ..forms import Yuan, taken, text_field
from ..statements import Control
from ..statements.layout import vocabulary


class UploadForm(forms.Form):
    """A statement, whose account it is, and what the clerk reads on the bank's own paper."""

    use_required_attribute = False
    file = forms.FileField(
        label="流水文件", help_text="网银导出的 .xlsx、.xls、.csv，或 camt.053 报文 .xml；先预览，确认后才导入",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt,.xml"}), error_messages={"required": "请选择流水文件", "empty": "文件是空的，请重新导出"},
    )  # fmt: skip
    bank = forms.ChoiceField(label="银行", required=False)
    number = text_field("案号", required=False, most=40, help_text="一案一账号的子账户流水填案号；总账号不填")
    control_count = forms.IntegerField(label="笔数", required=False, min_value=0, max_value=10_000_000, help_text="照对账单填，不符就一行也不导入",
                                       widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))  # fmt: skip
    control_in = Yuan(label="收入合计（元）", required=False, zero=True, help_text="与笔数一起填")
    closing = Yuan(label="期末余额（元）", required=False, zero=True, help_text="流水没有余额列的，照对账单填")

    def __init__(self, *args: Any, court_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.court_id = court_id
        self.fields["bank"].choices = [("", "按表头自动认"), *((b.id, b.title) for b in vocabulary().banks)]  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        text = self.cleaned_data["number"].strip()
        if not text:
            return ""
        try:
            number = parse_case_number(text).text
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        self.case_id = Case.objects.filter(court_id=self.court_id, number=number).values_list("pk", flat=True).first()
        if self.case_id is None:
            raise forms.ValidationError(f"本院没有 {number}")
        return number

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if (data.get("control_count") is None) != (data.get("control_in") is None) and not {"control_count", "control_in"} & set(self.errors):
            self.add_error("control_in" if data.get("control_in") is None else "control_count", "笔数和收入合计要一起填写")
        return data

    case_id: int | None = None

    def control(self) -> Control | None:
        """What was typed to be compared, if anything."""
        data = self.cleaned_data
        return None if data["control_count"] is None else Control(data["control_count"], data["control_in"])

    def take(self, refusal: Refusal) -> Refusal | None:
        """Put a refusal beside its fields; see `taken`."""
        return taken(self, refusal)
