"""What the random walks, the campaigns and the broken copies found: each stays found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.funds.stage import People, account_of, accounted, arrived, asked
from tests.real_court import moment
from zhixing.casework.cases.models import Case
from zhixing.casework.people.actors import Actor
from zhixing.desks.funds import corrections
from zhixing.desks.funds.balances import trial_balance
from zhixing.desks.funds.ledger import close_month
from zhixing.rulebook.refusals import Refusal

pytestmark = pytest.mark.django_db
MARCH_30, APRIL_2 = moment("2026-03-30 09:00"), moment("2026-04-02 09:00")


class TestAnAmountThatIsNone:
    """四(三)2: it is refused in words; the database's own no used to reach the handler as an error."""

    @pytest.mark.parametrize("fen", [0, -1])
    def test_is_refused_where_a_payout_is_asked_for(self, new_case: Callable[..., Case], people: People, fen: int) -> None:
        case = new_case("样乙公司")
        row = arrived(case, people, 1_000)
        accounted(row, people, 1_000)
        with pytest.raises(Refusal, match="金额应大于零"):
            asked(row, account_of(case, people), people, fen)

    def test_is_refused_where_money_is_accounted_for(self, new_case: Callable[..., Case], people: People) -> None:
        row = arrived(new_case("样乙公司"), people, 1_000)
        with pytest.raises(Refusal, match="不能为负数"):
            accounted(row, people, -1)


class TestACorrectionInAnotherMonth:
    """四(三)1: what is put right is booked on the day it is; it used to be booked on the day of arrival, and its reversal on the day itself."""

    @pytest.fixture
    def two(self, new_case: Callable[..., Case]) -> tuple[Case, Case]:
        return new_case("样乙公司"), new_case("样丁公司")

    def corrected(self, two: tuple[Case, Case], people: People, approver: Actor, close_first: bool) -> None:
        row = arrived(two[0], people, 1_000, at=MARCH_30)
        corrections.ask_correction(receipt_ref=row.ref, number=two[1].number, reason="看错案号", by=people.officer, at=MARCH_30)
        if close_first:
            close_month(first_on=date(2026, 3, 1), bank_fen=1_000, by=approver, at=APRIL_2)
        corrections.correct(receipt_ref=row.ref, by=approver, at=APRIL_2)

    def test_leaves_the_month_of_arrival_what_the_bank_says(self, two: tuple[Case, Case], people: People) -> None:
        self.corrected(two, people, people.finance, close_first=False)
        assert trial_balance(two[0].court_id, date(2026, 3, 31)).bank_fen == 1_000
        assert close_month(first_on=date(2026, 3, 1), bank_fen=1_000, by=people.finance, at=APRIL_2).bank_fen == 1_000

    def test_can_still_be_made_when_that_month_is_closed(self, two: tuple[Case, Case], people: People) -> None:
        self.corrected(two, people, people.finance, close_first=True)
        two[1].account.refresh_from_db()
        assert two[1].account.balance_fen == 1_000
