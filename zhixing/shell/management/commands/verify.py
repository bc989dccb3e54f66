"""`zhixing verify`: replay the journal and compare; exit 1 with the list of differences when anything is off."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhixing.casework.courts.models import Court
from zhixing.casework.facts.replay import (
    Difference,
    chain_differences,
    record_differences,
    registered_differences,
    state_differences,
)


def differences() -> list[Difference]:
    """Every difference of every court."""
    return [
        d for court in Court.objects.order_by("pk").values_list("pk", flat=True)
        for d in chain(chain_differences(court), state_differences(court), state_differences(court, "matter"),
                       record_differences(court), registered_differences(court))
    ]  # fmt: skip


class Command(BaseCommand):
    help = "核对：重放日志并与存储的时限比较，检查哈希链、卷宗保管和引用，核对案款总账。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        found = differences()
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not found, "differences": [asdict(d) for d in found]}, ensure_ascii=False))
        else:
            for d in found:
                self.stdout.write(f"{d.kind} {d.where}: 应为 {d.expected}，实为 {d.found}")
            self.stdout.write(f"发现 {len(found)} 处不一致" if found else "核对一致")
        if found:
            sys.exit(1)
