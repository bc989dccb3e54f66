"""The pages of distribution, each by whoever works there (二(四)1(5), 四(三)2(2), 四(四)3(3))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.funds.stage import People, account_of, arrived
from tests.funds_distribution.stage import LATER, OTHER, accounts, claims_of, drafted, final, money, told
from tests.real_court import MONDAY
from zhixing import clock
from zhixing.casework.cases.models import Case
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person
from zhixing.desks.funds.distribution import papers
from zhixing.desks.funds.distribution.models import Deposit, DistributionPlan, PlanObjection, UnclaimedStep
from zhixing.desks.funds.models import Payout
from zhixing.rulebook.refusals import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_morning")]
ROLES = ("handler", "team_leader", "funds_officer", "bureau_head", "termination_officer", "security_admin")


@pytest.fixture
def staff(person: Callable[..., Person]) -> dict[str, Person]:
    return {role: person(role) for role in ROLES}


@pytest.fixture
def as_(staff: dict[str, Person]) -> Callable[[str], Client]:
    def login(role: str) -> Client:
        client = Client()
        client.force_login(staff[role], backend="zhixing.shell.people.backend.PeopleBackend")
        return client

    return login


@pytest.fixture
def leader(actor: Callable[..., Actor]) -> Actor:
    return actor("team_leader")


def rows(**more: str) -> dict[str, str]:
    """The form's own marks for three rows of claims."""
    return {"claims-TOTAL_FORMS": "3", "claims-INITIAL_FORMS": "0", "claims-MIN_NUM_FORMS": "0", "claims-MAX_NUM_FORMS": "200", **more}


def claim(n: int, name: str, side: str, yuan: str, rank: str = "ordinary") -> dict[str, str]:
    return {f"claims-{n}-{k}": v for k, v in {"name": name, "side": side, "rank": rank, "turn": "", "basis": "判决书", "joined_on": "", "fen": yuan}.items()}


def text(answer: Any) -> str:
    assert answer.status_code in (200, 422, 409, 403), answer.status_code
    return str(answer.content.decode())


def step(client: Client, plan: DistributionPlan, name: str, **data: Any) -> Any:
    return client.post(reverse("distribution-plan-do", args=[plan.ref, name]), data)


def test_a_plan_goes_from_the_first_row_to_the_payouts_through_the_pages(case: Case, people: People, as_: Callable[[str], Client]) -> None:
    """二(四)1(5): made, checked by another, told, final, paid out in one go."""
    handler, leader, receipt = as_("handler"), as_("team_leader"), money(case, people)
    mine = case.parties.get(role="applicant", position=1).name
    assert mine in text(handler.get(reverse("distribution-new", args=[case.ref])))
    sent = rows(scheme="participation", principle="", law="", **{f"part-{receipt.ref}": "3,000.00"}, **claim(0, mine, "applicant", "3000"), **claim(1, OTHER, "other_case", "2000"),
                **claim(2, "", "outside", ""))  # fmt: skip
    answer = handler.post(reverse("distribution-new", args=[case.ref]), sent)
    assert answer.status_code == 302, text(answer)
    plan = DistributionPlan.objects.get()
    page = text(handler.get(reverse("distribution-plan", args=[plan.ref])))
    assert "1,800.00" in page
    assert "1,200.00" in page
    assert "计算步骤" in page
    assert "审核通过" not in page, "its maker is not offered the check"
    assert step(leader, plan, "check").status_code == 302
    everybody = list(plan.participants.values_list("pk", flat=True))
    assert step(handler, plan, "tell", pick=everybody, told_on="2026-03-02", how="当面签收").status_code == 302
    assert "2026-03-17" in text(handler.get(reverse("distribution-plan", args=[plan.ref])))
    assert step(handler, plan, "finish").status_code == 409
    account_of(case, people)
    with clock.frozen(LATER):
        handler = as_("handler")
        assert step(handler, plan, "finish").status_code == 302
        assert step(handler, plan, "pay").status_code == 302
        page = text(handler.get(reverse("distribution-plan", args=[plan.ref])))
    assert Payout.objects.get().amount_fen == 180_000
    assert "登记账户" in page


def test_more_rows_keep_what_was_typed_and_write_nothing(case: Case, people: People, as_: Callable[[str], Client]) -> None:
    money(case, people)
    answer = as_("handler").post(reverse("distribution-new", args=[case.ref]), rows(more="claims", scheme="participation", **claim(0, "样庚某", "outside", "12.30")))
    page = text(answer)
    assert "样庚某" in page
    assert "claims-5-name" in page
    assert not DistributionPlan.objects.exists()


@pytest.mark.parametrize(("change", "why"), [
    ({"claims-0-fen": "12.345"}, "两位小数"), ({"claims-0-fen": ""}, "没有填写债权金额"), ({"claims-0-name": "样戊某"}, "不是本案申请执行人"), ({"part": "99999"}, "可分配 3,000.00 元"),
])  # fmt: skip
def test_what_is_wrong_stands_beside_its_row(case: Case, people: People, as_: Callable[[str], Client], change: dict[str, str], why: str) -> None:
    receipt = money(case, people)
    mine = case.parties.get(role="applicant", position=1).name
    change = dict(change)
    sent = {**rows(scheme="participation", **{f"part-{receipt.ref}": change.pop("part", "3000")}, **claim(0, mine, "applicant", "3000")), "claims-TOTAL_FORMS": "1", **change}
    answer = as_("handler").post(reverse("distribution-new", args=[case.ref]), sent)
    assert answer.status_code in (422, 409)
    page = text(answer)
    assert why in page, page[page.find("<main"):][:6000]
    assert not DistributionPlan.objects.exists()


def test_an_objection_is_kept_opposed_and_settled_on_the_page(case: Case, people: People, leader: Actor, as_: Callable[[str], Client]) -> None:
    """民诉法解释第509、510条."""
    handler, plan = as_("handler"), told(drafted(case, people), people, leader)
    who, against = plan.participants.get(name=OTHER), plan.participants.get(position=1)
    sent = {"participant": who.pk, "objected_on": "2026-03-02", "ground": "债权数额不实", f"disputed-{against.pk}": "500"}
    assert step(handler, plan, "object", **sent).status_code == 302
    row = PlanObjection.objects.get()
    page = text(handler.get(reverse("distribution-plan", args=[plan.ref])))
    assert "债权数额不实" in page
    assert "500.00" in page
    assert step(handler, plan, f"oppose-{row.ref}", opposed_by="样乙公司", told_on="2026-03-02").status_code == 302
    wrong = step(handler, plan, f"settle-{row.ref}", outcome="lapsed", settled_on="2026-03-02", suit_no="")
    assert wrong.status_code in (409, 422)
    assert "以前起诉" in text(wrong)
    assert step(handler, plan, f"settle-{row.ref}", outcome="sued", settled_on="2026-03-02", suit_no="（2026）豫1502民初9号").status_code == 302
    row.refresh_from_db()
    assert row.state == PlanObjection.SUED


def test_the_page_is_dense_but_whole_with_forty_creditors(case: Case, people: People, as_: Callable[[str], Client], django_assert_max_num_queries: Any) -> None:
    claims = claims_of(case) + [claims_of(case)[2].__class__(f"样{n}公司", "outside", "ordinary", 1000 * n, f"第{n}号") for n in range(1, 41)]
    plan = drafted(case, people, claims=claims)
    client = as_("handler")
    client.get(reverse("distribution-plan", args=[plan.ref]))
    with django_assert_max_num_queries(32):
        page = text(client.get(reverse("distribution-plan", args=[plan.ref])))
    assert "样40公司" in page
    assert "共 43" in page or "43 名债权人" in page


def test_deposits_go_from_the_request_to_the_release(case: Case, people: People, as_: Callable[[str], Client]) -> None:
    """四(三)2(2)."""
    handler, head, receipt = as_("handler"), as_("bureau_head"), money(case, people, 500_000)
    mine = case.parties.get(role="applicant", position=1).name
    sent = {"receipt_ref": receipt.ref, "creditor": mine, "fen": "5000", "ground": "missing", "reason": "电话、住址均无法联系"}
    answer = handler.post(reverse("distribution-deposits-case", args=[case.ref]), sent)
    assert answer.status_code == 302, text(answer)
    row = Deposit.objects.get()
    assert "批准提存" in text(head.get(reverse("distribution-deposit", args=[row.ref])))
    assert head.post(reverse("distribution-deposit-do", args=[row.ref, "approve"])).status_code == 302
    assert "5,000.00" in text(head.get(reverse("distribution-deposits") + "?state=held"))
    account = account_of(case, people)
    released = handler.post(reverse("distribution-deposit-do", args=[row.ref, "release"]), {"account": account.pk, "reason": "本人到院领取"})
    assert released.status_code == 302, text(released)
    assert Payout.objects.get().amount_fen == 500_000


def test_a_refund_shows_what_no_applicant_may_get_and_asks_for_it(case: Case, people: People, as_: Callable[[str], Client]) -> None:
    """执行规定第34条第2款."""
    handler, receipt = as_("handler"), money(case, people, 500_000, 400_000)
    account = account_of(case, people, role="debtor")
    page = text(handler.get(reverse("distribution-refund", args=[case.ref])))
    assert "1,000.00" in page
    sent = {"receipt_ref": receipt.ref, "ground": "surplus", "fen": "1000.01", "account": account.pk, "reason": "已全部清偿"}
    assert "只余 1,000.00 元" in text(handler.post(reverse("distribution-refund", args=[case.ref]), sent))
    assert handler.post(reverse("distribution-refund", args=[case.ref]), {**sent, "fen": "1000"}).status_code == 302
    assert Payout.objects.get().kind == Payout.REFUND


def test_money_nobody_takes_is_listed_by_age_and_its_step_kept_for_many(case: Case, people: People, as_: Callable[[str], Client]) -> None:
    """四(三)2(3)."""
    old = [arrived(case, people, 1_000, at=MONDAY - timedelta(days=40)), arrived(case, people, 2_000, at=MONDAY - timedelta(days=35))]
    arrived(case, people, 3_000)
    client = as_("funds_officer")
    page = text(client.get(reverse("distribution-unclaimed")))
    assert old[0].receipt_no in page
    assert "查找权利人" in page
    assert "40 天" in page
    sent = {"pick": [r.ref for r in old], "step": "search", "done_on": "2026-03-02", "note": "电话无人接听，已发短信"}
    assert client.post(reverse("distribution-unclaimed") + "?kind=case", sent).status_code == 302
    assert UnclaimedStep.objects.count() == 2
    assert "电话无人接听" in text(client.get(reverse("distribution-unclaimed")))


def test_assets_sold_elsewhere_are_joined_and_the_plan_follows_the_money_from_one_page(case: Case, people: People, as_: Callable[[str], Client]) -> None:
    """四(四)3(3): apply to join distribution; make the plan when the money arrives."""
    client, act = as_("termination_officer"), {"act_key": "k" * 20, "act_at": "", "act_late_reason": ""}
    page = text(client.get(reverse("distribution-case", args=[case.ref])))
    for kind in ("disposed_elsewhere", "joined_distribution", "distribution_money_arrived"):
        assert reverse("act", args=[case.ref, kind]) in page
    assert client.post(reverse("act", args=[case.ref, "disposed_elsewhere"]), {**act, "court": "邻区人民法院", "asset": "样路1号房屋"}).status_code == 302
    assert "申请参与分配" in text(client.get(reverse("distribution-case", args=[case.ref])))
    joined = client.post(reverse("act", args=[case.ref, "joined_distribution"]), {**act, "court": "邻区人民法院", "asset": "样路1号房屋", "claim_yuan": "5000"})
    assert joined.status_code == 302, text(joined)
    assert client.post(reverse("act", args=[case.ref, "distribution_money_arrived"]), {**act, "amount_yuan": "3000"}).status_code == 302
    assert Duty.objects.filter(case=case, rule="plan_distribution_after_money", is_open=True).exists()
    as_("team_leader")
    plan = drafted(case, people)
    step(as_("team_leader"), plan, "check")
    assert not Duty.objects.filter(case=case, rule="plan_distribution_after_money", is_open=True).exists()


@pytest.mark.parametrize("name", ["distribution-home", "distribution-deposits", "distribution-unclaimed"])
def test_who_has_no_business_with_money_sees_none_of_it(as_: Callable[[str], Client], name: str) -> None:
    assert as_("security_admin").get(reverse(name)).status_code == 403


def test_the_courts_list_leads_to_each_plan_with_its_next_step(case: Case, people: People, leader: Actor, as_: Callable[[str], Client]) -> None:
    plan = final(case, people, leader)
    accounts(plan, people)
    page = text(as_("handler").get(reverse("distribution-home")))
    assert reverse("distribution-plan", args=[plan.ref]) in page
    assert "申请发放" in page


def test_the_plan_is_drafted_as_a_paper_with_every_claim_in_it(case: Case, people: People, leader: Actor) -> None:
    """二(四)1(5), 三(二)4: printed from the plan's own figures, then checked and signed like any paper."""
    plan = drafted(case, people)
    with pytest.raises(Refusal, match="待审核"):
        papers.draft_plan_paper(plan=plan, by=people.handler, at=MONDAY)
    plan = told(plan, people, leader)
    plan.refresh_from_db()
    with pytest.raises(Refusal, match="合议庭评议笔录"):
        papers.draft_plan_paper(plan=plan, by=people.handler, at=MONDAY)
    record("panel_minutes_filed", court_id=case.court_id, case_id=case.pk, payload={"subject": "财产分配"}, desk="teams", by=people.handler, at=MONDAY)
    made = papers.draft_plan_paper(plan=plan, by=people.handler, at=MONDAY)
    assert made.kind == "distribution_plan"
    assert plan.papers.get().paper == made
    said = made.values["plan_text"]
    assert made.values["amount_yuan"] == "3,000.00"
    assert all(word in said for word in (OTHER, "2,000.00", "1,000.00", "50.00%", "合计分配 3,000.00 元"))


def test_the_clock_of_the_money_is_shown_while_creditors_may_object(case: Case, people: People, leader: Actor, as_: Callable[[str], Client]) -> None:
    """四(二)2(6), 四(三)2(2): it runs on unless a delay for distribution is approved."""
    plan = told(drafted(case, people), people, leader)
    page = text(as_("handler").get(reverse("distribution-plan", args=[plan.ref])))
    assert "发放的时限照样在走" in page
    assert reverse("funds-payout_delay_requested", args=[case.ref]) in page
