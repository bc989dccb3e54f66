"""`zhixing rulebook …`: windows on the rules for clerks' IT and for checks. No database is opened."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing import clock
from zhixing.rulebook import triage
from zhixing.rulebook.deadlines import count_json
from zhixing.rulebook.expressions import moment
from zhixing.rulebook.loader import REGULATIONS, BrokenFile, load, standard
from zhixing.rulebook.runs import run_events
from zhixing.rulebook.windows import clauses_json, events_json, facts_json
from zhixing.rulebook.workdays import Calendar


class Command(BaseCommand):
    help = "规则手册：检查、条款、事件、计数、运行、繁简判断。"
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: CommandParser) -> None:
        sub = parser.add_subparsers(dest="what", required=True)
        check = sub.add_parser("check", help="检查细则文件")
        check.add_argument("file", nargs="?")
        for name in ("clauses", "events", "facts"):
            sub.add_parser(name).add_argument("--json", action="store_true")
        count = sub.add_parser("count", help="计算期限")
        count.add_argument("period")
        count.add_argument("--from", dest="start", required=True)
        count.add_argument("--json", action="store_true")
        run = sub.add_parser("run", help="让一串事件走一遍规则")
        run.add_argument("file")
        run.add_argument("--at", required=True)
        run.add_argument("--json", action="store_true")
        decide = sub.add_parser("triage", help="繁简判断")
        decide.add_argument("file")
        decide.add_argument("--at")
        decide.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = getattr(self, f"do_{options['what']}")(options)
        except (BrokenFile, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if answer is not None:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=None if options.get("json") else 2))

    def do_check(self, options: dict[str, Any]) -> None:
        path = Path(options["file"]) if options["file"] else REGULATIONS / "shihe-2023.yaml"
        shipped = path.resolve() == (REGULATIONS / "shihe-2023.yaml")
        book = load(path, REGULATIONS / "statutes.yaml") if shipped or not options["file"] else load(path)
        self.stdout.write(
            f"{path.name}：{len(book.clauses)} 条款、{len(book.duties)} 个时限事项、{len(book.gates)} 道关口、"
            f"{len(book.events)} 种事件、{len(book.authority)} 行权限，检查通过"
        )

    def do_clauses(self, options: dict[str, Any]) -> Any:
        from zhixing.shell.rules.coverage import pages_of_clauses, tests_of_clauses

        return clauses_json(standard(), pages_of_clauses(), tests_of_clauses())

    def do_events(self, options: dict[str, Any]) -> Any:
        return events_json(standard())

    def do_facts(self, options: dict[str, Any]) -> Any:
        return facts_json(standard())

    def do_count(self, options: dict[str, Any]) -> Any:
        return count_json(options["period"], options["start"], Calendar.load(REGULATIONS / "calendar-cn.yaml"))

    def do_run(self, options: dict[str, Any]) -> Any:
        events = json.loads(read(options["file"]))
        return run_events(standard(), Calendar.load(REGULATIONS / "calendar-cn.yaml"), events, moment(options["at"]))

    def do_triage(self, options: dict[str, Any]) -> Any:
        facts = json.loads(read(options["file"]))
        at = moment(options["at"]) if options["at"] else clock.now()
        return triage.decide(standard(), triage.state_of(standard(), facts), at).as_json()


def read(name: str) -> str:
    """A file's text, or standard input for "-"."""
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
