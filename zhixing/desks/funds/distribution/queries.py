"""What the pages show: the court's plans by step, a case's plans and money, one plan with everybody in it, deposits by age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Prefetch, Q, Sum

from zhixing.casework.cases.models import Case, Party
from zhixing.casework.duties.clocks import Clock, clock_of, explain_url
from zhixing.casework.duties.models import Duty
from zhixing.casework.matters.queries import CLOCK
from zhixing.rulebook.model import Rulebook

from ..keeping import day_of
from ..keeping import limits as funds_limits
from ..models import PayeeAccount, Payout, Receipt
from ..queries import calendar_of, spoken_for
from .keeping import last_day, limits
from .models import Deposit, DistributionPlan, HeldShare, Participant, PlanClaim, PlanObjection, PlanPaper, PlanPart
from .sharing import Claimed, scheme_of
from .standing import COUNTED, Standing, standings

ELSEWHERE = ("disposed_elsewhere", "joined_distribution", "distribution_money_arrived")
CLOCKS = ("join_distribution", "plan_distribution_after_money", "tell_distribution_plan", "law_distribution_objection")


def counts(court_id: int) -> dict[str, int]:
    """How many plans stand in each step that waits for something. One statement."""
    rows = DistributionPlan.objects.filter(court_id=court_id, state__in=DistributionPlan.LIVE).values_list("state").annotate(n=Count("pk"))
    return {**dict.fromkeys(DistributionPlan.LIVE, 0), **dict(rows)}


def plans_of(court_id: int, state: str, *, after: int = 0, limit: int) -> list[DistributionPlan]:
    """Plans in a step, oldest first, after one's id, with how many take part and when the last was told. One statement."""
    rows = DistributionPlan.objects.filter(court_id=court_id, state=state, pk__gt=after).select_related("case", "case__handler", "made_by")
    told = {"people": Count("participants", distinct=True), "untold": Count("participants", filter=Q(participants__told_on__isnull=True), distinct=True),
            "last_told_on": Max("participants__told_on")}  # fmt: skip
    return list(rows.annotate(**told).order_by("pk")[:limit])


@dataclass(frozen=True, slots=True)
class CasePlans:
    """A case's plans, newest first, its clocks about distribution, and the receipts that may still be shared with what is left."""

    plans: list[DistributionPlan]
    clocks: list[Clock]
    receipts: list[tuple[Receipt, int]]


def of_case(case: Case, *, book: Rulebook, at: datetime) -> CasePlans:
    """Six statements."""
    calendar = calendar_of(case.court_id)
    rows = Duty.objects.filter(case=case, is_open=True, rule__in=CLOCKS).order_by("due_at", "pk").values(*CLOCK)
    clocks = [clock_of(r, book=book, calendar=calendar, at=at, url=explain_url(r["id"], case_ref=case.ref)) for r in rows]
    return CasePlans(list(case.distribution_plans.select_related("made_by", "checked_by").order_by("-pk")), clocks, receipts_of(case))


def left_on(case: Case) -> list[tuple[Receipt, int]]:
    """The receipts on a case with what of each is neither settled nor paid nor asked for (fen). Two statements."""
    rows = list(Receipt.objects.filter(case=case, state=Receipt.BOOKED).exclude(channel=Receipt.ON_SITE).order_by("arrived_on", "pk"))
    gone = spoken_for([r.pk for r in rows], COUNTED)
    return [(r, r.amount_fen - r.settled_fen - gone.get(r.pk, 0)) for r in rows]


def receipts_of(case: Case, plan: DistributionPlan | None = None) -> list[tuple[Receipt, int]]:
    """What may be shared: the receipts of a case outside other live plans; those of `plan` with what it used of them already.
    Five statements at most."""
    parts = PlanPart.objects.filter(plan__state__in=DistributionPlan.LIVE, plan__case=case)
    taken = set((parts.exclude(plan=plan) if plan else parts).values_list("receipt_id", flat=True))
    used = _used(plan) if plan else {}
    return [(r, fen + used.get(r.pk, 0)) for r, fen in left_on(case) if r.pk not in taken and fen + used.get(r.pk, 0) > 0]


def _used(plan: DistributionPlan) -> dict[int, int]:
    paid = Payout.objects.filter(planned__participant__plan__court_id=plan.court_id, planned__participant__plan__no=plan.no, state__in=COUNTED)
    found = dict(paid.values_list("receipt_id").annotate(fen=Sum("amount_fen")))
    for receipt_id, fen in Deposit.objects.filter(receipt__plan_parts__plan=plan, state=Deposit.HELD).values_list("receipt_id").annotate(fen=Sum("fen")):
        found[receipt_id] = found.get(receipt_id, 0) + fen
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One claim of the table: who (only beside the first claim of a name), in which rank, and how everything of that name stands."""

    who: Participant
    claim: PlanClaim | None
    rank: str
    first: bool
    rows: int
    standing: Standing
    ends_on: date | None
    account: PayeeAccount | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """All that the page of a plan shows."""

    plan: DistributionPlan
    parts: list[PlanPart]
    lines: list[Line]
    objections: list[PlanObjection]
    versions: list[DistributionPlan]
    paper: PlanPaper | None
    clocks: list[tuple[Receipt, Clock]]
    ends_on: date | None

    @property
    def creditors(self) -> list[Line]:
        """One line for each creditor."""
        return [line for line in self.lines if line.first and line.who.side != Participant.DEBTOR]

    @property
    def payable_fen(self) -> int:
        """What may go out now, to everybody."""
        return sum(line.standing.payable_fen for line in self.creditors)


def plan_of(court_id: int, ref: str) -> DistributionPlan | None:
    """The plan of this court. One statement."""
    related = ("case", "case__handler", "case__state_row", "made_by", "checked_by", "settled_by")
    return DistributionPlan.objects.select_related(*related).filter(court_id=court_id, ref=ref).first()


def page_of(plan: DistributionPlan, *, book: Rulebook, at: datetime) -> PlanPage:
    """Everything about a plan: a fixed number of statements."""
    claims = Prefetch("claims", PlanClaim.objects.order_by("position"))
    people = list(plan.participants.order_by("position").prefetch_related(claims))
    stand, titles = standings(plan, people), {r.id: r.title for r in scheme_of(plan.scheme).ranks}
    accounts = {(a.party_id, "" if a.party_id else a.holder): a for a in PayeeAccount.objects.filter(case_id=plan.case_id, replaced_by=None)}
    ends = {on: last_day("objection", on, plan.court_id) for on in {p.told_on for p in people if p.told_on}}
    lines = []
    for who in people:
        account = accounts.get((who.party_id, "") if who.party_id else (None, who.name))
        own: Sequence[PlanClaim | None] = list(who.claims.all()) or [None]
        for n, claim in enumerate(own):
            lines.append(Line(who, claim, titles[claim.rank] if claim else "", n == 0, len(own), stand[who.pk], ends.get(who.told_on) if who.told_on else None, account))
    held = Prefetch("held", HeldShare.objects.select_related("participant").order_by("participant__position"))
    objections = list(plan.objections.select_related("participant", "made_by").prefetch_related(held).order_by("-pk"))
    versions = list(DistributionPlan.objects.filter(court_id=plan.court_id, no=plan.no).exclude(pk=plan.pk).order_by("-version"))
    paper = plan.papers.exclude(paper__state="cancelled").select_related("paper").order_by("-pk").first()
    last = max(ends.values()) if ends and all(p.told_on for p in people) else None
    parts = list(plan.parts.select_related("receipt").order_by("receipt__arrived_on", "pk"))
    return PlanPage(plan, parts, lines, objections, versions, paper, _clocks(plan, parts, book, at), last)


def _clocks(plan: DistributionPlan, parts: Sequence[PlanPart], book: Rulebook, at: datetime) -> list[tuple[Receipt, Clock]]:
    """The clock by which each receipt of a plan is to be paid out: it runs on while the creditors may object, unless a delay is approved."""
    receipts, calendar = {p.receipt.receipt_no: p.receipt for p in parts}, calendar_of(plan.court_id)
    rows = Duty.objects.filter(case_id=plan.case_id, is_open=True, rule=funds_limits()["clock"], key__in=receipts).order_by("due_at", "pk").values(*CLOCK)
    return [(receipts[r["key"]], clock_of(r, book=book, calendar=calendar, at=at, url=explain_url(r["id"], case_ref=plan.case.ref))) for r in rows]


def proposed(case: Case) -> list[Claimed]:
    """The claims that are known already: of this case's applicants, and of those who enforce against the same debtors here. Four statements."""
    accounting = case.accountings.order_by("-pk").first()
    parties = list(case.parties.order_by("position"))
    applicants = [p for p in parties if p.role == Party.APPLICANT]
    whole = accounting.claim_fen + accounting.interest_fen if accounting else int((case.claim_yuan or 0) * 100)
    found = []
    for party in applicants:
        if accounting and accounting.costs_fen and party is applicants[0]:
            found.append(Claimed(party.name, Participant.APPLICANT, "execution_costs", accounting.costs_fen, case.basis_number, case.filed_on))
        found.append(Claimed(party.name, Participant.APPLICANT, "ordinary", whole if len(applicants) == 1 else 0, case.basis_number, case.filed_on))
    debtors = [p for p in parties if p.role == Party.DEBTOR]
    same = Q(name__in=[p.name for p in debtors]) | Q(id_number__in=[p.id_number for p in debtors if p.id_number])
    others = Party.objects.filter(same, court_id=case.court_id, role=Party.DEBTOR, case__closed_on__isnull=True).exclude(case=case).values("case_id")
    rows = Party.objects.filter(case_id__in=others, role=Party.APPLICANT).select_related("case").order_by("case__filed_on", "case_id", "position")[:60]
    names = {p.name for p in applicants}
    found += [Claimed(p.name, Participant.OTHER_CASE, "ordinary", int((p.case.claim_yuan or 0) * 100), p.case.basis_number or p.case.number, p.case.filed_on)
              for p in rows if p.name not in names]  # fmt: skip
    return found


def claims_of(plan: DistributionPlan) -> list[Claimed]:
    """The claims of a plan as they were put in: where the next version starts. One statement."""
    rows = PlanClaim.objects.filter(participant__plan=plan).select_related("participant").order_by("position")
    return [Claimed(c.participant.name, c.participant.side, c.rank, c.fen, c.basis, c.joined_on, c.turn) for c in rows]


def deposits(court_id: int, *, case: Case | None = None, state: str = "", after: int = 0, limit: int) -> list[Deposit]:
    """Deposits, the oldest first, after one's id. One statement."""
    wanted = {**({"case": case} if case else {}), **({"state": state} if state else {})}
    related = ("case", "receipt", "party", "asked_by", "approved_by", "ended_by")
    return list(Deposit.objects.filter(court_id=court_id, pk__gt=after, **wanted).select_related(*related).order_by("pk")[:limit])


def deposit_counts(court_id: int) -> dict[str, tuple[int, int]]:
    """State → how many, how much (fen). One statement."""
    rows = Deposit.objects.filter(court_id=court_id).values_list("state").annotate(n=Count("pk"), fen=Sum("fen"))
    return {state: (n, fen) for state, n, fen in rows}


def deposit_ages(court_id: int, at: datetime) -> list[tuple[str, int, int]]:
    """What lies in deposit by age: words, how many, fen. One statement."""
    today, low, words, asked = day_of(at), -1, [], {}
    for n, step in enumerate(limits()["ageing"]["steps"]):
        rows = Q(approved_at__date__lt=today - timedelta(days=low)) if low >= 0 else Q()
        if "days" in step:
            rows, low = rows & Q(approved_at__date__gte=today - timedelta(days=step["days"])), step["days"]
        asked |= {f"n{n}": Count("pk", filter=rows), f"fen{n}": Sum("fen", filter=rows)}
        words.append(step["words"])
    row = Deposit.objects.filter(court_id=court_id, state=Deposit.HELD).aggregate(**asked)
    return [(text, row[f"n{n}"], row[f"fen{n}"] or 0) for n, text in enumerate(words)]
