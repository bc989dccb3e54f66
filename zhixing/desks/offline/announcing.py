"""Service by announcement: asked for with the proof of unknown whereabouts, approved, posted, run out after thirty days (三(三)2, 民诉法第95条)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zhixing.casework.approvals import actions as approvals
from zhixing.casework.approvals.models import Approval
from zhixing.casework.calendars.models import CalendarVersion
from zhixing.casework.cases.models import CaseState
from zhixing.casework.dossier.actions import add_scan
from zhixing.casework.facts import record, rules
from zhixing.casework.facts.forms import desk_for
from zhixing.casework.journal.models import JournalEntry
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require
from zhixing.rulebook import memory
from zhixing.rulebook.deadlines import CST
from zhixing.rulebook.refusals import Refusal

from .delivery_models import OPEN, Announcement, Delivery, Letter
from .keeping import Trace, add, chosen, climb, complete, locked, not_later
from .ladder import announcement_ends, ladder, settle

RUNG = "announce"


def ask_announcement(
    *, case_id: int, refs: Sequence[str], paper: str, medium: str, reason: str, by: Actor, at: datetime
) -> Announcement:
    """Ask for leave to serve by announcement. Refuses while a rung below is open, a letter is on its way, or the proof of
    unknown whereabouts with its reason sheet is missing."""
    spec = ladder().rungs[RUNG]
    what = "暂不能申请公告送达"
    with transaction.atomic():
        locked(case_id, by.court_id, what)
        rows = list(Delivery.objects.filter(case_id=case_id, ref__in=refs, state__in=OPEN))
        for recipient in {row.recipient for row in rows}:
            climb(RUNG, chosen(case_id, [row.ref for row in rows if row.recipient == recipient], what), what)
        _may_announce(case_id, rows, len(set(refs)), what)
        payload = {"paper": paper, "medium": medium, "published_on": at.astimezone(CST).date(), "recipients": sorted({r.recipient for r in rows}),
                   "papers": sorted({r.paper for r in rows}), "deliveries": sorted(r.ref for r in rows)}  # fmt: skip
        asked = approvals.ask(kind=spec.event, case_id=case_id, payload=payload, reason=reason,
                              desk=desk_for(rules.rulebook().events[spec.event], by), by=by, at=at)  # fmt: skip
        made, _ = Announcement.objects.get_or_create(
            approval=asked, defaults={"court_id": by.court_id, "case_id": case_id, "paper": paper[:400], "medium": medium}
        )
        Delivery.objects.filter(pk__in=[r.pk for r in rows]).update(announcement=made)
        _drop_refused(case_id, made)
        return made


def _may_announce(case_id: int, rows: Sequence[Delivery], asked: int, what: str) -> None:
    spec = ladder().rungs[RUNG]
    if not rows or len(rows) != asked:
        raise Refusal.because(what, "没有选择尚未送达的文书", clause=spec.clause, field="papers", now="请勾选要公告送达的文书")
    pending = Announcement.objects.filter(deliveries__in=rows, state__in=(Announcement.ASKED, Announcement.RUNNING))
    if pending.exclude(approval__state__in=(Approval.DECLINED, Approval.WITHDRAWN)).exists():
        raise Refusal.because(what, "已经申请公告或者正在公告", clause=spec.clause, now="请等待审批，或登记张贴情况", status=409)
    if number := Letter.objects.filter(attempts__delivery__in=rows, state=Letter.ON_THE_WAY).values_list("tracking_no", flat=True).first():
        raise Refusal.because(what, f"邮件 {number} 还在途中，其他方式尚未穷尽", clause=spec.clause, now="请先登记投递结果")
    document = CaseState.objects.filter(case_id=case_id).values_list("document", flat=True).first()
    if memory.load(document or memory.EMPTY).facts.get(spec.needs) is not True:
        raise Refusal.because(what, "没有收集下落不明的证据并附原因说明", clause=spec.clause, now="请先收集下落不明证据")


def _drop_refused(case_id: int, but: Announcement) -> None:
    """Requests that were declined or withdrawn are over."""
    refused = Announcement.objects.filter(case_id=case_id, state=Announcement.ASKED, approval__state__in=(Approval.DECLINED, Approval.WITHDRAWN))
    refused.exclude(pk=but.pk).update(state=Announcement.DROPPED)


def post_announcement(*, ref: str, published_on: date, proof: UploadedFile | None, by: Actor, at: datetime) -> Announcement:
    """Write down that an approved announcement was posted or printed, with the photographs; thirty days run from that day.
    Refuses before the approval and without the photographs."""
    spec = ladder().rungs[RUNG]
    what = "暂不能登记公告"
    require(rules.rulebook(), by, f"record:{spec.event}", what=what)
    not_later(published_on, at.astimezone(CST), what)
    with transaction.atomic():
        made = _announcement(ref, by, Announcement.ASKED, what)
        if made.approval.state != Approval.APPROVED:
            raise Refusal.because(what, "公告送达还没有批准", clause=spec.clause, now="请等待审批", status=409)
        approved_on = made.approval.decided_at.astimezone(CST).date()  # type: ignore[union-attr]
        if published_on < approved_on:
            raise Refusal.because(what, "发布日期早于批准日期", clause=spec.clause, field="published_on", now="请更正发布日期")
        if proof is None:
            raise Refusal.because(what, f"没有上传{spec.proof}", clause=spec.clause, field="proof", now=f"请上传{spec.proof}")
        scan = add_scan(case_id=made.case_id, title=spec.proof, upload=proof, event_kind=spec.event, by=by, at=at)
        calendar = rules.calendar(by.court_id, _calendar_version(by.court_id))
        made.state, made.published_on, made.expires_on = Announcement.RUNNING, published_on, announcement_ends(published_on, calendar)
        made.save(update_fields=["state", "published_on", "expires_on"])
        seq = JournalEntry.objects.filter(court_id=by.court_id, idempotency_key=f"approval:{made.approval.ref}").values_list("seq", flat=True).first()
        trace = Trace(on=published_on, where=made.medium, mode=made.medium, scan_ref=scan.ref, seq=seq)
        rows = list(made.deliveries.filter(state__in=OPEN).order_by("pk"))
        add(rows, RUNG, settle(RUNG, "公告中", {}), trace, by, at)
        return made


def close_announcement(*, ref: str, by: Actor, at: datetime) -> bool:
    """Write down that the announcement has run: whoever is still to be served counts as served. Refuses before the day."""
    spec = ladder().rungs[RUNG]
    what = f"暂不能{rules.rulebook().events[spec.done_event].verb}"
    with transaction.atomic():
        made = _announcement(ref, by, Announcement.RUNNING, what)
        if at.astimezone(CST).date() < made.expires_on:  # type: ignore[operator]
            why = f"公告自 {made.published_on:%Y-%m-%d} 起算三十日，{made.expires_on:%Y-%m-%d} 届满（{ladder().announcement_article}）"
            raise Refusal.because(what, why, clause=spec.clause, now="请在届满当日登记", status=409)
        rows = list(made.deliveries.filter(state=Delivery.ANNOUNCED).order_by("pk"))
        payload = {"served_on": made.expires_on, "papers": sorted({r.paper for r in rows}), "recipients": sorted({r.recipient for r in rows})}
        done = record(spec.done_event, court_id=by.court_id, case_id=made.case_id, payload=payload, key=f"announcement:{made.ref}",
                      desk=desk_for(rules.rulebook().events[spec.done_event], by), by=by, at=at)  # fmt: skip
        made.state = Announcement.SERVED
        made.save(update_fields=["state"])
        add(rows, RUNG, settle(RUNG, "公告届满", {}), Trace(on=made.expires_on, where=made.medium, seq=done.seq), by, at)  # type: ignore[arg-type]
        return complete(made.case_id, f"record:{spec.done_event}", by, at, at)


def _announcement(ref: str, by: Actor, state: str, what: str) -> Announcement:
    """The announcement with its case locked; refuses one that stands elsewhere."""
    found = Announcement.objects.select_related("approval").filter(ref=ref, court_id=by.court_id).first()
    if found is None:
        raise Refusal.because(what, "没有这则公告", status=404)
    locked(found.case_id, by.court_id, what)
    found.refresh_from_db(fields=["state"])
    if found.state != state:
        raise Refusal.because(what, f"这则公告{found.get_state_display()}", clause="三(三)2", now="请刷新页面", status=409)
    return found


def _calendar_version(court_id: int) -> int:
    return CalendarVersion.objects.filter(court_id=court_id).order_by("-version").values_list("version", flat=True).first() or 0
