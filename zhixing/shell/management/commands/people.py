"""`zhixing people first [--court CODE]`: the three administrators of a court that has no people yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing import clock
from zhixing.casework.courts.models import Court
from zhixing.casework.people.setting_up import first_administrators
from zhixing.casework.register.setting_up import default_court
from zhixing.rulebook.refusals import Refusal


class Command(BaseCommand):
    help = "人员：为还没有人员的法院建立系统、安全、审计三个管理员，密码只显示一次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["first"])
        parser.add_argument("--court", help="法院代字，例如 豫1502；省略时为本机默认法院")

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["court"]
        court = Court.objects.filter(code=code).first() if code else default_court()
        if court is None:
            raise CommandError(f"没有这个法院：{code}")
        try:
            made = first_administrators(court=court, at=clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{court.name}：请把密码当面交给三个人，各自首次登录后必须修改。")
        for person, password in made:
            self.stdout.write(f"  {person.username:<24} {person.name:<8} {password}")
