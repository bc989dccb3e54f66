"""`zhixing messenger`: send what is in the outbox within seconds; Ctrl-C or SIGTERM stops it in order."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from zhixing import clock
from zhixing.shell.channels import channels
from zhixing.shell.notices.messenger import run


class Command(BaseCommand):
    help = "持续发送待发的告知，收到停止信号后把手里的发完再退出"

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        run(channels=channels, now=clock.now)
