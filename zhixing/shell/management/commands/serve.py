"""`zhixing serve`: the product on this machine — database, web server, worker; with `--demo` a demo court on first start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhixing.casework.courts.models import Court
from zhixing.shell.demo import logins

HOST, PORT = "127.0.0.1", 8000


def answers(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


def started(command: list[str]) -> subprocess.Popen[bytes]:
    """A process with a group of its own: Ctrl-C reaches only the supervisor, and the group can be ended as one."""
    return subprocess.Popen(
        command, env={**os.environ, "DJANGO_SETTINGS_MODULE": "zhixing.settings"}, start_new_session=True
    )


def tell(process: subprocess.Popen[bytes], signal_number: int) -> None:
    """Send a signal to a process and all it started, also to those that outlived it (they would keep the port)."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal_number)


class Command(BaseCommand):
    help = "启动：准备数据库，提供网页服务并运行后台任务。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HOST)
        parser.add_argument("--port", type=int, default=PORT)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--demo", action="store_true", help="数据库里还没有法院时，先生成演示法院（全部虚构）")
        parser.add_argument("--cases", type=int, default=600, help="演示法院的案件数")

    def handle(self, *args: Any, **options: Any) -> None:
        if answers(options["host"], options["port"]):
            raise CommandError(f"端口 {options['port']} 已被占用：请先停止占用它的程序，或者用 zhixing serve --port 换一个端口。")
        call_command("migrate", verbosity=0)
        if options["demo"] and not Court.objects.exists():
            self.stdout.write("首次启动：正在生成演示法院（全部虚构）…")
            call_command("demo", cases=options["cases"], seed=1)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("schedules", verbosity=0)
        simulations = self._simulations(options["port"]) if options["demo"] and logins.shown() else {}
        self._supervise(options["host"], options["port"], simulations | {
            "web": [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options["host"], "--port",
                    str(options["port"]), "--workers", str(options["workers"]), "--blocking-threads", "1",
                    "--no-ws", "--log-level", "warning", "zhixing.wsgi:application"],
            "worker": [sys.executable, "-m", "zhixing.cli", "qcluster"],
            "messenger": [sys.executable, "-m", "zhixing.cli", "messenger"],
        })  # fmt: skip

    def _simulations(self, own_port: int) -> dict[str, list[str]]:
        """The simulated outside systems of the demo court, as one more process; what is started after it is told its address.
        A court whose people are not the demo's never gets here: its messages go where its own settings say."""
        if settings.SIMULATOR:
            return {}
        port = free_port()
        os.environ["ZHIXING_SIMULATOR"] = f"http://{HOST}:{port}"
        os.environ["ZHIXING_BANK_PUSH"] = f"http://{HOST}:{own_port}/bank/push/"
        return {"simulator": [sys.executable, "-m", "zhixing.simulator", "--host", HOST, "--port", str(port)]}

    def _announce(self, host: str, port: int) -> None:
        scheme = "https" if settings.HTTPS else "http"
        self.stdout.write(f"\n  执行指挥 已启动：{scheme}://{host}:{port}")
        found = logins.shown()
        if found:
            self.stdout.write(f"  演示账号（密码 {logins.PASSWORD}）：")
        for username, name, post in found:
            self.stdout.write(f"    {username:<20} {name}  {post}")
        if simulator := os.environ.get("ZHIXING_SIMULATOR"):
            self.stdout.write(f"  外部系统是模拟的（不连接任何真实系统）：{simulator}")
        self.stdout.write(f"  数据在 {settings.VAR}；按 Ctrl-C 停止。\n")
        self.stdout.flush()

    def _supervise(self, host: str, port: int, commands: dict[str, list[str]]) -> None:
        """Run the processes until told to stop; say so once pages answer; one that dies is started again."""
        stopping = announced = False

        def stop(_signal: int, _frame: Any) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        running = {name: started(command) for name, command in commands.items()}
        while not stopping:
            if not announced and answers(host, port):
                self._announce(host, port)
                announced = True
            for name, process in running.items():
                if process.poll() is not None and not stopping:
                    self.stderr.write(f"{name} 意外退出（{process.returncode}），正在重新启动")
                    tell(process, signal.SIGKILL)
                    time.sleep(1)
                    running[name] = started(commands[name])
            time.sleep(0.2)
        for process in running.values():
            process.terminate()  # only the head of each: one that tells its own children stops in order and at once
        for process in running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            tell(process, signal.SIGKILL)
