"""The court's letterhead: kept by whoever may, said by every paper drafted afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.casework.people.authority import require

from ..journal.actions import note_read
from .models import Letterhead

FIELDS = ("address", "postcode", "phone", "account_bank", "account_name", "account_number")


def letterhead_of(court_id: int) -> Letterhead:
    """The court's letterhead; an empty one (not kept) where nobody wrote it yet."""
    return Letterhead.objects.filter(court_id=court_id).first() or Letterhead(court_id=court_id)


def keep_letterhead(*, said: Mapping[str, Any], by: Actor, at: datetime) -> Letterhead:
    """Write it down. Who changed what is on the access trail, since the account number decides where debtors pay."""
    require(rules.rulebook(), by, "do:edit_letterhead", what="暂不能修改抬头和专户")
    values = {name: str(said.get(name) or "").strip() for name in FIELDS}
    with transaction.atomic():
        before = letterhead_of(by.court_id)
        changed = [Letterhead._meta.get_field(n).verbose_name for n in FIELDS if getattr(before, n) != values[n]]
        head, _ = Letterhead.objects.update_or_create(court_id=by.court_id, defaults=values)
        note_read(action="do:edit_letterhead", path="/papers/letterhead/", address="", detail=f"修改文书抬头：{'、'.join(map(str, changed))}",
                  by=by, at=at)  # fmt: skip
    return head
