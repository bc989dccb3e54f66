"""`zhixing register import FILE [--sheet NAME] [--json]` and `zhixing register export FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing import clock
from zhixing.casework.courts.models import Court
from zhixing.casework.people.actors import Actor, office_actor
from zhixing.casework.register.exporting import export_register
from zhixing.casework.register.importing import import_register
from zhixing.casework.register.setting_up import default_court
from zhixing.rulebook.refusals import Refusal


class Command(BaseCommand):
    help = "台账：导入（重复导入不变）和导出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--court", help="法院代字，例如 豫1502；只有一个法院时可省略")
        sub = parser.add_subparsers(dest="what", required=True)
        get = sub.add_parser("import", help="导入台账")
        get.add_argument("file")
        get.add_argument("--sheet")
        get.add_argument("--json", action="store_true")
        sub.add_parser("export", help="导出台账").add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        court = self._court(options["court"])
        by = office_actor(court.pk, "命令行")
        try:
            if options["what"] == "import":
                self._import(options, by, at)
            else:
                n = export_register(court_id=court.pk, target=Path(options["file"]), by=by, at=at)
                self.stdout.write(f"导出 {n} 件到 {options['file']}")
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _court(self, code: str | None) -> Court:
        basic = Court.objects.exclude(prefecture=None)
        if code:
            found = Court.objects.filter(code=code).first()
            if found is None:
                raise CommandError(f"没有这个法院：{code}")
            return found
        return basic.order_by("pk").first() or default_court()

    def _import(self, options: dict[str, Any], by: Actor, at: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        outcome = import_register(file=path, filename=path.name, sheet=options["sheet"], by=by, at=at)
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
            return
        self.stdout.write(
            f"读到 {outcome.read} 行：新立 {outcome.created}，更新 {outcome.updated}，未变 {outcome.unchanged}，"
            f"退回 {len({r.row for r in outcome.rejected})}"
        )
        for remark in [*outcome.rejected, *outcome.warnings]:
            place = f"第 {remark.row} 行" if remark.row else "整个文件"
            sys.stdout.write(f"  {place} {remark.column}：{remark.reason}\n")
