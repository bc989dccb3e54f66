"""A refusal a clerk can act on: what was refused, why (clause), what to do now, who can."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal. `field` names the form field it stands beside ("" for the whole form)."""

    why: str
    clause: str = ""
    now: str = ""
    who: str = ""
    field: str = ""


@dataclass(eq=False)
class Refusal(Exception):
    """Something was refused. `what` is a Chinese sentence; every `Reason` says why, what now and who can."""

    what: str
    reasons: list[Reason] = field(default_factory=list)
    status: int = 422

    def __str__(self) -> str:
        return "；".join([self.what, *(f"{r.why}（{r.clause}）" if r.clause else r.why for r in self.reasons)])

    @classmethod
    def because(
        cls, what: str, why: str, *, clause: str = "", now: str = "", who: str = "", field: str = "", status: int = 422
    ) -> Refusal:
        """A refusal with a single reason."""
        return cls(what, [Reason(why, clause, now, who, field)], status)
