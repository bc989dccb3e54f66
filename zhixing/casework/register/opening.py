"""Opens a register file in a limited child process (the program in `worker`) and hands its rows over as they come."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml

from zhixing.rulebook.refusals import Refusal

WORKER = Path(__file__).with_name("worker")
WHAT = "不能读取这个文件"
SMALLER = "请删除数据区以外的行和列（常是误填在远处的一个单元格），或分成几个文件后再导入"
Cells = list[Any]


@cache
def limits() -> dict[str, Any]:
    """`limits.yaml`: every cap on a register file."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text(encoding="utf-8"))
    return data


class SheetHead(NamedTuple):
    """A sheet that was opened: its first rows, and which of its columns (indexes into a row) are hidden."""

    rows: list[Cells]
    hidden: list[int]
    first_column: int


class OpenFile:
    """A conversation with the worker. `kind` is xlsx, xls, html or text; `sheets` are (name, hidden)."""

    def __init__(self, process: subprocess.Popen[bytes], caps: dict[str, Any]) -> None:
        self._process, self._caps = process, caps["process"]
        assert process.stdout is not None
        # Some frames fit in the pipe: the worker prepares the next ones while these rows are checked.
        with suppress(PermissionError):  # a user with very many pipes gets small ones: slower, nothing else
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, self._caps["pipe_bytes"])
        hello = self._receive()
        self.kind: str = hello["kind"]
        self.sheets: list[tuple[str, bool]] = [(name, hidden) for name, hidden in hello["sheets"]]

    def open_sheet(self, index: int) -> SheetHead:
        """The head of one sheet; `rest` then yields the rows after it. Raises Refusal."""
        self._ask(f"open {index}")
        head = self._receive()
        return SheetHead(head["rows"], head["hidden"], head["first_column"])

    def rest(self) -> Iterator[list[Cells]]:
        """The rows of the sheet opened last, after its head, some hundreds at a time. Raises Refusal where the file turns out unreadable."""
        self._ask("rest")
        while "end" not in (frame := self._receive()):
            yield frame["rows"]

    def _ask(self, command: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(command.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._death() from None

    def _receive(self) -> dict[str, Any]:
        (length,) = struct.unpack(">I", self._read(4))
        if length > 2 * self._caps["frame_bytes"]:
            raise Refusal.because(WHAT, "读取程序的回答过长", now=SMALLER)
        frame: dict[str, Any] = orjson.loads(self._read(length))
        if "too_big" in frame:
            raise _too_big()
        if "refused" in frame:
            raise Refusal.because(WHAT, frame["refused"], now=frame["now"])
        return frame

    def _read(self, length: int) -> bytes:
        """Exactly `length` bytes; a worker that is dead or silent for too long is a refusal."""
        assert self._process.stdout is not None
        descriptor, parts = self._process.stdout.fileno(), []
        while length:
            ready, _, _ = select.select([descriptor], [], [], self._caps["wait_seconds"])
            if not ready:
                raise Refusal.because(WHAT, "读取用时过长，已经中止", now=SMALLER)
            part = os.read(descriptor, min(length, 1 << 20))
            if not part:
                raise self._death()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _death(self) -> Refusal:
        code = self._process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return Refusal.because(WHAT, "读取用时过长，已经中止", now=SMALLER)
        if code == -signal.SIGABRT:
            return _too_big()
        return Refusal.because(WHAT, f"文件已损坏，读取程序中途退出（{code}）", now="请重新导出台账后再导入")


def _too_big() -> Refusal:
    return Refusal.because(WHAT, "表格占用的范围过大，超出了允许使用的内存", now=SMALLER)


@contextmanager
def opened(file: str | os.PathLike[str] | bytes, filename: str, caps: dict[str, Any] | None = None) -> Iterator[OpenFile]:
    """Open a register, or a file under other `caps`; the worker is gone when the block ends, however it ends. Raises Refusal."""
    caps = caps or limits()
    with tempfile.NamedTemporaryFile(prefix="register-") as copy:
        if isinstance(file, bytes):
            copy.write(file)
            copy.flush()
        path = copy.name if isinstance(file, bytes) else os.path.abspath(file)
        suffix = _suffix(path, filename, caps)
        task = json.dumps({"path": path, "suffix": suffix, "limits": caps}, default=str)
        process = subprocess.Popen(
            # -I: neither the environment nor the working directory can put a module in the worker's way.
            [sys.executable, "-I", str(WORKER), task],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        with process:
            try:
                yield OpenFile(process, caps)
            finally:
                process.kill()


def _suffix(path: str, filename: str, caps: dict[str, Any]) -> str:
    """The kind of file its name claims. Raises Refusal for a kind that is not read, and for a size beyond the cap."""
    suffix = Path(filename).suffix.lower().lstrip(".")
    if suffix not in caps["accepts"]:
        accepted = "、".join(f".{name}" for name in caps["accepts"])
        raise Refusal.because(WHAT, f"不支持扩展名“.{suffix}”", now=f"可以导入{accepted}，请另存后再试")
    try:
        size = os.stat(path).st_size
    except OSError as error:
        raise Refusal.because(WHAT, f"打不开文件“{filename}”：{error.strerror}", now="请检查文件名和权限") from None
    most = caps["file"]["bytes"]
    if size > most:
        why = f"文件有{size / 2**20:.1f}MB，最多{most / 2**20:.0f}MB"
        raise Refusal.because(WHAT, why, now="请分成几个文件后再导入")
    return suffix
