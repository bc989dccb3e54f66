"""The command-line windows on the rules: names and JSON shapes are the product's public face."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.cast import MONDAY
from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalHead


def ask(*words: str) -> Any:
    out = StringIO()
    call_command(*words, stdout=out)
    return json.loads(out.getvalue())


def test_a_list_of_events_comes_back_as_every_duty(tmp_path: Path) -> None:
    """四(二)2(1), 三(二)5, 四(二)2(2): no database."""
    events = [
        {"kind": "case_filed", "at": "2023-04-03T10:00", "payload": {"number": "x", "filed_on": "2023-04-03"}},
        {"kind": "enforcement_notice_issued", "at": "2023-04-04T10:00", "payload": {}},
        {"kind": "property_report_ordered", "at": "2023-04-10T10:00", "payload": {}},
        {"kind": "handoff_accepted", "at": "2023-04-04T10:20", "payload": {"from_desk": "intake", "to_desk": "inquiry"}},
    ]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(events), encoding="utf-8")
    duties = {d["id"]: d for d in ask("rulebook", "run", str(path), "--at", "2023-04-12T09:00", "--json")}
    assert duties["notice_and_report_order"]["status"] == "met_late"
    assert duties["notice_and_report_order"]["due_at"] == "2023-04-07T23:59:59+08:00"
    assert duties["start_zdz_after_file"]["due_at"] == "2023-04-06T11:00:00+08:00"
    assert duties["start_queries"]["status"] == "late"
    assert duties["law_enforcement_six_months"]["status"] == "open"
    for duty in duties.values():
        assert {"id", "clause", "desk", "started_at", "due_at", "status"} <= duty.keys()
    earlier = {d["id"]: d for d in ask("rulebook", "run", str(path), "--at", "2023-04-03T12:00", "--json")}
    assert earlier["notice_and_report_order"]["status"] == "open"
    assert "start_zdz_after_file" not in earlier


def test_an_unknown_event_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text('[{"kind": "nonsense", "at": "2023-04-03T10:00"}]', encoding="utf-8")
    with pytest.raises(CommandError, match="第 1 个事件"):
        call_command("rulebook", "run", str(path), "--at", "2023-05-01T00:00")


@pytest.mark.parametrize(
    ("facts", "track", "decided_for", "decided_against"),
    [
        ({"claim_yuan": 50000}, "simple", ["四(一)2(1)"], []),
        ({"claim_yuan": 50000.01}, "ordinary", [], []),
        ({"claim_yuan": 1000, "disposal_needed": True}, "ordinary", ["四(一)2(1)"], ["四(一)3(1)"]),
        ({"enough_cash_found": True, "debtor_is_state_organ": True}, "ordinary", ["四(一)2(2)"], ["四(一)3(4)"]),
        ({"title_transfer_only": True}, "simple", ["四(一)2(4)"], []),
        ({"previous_termination_within_six_months": True}, "simple", ["四(一)2(6)"], []),
        ({"claim_yuan": 1, "asset_found": False, "debtor_missing": True, "served_by_announcement_at_trial": True,
          "precise_clue_given": False}, "ordinary", ["四(一)2(1)"], ["四(一)3(6)"]),
        ({"claim_yuan": 1, "objection_raised": True}, "ordinary", ["四(一)2(1)"], ["四(一)3(7)"]),
    ],
)  # fmt: skip
def test_triage_says_its_track_and_the_clauses_on_both_sides(
    tmp_path: Path, facts: dict[str, Any], track: str, decided_for: list[str], decided_against: list[str]
) -> None:
    """四(一)2–3: a ground against beats any ground for."""
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    answer = ask("rulebook", "triage", str(path), "--json")
    assert (answer["track"], answer["for"], answer["against"]) == (track, decided_for, decided_against)


def test_triage_refuses_a_fact_it_does_not_know_and_lists_those_it_does(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text('{"claim": 1}', encoding="utf-8")
    with pytest.raises(CommandError, match="claim_yuan"):
        call_command("rulebook", "triage", str(path))


def test_clauses_events_and_facts_are_listed_with_what_belongs_to_them() -> None:
    clauses = ask("rulebook", "clauses", "--json")
    assert "start_zdz_after_file" in clauses["三(二)5"]["duties"]
    assert "no_handoff_without_reception" in clauses["三(一)3"]["gates"]
    assert any("test_command_line" in t for t in clauses["三(二)5"]["tests"])
    events = {e["kind"]: e for e in ask("rulebook", "events", "--json")}
    assert {"name", "label", "type", "required", "choices"} == set(events["case_filed"]["fields"][0])
    facts = {f["fact"]: f for f in ask("rulebook", "facts", "--json")}
    assert facts["claim_yuan"]["triage"] == ["四(一)2(1)"]


def test_the_shipped_regulation_passes_its_own_check() -> None:
    out = StringIO()
    call_command("rulebook", "check", stdout=out)
    assert "检查通过" in out.getvalue()


@pytest.mark.django_db
def test_the_demo_court_is_the_same_for_the_same_seed_and_verifies() -> None:
    with clock.frozen(MONDAY):
        call_command("demo", cases=25, seed=7, stdout=StringIO())
    numbers = list(Case.objects.order_by("pk").values_list("number", "claim_yuan", "debtors", "stage", "holder"))
    assert len(numbers) == 25
    assert Duty.objects.filter(is_open=True).exists()
    answer = ask("verify", "--json")
    assert answer == {"ok": True, "differences": []}


@pytest.mark.django_db
def test_verify_exits_with_one_and_names_what_is_off() -> None:
    """trust T4: a head that does not fit its chain is found."""
    with clock.frozen(MONDAY):
        call_command("demo", cases=5, seed=7, stdout=StringIO())
    JournalHead.objects.filter(stream="casework").update(hash="f" * 64)
    duty = Duty.objects.filter(is_open=True).first()
    assert duty is not None
    Duty.objects.filter(pk=duty.pk).update(due_at=MONDAY)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify", "--json", stdout=out)
    assert ended.value.code == 1
    kinds = {d["kind"] for d in json.loads(out.getvalue())["differences"]}
    assert {"chain", "duty"} <= kinds


@pytest.mark.django_db
def test_demo_log_ins_are_told_of_the_demo_court_only(cast: dict[str, Any]) -> None:
    """A real court's people have the same posts, never the demo's password: nothing about them is printed."""
    from zhixing.shell.demo.logins import shown

    assert cast["intake_clerk"].username == "intake_clerk"
    assert shown() == []
