"""The words and the documents keep up with the code: glossary, clauses, desk pages, pictures, links, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from scripts import clauses, desks
from zhixing.rulebook.loader import standard

ROOT = Path(__file__).resolve().parents[2]
BOOK = standard()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MODELS = {m.__name__ for c in apps.get_app_configs() if c.name.startswith("zhixing") for m in c.get_models()}
KINDS = {e.matter_kind for e in BOOK.events.values() if e.matter_kind}
SECTIONS = {"岗位组": set(BOOK.desks), "岗位": set(BOOK.roles), "事项种类": KINDS, "模型": MODELS}


def rows(section: str) -> Iterator[list[str]]:
    """The rows of one table of the glossary, without its head."""
    text = GLOSSARY.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    yield from ([cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:])


def identifiers(section: str, column: int = 1) -> list[str]:
    return [row[column].strip("`") for row in rows(section)]


@cache
def words_of_the_product() -> frozenset[str]:
    """Every word of the code and of the regulation files, and every part between underscores."""
    files = [f for kind in ("*.py", "*.yaml") for f in (ROOT / "zhixing").rglob(kind)]
    found = {w for f in files for w in re.findall(r"[A-Za-z_]+", f.read_text(encoding="utf-8"))}
    return frozenset(found | {part for word in found for part in word.split("_")})


@pytest.mark.parametrize("section", SECTIONS)
def test_the_glossary_lists_exactly_the_desks_posts_matter_kinds_and_models_there_are(section: str) -> None:
    listed = identifiers(section)
    assert len(listed) == len(set(listed))
    assert set(listed) == SECTIONS[section]


@pytest.mark.parametrize(("section", "entries"), [("岗位组", BOOK.desks), ("岗位", BOOK.roles)])
def test_the_glossary_calls_desks_and_posts_what_the_regulation_file_calls_them(section: str, entries: object) -> None:
    for row in rows(section):
        assert entries[row[1].strip("`")].title == row[0]  # type: ignore[index]


def test_every_identifier_of_the_glossary_exists_in_the_code_or_the_regulation() -> None:
    for section in (*SECTIONS, "日志流", "概念"):
        assert set(identifiers(section)) <= words_of_the_product(), section


def test_every_alias_leads_to_an_act_by_its_official_name() -> None:
    """四(二)2, 三(六): 财产报告令, 限制高消费, 扣划 are other words for acts the file names once."""
    for alias, title, kind, clause in rows("别称"):
        event = BOOK.events[kind.strip("`")]
        assert (event.title, event.clause) == (title, clause), alias
        assert title not in alias.split("、")


def test_every_clause_named_in_the_glossary_exists() -> None:
    cited = [c for s in ("岗位组", "事项种类", "模型", "日志流", "概念") for row in rows(s) for c in row[2].split("、")]
    assert set(cited) <= set(BOOK.clauses)


def test_words_of_two_meanings_name_nothing() -> None:
    barred = {word for row in rows("一词两义、不作标识的词") for word in re.findall(r"[a-z]+", row[0])}
    names = {*(m.lower() for m in MODELS), *BOOK.desks, *BOOK.roles, *KINDS, *BOOK.facts, *BOOK.events}
    assert barred
    assert not barred & names


def test_the_clauses_document_is_what_the_regulation_says_today() -> None:
    assert clauses.FILE.read_text(encoding="utf-8") == clauses.text(BOOK), "请运行 scripts/clauses.py"


@pytest.mark.parametrize("desk", BOOK.desks)
def test_every_desk_has_a_page_whose_tables_are_those_of_the_regulation(desk: str) -> None:
    text = desks.path(desk).read_text(encoding="utf-8")
    assert text == desks.text(BOOK, desk), "请运行 scripts/desks.py"
    introduction = text.split(desks.MARKER)[0]
    assert introduction.startswith(f"# {BOOK.desks[desk].title}\n")
    assert introduction.split("\n\n")[1].count("。") >= 3, "介绍太短"


def test_no_page_is_kept_for_a_desk_that_is_gone() -> None:
    assert {p.stem for p in desks.FOLDER.glob("*.md")} == set(BOOK.desks)


@pytest.mark.parametrize("document", DOCS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_and_picture_of_a_document_exists(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (document.parent / target).exists(), target


def test_every_command_the_documents_tell_staff_to_type_exists() -> None:
    told = {c for d in DOCS for c in re.findall(r"(?:\bbin/zhixing|^zhixing|`zhixing) ([a-z_]+)", d.read_text(encoding="utf-8"), re.M)}
    assert told
    assert told <= set(get_commands())


def test_every_environment_variable_the_product_reads_is_explained_to_who_installs_it() -> None:
    settings = (ROOT / "zhixing" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:ZHIXING|DATABASE)_[A-Z_]+)"', settings))
    explained = (ROOT / "docs" / "operate" / "install.md").read_text(encoding="utf-8")
    assert not {name for name in read if f"`{name}`" not in explained}
