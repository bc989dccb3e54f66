"""Conditions over facts: small, three-valued (true, false, unknown) and able to say what they looked at.

An expression is data from the regulation file. It is compiled once into a closure, so that asking it costs a few
dictionary look-ups, and it keeps its source so that every answer can be explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .deadlines import CST, add_months
from .periods import Period

Answer = bool | None
History = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition may look at: fact values, when each event kind first and last happened, and the moment asked."""

    values: Mapping[str, Any]
    happened: History
    at: datetime


Test = Callable[[Facts], Answer]


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression with its source. Call it with `Facts`; None means that a fact is not known."""

    source: Mapping[str, Any]
    test: Test

    def __call__(self, facts: Facts) -> Answer:
        return self.test(facts)


class BadExpression(ValueError):
    """An expression that cannot be compiled; the message names the key and the keys allowed."""


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "at_most": lambda a, b: a <= b,
    "at_least": lambda a, b: a >= b,
    "over": lambda a, b: a > b,
    "under": lambda a, b: a < b,
}
FORMS = ("fact", "happened", "elapsed", "all", "any", "not", "predicate")


def compile_expression(source: Any, predicates: Mapping[str, Condition], defaults: Mapping[str, Any]) -> Condition:
    """Compile `source`. `predicates` are those already compiled, `defaults` the facts' values when never set.

    Raises `BadExpression` for an unknown form, key, predicate, fact or period.
    """
    if not isinstance(source, Mapping):
        raise BadExpression(f"条件应写成键值对，允许的形式：{'、'.join(FORMS)}")
    form = next((f for f in FORMS if f in source), None)
    if form is None:
        raise BadExpression(f"不认识的条件 {dict(source)}，允许的形式：{'、'.join(FORMS)}")
    return Condition(source, COMPILERS[form](source, predicates, defaults))


def _only(source: Mapping[str, Any], *allowed: str) -> None:
    for key in source:
        if key not in allowed:
            raise BadExpression(f"不认识的键 {key}，允许：{'、'.join(allowed)}")


def _number(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else value


def _fact(source: Mapping[str, Any], _p: Mapping[str, Condition], defaults: Mapping[str, Any]) -> Test:
    _only(source, "fact", "is", "in", "known", *COMPARISONS)
    name = source["fact"]
    if name not in defaults:
        raise BadExpression(f"没有这个事实：{name}")
    default = defaults[name]
    if "known" in source:
        wanted = bool(source["known"])
        return lambda f: (f.values.get(name, default) is not None) is wanted
    if "is" in source:
        value = source["is"]
        return lambda f: None if (v := f.values.get(name, default)) is None else v == value
    if "in" in source:
        options = tuple(source["in"])
        return lambda f: None if (v := f.values.get(name, default)) is None else v in options
    for word, compare in COMPARISONS.items():
        if word in source:
            limit = _number(source[word])
            return _comparison(name, default, compare, limit)
    raise BadExpression(f"事实 {name} 缺少比较方式：is、in、known、{'、'.join(COMPARISONS)}")


def _comparison(name: str, default: Any, compare: Callable[[Any, Any], bool], limit: Any) -> Test:
    def test(facts: Facts) -> Answer:
        value = facts.values.get(name, default)
        return None if value is None else compare(_number(value), limit)

    return test


def _happened(source: Mapping[str, Any], _p: Mapping[str, Condition], _d: Mapping[str, Any]) -> Test:
    _only(source, "happened", "within", "after")
    kind = source["happened"]
    if "within" in source:
        period = Period.parse(str(source["within"]))
        return lambda f: (s := f.happened.get(kind)) is not None and not beyond(moment(s[1]), period, f.at)
    if "after" in source:
        other = source["after"]
        return lambda f: (s := f.happened.get(kind)) is not None and (
            (o := f.happened.get(other)) is None or s[1] >= o[1]
        )
    return lambda f: kind in f.happened


def _elapsed(source: Mapping[str, Any], _p: Mapping[str, Condition], defaults: Mapping[str, Any]) -> Test:
    _only(source, "elapsed")
    inner = source["elapsed"]
    if not isinstance(inner, Mapping):
        raise BadExpression("elapsed 需要 since 和 over 或 at_most")
    _only(inner, "since", "over", "at_most")
    since = inner["since"]
    period = Period.parse(str(inner.get("over", inner.get("at_most"))))
    over = "over" in inner

    def test(facts: Facts) -> Answer:
        start = anchor(since, facts)
        return None if start is None else beyond(start, period, facts.at) is over

    return test


def anchor(since: str, facts: Facts) -> datetime | None:
    """The moment a period is counted from: a fact's date, or the last time an event happened."""
    value = facts.values.get(since)
    if value is None:
        spans = facts.happened.get(since)
        value = spans[1] if spans else None
    return None if value is None else moment(value)


def moment(value: Any) -> datetime:
    """A date, datetime or ISO text as a moment in the court's time zone."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=CST)
    parsed = datetime.fromisoformat(value)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=CST)


def first_day_beyond(start: datetime, period: Period) -> date:
    """The first day on which more than `period` has passed since `start` (whole days; never rolled).
    Raises ValueError for a period in other units than days or months."""
    day = start.astimezone(CST).date()
    if period.unit == "months":
        return add_months(day, period.n) + timedelta(days=1)
    if period.unit == "days":
        return day + timedelta(days=period.n + 1)
    raise BadExpression(f"条件里的期间只能用 days 或 months，不能用 {period.unit}")


def beyond(start: datetime, period: Period, at: datetime) -> bool:
    """Whether strictly more than `period` lies between `start` and `at`."""
    return at.astimezone(CST).date() >= first_day_beyond(start, period)


def _all(source: Mapping[str, Any], predicates: Mapping[str, Condition], defaults: Mapping[str, Any]) -> Test:
    _only(source, "all")
    tests = [compile_expression(s, predicates, defaults).test for s in source["all"]]

    def test(facts: Facts) -> Answer:
        answer: Answer = True
        for one in tests:
            got = one(facts)
            if got is False:
                return False
            if got is None:
                answer = None
        return answer

    return test


def _any(source: Mapping[str, Any], predicates: Mapping[str, Condition], defaults: Mapping[str, Any]) -> Test:
    _only(source, "any")
    tests = [compile_expression(s, predicates, defaults).test for s in source["any"]]

    def test(facts: Facts) -> Answer:
        answer: Answer = False
        for one in tests:
            got = one(facts)
            if got is True:
                return True
            if got is None:
                answer = None
        return answer

    return test


def _not(source: Mapping[str, Any], predicates: Mapping[str, Condition], defaults: Mapping[str, Any]) -> Test:
    _only(source, "not")
    inner = compile_expression(source["not"], predicates, defaults).test
    return lambda f: None if (got := inner(f)) is None else not got


def _predicate(source: Mapping[str, Any], predicates: Mapping[str, Condition], _d: Mapping[str, Any]) -> Test:
    _only(source, "predicate")
    name = source["predicate"]
    if name not in predicates:
        raise BadExpression(f"没有这个判断，或它写在后面：{name}")
    return predicates[name].test


COMPILERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Condition], Mapping[str, Any]], Test]] = {
    "fact": _fact,
    "happened": _happened,
    "elapsed": _elapsed,
    "all": _all,
    "any": _any,
    "not": _not,
    "predicate": _predicate,
}


def looked_at(source: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every ("fact"|"event"|"predicate", name) that an expression refers to."""
    for key in ("fact", "happened", "after", "predicate"):
        if key in source:
            yield ("fact" if key == "fact" else "predicate" if key == "predicate" else "event", source[key])
    if "elapsed" in source:
        yield ("since", source["elapsed"]["since"])
    for key in ("all", "any"):
        for inner in source.get(key, ()):
            yield from looked_at(inner)
    if "not" in source:
        yield from looked_at(source["not"])
