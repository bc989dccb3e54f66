"""Every act of the regulation that people record has a form, and every matter kind a way to begin (design: nothing unreachable)."""

from __future__ import annotations

import pytest
from django import forms

from tests.small_court import MONDAY
from zhixing.casework.facts.forms import ActForm, known_values
from zhixing.casework.matters.queries import events_of, opening_events
from zhixing.rulebook.engine import State
from zhixing.rulebook.loader import standard

KINDS = sorted(k for k, e in standard().events.items() if not e.system)
PLAIN = {"text", "longtext", "date", "moment", "int", "yuan", "bool", "choice", "phone", "idno", "list"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_act_has_a_form_with_all_its_fields_and_their_labels(kind):
    spec = standard().events[kind]
    form = ActForm(spec, now=MONDAY, asks=True, overrides=True)
    for field in spec.fields:
        assert field.type in PLAIN
        assert isinstance(form.fields[field.name], forms.Field)
        assert (form.fields[field.name].label, form.fields[field.name].required) == (field.label, field.required)
    assert not {f.name for f in spec.fields} & {n for n in form.fields if n.startswith("act_")}
    assert known_values(standard(), spec, State()) == {}


def test_an_act_is_done_by_somebody_at_some_desk():
    nobody = [k for k in KINDS if f"record:{k}" not in standard().authority]
    assert nobody == []


def test_every_matter_kind_begins_and_goes_on():
    book = standard()
    for kind in opening_events(book):
        assert events_of(book, kind), kind


def test_every_duty_is_met_by_an_act_that_a_row_of_the_worklist_can_offer():
    book = standard()
    for rule in book.duties.values():
        assert any(k in book.events for k in rule.met_by.kinds), rule.id
