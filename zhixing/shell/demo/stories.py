"""The life of a demo case as the regulation wants it, with the delays, stalls and branches of a real court."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from zhixing.casework.facts.record_many import Past
from zhixing.rulebook.workdays import Calendar

from .logins import FAST_TEAM, TEAMS

Handlers = Mapping[str, Sequence[tuple[int, str]]]


@dataclass(slots=True)
class Story:
    """One case's past: events in order, and where its file went."""

    filed_at: datetime
    events: list[Past] = field(default_factory=list)
    moves: list[tuple[str, str, datetime]] = field(default_factory=list)


class StillToCome(Exception):
    """The story has reached the present."""


class Teller:
    """Tells one story: `go` moves time on by some working days, `tell` lets an event happen."""

    def __init__(self, random: Random, calendar: Calendar, filed_at: datetime, until: datetime, claim: str) -> None:
        self.random, self.calendar, self.now, self.until, self.claim = random, calendar, filed_at, until, claim
        self.story = Story(filed_at)
        self.holder = "intake"
        self.stall = random.random() < 0.12
        self.frozen_until: datetime | None = None
        self.handlers: Handlers = {}

    def go(self, least: int, most: int) -> None:
        """Some working days pass (in a stalled case sometimes many more), to a moment within office hours."""
        days = self.random.randint(least, most)
        if self.stall and self.random.random() < 0.15:
            days += self.random.randint(5, 40)
        if days:
            day = self.calendar.add_working_days(self.now.date(), days)
            self.now += timedelta(days=(day - self.now.date()).days)
            self.now = self.now.replace(hour=self.random.randint(8, 17), minute=self.random.randrange(60))
        else:
            self.now += timedelta(minutes=self.random.randint(3, 40))

    def tell(self, event: str, /, **payload: Any) -> None:
        """The event happens now, unless now is still to come: then the story ends here. Raises StillToCome."""
        if self.now > self.until:
            raise StillToCome
        self.story.events.append(Past(event, self.now, payload, self.holder))

    def hand(self, to: str) -> None:
        """The file goes to another desk, offered and accepted."""
        self.tell("handoff_offered", from_desk=self.holder, to_desk=to, contents=["正卷", "初次接待笔录"])
        self.go(0, 1)
        self.tell("handoff_accepted", from_desk=self.holder, to_desk=to)
        self.story.moves.append((self.holder, to, self.now))
        self.holder = to


def tell_story(
    random: Random, calendar: Calendar, filing: Mapping[str, Any], filed_at: datetime, until: datetime, handlers: Handlers
) -> Story:
    """Everything that happened to a case between its filing and `until`. `handlers` are each team's people."""
    t = Teller(random, calendar, filed_at, until, str(filing["claim_yuan"]))
    t.handlers = handlers
    try:
        t.tell("case_filed", **filing)
        for chapter in (_window, _line, _search):
            chapter(t)
        if float(t.claim) <= 50000 and random.random() < 0.6:
            _money(t, "fast_team")
        elif random.random() < 0.55:
            _money(t, "teams")
        else:
            _termination(t)
    except StillToCome:
        pass
    return t.story


def _window(t: Teller) -> None:
    t.go(0, 0)
    if t.random.random() < 0.1:
        t.tell("no_reception_explained", reason="申请执行人未到场，电话告知后邮寄材料", staff="接待专员", staff_signed=True)
        t.tell("no_reception_countersigned", note="情况属实")
        t.tell("rights_and_risks_told", told_to="申请执行人", manner="电话", items="提供线索、律师调查令、悬赏、失信名单")
    else:
        announced = t.random.choice(("是", "否", "否", "不清楚"))
        t.tell("first_reception_recorded", received_on=t.now.date().isoformat(), interviewee="申请执行人", interviewee_capacity="申请执行人",
               applicant_address="河南省信阳市浉河区虚构路1号", applicant_mobile="19900000000", debtor_identity="见案件当事人",
               announced_at_trial=announced, whereabouts="不清楚", rights_told=True, risks_told=True, told_clues=True,
               told_investigation_order=True, told_reward=True, told_dishonest_list=True, interviewer="接待专员",
               recorder="记录员", interviewer_signed=True, recorder_signed=True, interviewee_signed=True)  # fmt: skip
    t.tell("hotline_told", manner="当面")
    t.go(0, 1)
    t.hand("inquiry")


def _line(t: Teller) -> None:
    t.go(0, 1)
    t.tell("inquiry_started_zdz", query_no=f"Z{t.random.randrange(10**6):06d}")
    t.tell("inquiry_started_ddd", query_no=f"D{t.random.randrange(10**6):06d}")
    simple = float(t.claim) <= 50000
    team = FAST_TEAM if simple else t.random.choice(TEAMS)
    handler_id, handler = t.random.choice(t.handlers[team])
    t.tell("case_allocated", team=team, handler=handler, handler_id=handler_id)
    t.tell("track_set", track="simple" if simple else "ordinary", grounds="四(一)2(1)" if simple else "四(一)1")
    t.go(0, 3)
    t.tell("enforcement_notice_issued", number="通知1号")
    t.go(0, 1)
    t.tell("property_report_ordered", number="报告令1号")
    t.tell("declaration_form_issued", number="申报表1号")
    t.go(0, 1)
    t.tell("online_control_completed", result="已完成")
    t.go(1, 6)
    found = t.random.random() < 0.5
    t.tell("inquiry_feedback_received", feedback_no="F1", asset_found=found, enough_cash_found=found and t.random.random() < 0.3,
           disposal_needed=False, out_of_area=False, summary="见反馈表")  # fmt: skip
    t.go(0, 1)
    t.tell("feedback_form_printed", feedback_no="F1")
    if t.random.random() < 0.9:
        t.tell("track_set", track="simple" if simple else "ordinary", grounds="反馈后复核，维持")
    t.tell("feedback_assets_handled", feedback_no="F1")
    if found:
        t.frozen_until = t.now + timedelta(days=364)
        t.tell("online_freeze_made", measure_no="冻1", kind="存款", amount_yuan=t.claim, controlled="已控",
               expires_on=t.frozen_until.date().isoformat())  # fmt: skip
    t.go(0, 2)
    t.tell("consumption_restriction_issued", number="限消1号")
    t.tell("online_stage_completed")
    t.hand("offline")


def _search(t: Teller) -> None:
    t.go(0, 2)
    t.tell("delivery_address_consulted", source="两者", address="河南省信阳市浉河区虚构路")
    t.tell("traditional_search_started", act="调查")
    t.tell("delivery_phoned", debtor="被执行人", result="未接通")
    t.go(1, 5)
    t.tell("delivery_posted", debtor="被执行人", tracking_no=f"XA{t.random.randrange(10**9):09d}", address="户籍地",
           address_kind="户籍住所", result="签收")  # fmt: skip
    t.go(3, 8)
    t.tell("traditional_search_registered", result="已查不动产、车辆、股权", asset_covers_claim=False)
    t.tell("delivery_completed", mode="邮寄", served_on=t.now.date().isoformat())
    t.go(0, 3)
    t.tell("offline_stage_completed", asset_found=t.frozen_until is not None)


def _money(t: Teller, desk: str) -> None:
    t.hand(desk)
    t.go(5, 40)
    no = f"S{t.random.randrange(10**8):08d}"
    t.tell("money_arrived", receipt_no=no, amount_yuan=t.claim, payer="被执行人", channel="一案一账号")
    t.go(0, 1)
    t.tell("handler_reminded_of_money", receipt_no=no)
    t.tell("finance_notice_received", receipt_no=no)
    t.go(0, 2)
    t.tell("money_accounted", receipt_no=no)
    t.tell("applicant_told_to_collect", receipt_no=no, told_on=t.now.date().isoformat())
    t.tell("payout_requested", receipt_no=no, payee="申请执行人", amount_yuan=t.claim)
    t.go(0, 2)
    t.tell("payout_approved", receipt_no=no, amount_yuan=t.claim)
    t.tell("money_paid_out", receipt_no=no, amount_yuan=t.claim, payee="申请执行人")
    if t.frozen_until:
        t.tell("measure_released", measure_no="冻1", ruling_no="解1号")
    t.go(0, 5)
    _close(t, "执行完毕", "全部履行")


def _close(t: Teller, way: str, ground: str) -> None:
    day = t.now.date().isoformat()
    t.tell("closing_reported", claim_yuan=t.claim, closing_yuan=t.claim, waived_yuan="0.00", recovered_yuan=t.claim,
           closed_on=day, way=way, ground=ground)  # fmt: skip
    t.go(0, 2)
    t.tell("closing_reviewed", passed=True)
    t.tell("case_closed", closed_on=day, way=way, ground=ground)
    t.tell("closing_result_told", manner="短信")


def _termination(t: Teller) -> None:
    t.hand("termination")
    t.go(1, 8)
    t.tell("termination_reviewed", no_disposable_asset=True, investigation_papers=True, sanction_fits=False)
    t.go(1, 6)
    t.tell("termination_talk_held", talked_on=t.now.date().isoformat(), told="已告知", views="无异议", agrees="同意")
    t.tell("termination_agreed", way="申请执行人签字确认")
    earliest = t.story.filed_at + timedelta(days=95 + t.random.randint(0, 20))
    if t.now < earliest:
        t.now = earliest.replace(hour=10)
    t.tell("inquiry_started_zdz", query_no="Z2")
    t.go(0, 3)
    t.tell("termination_checked", passed=True)
    t.go(0, 2)
    t.tell("procedure_terminated", ruling_no="裁1号", terminated_on=t.now.date().isoformat())
    t.tell("closing_result_told", manner="短信")
    t.go(0, 6)
    t.tell("termination_info_entered", entered_on=t.now.date().isoformat())
    while True:
        t.now += timedelta(days=t.random.randint(150, 185))
        _renew(t)
        t.tell("requeried", asset_found=False)
        t.go(0, 5)
        t.tell("requery_result_told", manner="短信", result="未发现可供执行财产")


def _renew(t: Teller) -> None:
    """A freeze that would lapse before the next look is renewed, mostly in time."""
    if t.frozen_until is None or t.frozen_until - t.now > timedelta(days=190) or t.random.random() < 0.05:
        return
    here, t.now = t.now, min(t.now, t.frozen_until - timedelta(days=t.random.randint(2, 12)))
    t.frozen_until = t.now + timedelta(days=364)
    t.tell("measure_renewal_prepared", measure_no="冻1")
    t.tell("measure_renewed", measure_no="冻1", expires_on=t.frozen_until.date().isoformat())
    t.now = here
