"""Forms of the people page."""

from __future__ import annotations

from typing import Any

from django import forms

from zhixing.casework.people.models import Person
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.refusals import Refusal

CHOOSE = ("", "请选择")
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
FIRST_PASSWORD = {
    "label": "初始密码", "help_text": "至少10位；本人首次登录后必须修改",
    "widget": forms.PasswordInput(attrs={"autocomplete": "new-password"}),
}  # fmt: skip


class AccountForm(forms.Form):
    """A new account; posts are granted separately by the security administrator."""

    username = forms.SlugField(label="用户名", max_length=40, help_text="字母、数字、下划线")
    name = forms.CharField(label="姓名", max_length=40)
    password = forms.CharField(strip=False, **FIRST_PASSWORD)


class PasswordForm(forms.Form):
    """A password for somebody who forgot theirs."""

    password = forms.CharField(strip=False, **FIRST_PASSWORD)


class PostForm(forms.Form):
    """A post for a person; naming whom they stand in for makes it a stand-in, and only that for who may not grant."""

    person = forms.ChoiceField(label="人员")
    role = forms.ChoiceField(label="岗位")
    team = forms.CharField(label="团队", max_length=40, required=False, help_text="执行员、团队长填写；已有的团队可以选",
                           widget=forms.TextInput(attrs={"list": "teams", "autocomplete": "off"}))  # fmt: skip
    from_on = forms.DateField(label="自", widget=DAY)
    until_on = forms.DateField(label="至", widget=DAY, required=False)
    stand_in_for = forms.ChoiceField(label="代理何人", required=False, help_text="临时代理时选择，并填写结束日期")

    def __init__(self, book: Rulebook, people: list[Person], *args: Any, grants: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(p.pk), f"{p.name}（{p.username}）") for p in people if p.is_active]
        self.fields["person"].choices = [CHOOSE, *names]  # type: ignore[attr-defined]
        self.fields["role"].choices = [CHOOSE, *((r.id, r.title) for r in book.roles.values())]  # type: ignore[attr-defined]
        self.fields["stand_in_for"].choices = [("", "不是代理") if grants else CHOOSE, *names]  # type: ignore[attr-defined]
        if not grants:
            self.fields["stand_in_for"].required = self.fields["until_on"].required = True
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("stand_in_for") and not data.get("until_on"):
            self.add_error("until_on", "代理要有结束日期")
        return data


def on_fields(form: forms.Form, refusal: Refusal) -> forms.Form:
    """Put each reason that names a field beside that field."""
    for reason in refusal.reasons:
        if reason.field in form.fields:
            form.add_error(reason.field, forms.ValidationError(reason.why))
    return form
