"""三(二)2: each paper says what the law wants it to say, reads well with what is optional left out, and is laid out as a court's paper."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from zhixing.casework.facts import rules
from zhixing.casework.papers.kinds import TYPED, Kind, catalogue, kinds, laws, said_by
from zhixing.casework.papers.rendering import filler

KINDS = list(kinds().values())
SPEC = catalogue()["kinds"]
ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条|第\d+条")
CPL = "《中华人民共和国民事诉讼法》"
MOVED = 194  # from here on the revision in force on 2024-01-01 put four articles (指定遗产管理人案件) before the old ones
BAD = re.compile(r"（）|人民币元|[，、；：（][，、；。]|。。|自起|至止|undefined|None|\{\{|\{%|\}\}|%\}")
ROOT = Path(__file__).resolve().parents[2]


def builder() -> Any:
    spec = importlib.util.spec_from_file_location("papers_builder", ROOT / "scripts" / "papers.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def words(document: Any) -> str:
    """Everything a reader sees, tables too, in the order of the page."""
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p")))


def values(kind: Kind, *, on: date, optional: bool) -> dict[str, Any]:
    """What is visibly made up; what may be left empty is empty unless asked for."""
    party = {"name": "甲某", "about": "住样例路1号" if optional else ""}
    made: dict[str, Any] = {}
    for f in kind.fields:
        said = optional or f.source != TYPED or f.required
        text = f.usual if f.usual is not None else f"样例{f.label}" if said else ""
        made[f.name] = [party, {**party, "name": "乙公司"}] if f.type == "list" else optional if f.type == "bool" else text
    return made | laws(on)


@pytest.fixture(scope="module")
def fill():
    with filler() as one:
        yield one


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_a_template_says_each_element_that_the_law_asks_of_its_paper(kind: Kind, fill):
    said, used = words(Document(str(kind.template))), set(fill.fields_of(kind.template))
    asked = SPEC[kind.id]["elements"]
    missing = [label for label, (what, *_) in asked.items() if what not in used and what not in said]
    assert asked
    assert missing == []
    assert all(basis and rest in ([], ["待核"]) for _, basis, *rest in asked.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_a_kind_belongs_to_events_of_the_regulation_and_to_a_volume(kind: Kind):
    assert SPEC[kind.id]["events"]
    assert set(SPEC[kind.id]["events"]) <= set(rules.rulebook().events)
    assert kind.volume in ("main", "supplementary")


def test_no_wording_names_an_article_since_articles_are_renumbered():
    assert {k: found for k, spec in SPEC.items() if (found := ARTICLE.findall(str(spec["text"])))} == {}


@pytest.mark.parametrize("optional", [True, False], ids=["all said", "only what is required"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_a_paper_reads_well_with_and_without_what_is_optional(kind: Kind, optional: bool, fill, tmp_path: Path):
    target = tmp_path / "made.docx"
    fill.fill(kind.template, values(kind, on=date(2026, 3, 2), optional=optional), target)
    said = words(Document(str(target)))
    assert BAD.findall(said) == []
    for name in kind.needs:
        value = values(kind, on=date(2026, 3, 2), optional=optional)[name]
        assert value is True or value is False or (value[0]["name"] if isinstance(value, list) else str(value)) in said, name


@pytest.mark.parametrize(("on", "kind", "says"), [
    (date(2023, 4, 3), "enforcement_notice", "第二百四十七条"), (date(2024, 1, 1), "enforcement_notice", "第二百五十一条"),
    (date(2023, 12, 31), "property_report_order", "第二百四十八条"), (date(2024, 1, 1), "property_report_order", "第二百五十二条"),
    (date(2023, 6, 1), "freezing_ruling", "第二百四十九条、第二百五十一条"), (date(2026, 3, 2), "freezing_ruling", "第二百五十三条、第二百五十五条"),
    (date(2023, 6, 1), "sealing_ruling", "第二百五十一条"), (date(2026, 3, 2), "sealing_ruling", "第二百五十五条"),
    (date(2023, 6, 1), "deduction_ruling", "第二百四十九条、第二百五十条"), (date(2026, 3, 2), "deduction_ruling", "第二百五十三条、第二百五十四条"),
    (date(2023, 6, 1), "search_order", "第二百五十五条"), (date(2026, 3, 2), "search_order", "第二百五十九条"),
    (date(2023, 6, 1), "restriction_order", "第二百六十二条"), (date(2026, 3, 2), "restriction_order", "第二百六十六条"),
    (date(2023, 6, 1), "assistance_notice", "第一百一十七条"), (date(2026, 3, 2), "assistance_notice", "第一百一十七条"),
    (date(2023, 6, 1), "termination_ruling", "第五百一十七条"), (date(2026, 3, 2), "announcement", "第九十五条"),
    (date(2023, 6, 1), "auction_ruling", "第二百三十四条"), (date(2026, 3, 2), "auction_ruling", "第二百三十八条"),
])  # fmt: skip
def test_a_paper_names_the_articles_in_force_on_its_date(on: date, kind: str, says: str, fill, tmp_path: Path):
    target = tmp_path / "made.docx"
    fill.fill(kinds()[kind].template, values(kinds()[kind], on=on, optional=True), target)
    assert says in words(Document(str(target)))


def number(text: str) -> int:
    """第二百五十一条 → 251."""
    total, digit = 0, 0
    for c in text[1:-1]:
        if c in "百十":
            total, digit = total + (digit or 1) * {"百": 100, "十": 10}[c], 0
        else:
            digit = "零一二三四五六七八九".index(c)
    return total + digit


def test_every_article_of_the_procedure_law_moved_by_four_in_2024_and_those_before_the_new_ones_did_not():
    rows: dict[str, dict[str, list[int]]] = {}
    for row in catalogue()["laws"]:
        if row["says"].startswith(CPL):
            rows.setdefault(row["name"], {})[row["from"]] = [number(a) for a in ARTICLE.findall(row["says"])]
    assert len(rows) >= 20
    for name, found in rows.items():
        old = found["2022-01-01"]
        moved = [n + 4 if n >= MOVED else n for n in old]
        assert found.get("2024-01-01", old) == moved, name


def test_every_reference_is_in_force_from_a_day_and_no_name_has_two_versions_of_one_day():
    rows = [(row["name"], date.fromisoformat(row["from"])) for row in catalogue()["laws"]]
    assert len(rows) == len(set(rows))
    assert {name for name, _ in rows} == {n for n in catalogue()["fields"] if n.startswith("law_") and n != "law_more"}
    assert {row.get("verify", "") for row in catalogue()["laws"]} <= {"", "待核"}


def test_every_field_that_is_typed_is_used_by_some_paper():
    said = {name for spec in SPEC.values() for name in said_by(spec["text"])}
    assert {n for n, f in catalogue()["fields"].items() if f["source"] == TYPED} - said == set()


def test_the_builder_makes_the_same_bytes_each_time_and_they_are_those_in_the_folder():
    made = builder()
    for ident, spec in SPEC.items():
        assert made.build(spec) == made.build(spec) == kinds()[ident].template.read_bytes(), ident
    assert {p.stem for p in (ROOT / "zhixing/casework/papers/templates").glob("*.docx")} == set(SPEC)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.id)
def test_a_paper_is_laid_out_as_a_paper_of_the_court(kind: Kind):
    document = Document(str(kind.template))
    section, title = document.sections[0], document.paragraphs[0]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 156
    assert title.text == "{{ court_name }}"
    assert title.runs[0].font.size.pt == 22
    fonts = {r._element.rPr.rFonts.get(qn("w:eastAsia")) for p in document.paragraphs for r in p.runs if r.text.strip()}
    assert fonts <= {"方正小标宋简体", "仿宋_GB2312", "黑体"}
    if not any(isinstance(line, dict) and "B" in line for line in SPEC[kind.id]["text"]):
        assert round((section.page_height - section.top_margin - section.bottom_margin) / Mm(1)) == 225


@pytest.mark.parametrize("kind", [k for k in KINDS if "paper_date" in k.needs], ids=lambda k: k.id)
def test_the_seal_on_the_date_covers_no_name_and_the_date_never_stands_on_a_page_without_text(kind: Kind):
    lines = Document(str(kind.template)).paragraphs
    at = next(n for n, p in enumerate(lines) if p.text == "{{ paper_date }}")
    shown = [p for p in lines[:at] if not p.text.startswith("{%p")]
    half_a_seal = 42 / 25.4 * 72 / 2
    line = lines[at].paragraph_format.line_spacing.pt
    assert shown[-1].paragraph_format.keep_with_next
    if at + 1 < len(lines) and lines[at + 1].text:
        assert lines[at].paragraph_format.space_after.pt + line / 2 >= half_a_seal
    if shown[-1].paragraph_format.right_indent:
        assert lines[at].paragraph_format.space_before.pt + line / 2 >= half_a_seal
