"""Plans, payouts out of them and deposits checked against the ledger, to the fen (`zhixing verify`)."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.casework.facts.replay import Difference
from zhixing.db.reading import read

from .models import DistributionPlan
from .plans import fingerprint
from .sharing import Claimed

SHARED = """SELECT d.no, d.version, d.pool_fen, d.surplus_fen + coalesce((SELECT sum(c.share_fen) FROM distribution_claim c
  JOIN distribution_participant p ON p.id = c.participant_id WHERE p.plan_id = d.id), 0) AS shared,
  coalesce((SELECT sum(x.fen) FROM distribution_part x WHERE x.plan_id = d.id), 0) AS parts FROM distribution_plan d WHERE d.court_id = %s ORDER BY d.id"""
EACH = """SELECT d.no, d.version, p.name, p.share_fen, coalesce(sum(c.share_fen), 0) FROM distribution_participant p
JOIN distribution_plan d ON d.id = p.plan_id LEFT JOIN distribution_claim c ON c.participant_id = p.id
WHERE d.court_id = %s GROUP BY p.id, d.no, d.version, p.name, p.share_fen HAVING p.share_fen <> coalesce(sum(c.share_fen), 0)"""
OVERPAID = """SELECT d.no, p.name, p.share_fen, sum(o.amount_fen) FROM distribution_participant p JOIN distribution_plan d ON d.id = p.plan_id
JOIN distribution_plan e ON e.no = d.no AND e.court_id = d.court_id JOIN distribution_participant q ON q.plan_id = e.id AND q.name = p.name
JOIN distribution_payout l ON l.participant_id = q.id JOIN funds_payout o ON o.id = l.payout_id AND o.state NOT IN ('returned', 'cancelled')
WHERE d.court_id = %s AND d.state IN ('drafted', 'checked', 'told', 'final') GROUP BY p.id, d.no, p.name, p.share_fen HAVING sum(o.amount_fen) > p.share_fen"""
ASIDE = """SELECT coalesce((SELECT sum(balance_fen) FROM funds_account WHERE court_id = %s AND kind = 'deposit'), 0),
coalesce((SELECT sum(fen) FROM distribution_deposit WHERE court_id = %s AND state = 'held'), 0)"""
DISPUTED = """SELECT a.case_id, a.disputed_fen, sum(h.fen) FROM distribution_held h JOIN distribution_objection o ON o.id = h.objection_id
JOIN distribution_plan d ON d.id = o.plan_id JOIN funds_account a ON a.case_id = d.case_id
WHERE d.court_id = %s AND d.state IN ('drafted', 'checked', 'told', 'final') AND o.state IN ('open', 'opposed', 'corrected', 'sued')
GROUP BY a.case_id, a.disputed_fen HAVING a.disputed_fen < sum(h.fen)"""


def differences(court_id: int) -> Iterator[Difference]:
    """Everything in a court's plans and deposits that does not add up. Nothing when all of it does."""
    for no, version, pool, shared, parts in read(SHARED, (court_id,)):
        if not pool == shared == parts:
            yield Difference("distribution", f"分配方案 {no} 第{version}稿", f"可分配 {pool} 分", f"分出 {shared} 分，来款 {parts} 分")
    for no, version, name, share, claims in read(EACH, (court_id,)):
        yield Difference("distribution", f"分配方案 {no} 第{version}稿 {name}", f"{claims} 分", f"{share} 分")
    for no, name, share, paid in read(OVERPAID, (court_id,)):
        yield Difference("distribution", f"分配方案 {no} {name} 已发", f"不超过 {share} 分", f"{paid} 分")
    for balance, rows in read(ASIDE, (court_id, court_id)):
        if balance != rows:
            yield Difference("deposit", "提存款", f"{rows} 分", f"{balance} 分")
    for case_id, disputed, held in read(DISPUTED, (court_id,)):
        yield Difference("distribution", f"案件 {case_id} 争议待定", f"至少 {held} 分", f"{disputed} 分")
    yield from _fingerprints(court_id)


def _fingerprints(court_id: int) -> Iterator[Difference]:
    """Plans whose claims or shares are no longer what was computed."""
    plans = DistributionPlan.objects.filter(court_id=court_id).prefetch_related("participants__claims")
    for plan in plans.iterator(chunk_size=200):
        rows = sorted(((c, p) for p in plan.participants.all() for c in p.claims.all()), key=lambda row: row[0].position)
        shares = [(Claimed(p.name, p.side, c.rank, c.fen, c.basis, c.joined_on, c.turn), c.share_fen) for c, p in rows]
        found = fingerprint(plan.pool_fen, plan.surplus_fen, shares)
        if found != plan.digest:
            yield Difference("distribution", f"分配方案 {plan}", plan.digest, found)
