"""What the worker does by the clock: send what is in the outbox, claim warnings, open the day's and the week's matters.

Each job may run on any machine at any time, also twice: what it does is claimed by compare-and-swap or unique keys.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from zhixing import clock
from zhixing.casework.assets.adopting import adopt_recent
from zhixing.casework.courts.models import Court
from zhixing.casework.dossier.dropping import take_in
from zhixing.casework.journal.actions import verify_chain
from zhixing.casework.matters.actions import open_due_matters
from zhixing.casework.notices.actions import claim_warnings
from zhixing.casework.notices.dispatch import dispatch
from zhixing.casework.notices.outages import watch_channels
from zhixing.casework.notices.receipts import fetch_receipts, sweep_silent
from zhixing.casework.people.actors import system_actor
from zhixing.desks.funds.adopting import adopt_money
from zhixing.desks.funds.bank.handing import hand_in
from zhixing.desks.funds.bank.hearing import ask
from zhixing.desks.funds.bank.keeping import the_bank, the_court
from zhixing.desks.funds.reports.findings import tell_anomalies, watch_actor
from zhixing.desks.funds.reports.monthly import keep_reports
from zhixing.desks.inquiry.polling import inquiries, poll
from zhixing.desks.offline.opening import open_missing
from zhixing.desks.offline.tracking import the_post, track

from .channels import channels

BATCH = 500
RECENT = timedelta(days=2)
SCHEDULES = {
    "sweep_warnings": "* * * * *",
    "send_notices": "* * * * *",
    "fetch_message_receipts": "*/2 * * * *",
    "watch_message_channels": "*/5 * * * *",
    "fetch_inquiries": "*/2 * * * *",
    "track_letters": "*/10 * * * *",
    "open_deliveries": "*/10 * * * *",
    "talk_to_bank": "* * * * *",
    "take_in_scans": "* * * * *",
    "open_matters": "*/10 * * * *",
    "list_measures": "10 2 * * *",
    "book_old_money": "20 2 * * *",
    "find_anomalies": "15 * * * *",
    "keep_month_reports": "40 2 * * *",
    "verify_chains": "30 2 * * *",
}  # job → cron line


def send_notices() -> dict[str, int]:
    """Send the outbox until nothing is due."""
    done: dict[str, int] = {}
    while batch := dispatch(channels=channels(), at=clock.now()):
        for state, n in batch.items():
            done[state] = done.get(state, 0) + n
    return done


def fetch_message_receipts() -> int:
    """Ask the gateways what became of the messages; say which have had no receipt for too long."""
    return fetch_receipts(channels=channels(), at=clock.now()) + sweep_silent(at=clock.now())


def watch_message_channels() -> int:
    """Tell the desk of a channel that stays down, and of one that is back."""
    return watch_channels(at=clock.now())


def fetch_inquiries() -> dict[str, int]:
    """Ask the query system and take its answers in."""
    return poll(port=inquiries(), at=clock.now())


def list_measures() -> int:
    """Feedbacks and measures that came with a register or were recorded elsewhere get their rows."""
    since = clock.now() - RECENT
    return sum(adopt_recent(court_id=court_id, since=since) for court_id in _courts())


def book_old_money() -> int:
    """Money that came with a register gets its receipts and postings."""
    now = clock.now()
    return sum(adopt_money(court_id=court_id, since=now - RECENT, at=now) for court_id in _courts())


def find_anomalies() -> int:
    """Tell the bureau head and the teams of what stands out in the payouts, each once (四(三)1)."""
    return sum(tell_anomalies(by=watch_actor(court_id), at=clock.now()) for court_id in _courts())


def keep_month_reports() -> int:
    """A closed month whose report was not kept with it gets it."""
    return sum(keep_reports(court_id=court_id, at=clock.now()) for court_id in _courts())


def talk_to_bank() -> dict[str, int]:
    """Hand in the batches that wait, ask what became of those that the bank has, and what moved on the accounts."""
    bank, now = the_bank(), clock.now()
    if not bank.connected:
        return {}
    done = hand_in(bank=bank, at=now)
    heard = ask(bank=bank, court_id=the_court().pk, at=now)
    return {**done, "paid": heard.paid, "returned": heard.returned, "received": heard.received, "unclear": len(heard.refused)}


def track_letters() -> dict[str, int]:
    """Ask the post what became of letters on their way."""
    return track(port=the_post(), at=clock.now())


def open_deliveries() -> int:
    """Papers that went out without their deliveries get them (三(三)1)."""
    return open_missing(at=clock.now())


def sweep_warnings() -> int:
    """Claim the warnings of every court."""
    told = 0
    for court_id in _courts():
        told += claim_warnings(court_id=court_id, at=clock.now(), limit=BATCH)
    return told


def open_matters() -> int:
    """Open today's and this week's matters of every court that has people."""
    return sum(len(open_due_matters(court_id=court_id, at=clock.now())) for court_id in _courts())


def take_in_scans() -> tuple[int, int]:
    """File what scanners saved into people's folders under `<data>/drop`."""
    return take_in(root=settings.VAR / "drop", at=clock.now())


def verify_chains() -> int:
    """Recompute the whole journal chain of every court; what is found is recorded in the journal itself."""
    return sum(len(verify_chain(by=system_actor(court_id), at=clock.now())) for court_id in _courts())


def _courts() -> list[int]:
    """Courts that work here: those with people."""
    return list(Court.objects.filter(people__isnull=False).order_by("pk").values_list("pk", flat=True).distinct())
