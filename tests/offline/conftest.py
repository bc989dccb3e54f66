"""Tests of the offline desk stand on a court under the real regulation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.offline.samples import proof
from tests.real_court import (
    MONDAY,
    actor,
    book,
    clerk,
    client_of,
    court,
    moment,
    monday_morning,
    new_case,
    other_court,
    person,
)
from zhixing.casework.approvals import actions as approvals
from zhixing.casework.cases.models import Party
from zhixing.casework.dossier.actions import record_with_proof
from zhixing.casework.people.actors import Actor
from zhixing.desks.offline import actions, announcing, letters
from zhixing.desks.offline.actions import Doing
from zhixing.desks.offline.letters import Posting
from zhixing.desks.offline.models import Announcement, Delivery, Letter

__all__ = ["actor", "book", "clerk", "client_of", "court", "monday_morning", "new_case", "other_court", "person"]
TUESDAY = moment("2026-03-03 10:00")
ADDRESS = "试验市虚构路一号"


@pytest.fixture(autouse=True)
def papers_on_their_own_disk(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


class Desk:
    """The officer at work: short words for what the actions do."""

    def __init__(self, officer: Actor, head: Actor) -> None:
        self.officer, self.head = officer, head

    def consult(self, case: Any, at: datetime = MONDAY) -> None:
        """The address is looked up in the trial file and the reception record."""
        self.did(case, "delivery_address_consulted", {"source": "两者", "address": ADDRESS}, at)

    def did(self, case: Any, kind: str, payload: dict[str, Any], at: datetime = MONDAY, with_proof: bool = False) -> None:
        record_with_proof(kind, proof=proof() if with_proof else None, case_id=case.pk, payload=payload, desk="offline", key=None,  # type: ignore[arg-type]
                          by=self.officer, at=at, recorded_at=at)  # fmt: skip

    def open(self, case: Any, *papers: str, at: datetime = MONDAY, others: tuple[str, ...] = ()) -> list[Delivery]:
        """Every paper for every debtor."""
        parties = Party.objects.filter(case=case, role=Party.DEBTOR).values_list("pk", flat=True)
        named = [(p, "") for p in papers or ("执行通知书",)]
        return actions.open_deliveries(case_id=case.pk, papers=named, party_ids=list(parties), others=others, by=self.officer, at=at)

    def try_(self, row: Delivery, rung: str, result: str, at: datetime = MONDAY, key: str = "", by: Actor | None = None, **said: Any) -> bool:
        """One attempt at one delivery, with its proof."""
        on = said.pop("on", None)
        payload = {"phone": {"phone": "19900000001"}, "person": {"place": ADDRESS}}.get(rung, {}) | said
        doing = Doing(rung, result, payload, on=on, proof=proof(), key=key)
        return actions.attempt(case_id=row.case_id, refs=[row.ref], doing=doing, by=by or self.officer, at=at)

    def post(self, row: Delivery, number: str = "XA0000000001", kind: str = "户籍住所", at: datetime = MONDAY, key: str = "") -> Letter:
        """A letter with the one paper in it."""
        posting = Posting([row.ref], number, ADDRESS, kind, proof=proof(), key=key)
        letter = letters.post(case_id=row.case_id, posting=posting, by=self.officer, at=at)
        return letter or Letter.objects.get(tracking_no=number)

    def skip(self, row: Delivery, rung: str, reason: str = "没有可用的联系方式", at: datetime = MONDAY) -> None:
        actions.skip(case_id=row.case_id, refs=[row.ref], rung=rung, reason=reason, by=self.officer, at=at)

    def whereabouts(self, case: Any, at: datetime = MONDAY) -> None:
        self.did(case, "whereabouts_proof_collected", {"evidence": "居委会证明（样）", "other_ways": "短信未回", "reason_sheet": "去向不明"}, at, True)

    def announce(self, row: Delivery, at: datetime = MONDAY) -> Announcement:
        """Ask, approve, post on the board on the same day."""
        made = announcing.ask_announcement(case_id=row.case_id, refs=[row.ref], paper="公告（样）", medium="公告栏", reason="下落不明",
                                           by=self.officer, at=at)  # fmt: skip
        approvals.approve(ref=made.approval.ref, answer="同意", by=self.head, at=at)
        return announcing.post_announcement(ref=made.ref, published_on=at.date(), proof=proof(), by=self.officer, at=at)


@pytest.fixture
def desk(actor: Callable[..., Actor]) -> Desk:
    """The offline officer, with a bureau head to approve."""
    return Desk(actor("offline_officer"), actor("bureau_head"))


@pytest.fixture
def row(new_case: Any, desk: Desk) -> Delivery:
    """One paper for one debtor, the address looked up."""
    case = new_case("样乙公司")
    desk.consult(case)
    return desk.open(case)[0]
