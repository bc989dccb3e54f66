"""`zhixing funds …`: JSON shapes are the product's public face; what is wrong is one Chinese sentence and exit status 2."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def ask(*words: str) -> Any:
    out = StringIO()
    call_command("funds", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_fee_comes_with_its_steps() -> None:
    """诉讼费用交纳办法第14条第1项: 80,000 → 1,100.00."""
    found = ask("fee", "80000")
    assert found["fee_yuan"] == "1100.00"
    assert [s["amount"] for s in found["steps"]] == ["50.00", "1050.00", "1100.00"]
    assert all(set(s) == {"label", "formula", "amount", "article"} for s in found["steps"])
    assert ask("fee", "200000", "--preservation")["fee_yuan"] == "1520.00"


def test_the_doubled_interest_comes_with_its_steps() -> None:
    """法释〔2014〕8号第1条: both the first and the last day count."""
    period = ("--principal", "100000", "--from", "2023-04-03", "--to", "2023-12-31")
    found = ask("interest", *period)
    assert (found["doubled_interest_yuan"], found["days"]) == ("4777.50", 273)
    assert "日万分之一点七五" in found["steps"][0]["formula"]
    paid = ask("interest", *period, "--payment", "2023-06-01=20000", "--stay", "2023-07-01..2023-07-10")
    assert (paid["doubled_interest_yuan"], paid["unpaid_yuan"]) == ("3892.00", "80000.00")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fee", "abc"], "金额"), (["fee", "-5"], "负数"), (["fee", "0"], "大于零"), (["fee"], "缺少"), (["fee", "1", "--x"], "不认识"),
        (["nonsense"], "不认识"), ([], "缺少"), (["interest", "--principal", "1", "--from", "2023-01-01"], "缺少 --to"),
        (["interest", "--principal", "1", "--from", "2023-02-30", "--to", "2023-03-01"], "日期"),
        (["interest", "--principal", "1", "--from", "2023-03-02", "--to", "2023-03-01"], "晚于"),
        (["interest", "--principal", "1", "--from", "2013-03-02", "--to", "2023-03-01"], "2014年8月1日以前"),
        (["interest", "--principal", "1", "--from", "2023-03-02", "--to", "2023-04-01", "--payment", "x"], "日期"),
        (["interest", "--principal", "1", "--from", "2023-03-02", "--to", "2023-04-01", "--stay", "2023-03-05"], "日期"),
    ],
)  # fmt: skip
def test_bad_input_is_one_chinese_sentence(words: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        call_command("funds", *words)
    assert refused.value.returncode == 2


@pytest.mark.parametrize("words", [["fee", "abc"], ["fee"], ["interest", "--principal"]])
def test_the_console_ends_with_status_two_and_no_traceback(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "zhixing.cli", "funds", *words], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "没有看懂" in done.stderr
