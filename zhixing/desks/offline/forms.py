"""The desk's forms: an event's own fields, and which papers the act is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhixing.casework.cases.models import Party
from zhixing.casework.dossier.fields import ScanField
from zhixing.casework.facts.forms import ActForm
from zhixing.rulebook.model import EventKind

from .delivery_models import Delivery
from .ladder import Rung

ABOUT = ("debtor", "result", "tracking_no", "called_at", "paper", "published_on")  # asked otherwise, or known
OWN = "其他理由（写在下面）"


class AboutPapers(ActForm):
    """An act about some papers of one recipient; all are chosen unless somebody says otherwise."""

    def __init__(self, spec: EventKind, *args: Any, rows: Sequence[Delivery], leave_out: Sequence[str] = ABOUT, **kwargs: Any) -> None:
        super().__init__(spec, *args, **kwargs)
        for name in leave_out:
            self.fields.pop(name, None)
        choices = [(row.ref, f"{row.paper} {row.paper_ref}".strip()) for row in rows]
        self.fields["papers"] = forms.MultipleChoiceField(
            label="送达文书", choices=choices, initial=[ref for ref, _ in choices], widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "请勾选这一次送的文书"},
        )  # fmt: skip

    def payload(self) -> dict[str, Any]:
        """The event's fields that were asked."""
        return {name: value for name, value in super().payload().items() if name in self.fields or name == "late_reason"}

    def asked(self) -> list[Any]:
        """The bound fields in the order they are filled in: papers, result, the event's own, the day."""
        names = ["papers", "result", "reason_known", "reason", *(f.name for f in self.spec.fields if f.name in self.fields), "on"]
        return [self[name] for name in dict.fromkeys(names) if name in self.fields]


class AttemptForm(AboutPapers):
    """One attempt: what came of it, where, on which day."""

    def __init__(self, spec: EventKind, *args: Any, rung: Rung, **kwargs: Any) -> None:
        super().__init__(spec, *args, **kwargs)
        results = list(dict.fromkeys(o.result for o in rung.outcomes))
        self.fields["result"] = forms.ChoiceField(label="结果", choices=[(r, r) for r in results], widget=forms.RadioSelect,
                                                  error_messages={"required": "请选择结果"})  # fmt: skip
        self.fields["on"] = day_field("签收、留置或到达日期", "不填就是今天")


class SkipForm(AboutPapers):
    """Why a rung is passed over."""

    def __init__(self, spec: EventKind, *args: Any, rung: Rung, **kwargs: Any) -> None:
        super().__init__(spec, *args, proof=False, **kwargs)
        self.fields["reason_known"] = forms.ChoiceField(label="常见理由", choices=[(r, r) for r in (*rung.skip_reasons, OWN)], required=False,
                                                        widget=forms.RadioSelect)  # fmt: skip
        self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean()
        known = data.get("reason_known", "")
        data["reason"] = data.get("reason") or (known if known != OWN else "")
        if not data["reason"]:
            self.add_error("reason", f"跳过理由没有填写（{self.spec.clause}）")
        return data


class AnnounceForm(AboutPapers):
    """A request to serve by announcement."""

    def __init__(self, spec: EventKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(spec, *args, proof=False, leave_out=("published_on",), **kwargs)
        self.fields["paper"].initial = "送达公告"
        self.fields["reason"] = forms.CharField(label="公告的原因和经过", max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
                                                help_text="写明前三送的结果；公告送达应当说明原因")  # fmt: skip
        for name in ("act_at", "act_late_reason"):
            self.fields.pop(name)


class PostForm(AttemptForm):
    """One letter: its number and where it goes."""

    def __init__(self, spec: EventKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(spec, *args, leave_out=tuple(n for n in ABOUT if n != "tracking_no"), **kwargs)
        del self.fields["result"]
        self.fields["on"] = day_field("交寄日期", "不填就是今天")
        self.fields["tracking_no"].widget.attrs |= {"autofocus": True, "autocomplete": "off"}


def day_field(label: str, help_text: str = "", required: bool = False) -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class LetterForm(forms.Form):
    """How a letter ended."""

    use_required_attribute = False
    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    result = forms.ChoiceField(label="结果", choices=[(r, r) for r in ("签收", "拒收", "退回")], widget=forms.RadioSelect)
    on = day_field("签收或退回日期", "以回执注明的日期为准", required=True)
    remark = forms.CharField(label="说明", required=False, max_length=200)
    proof = ScanField(label="邮件投递回执", required=False, help_text="扫描件，存入正卷")


class PublishForm(forms.Form):
    """That an approved announcement was posted."""

    use_required_attribute = False
    published_on = day_field("张贴或刊登日期", "有几处的，填最后一处的日期", required=True)
    proof = ScanField(label="公告文本和张贴、刊登照片", required=False, help_text="扫描件，存入正卷")


class OpenForm(forms.Form):
    """What is to be served on whom."""

    use_required_attribute = False
    papers = forms.MultipleChoiceField(label="本案已制作的文书", required=False, widget=forms.CheckboxSelectMultiple)
    more = forms.CharField(label="其他文书", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text="一行一份；编号写在竖线后：执行通知书|（2026）豫执1号")
    parties = forms.MultipleChoiceField(label="受送达人", required=False, widget=forms.CheckboxSelectMultiple)
    others = forms.CharField(label="其他受送达人", required=False, max_length=400, help_text="协助义务人等，用顿号隔开")

    def __init__(self, *args: Any, parties: Sequence[Party], papers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = list(papers)
        self.fields["papers"].choices = [(str(n), f"{title} {number}".strip()) for n, (title, number) in enumerate(papers)]  # type: ignore[attr-defined]
        self.fields["parties"].choices = [(str(p.pk), f"{p.name}（{p.get_role_display()}）") for p in parties]  # type: ignore[attr-defined]
        self.fields["parties"].initial = [str(p.pk) for p in parties if p.role == Party.DEBTOR]
        if not papers:
            del self.fields["papers"]

    def wanted(self) -> list[tuple[str, str]]:
        """(title, number) of every paper named."""
        picked = [self.offered[int(n)] for n in self.cleaned_data.get("papers", ())]
        typed = [line.partition("|") for line in self.cleaned_data["more"].replace("｜", "|").splitlines() if line.strip()]
        return picked + [(title.strip(), number.strip()) for title, _, number in typed]

    def names(self) -> list[str]:
        """Other recipients."""
        return [n.strip() for n in self.cleaned_data["others"].replace(",", "、").replace("，", "、").split("、") if n.strip()]


class BulkPostForm(forms.Form):
    """Fifty letters: their numbers as pasted, one scan with a page for each."""

    use_required_attribute = False
    act_key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    numbers = forms.CharField(label="邮件号", max_length=20000, widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}),
                              help_text="从邮政交寄清单粘贴：一行一封，按左边的顺序；行里带案号或受送达人的，按案号和受送达人对应")  # fmt: skip
    address_kind = forms.ChoiceField(label="地址类别")
    on = day_field("交寄日期", "不填就是今天")
    proof = ScanField(label="邮寄回执", help_text="一份 PDF，一页一封，顺序与左边相同；每一页存入各自案件的正卷")

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address_kind"].choices = [(k, k) for k in kinds]  # type: ignore[attr-defined]


class TrackForm(forms.Form):
    """What the post's site exports."""

    use_required_attribute = False
    text = forms.CharField(label="投递结果清单", max_length=200000, widget=forms.Textarea(attrs={"rows": 10, "autofocus": True}),
                           help_text="粘贴 CSV 或表格：邮件号、状态（签收、拒收、退回、投递未成）、日期、地点、说明")  # fmt: skip
