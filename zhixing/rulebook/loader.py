"""A regulation file becomes a `Rulebook`, or is refused with file, line, key and the allowed keys."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from . import model
from .expressions import BadExpression, Condition, compile_expression
from .index import build_index
from .located import BrokenFile, Located, parse
from .periods import Period

T = TypeVar("T")

SECTIONS: dict[str, tuple[type, str]] = {
    "statute": (model.Statute, "id"),
    "clauses": (model.Clause, "id"),
    "desks": (model.Desk, "id"),
    "roles": (model.Role, "id"),
    "facts": (model.Fact, "id"),
    "events": (model.EventKind, "kind"),
    "exclusions": (model.ExclusionRule, "id"),
    "duties": (model.DutyRule, "id"),
    "gates": (model.Gate, "id"),
    "ladder": (model.Rung, "id"),
    "authority": (model.Authority, "action"),
    "disclosures": (model.Disclosure, "id"),
    "readings": (model.Reading, "id"),
}
TOP = ("regulation", "statute", "clauses", "desks", "roles", "facts", "events", "predicates", "exclusions", "duties",
       "defaults", "gates", "triage", "ladder", "authority", "disclosures", "readings")  # fmt: skip
RENAMED = {model.DutyRule: {"if": "conditions"}, model.Gate: {"if": "condition"}, model.ExclusionRule: {}}
EFFECTS = ("regulation", "statute", "target")
FIELD_TYPES = ("text", "longtext", "date", "moment", "int", "yuan", "bool", "choice", "phone", "idno", "list")


class _File:
    """One file being read: turns located mappings into dataclasses, naming the place of a mistake."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.top = parse(path.read_text(encoding="utf-8"), self.name)
        self.only(self.top, TOP)

    def fail(self, where: Located, key: str, why: str, allowed: tuple[str, ...] = ()) -> NoReturn:
        raise BrokenFile(self.name, where.lines.get(key, where.line), key, why, allowed)

    def only(self, where: Located, allowed: tuple[str, ...]) -> None:
        for key in where:
            if key not in allowed:
                self.fail(where, key, "不认识的键", allowed)

    def keys_of(self, cls: type) -> tuple[str, ...]:
        """The keys that an entry of this kind may have."""
        names = {v: k for k, v in RENAMED.get(cls, {}).items()}
        return tuple(names.get(n, n) for n in _hints(cls))

    def build(self, cls: type[T], source: Any, where: Located, key: str) -> T:
        """One entry as `cls`. Unknown and missing keys and wrong types are refused."""
        if not isinstance(source, Located):
            self.fail(where, key, "这里应是一组键值")
        renamed = RENAMED.get(cls, {})
        names = {v: k for k, v in renamed.items()}
        hints = _hints(typing.cast(type, cls))
        self.only(source, self.keys_of(cls))
        values = {}
        for f in dataclasses.fields(cls):  # type: ignore[arg-type]
            file_key = names.get(f.name, f.name)
            if file_key in source and source[file_key] is not None:
                values[f.name] = self.convert(hints[f.name], source[file_key], source, file_key)
            elif f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
                self.fail(source, file_key, f"{next(iter(source.values()), '')} 缺少 {file_key}")
        return cls(**values)

    def convert(self, hint: Any, value: Any, where: Located, key: str) -> Any:
        """A YAML value as the annotated type."""
        origin = typing.get_origin(hint)
        if origin in (typing.Union, types.UnionType):
            hint = next(a for a in typing.get_args(hint) if a is not type(None))
            origin = typing.get_origin(hint)
        if hint in CONVERTERS:
            return CONVERTERS[hint](self, value, where, key)
        if origin is tuple:
            item = typing.get_args(hint)[0]
            items = value if isinstance(value, list) else [value]
            return tuple(self.convert(item, v, where, key) for v in items)
        if hint is Condition or hint is Any or origin is not None:
            return value
        if dataclasses.is_dataclass(hint):
            return self.build(typing.cast(type, hint), value, where, key)
        if hint is str and isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, hint):
            self.fail(where, key, f"应是 {hint.__name__}，读到 {value!r}")
        return value


def _period(file: _File, value: Any, where: Located, key: str) -> Period:
    try:
        return Period.parse(str(value))
    except ValueError as error:
        file.fail(where, key, str(error))


def _met_by(file: _File, value: Any, where: Located, key: str) -> model.MetBy:
    if isinstance(value, Located):
        file.only(value, ("all", "any"))
        word = next(iter(value))
        return model.MetBy(tuple(value[word]), word == "all")
    return model.MetBy(tuple(value if isinstance(value, list) else [value]))


CONVERTERS: dict[Any, Callable[[_File, Any, Located, str], Any]] = {Period: _period, model.MetBy: _met_by}


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls, vars(model))


def load(*paths: Path) -> model.Rulebook:
    """Load the regulation file and, after it, the statute files. Raises `BrokenFile`."""
    files = [_File(p) for p in paths]
    first = files[0]
    if "regulation" not in first.top:
        raise BrokenFile(first.name, 1, "regulation", "缺少 regulation")
    entries: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    places: dict[tuple[str, str], tuple[_File, Located]] = {}
    for file in files:
        defaults = file.top.get("defaults") or first.top.get("defaults", Located())
        for section, (cls, ident) in SECTIONS.items():
            for raw in file.top.get(section) or []:
                if section == "duties" and isinstance(raw, Located):
                    file.only(raw, file.keys_of(cls))
                    _apply_defaults(file, raw, defaults)
                entry: Any = file.build(cls, raw, file.top, section)
                name = str(getattr(entry, ident))
                if name in entries[section]:
                    file.fail(raw, ident, f"{name} 已经写过")
                entries[section][name] = entry
                places[section, name] = (file, raw)
    _derive_authority(entries)
    predicates = _predicates(files, entries["facts"], places)
    grounds = {side: _grounds(files, side) for side in ("for", "against")}
    book = model.Rulebook(
        regulation=first.build(model.Regulation, first.top["regulation"], first.top, "regulation"),
        statutes=entries["statute"], clauses=entries["clauses"], desks=entries["desks"], roles=entries["roles"],
        facts=entries["facts"], events=entries["events"], predicates=predicates, exclusions=entries["exclusions"],
        duties=entries["duties"], gates=entries["gates"], triage_for=grounds["for"],
        triage_against=grounds["against"], ladder=tuple(entries["ladder"].values()), authority=entries["authority"],
        disclosures=entries["disclosures"], readings=entries["readings"],
        index=build_index(entries, predicates),
    )  # fmt: skip
    from .references import check_references

    check_references(book, lambda section, name, key, why, allowed=(): _fail_at(places, section, name, key, why, allowed))
    return book


def _derive_authority(entries: Mapping[str, dict[str, Any]]) -> None:
    """An act without a row of its own may be recorded by the posts of its desks, and by nobody else."""
    for event in entries["events"].values():
        action = f"record:{event.kind}"
        if not event.system and action not in entries["authority"]:
            roles = tuple(r.id for r in entries["roles"].values() if r.desk in event.desks)
            entries["authority"][action] = model.Authority(action, roles, event.clause)


def _fail_at(
    places: Mapping[tuple[str, str], tuple[_File, Located]],
    section: str, name: str, key: str, why: str, allowed: tuple[str, ...],
) -> NoReturn:  # fmt: skip
    file, where = places[section, name]
    file.fail(where, key, f"{name}：{why}", allowed)


def _apply_defaults(file: _File, raw: Located, defaults: Mapping[str, Any]) -> None:
    """Default stops and warning rungs stand for a duty that does not name its own."""
    if not raw.get("survives_closing"):
        raw["stopped_by"] = [*(raw.get("stopped_by") or ()), *defaults.get("stopped_by", ())]
    if "warn" not in raw and defaults.get("warn") is not None:
        raw["warn"] = defaults["warn"]
    if "within" in raw and raw.get("within") is not None and raw.get("due_field") is not None:
        file.fail(raw, "within", "within 和 due_field 只能写一个")
    if raw.get("within") is None and raw.get("due_field") is None:
        file.fail(raw, "within", f"{raw.get('id')} 缺少 within 或 due_field")
    if raw.get("effect", "regulation") not in EFFECTS:
        file.fail(raw, "effect", "不认识的效力", EFFECTS)


class _Lazy(dict[str, Condition]):
    """Predicates compiled when first referred to, so that the file may state them in any order."""

    def __init__(self, raw: dict[str, tuple[_File, Located]], defaults: Mapping[str, Any]) -> None:
        super().__init__()
        self.raw, self.defaults, self.busy = raw, defaults, set[str]()

    def __contains__(self, name: object) -> bool:
        return name in self.raw

    def __missing__(self, name: str) -> Condition:
        file, where = self.raw[name]
        if name in self.busy:
            file.fail(where, "when", f"{name} 引用了它自己")
        self.busy.add(name)
        try:
            self[name] = compile_expression(where.get("when"), self, self.defaults)
        except (BadExpression, KeyError, ValueError) as error:
            if isinstance(error, BrokenFile):
                raise
            file.fail(where, "when", f"{name}：{error}")
        return self[name]


def _predicates(
    files: list[_File], facts: Mapping[str, model.Fact], places: dict[tuple[str, str], tuple[_File, Located]]
) -> dict[str, model.Predicate]:
    raw = {str(r["id"]): (f, r) for f in files for r in f.top.get("predicates") or []}
    lazy = _Lazy(raw, {f.id: f.default for f in facts.values()})
    built = {}
    for name, (file, where) in raw.items():
        places["predicates", name] = (file, where)
        plain = Located({**where, "when": lazy[name]})
        plain.line, plain.lines = where.line, where.lines
        built[name] = file.build(model.Predicate, plain, where, "predicates")
    for (section, name), (file, where) in list(places.items()):
        if section == "gates" and isinstance(where.get("if"), Located) and "when" in where["if"]:
            try:
                where["if"]["when"] = compile_expression(where["if"]["when"], lazy, lazy.defaults)
            except BadExpression as error:
                file.fail(where, "if", f"{name}：{error}")
    return built


def _grounds(files: list[_File], side: str) -> tuple[model.Ground, ...]:
    return tuple(
        f.build(model.Ground, raw, f.top, "triage") for f in files for raw in (f.top.get("triage") or {}).get(side, [])
    )


REGULATIONS = Path(__file__).resolve().parent.parent / "regulations"


@cache
def standard() -> model.Rulebook:
    """The regulation that ships with the product, with its statute limits. Read once per process."""
    return load(REGULATIONS / "shihe-2023.yaml", REGULATIONS / "statutes.yaml")


__all__ = ["BrokenFile", "date", "load", "standard"]
