"""What the court's own records already say about the grounds of 四(一): nobody types it a second time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook.deadlines import add_months
from zhixing.rulebook.engine import State

from .tracks import earlier_termination, from_reception

RECEPTION = "first_reception_recorded"
FROM_RECEPTION, FROM_CASES = "来自初次接待笔录", "来自本院同一被执行人的前案"


def facts_of(court_id: int, filed: Mapping[int, date]) -> dict[int, dict[str, tuple[bool, str]]]:
    """Case → fact → (value, where it comes from), for cases given with their filing dates. Three statements, whatever their number."""
    found: dict[int, dict[str, tuple[bool, str]]] = defaultdict(dict)
    texts = JournalEntry.objects.filter(court_id=court_id, case_id__in=list(filed), kind=RECEPTION).order_by("seq")
    for case_id, text in texts.values_list("case_id", "payload"):  # the newest record wins
        found[case_id] |= {fact: (value, FROM_RECEPTION) for fact, value in from_reception(json.loads(text)).items()}
    rule = earlier_termination()
    for case_id in _after_termination(court_id, filed):
        found[case_id][rule.fact] = (True, FROM_CASES)
    return found


def _after_termination(court_id: int, filed: Mapping[int, date]) -> set[int]:
    """Cases with a debtor, known by number, whose earlier case here ended that way not long before (四(一)2(6))."""
    rule = earlier_termination()
    debtors = Party.objects.filter(court_id=court_id, role=Party.DEBTOR).exclude(id_number="")
    ours = list(debtors.filter(case_id__in=list(filed)).values_list("case_id", "id_number"))
    ended = (
        debtors.filter(id_number__in={number for _, number in ours}, case__closing_way=rule.closing_way, case__closed_on__isnull=False)
        .values_list("case_id", "id_number", "case__closed_on")
    )  # fmt: skip
    closings: dict[str, list[tuple[int, date]]] = defaultdict(list)
    for case_id, number, closed_on in ended:
        closings[number].append((case_id, closed_on))
    return {
        case_id for case_id, number in ours for other, closed_on in closings[number]
        if other != case_id and closed_on <= filed[case_id] <= add_months(closed_on, rule.within.n)
    }  # fmt: skip


def add_to(state: State, known: Mapping[str, tuple[bool, str]]) -> State:
    """The state with what the records say wherever nobody has written down anything else."""
    state.facts = {**{fact: value for fact, (value, _) in known.items()}, **state.facts}
    return state


def of_case(case: Case) -> dict[str, tuple[bool, str]]:
    """What the records say about one case."""
    return facts_of(case.court_id, {case.pk: case.filed_on}).get(case.pk, {})

