"""The project checks itself: clauses, pages, templates, icons, words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhixing.rulebook.loader import REGULATIONS, BrokenFile, load, standard
from zhixing.rulebook.windows import clauses_json
from zhixing.shell.rules import coverage

ROOT = Path(__file__).resolve().parents[2]
BOOK = standard()
CLAUSES = clauses_json(BOOK, coverage.pages_of_clauses(), coverage.tests_of_clauses())
PACKAGE = ROOT / "zhixing"


@pytest.mark.parametrize("clause", BOOK.clauses)
def test_every_clause_has_a_duty_gate_act_notice_ground_page_or_a_stated_reason(clause: str) -> None:
    """一4: nothing of the regulation is left without a place in the product."""
    found = CLAUSES[clause]
    kinds = ("duties", "gates", "events", "triage", "disclosures", "pages")
    assert any(found[k] for k in kinds) or found["no_duty"], f"{clause} 没有着落"


def test_nothing_in_the_file_stands_without_a_clause() -> None:
    for section in (BOOK.events, BOOK.duties, BOOK.gates, BOOK.predicates, BOOK.authority, BOOK.disclosures):
        for name, entry in section.items():
            assert entry.clause in BOOK.clauses, f"{name}：{entry.clause}"


def test_every_duty_of_the_law_names_its_article_and_every_uncertain_one_says_so() -> None:
    """requirements, 'law first': article, version, date of force; what is not certain is marked 待核."""
    for duty in BOOK.duties.values():
        if duty.effect == "statute":
            assert duty.article is not None, duty.id
            assert BOOK.statutes[duty.article.statute].in_force_on is not None
            if BOOK.statutes[duty.article.statute].verify:
                assert duty.verify == "待核", duty.id
        assert duty.verify in (None, "待核")


def test_every_act_can_be_recorded_by_somebody_who_is_no_administrator() -> None:
    """trust R1 and the three administrators (等保 8.1.4.2)."""
    administrators = {"system_admin", "security_admin", "audit_admin"}
    for kind, event in BOOK.events.items():
        if not event.system:
            roles = set(BOOK.authority[f"record:{kind}"].roles)
            assert roles, kind
            assert not roles & administrators, kind


def test_no_page_says_more_than_its_template_and_no_template_is_unused() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")])
    django_finds = {"403.html", "404.html", "500.html", "429.html", "403_csrf.html"}
    for template in PACKAGE.rglob("jinja2/**/*.html"):
        name = template.relative_to(next(p for p in template.parents if p.name == "jinja2")).as_posix()
        short = re.sub(r"^[^/]+/", "", name).removesuffix(".html")
        if template.parent.name == "home":
            short = template.stem  # the desk page picks its part by the counter that was opened
        named = name in django_finds or name in code or short in code or f'"{template.name}"' in code
        assert named, f"{name} 没有页面用它"


@pytest.mark.parametrize(
    ("change", "line_has", "message"),
    [
        (("within: 3 working_days, met_by: {all: [enforcement", "wihtin: 3 working_days, met_by: {all: [enforcement"), "notice_and_report_order", "wihtin"),
        (("within: 24 hours, met_by: {any: [inquiry_started_zdz]}", "within: 24 ours, met_by: {any: [inquiry_started_zdz]}"), "start_zdz_after_file", "hours"),
        (("desk: inquiry, title: 完成网络查控", "desk: inquery, title: 完成网络查控"), "complete_online_control", "inquery"),
        (("{fact: claim_yuan, at_most: 50000}", "{fact: claim_yan, at_most: 50000}"), "claim_is_small", "claim_yan"),
    ],
)
def test_a_broken_file_is_refused_with_line_key_and_what_is_allowed(
    tmp_path: Path, change: tuple[str, str], line_has: str, message: str
) -> None:
    """issue: a broken file is refused with file, line, key and the allowed keys."""
    text = (REGULATIONS / "shihe-2023.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(BrokenFile) as caught:
        load(broken, REGULATIONS / "statutes.yaml")
    assert caught.value.file == "broken.yaml"
    assert message in str(caught.value)
    lines = broken.read_text(encoding="utf-8").splitlines()
    assert line_has in lines[caught.value.line - 1]


def test_closing_a_case_stops_every_clock_but_those_meant_to_survive_it() -> None:
    """四(四)3: what goes on after closing says so; statutes.yaml shares the regulation's defaults."""
    for duty in BOOK.duties.values():
        if not duty.survives_closing:
            assert {"case_closed", "procedure_terminated", "case_voided"} <= set(duty.stopped_by), duty.id
