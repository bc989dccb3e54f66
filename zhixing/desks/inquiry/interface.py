"""Who acts when a feedback comes without a person: from the system's own interface or the server's command line."""

from __future__ import annotations

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor

from .importing import KIND


def interface_actor(court_id: int, name: str) -> Actor:
    """Somebody without a person who may take in feedbacks, and nothing that the regulation gives to other posts."""
    return Actor(None, name, court_id, frozenset(rules.rulebook().authority[f"record:{KIND}"].roles))
