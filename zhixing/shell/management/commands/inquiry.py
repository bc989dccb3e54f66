"""`zhixing inquiry import-feedback FILE --case NUMBER [--json]`: a feedback of the query systems, as on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.desks.inquiry.importing import import_feedback
from zhixing.desks.inquiry.interface import interface_actor
from zhixing.rulebook.refusals import Refusal


class Command(BaseCommand):
    help = "网络查控：导入查询反馈（重复导入不变）。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The one thing that is done from the server itself."""
        sub = parser.add_subparsers(dest="what", required=True)
        get = sub.add_parser("import-feedback", help="导入查控系统下载的反馈表（.xlsx .xls .html .pdf）")
        get.add_argument("file")
        get.add_argument("--case", required=True, help="案号，例如 （2026）豫1502执1号")
        get.add_argument("--court", help="法院代字；案号在几个法院都有时必填")
        get.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say row by row what became of it."""
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        case = self._case(options["case"], options["court"])
        try:
            outcome = import_feedback(case_id=case.pk, data=path.read_bytes(), filename=path.name,
                                      by=interface_actor(case.court_id, "命令行"), at=clock.now())  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
            return
        again = "（同样内容的反馈已经导入过）" if outcome.repeated else ""
        self.stdout.write(f"{outcome.number}{again} 读到 {outcome.read} 行：新增 {outcome.created}，更新 {outcome.updated}，"
                          f"未变 {outcome.unchanged}，退回 {len(outcome.rejected)}")  # fmt: skip
        for wrong in outcome.rejected:
            self.stdout.write(f"  第 {wrong.row} 行 {wrong.column}：{wrong.reason}")

    def _case(self, number: str, court: str | None) -> Case:
        spellings = {number, number.replace("(", "（").replace(")", "）")}
        found = Case.objects.filter(number__in=spellings, **({"court__code": court} if court else {}))[:2]
        if len(found) != 1:
            raise CommandError(f"没有这个案件：{number}" if not found else f"几个法院都有{number}，请用 --court 指明法院")
        return found[0]
