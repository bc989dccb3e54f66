"""Makes the demo court: staff, cases in every stage across two years, matters of today."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from zhixing.casework.assets.adopting import adopt_recent
from zhixing.casework.cases.actions import NewCase, filing_payload
from zhixing.casework.cases.models import Case, Party
from zhixing.casework.courts.models import Court
from zhixing.casework.custody.models import Custody, Handoff
from zhixing.casework.facts import History, record_many, rules
from zhixing.casework.matters.actions import open_due_matters, open_matter
from zhixing.casework.papers.models import Letterhead
from zhixing.casework.people.actors import Actor, actor_of, system_actor
from zhixing.casework.people.models import Assignment, Person
from zhixing.casework.register.setting_up import default_court
from zhixing.casework.register.storing import insert_cases
from zhixing.desks.funds.adopting import adopt_money
from zhixing.rulebook.refusals import Refusal

from .deliveries import make_deliveries
from .logins import make_people
from .money import make_money
from .names import CAUSES, party
from .papers import make_papers
from .stories import Story, tell_story

TWO_YEARS = 730
MATTERS = (
    ("watch_officer", "instruction_received", {"from_court": "信阳中院", "content": "核报一季度执行案款清理情况（演示）"}, 3),
    ("watch_officer", "supervision_received", {"kind": "节点督办", "content": "两件案件网络查控节点超期（演示）"}, 1),
    ("watch_officer", "petition_received", {"petitioner": "演示信访人", "content": "反映案款发放慢（演示）"}, 10),
    ("reception_officer", "visit_received", {"visitor": "演示来访人", "content": "询问案件进展（演示）"}, 0),
    ("reception_officer", "hotline_called", {"content": "举报被执行人有车辆（演示）", "out_of_hours": False}, 0),
    ("entrusted_officer", "entrusted_received", {"from_court": "示例县人民法院", "kind": "房产", "content": "协助查询不动产（演示）"}, 0),
    ("handler", "conference_requested", {"kind": "听证", "system_no": "第一套"}, 2),
)


LETTERHEAD = {
    "address": "示例市演示区样板路1号", "postcode": "000000", "phone": "0376-0000000", "account_bank": "示例银行演示支行",
    "account_name": "演示区人民法院执行款专户", "account_number": "0000000000000000000",
}  # fmt: skip


def make_court(*, cases: int, seed: int, at: datetime) -> Court:
    """A whole court as it stands at `at`. The same seed and day make the same court. Refuses a database in use."""
    if Case.objects.exists() or Person.objects.exists():
        raise Refusal.because("不生成演示法院", "数据库里已经有人员或案件", now="请换一个空的数据库（DATABASE_URL 或 ZHIXING_VAR）")
    random = Random(seed)
    with transaction.atomic():
        court = default_court()
        people = make_people(court, (at - timedelta(days=TWO_YEARS + 30)).date(), at)
        Letterhead.objects.create(court=court, **LETTERHEAD)
        make_cases(court, people, cases, random, at)
        make_matters(court, people, at)
        live_today(court, people, cases, at)
    return court


def live_today(court: Court, people: dict[str, Person], cases: int, at: datetime) -> None:
    """What the desks have in hand now: papers on their way, deliveries on every rung, money in every state."""
    book = rules.rulebook()

    def who(username: str) -> Actor:
        return actor_of(people[username], book, at.date())

    make_papers(court, who, cases, at)
    make_deliveries(court, who, cases, at)
    make_money(court, who, cases, at)


def make_cases(court: Court, people: dict[str, Person], cases: int, random: Random, at: datetime) -> None:
    """File the cases, let each live its story, and put its file where the story left it."""
    days = sorted(random.randrange(TWO_YEARS) for _ in range(cases))
    counters: dict[tuple[int, str], int] = {}
    calendar = rules.shipped_calendar()
    new = []
    for back in reversed(days):
        filed_at = (at - timedelta(days=back)).replace(hour=9, minute=random.randrange(60), second=0, microsecond=0)
        if not calendar.is_working_day(filed_at.date()):
            filed_at -= timedelta(days=3)
            while not calendar.is_working_day(filed_at.date()):
                filed_at -= timedelta(days=1)
        new.append((_case(random, court, filed_at, counters), min(filed_at, at)))
    rows = insert_cases([n for n, _ in new], court_id=court.pk, at=at)
    handlers = handlers_of(court)
    stories = [tell_story(random, calendar, filing_payload(n), filed_at, at, handlers) for n, filed_at in new]
    record_many(
        [History(c.pk, s.events) for c, s in zip(rows, stories, strict=True)],
        court_id=court.pk, under="demo", by=system_actor(court.pk), at=at,
    )  # fmt: skip
    adopt_recent(court_id=court.pk, since=at)
    adopt_money(court_id=court.pk, since=at, at=at)
    Custody.objects.filter(case__in=[c.pk for c in rows]).delete()
    clerk = people["intake_clerk"]
    for row, story in zip(rows, stories, strict=True):
        _place(court, row, story, clerk)


def handlers_of(court: Court) -> dict[str, list[tuple[int, str]]]:
    """Each team's handlers as (id, name)."""
    found: dict[str, list[tuple[int, str]]] = {}
    rows = Assignment.objects.filter(court=court, role__in=("handler", "fast_handler")).order_by("pk")
    for team, ident, name in rows.values_list("team", "person_id", "person__name"):
        found.setdefault(team, []).append((ident, name))
    return found


def _case(random: Random, court: Court, filed_at: datetime, counters: dict[tuple[int, str], int]) -> NewCase:
    kind = "执恢" if random.random() < 0.08 else "执"
    year = filed_at.year
    counters[year, kind] = seq = counters.get((year, kind), 0) + 1
    claim = Decimal(round(10 ** random.uniform(3.2, 6.3) * 100)) / 100
    debtors = [party(random, Party.DEBTOR, 0.3) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
    return NewCase(
        number=f"（{year}）{court.code}{kind}{seq}号", year=year, kind=kind, seq=seq, filed_on=filed_at.date(),
        parties=[party(random, Party.APPLICANT, 0.15), *debtors], claim_yuan=claim, cause=random.choice(CAUSES),
        case_type="恢复执行" if kind == "执恢" else "首次执行", basis_number=f"（{year - 1}）{court.code}民初{random.randrange(1, 9000)}号",
        basis_court=court.name,
    )  # fmt: skip


def _place(court: Court, case: Case, story: Story, clerk: Person) -> None:
    """Custody and handoffs as the story's moves say."""
    since, desk = story.filed_at, "intake"
    for source, target, moment in story.moves:
        Custody.objects.create(court=court, case=case, desk=desk, since_at=since, until_at=moment)
        Handoff.objects.create(
            court=court, case=case, from_desk=source, to_desk=target, contents=["正卷"], state=Handoff.ACCEPTED,
            offered_at=moment, offered_by=clerk, answered_at=moment, answered_by=clerk,
        )  # fmt: skip
        since, desk = moment, target
    Custody.objects.create(court=court, case=case, desk=desk, since_at=since)


def make_matters(court: Court, people: dict[str, Person], at: datetime) -> None:
    """A few matters of this week, and the watch day of today."""
    book = rules.rulebook()
    for username, event, payload, days in MATTERS:
        data = dict(payload)
        if any(f.name == "due_on" for f in book.events[event].fields):
            data["due_on"] = (at + timedelta(days=days)).date().isoformat()
        if event == "conference_requested":
            data["begins_at"] = (at + timedelta(days=days)).isoformat()
        open_matter(event=event, payload=data, by=actor_of(people[username], book, at.date()), at=at - timedelta(hours=2),
                    recorded_at=at)  # fmt: skip
    open_due_matters(court_id=court.pk, at=at)
