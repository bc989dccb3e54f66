"""The court's bank by the settings, who speaks for it, and the connection's numbers."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from zhixing.casework.courts.models import Court
from zhixing.casework.facts import rules
from zhixing.casework.journal.append import append
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.models import Person
from zhixing.casework.register.setting_up import default_court
from zhixing.outside.bank import Bank, FileBank, HttpBank

NAME, STREAM, CLAUSE = "银行接口", "people", "四(三)1"
# What the bank's own word lets it write down: money that came, payments that went or came back. Never a request or an approval.
KINDS = ("general_money_arrived", "money_arrived", "money_paid_out", "money_partly_paid_out", "payout_returned")


@cache
def limits() -> dict[str, Any]:
    """The numbers of `limits.yaml`."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("limits.yaml").read_text("utf-8"))
    return found


def the_bank() -> Bank:
    """The court's bank: a connection where there is an address, else files that a clerk carries."""
    return _made(settings.BANK["url"], settings.BANK["secret"], settings.VAR / "outbox")


@cache
def _made(url: str, secret: str, folder: Path) -> Bank:
    return HttpBank(url, secret) if url else FileBank(folder)


def the_court() -> Court:
    """The court whose accounts the connection is about: the one named in the settings, else this machine's own."""
    named = settings.BANK["court"]
    return Court.objects.get(code=named) if named else default_court()


def bank_actor(court_id: int, at: datetime) -> Actor:
    """The connection as whoever acts: an account of the court that nobody can log in with, which may write down only `KINDS`."""
    username = f"bank-{court_id}"
    person = Person.objects.filter(court_id=court_id, username=username).first()
    if person is None:
        with transaction.atomic():
            Court.objects.select_for_update().get(pk=court_id)
            person, made = Person.objects.get_or_create(
                username=username, defaults={"name": NAME, "court_id": court_id, "is_active": False, "created_at": at, "password": "!"},
            )  # fmt: skip
            if made:
                by = Actor(None, NAME, court_id, system=True)
                append(stream=STREAM, kind="account_created", payload={"username": username, "name": NAME}, clause=CLAUSE, by=by, at=at)
    book = rules.rulebook()
    return Actor(person.pk, NAME, court_id, frozenset(r for kind in KINDS for r in book.authority[f"record:{kind}"].roles))
