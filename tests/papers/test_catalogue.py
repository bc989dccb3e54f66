"""三(二)2–4: the kinds of papers, their wording, their articles by date and the Word templates built from it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from zhixing.casework.facts import rules
from zhixing.casework.papers.kinds import Kind, catalogue, kinds, laws, workflow
from zhixing.casework.papers.models import Paper
from zhixing.casework.papers.rendering import Filler, filler
from zhixing.casework.papers.values import in_words, sample_of

KINDS = list(kinds().values())
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def fill():
    with filler() as one:
        yield one


def test_the_templates_are_those_that_the_wording_builds():
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "papers.py"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_a_template_says_every_element_that_its_paper_must_have_and_only_known_fields(kind: Kind, fill: Filler, tmp_path: Path):
    used = fill.fields_of(kind.template)
    assert not {u.partition(".")[0] for u in used} - {f.name for f in kind.fields}
    assert not set(kind.needs) - set(used)
    fill.fill(kind.template, sample_of(kind), tmp_path / "made.docx")


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_a_kind_goes_through_events_that_exist_and_tells_them_what_they_ask(kind: Kind):
    book = rules.rulebook()
    recorded = next(f for f in book.events["paper_drafted"].fields if f.name == "kind").choices
    assert kind.recorded_as in recorded
    assert kind.clause in book.clauses
    for event, said in ((kind.signed, kind.signing), (kind.issued, kind.tells)):
        fields = {f.name: f for f in book.events[event].fields}
        assert set(said) <= set(fields)
        assert {n for n, f in fields.items() if f.required} <= set(said), event
        for source in said.values():
            plain = isinstance(source, str) and not source.startswith(("=", "$"))
            assert not plain or hasattr(Paper, source) or source in {f.name for f in Paper._meta.get_fields()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_every_kind_has_an_event_of_its_own_or_names_the_act_that_follows_or_says_why_none_does(kind: Kind):
    book = rules.rulebook()
    assert (kind.issued != workflow()["usual"]["issued"]) + bool(kind.then) + bool(kind.because) == 1
    if kind.then:
        fields = {f.name: f for f in book.events[kind.then].fields}
        assert f"record:{kind.then}" in book.authority
        assert kind.then in catalogue()["kinds"][kind.id]["events"]
        assert set(kind.knows) <= set(fields)
        for name, source in kind.knows.items():
            if isinstance(source, str) and source.startswith("="):
                assert not fields[name].choices or source[1:] in fields[name].choices
            elif isinstance(source, str) and source.startswith("$"):
                assert source[1:] in {f.name for f in kind.fields}


def test_papers_that_the_president_signs_wait_for_the_president():
    book = rules.rulebook()
    gate = next(g for g in book.gates.values() if g.id == "president_signs_before_seal")
    wanted = {k.id for k in KINDS if k.recorded_as in gate.condition["in"]}
    asked = {k.id for k in KINDS if (row := book.authority.get(f"record:{k.signed}")) and row.approvers == ("president",)}
    assert wanted
    assert wanted == asked


def test_what_is_drafted_for_a_new_case_is_what_the_clause_names():
    assert [kinds()[k].title for k in workflow()["new_case"]] == ["执行通知书", "报告财产令", "被执行人财产申报表", "限制消费令"]


@pytest.mark.parametrize(("on", "name", "says"), [
    (date(2023, 4, 3), "law_notice", "第二百四十七条"), (date(2023, 12, 31), "law_notice", "第二百四十七条"),
    (date(2024, 1, 1), "law_notice", "第二百五十一条"), (date(2026, 3, 2), "law_report", "第二百五十二条"),
    (date(2023, 6, 1), "law_delay", "第二百六十条"), (date(2024, 6, 1), "law_delay", "第二百六十四条"),
    (date(2023, 6, 1), "law_credit", "第二百六十二条"), (date(2026, 6, 1), "law_assist", "第一百一十七条"),
])  # fmt: skip
def test_a_paper_names_the_articles_in_force_on_its_date(on: date, name: str, says: str):
    assert laws(on)[name].endswith(says)


@pytest.mark.parametrize(("on", "words"), [
    (date(2026, 3, 2), "二〇二六年三月二日"), (date(2026, 10, 10), "二〇二六年十月十日"), (date(2026, 11, 23), "二〇二六年十一月二十三日"),
    (date(2030, 12, 30), "二〇三〇年十二月三十日"), (date(2026, 1, 21), "二〇二六年一月二十一日"),
])  # fmt: skip
def test_the_date_under_a_paper_is_written_out(on: date, words: str):
    assert in_words(on) == words


def test_every_article_has_a_field_and_every_field_a_source():
    fields = catalogue()["fields"]
    assert {row["name"] for row in catalogue()["laws"]} <= set(fields)
    assert {f["source"] for f in fields.values()} == {"court", "case", "party", "paper", "computed", "typed"}
