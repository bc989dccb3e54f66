"""`zhixing simulator`: the simulations of outside systems, served on this machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhixing.simulator.__main__ import add_arguments
from zhixing.simulator.server import run


class Command(BaseCommand):
    help = "启动外部系统的模拟（仅供演示和测试，不连接任何真实系统）"
    requires_system_checks: list[str] = []  # noqa: RUF012  Django's own type

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        run(host=options["host"], port=options["port"], seed=options["seed"], nasty=options["nasty"])
