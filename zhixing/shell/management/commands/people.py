"""`zhixing people first [--court CODE]`: the three administrators of a court that has no people yet.
`zhixing people password USERNAME [--court CODE]`: a new password for an administrator whom nobody else can give one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing import clock
from zhixing.casework.courts.models import Court
from zhixing.casework.people.setting_up import first_administrators, rescue
from zhixing.casework.register.setting_up import default_court
from zhixing.rulebook.refusals import Refusal


class Command(BaseCommand):
    help = "人员：为还没有人员的法院建立系统、安全、审计三个管理员；为忘记密码的管理员重置密码。密码只显示一次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["first", "password"])
        parser.add_argument("username", nargs="?", default="", help="password：管理员的用户名")
        parser.add_argument("--court", help="法院代字，例如 豫1502；省略时为本机默认法院")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["court"]
        court = Court.objects.filter(code=code).first() if code else default_court()
        if court is None:
            raise CommandError(f"没有这个法院：{code}")
        try:
            getattr(self, options["what"])(court, options["username"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def first(self, court: Court, _: str) -> None:
        """The three accounts with their passwords."""
        made = first_administrators(court=court, at=clock.now())
        self.stdout.write(f"{court.name}：请把密码当面交给三个人，各自首次登录后必须修改。")
        for person, password in made:
            self.stdout.write(f"  {person.username:<24} {person.name:<8} {password}")

    def password(self, court: Court, username: str) -> None:
        """One administrator's new password."""
        if not username:
            raise CommandError("请写明管理员的用户名")
        self.stdout.write(f"{username} 的新密码（登录后必须修改）：{rescue(court=court, username=username, at=clock.now())}")
