"""Which pages and tests cite which clause: read from the project itself, so that the list cannot go stale."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CITATION = re.compile(r"[一二三四五](?:\([一二三四五六]\))?(?:\d+(?:\(\d+\))?|末段)?")


def _cited(files: list[Path]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in files:
        for clause in set(CITATION.findall(path.read_text(encoding="utf-8"))):
            if len(clause) > 1:
                found[clause].add(path.relative_to(ROOT).as_posix())
    return {clause: sorted(paths) for clause, paths in found.items()}


@cache
def tests_of_clauses() -> dict[str, list[str]]:
    """Clause → test files that cite it. Empty where the tests are not installed beside the product."""
    tests = ROOT / "tests"
    return _cited(sorted(tests.rglob("test_*.py"))) if tests.is_dir() else {}


@cache
def pages_of_clauses() -> dict[str, list[str]]:
    """Clause → templates and views that cite it."""
    pages = [*(ROOT / "zhixing").rglob("jinja2/**/*.html"), *(ROOT / "zhixing").rglob("views.py")]
    return _cited(sorted(pages))
