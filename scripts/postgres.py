"""A private PostgreSQL for tests and benchmarks: its own folder, its own port, gone afterwards.

`python scripts/postgres.py COMMAND …` runs a command with its DATABASE_URL.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
DURABLE = "-c fsync=on -c synchronous_commit=on"


def binaries() -> Path | None:
    """The newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def _port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def server(options: str = FAST) -> Iterator[str]:
    """Start a server and yield its DATABASE_URL. Raises RuntimeError where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("没有安装 PostgreSQL")
    folder = tempfile.mkdtemp(prefix="zhixing-pg-")
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, "postgres", "postgres")
    port = _port()

    def run(*command: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if root else []
        done = subprocess.run([*as_user, *command], capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")

    data = f"{folder}/data"
    flags = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60 -c shared_buffers=512MB {options}"
    control = str(programs / "pg_ctl")
    try:
        run(str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--locale=C.utf8", "-E", "UTF8")
        run(control, "-D", data, "-l", f"{folder}/log", "-o", flags, "-w", "start")
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with server() as address:
        print(f"DATABASE_URL={address}", file=sys.stderr, flush=True)
        sys.exit(subprocess.run(sys.argv[1:] or ["sleep", "infinity"], env={**os.environ, "DATABASE_URL": address}).returncode)
