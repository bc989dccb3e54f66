"""Templates filled in: the one place of the product where a Word template is opened (trust F4), always in a limited process."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhixing.rulebook.refusals import Reason, Refusal

WORKER = Path(__file__).with_name("worker")
WHAT = "不能生成文书"


@cache
def limits() -> dict[str, Any]:
    """`limits.yaml`, read once."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text(encoding="utf-8"))
    return data


class Filler:
    """A conversation with the limited process; one for a whole batch, since starting it costs as much as thirty papers."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def fields_of(self, template: Path) -> list[str]:
        """The fields a template uses, `debtor.name` for one step down. Raises Refusal when it is no template of ours."""
        return list(self._ask({"do": "inspect", "template": str(template)}, "不能使用这个模板")["fields"])

    def fill(self, template: Path, values: Mapping[str, Any], to: Path) -> None:
        """Fill in `values` (plain JSON values only) and write the Word file. Raises Refusal naming the field without a value."""
        self._ask({"do": "render", "template": str(template), "values": values, "to": str(to)}, WHAT)

    def _ask(self, task: Mapping[str, Any], what: str) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(task, ensure_ascii=False).encode() + b"\n")
            stdin.flush()
            ready, _, _ = select.select([stdout], [], [], limits()["wait_seconds"])
            line = stdout.readline() if ready else b""
        except BrokenPipeError:
            line = b""
        if not line:
            self._process.kill()
            raise Refusal.because(what, "生成程序中途停止", now="请检查模板有没有过大的表格或循环，再试一次")
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise Refusal(what, [Reason(answer["refused"], "三(二)4", answer.get("now", ""), field=answer.get("field", "") or "file")])
        return answer


@contextmanager
def filler() -> Iterator[Filler]:
    """The limited process, gone when the block ends, however it ends."""
    process = subprocess.Popen(
        [sys.executable, "-I", str(WORKER), json.dumps(limits())],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    with process:
        try:
            yield Filler(process)
        finally:
            process.kill()
