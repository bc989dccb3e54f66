"""Who must be served with each kind of paper, and what being served means beyond the paper itself (`serving.yaml`, 三(三)1, 二(四)1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhixing.casework.cases.models import Party
from zhixing.casework.papers.models import Paper

FILE = Path(__file__).with_name("serving.yaml")
ROLES = {"debtors": (Party.DEBTOR,), "applicants": (Party.APPLICANT,)}


@dataclass(frozen=True, slots=True)
class Records:
    """The event that follows from service on some recipients. `of` names where one of its fields is found in the journal."""

    event: str
    to: tuple[str, ...]
    tells: Mapping[str, str]
    of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Serving:
    """Whom a kind of paper goes to: tokens of `serving.yaml`, or why to nobody."""

    kind: str
    to: tuple[str, ...]
    why_not: str
    clause: str
    verify: str
    records: Records | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be served: a party of the case, or a name that the paper gives. `label` is unique within the case."""

    label: str
    party: Party | None
    tokens: frozenset[str]


@cache
def servings() -> dict[str, Serving]:
    """Every kind of paper by id, read once."""
    raw = yaml.safe_load(FILE.read_text("utf-8"))["kinds"]
    return {kind: _serving(kind, row) for kind, row in raw.items()}


def _serving(kind: str, row: Mapping[str, Any]) -> Serving:
    said = row.get("records")
    records = Records(said["event"], tuple(said["to"]), said["tells"], said.get("of", {})) if said else None
    return Serving(kind, tuple(row.get("to", ())), row.get("not", ""), row.get("clause", ""), row.get("verify", ""), records)


def to_serve(paper: Paper, parties: Sequence[Party]) -> list[Recipient]:
    """Everybody whom a paper must be served on, each once. `parties` are those of its case in their order."""
    found: dict[str, tuple[Party | None, set[str]]] = {}
    for token in servings()[paper.kind].to:
        for label, party in _meant(token, paper, parties):
            found.setdefault(label, (party, set()))[1].add(token)
    return [Recipient(label, party, frozenset(tokens)) for label, (party, tokens) in found.items()]


def _meant(token: str, paper: Paper, parties: Sequence[Party]) -> list[tuple[str, Party | None]]:
    if token.startswith("$"):
        name = str(paper.values.get(token[1:]) or "").strip()[:120]
        return [(name, None)] if name else []
    if token == "addressee" and (paper.party_id or paper.recipient):
        own = [p for p in parties if p.pk == paper.party_id]
        return [(label_of(p, parties), p) for p in own] or [(paper.recipient, None)]
    roles = ROLES.get("debtors" if token == "addressee" else token)
    wanted = [p for p in parties if (p.role in roles if roles else p.role not in (Party.DEBTOR, Party.APPLICANT))]
    return [(label_of(p, parties), p) for p in wanted]


def label_of(party: Party, parties: Sequence[Party]) -> str:
    """A party's name; where two of a case bear it, with place and number, so that neither is taken for the other."""
    if sum(p.name == party.name for p in parties) < 2:
        return party.name[:120]
    return f"{party.name[:90]}（{party.get_role_display()}{party.position}）"
