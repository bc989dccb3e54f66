"""The money file: every number with article, version and date of force; a broken one refused with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhixing.rulebook.loader import REGULATIONS
from zhixing.rulebook.located import BrokenFile
from zhixing.rulebook.money.table import load, standard

TEXT = (REGULATIONS / "money.yaml").read_text(encoding="utf-8")


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ('percent: "1.5"', "percent: 1.5", "percent", "引号"),
        ('percent: "1.5"', 'percent: "一点五"', "percent", "不是数"),
        ('percent: "1.5"', 'percent: "-1.5"', "percent", "大于零"),
        ('percent: "1.5"', 'percnt: "1.5"', "percnt", "允许：up_to、flat、percent"),
        ('up_to: 500000, percent: "1.5"', "up_to: 500000", "flat", "写且只写一个"),
        ('up_to: 500000, percent: "1.5"', 'up_to: 5000, percent: "1.5"', "tiers", "由低到高"),
        ("{statute: ssf, no: 第14条第1项}", "{statute: sfs, no: 第14条第1项}", "statute", "没有 sfs"),
        ("in_force_on: 2007-04-01", "in_force_on: 早年", "in_force_on", "应是 date"),
        ("first_day_counts: true", "first_day_counts: 1", "first_day_counts", "应是 bool"),
        ('daily: "0.000175", ', "", "daily", "写且只写一个"),
        ("within: by_turn, turn: 担保物权成立的先后", "within: by_turn", "turn", "顺位按什么排"),
        ("id: ordinary, title: 普通债权, within: pro_rata", "id: ordinary, title: 普通债权, within: by_luck", "within", "pro_rata、by_turn"),
        ("id: fine, title: 罚金", "id: medical, title: 罚金", "ranks", "medical 写了两次"),
        ("cap: 5000", "cap: 5000\n    cap: 6000", "cap", "写了两次"),
        ("surplus:", "surpluses:", "surpluses", "不认识的键"),
        ("verify: 待核}", "verify: 大概}", "verify", "允许：待核"),
    ],
)
def test_a_broken_file_is_refused_with_file_line_and_key(tmp_path: Path, old: str, new: str, key: str, says: str) -> None:
    assert old in TEXT
    path = tmp_path / "money.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BrokenFile, match=says) as refused:
        load(path)
    assert (refused.value.file, refused.value.key) == ("money.yaml", key)
    near = line_of(TEXT, old.splitlines()[0])
    assert near - 12 <= refused.value.line <= near + 1


def test_every_source_has_a_version_and_a_date_of_force_and_is_used() -> None:
    table = standard()
    used = {a.statute for f in table.fees for a in [f.article]} | {d.article.statute for d in table.order_of_payment}
    used |= {r.article.statute for s in table.schemes for r in s.ranks} | {r.article.statute for r in table.delay_interest.regimes}
    assert used == {s.id for s in table.statutes}
    assert all(s.version and s.in_force_on.year > 1990 for s in table.statutes)


def test_what_is_uncertain_is_marked_in_what_the_reader_sees() -> None:
    """requirements, 'law first': 民法典第561条 and the counting of the first day must still be checked."""
    table = standard()
    unsure = {d.id for d in table.order_of_payment if d.verify}
    assert unsure == {"realising_costs", "ordinary_interest", "principal"}
    assert table.delay_interest.counting_verify == "待核"
    assert all("待核" in table.cite(d.article, d.verify) for d in table.order_of_payment if d.verify)
