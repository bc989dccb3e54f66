"""`zhixing serve`: the product on this machine — database, demo court on first start, web server, worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from zhixing.casework.courts.models import Court

HOST, PORT = "127.0.0.1", 8000


class Command(BaseCommand):
    help = "启动：准备数据库和演示法院（首次），提供网页服务并运行后台任务。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HOST)
        parser.add_argument("--port", type=int, default=PORT)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--cases", type=int, default=600, help="首次启动时演示法院的案件数")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if not Court.objects.exists():
            self.stdout.write("首次启动：正在生成演示法院（全部虚构）…")
            call_command("demo", cases=options["cases"], seed=1)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("schedules", verbosity=0)
        self._announce(options["host"], options["port"])
        self._supervise({
            "web": [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options["host"], "--port",
                    str(options["port"]), "--workers", str(options["workers"]), "--blocking-threads", "1",
                    "--no-ws", "--log-level", "warning", "zhixing.wsgi:application"],
            "worker": [sys.executable, "-m", "zhixing.cli", "qcluster"],
        })  # fmt: skip

    def _announce(self, host: str, port: int) -> None:
        from zhixing.shell.demo import logins

        self.stdout.write(f"\n  执行指挥 已启动：http://{host}:{port}\n  演示账号（密码 {logins.PASSWORD}）：")
        for username, name, post in logins.shown():
            self.stdout.write(f"    {username:<20} {name}  {post}")
        self.stdout.write(f"  数据在 {settings.VAR}；按 Ctrl-C 停止。\n")
        self.stdout.flush()

    def _supervise(self, commands: dict[str, list[str]]) -> None:
        """Run the processes until told to stop; one that dies is started again."""
        stopping = False

        def stop(_signal: int, _frame: Any) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhixing.settings"}
        running = {name: subprocess.Popen(c, env=env, start_new_session=True) for name, c in commands.items()}
        while not stopping:
            for name, process in running.items():
                if process.poll() is not None and not stopping:
                    self.stderr.write(f"{name} 意外退出（{process.returncode}），正在重新启动")
                    time.sleep(1)
                    running[name] = subprocess.Popen(commands[name], env=env, start_new_session=True)
            time.sleep(0.5)
        for process in running.values():
            process.terminate()  # only the head of each: one that tells its own children stops in order and at once
        for process in running.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
