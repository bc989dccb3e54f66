"""Forms of the people page."""

from __future__ import annotations

from typing import Any

from django import forms

from zhixing.casework.people.models import Person
from zhixing.rulebook.model import Rulebook

DAY = forms.DateInput(attrs={"type": "date"})


class AccountForm(forms.Form):
    """A new account; posts are granted separately by the security administrator."""

    username = forms.SlugField(label="用户名", max_length=40, help_text="字母、数字、下划线")
    name = forms.CharField(label="姓名", max_length=40)
    password = forms.CharField(label="初始密码", help_text="至少10位；本人首次登录后必须修改", widget=forms.PasswordInput)


class PostForm(forms.Form):
    """A post for a person; naming whom they stand in for makes it a stand-in."""

    person = forms.ChoiceField(label="人员")
    role = forms.ChoiceField(label="岗位")
    team = forms.CharField(label="团队", max_length=40, required=False, help_text="执行员、团队长填写")
    from_on = forms.DateField(label="自", widget=DAY)
    until_on = forms.DateField(label="至", widget=DAY, required=False)
    stand_in_for = forms.ChoiceField(label="代理何人", required=False, help_text="临时代理时选择，并填写结束日期")

    def __init__(self, book: Rulebook, people: list[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(p.pk), f"{p.name}（{p.username}）") for p in people if p.is_active]
        self.fields["person"].choices = names  # type: ignore[attr-defined]
        self.fields["role"].choices = [(r.id, r.title) for r in book.roles.values()]  # type: ignore[attr-defined]
        self.fields["stand_in_for"].choices = [("", "不是代理"), *names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("stand_in_for") and not data.get("until_on"):
            self.add_error("until_on", "代理要有结束日期")
        return data
