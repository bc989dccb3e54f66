"""What a docstring owes its reader.

Every public module, class and function says what it is. A function that refuses says so ("Raises …", "Refuses …", "refused"). A
quantity names its unit, in the name (`amount_fen`, `limit_bytes`, `pause_minutes`) or in the docstring; a bare `limit` counts rows. Modules of casework, the desks
and the rulebook name their source, or the package that they are a part of does: a clause of the regulation, an article, a standard,
a decision (ADR) or a row of the threats. A function that raises by a private function of its module raises.
Public is what has no leading underscore and is neither nested, nor a test, migration or setting, nor a property, nor a name that Django or
the standard library gives (`clean`, `save`, `handle` …). What is not read: apps, urls, commands, the workers for strangers' files;
what a view raises; the unit of a result; a source of each module of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import zhixing

ROOT = Path(zhixing.__file__).parent
LEFT_OUT = ("migrations", "worker", "management")  # made by Django; programs of their own; words of the command line
GIVEN = {"clean", "save", "ready", "handle", "add_arguments", "save_model", "get_queryset", "handle_starttag", "handle_endtag", "handle_data", "delete", "run",
         "log_message", "add_worksheet", "execute", "default", "render", "has_changed", "bound_data", "prepare_value", "to_python", "validate", "get_context", "process_view", "process_exception",
         "authenticate"}  # fmt: skip
SOURCE = re.compile(r"[一二三四五]\([一二三四五六七八九十]\)|[一二三四五]\d|§|第\d+条|民诉法|解释|法释|法发|最高人民法院|GB|ISO|ADR|等保|PIPL|ASVS|民法典|国务院|\b[TIGFRP]\d+\b|ITU|RFC|OOXML|ARCHITECTURE\.md")
RAISES = re.compile(r"[Rr]aise|[Rr]efus|404|rejected")
QUANTITIES = {"amount", "days", "hours", "minutes", "seconds", "percent", "rate", "weight", "width", "height", "duration", "interval", "timeout", "size"}
UNITS = re.compile(r"fen|yuan|元|day|hour|minute|second|percent|%|byte|pixel|millimet|mm|character|rows?|word|share|ratio|number|count|month|KiB|MB", re.I)


def modules() -> list[Path]:
    """Every module that is written by hand."""
    return [p for p in sorted(ROOT.rglob("*.py")) if not set(p.relative_to(ROOT).parts) & set(LEFT_OUT) and p.name not in ("settings.py", "apps.py", "urls.py", "__main__.py")]


def public(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.ClassDef, str]]:
    """Public classes, functions and methods with their names."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node, node.name
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_") and inner.name not in GIVEN and not inner.name.startswith("clean_"):
                        yield inner, f"{node.name}.{inner.name}"


def faults(path: Path) -> Iterator[str]:
    """What is missing in a module."""
    tree, name = ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT))
    head = ast.get_docstring(tree) or ""
    if tree.body and not head:
        yield f"{name}: the module"
    ruled = name.split("/")[0] in ("casework", "desks", "rulebook")
    texts = [ast.get_docstring(node) or "" for node, _ in public(tree)]
    room = ast.get_docstring(ast.parse((path.parent / "__init__.py").read_text("utf-8"))) or ""
    if ruled and tree.body and not any(map(SOURCE.search, [room, head, *texts])):
        yield f"{name}: no source"
    helpers = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("_")}
    for node, what in public(tree):
        text = ast.get_docstring(node) or ""
        view = any(isinstance(d, ast.Call) and getattr(d.func, "id", "") == "page" for d in node.decorator_list)
        shown = any(getattr(d, "id", getattr(d, "attr", "")) in ("property", "setter", "overload") for d in node.decorator_list)
        if not text and not shown:
            yield f"{name}: {what}"
        if not isinstance(node, ast.FunctionDef) or not text:
            continue
        if not view and raises(node, helpers, set()) and not RAISES.search(text + head):
            yield f"{name}: {what} raises and does not say so"
        wanted = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)} & QUANTITIES
        if wanted and not UNITS.search(text + head):
            yield f"{name}: {what} has {', '.join(sorted(wanted))} without a unit"


def raises(node: ast.FunctionDef, helpers: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    """Whether a function raises, itself or by a private function of its module."""
    for one in walk_own(node):
        if isinstance(one, ast.Raise) and one.exc is not None:
            return True
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in helpers and one.func.id not in seen:
            seen.add(one.func.id)
            if raises(helpers[one.func.id], helpers, seen):
                return True
    return False


def walk_own(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(one)


@pytest.mark.parametrize("room", sorted({p.relative_to(ROOT).parts[0] for p in modules()}))
def test_public_docstrings_say_what_errors_units_and_source(room: str) -> None:
    found = [fault for path in modules() if path.relative_to(ROOT).parts[0] == room for fault in faults(path)]
    assert not found, "\n".join(found)
