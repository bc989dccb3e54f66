"""`zhixing demo --cases N --seed S`: a believable court, all fictitious."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing import clock
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.demo import logins
from zhixing.shell.demo.court import make_court


class Command(BaseCommand):
    help = "在空数据库中生成演示法院（全部虚构，同一种子同一天结果相同）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=600)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--at", help="演示法院的“现在”，例如 2026-11-23T15:00；默认为当前时间")

    def handle(self, *args: Any, **options: Any) -> None:
        at = datetime.fromisoformat(options["at"]).replace(tzinfo=clock.CST) if options["at"] else clock.now()
        try:
            court = make_court(cases=options["cases"], seed=options["seed"], at=at)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{court.name}：{options['cases']} 件演示案件，账号密码 {logins.PASSWORD}")
