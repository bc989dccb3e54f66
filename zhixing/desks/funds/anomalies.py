"""What a funds officer looks at twice (四(三)1: 异常情况报告执行局长和团队): thresholds in `limits.yaml`, each finding with why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Count, F, Q

from zhixing.casework.people.models import Assignment
from zhixing.rulebook.money.amounts import fen_of, words

from .keeping import limits
from .models import Payout
from .queries import payouts_of

LIVE = (*Payout.PENDING, *Payout.GONE)
MOST = 100


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What stands out: by which rule and about whom or what (`subject`, the same whenever it is found), why, the payouts it is about."""

    rule: str
    subject: str
    why: str
    payouts: list[Payout]

    @property
    def title(self) -> str:
        """What the rule is called."""
        return str(limits()["anomalies"][self.rule]["title"])


def anomalies(court_id: int, at: datetime) -> list[Anomaly]:
    """Everything that stands out now, a fixed number of statements whatever the rows."""
    rule, rows = limits()["anomalies"], payouts_of(court_id).filter(state__in=LIVE)
    return [*_same_account(court_id, rule["same_account"]), *_just_under(rows, rule["just_under"]), *_changed(rows, rule["account_changed"]),
            *_stand_in(court_id, rows), *_split(court_id, rule["split"], at), *_round_trip(rows, rule["round_trip"])]  # fmt: skip


def _same_account(court_id: int, rule: dict[str, Any]) -> list[Anomaly]:
    """One account that gets money of many cases."""
    many = Payout.objects.filter(court_id=court_id, state__in=LIVE).values("account_no").annotate(n=Count("case", distinct=True)).filter(n__gte=rule["cases"])
    found = payouts_of(court_id).filter(state__in=LIVE, account_no__in=[m["account_no"] for m in many[:MOST]]).order_by("account_no", "pk")
    return [Anomaly("same_account", _hidden(number), f"{group[0].holder}（尾号{number[-4:]}）收取 {len({p.case_id for p in group})} 个案件的款", group)
            for number, group in _grouped(found, "account_no").items()]  # fmt: skip


def _just_under(rows: Any, rule: dict[str, Any]) -> list[Anomaly]:
    """An amount a little below what a post may approve."""
    ceilings = sorted({fen_of(str(p["up_to_yuan"]), "") for p in limits()["ceilings"]["posts"] if "up_to_yuan" in p})
    found = []
    for ceiling in ceilings:
        near = rows.filter(amount_fen__lte=ceiling, amount_fen__gte=ceiling * (100 - rule["percent"]) // 100).order_by("-pk")
        found += [Anomaly("just_under", p.ref, f"{words(p.amount_fen)} 元，上限 {words(ceiling)} 元", [p]) for p in near[:MOST]]
    return found


def _changed(rows: Any, rule: dict[str, Any]) -> list[Anomaly]:
    """The payee's account took the place of another a short while before the request."""
    late = rows.filter(account__replaces__isnull=False, account__at__gte=F("requested_at") - timedelta(days=rule["days"])).select_related("account__replaces")
    return [Anomaly("account_changed", p.ref, f"尾号{p.account.replaces.number[-4:]} 改为 尾号{p.account_no[-4:]}", [p]) for p in late.order_by("-pk")[:MOST]]


def _stand_in(court_id: int, rows: Any) -> list[Anomaly]:
    """Who asked and who approved stand in for each other."""
    pairs = Assignment.objects.filter(court_id=court_id, stand_in_for__isnull=False, revoked_at__isnull=True).values_list("person_id", "stand_in_for_id")
    either = {frozenset(pair) for pair in pairs}
    people = {p for pair in either for p in pair}
    close = rows.filter(Q(approved_by__in=people) & Q(requested_by__in=people)).order_by("-pk")[:MOST] if people else []
    return [Anomaly("stand_in", p.ref, f"申请 {p.requested_by.name}，批准 {p.approved_by.name}", [p]) for p in close
            if frozenset((p.requested_by_id, p.approved_by_id)) in either]  # fmt: skip


def _split(court_id: int, rule: dict[str, Any], at: datetime) -> list[Anomaly]:
    """Several payouts to one account within days."""
    since = Q(court_id=court_id, state__in=LIVE, requested_at__gte=at - timedelta(days=rule["days"]))
    many = Payout.objects.filter(since).values("case", "account_no").annotate(n=Count("pk")).filter(n__gte=rule["payouts"])[:MOST]
    wanted = {(m["case"], m["account_no"]) for m in many}
    found = payouts_of(court_id).filter(since, case__in={c for c, _ in wanted}).order_by("case", "pk")
    groups: dict[tuple[int, str], list[Payout]] = defaultdict(list)
    for p in found:
        if (p.case_id, p.account_no) in wanted:
            groups[p.case_id, p.account_no].append(p)
    return [Anomaly("split", _hidden(f"{case}:{number}"), f"{rule['days']} 天内 {len(g)} 笔，合计 {words(sum(p.amount_fen for p in g))} 元", g)
            for (case, number), g in groups.items()]  # fmt: skip


def _round_trip(rows: Any, rule: dict[str, Any]) -> list[Anomaly]:
    """Money that goes back to whoever paid it in, or to the account it came from, other than as a refund."""
    back = Q(receipt__payer__gt="") & (Q(payee=F("receipt__payer")) | Q(holder=F("receipt__payer"))) | Q(receipt__payer_account__gt="", account_no=F("receipt__payer_account"))
    found = rows.filter(back, kind__in=rule["kinds"]).order_by("-pk")[:MOST]
    return [Anomaly("round_trip", p.ref, f"缴款人 {p.receipt.payer or '—'}，收款人 {p.payee}（户名 {p.holder}，尾号{p.account_no[-4:]}）", [p]) for p in found]


def _hidden(text: str) -> str:
    """A name for an account that does not say its number."""
    return sha256(text.encode()).hexdigest()[:32]


def _grouped(rows: Any, name: str) -> dict[str, list[Payout]]:
    groups: dict[str, list[Payout]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups
