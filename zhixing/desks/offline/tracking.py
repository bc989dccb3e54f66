"""The worker asks the post about letters on their way; whatever it says again or late changes nothing (三(三)2).

Any number of workers may run: a letter is claimed by moving its next moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from django.conf import settings

from zhixing.casework.facts import rules
from zhixing.casework.people.actors import Actor
from zhixing.outside.messages import TransientError
from zhixing.outside.post import HttpPost, ListPost, Post

from . import queries
from .delivery_models import Letter
from .ladder import ladder
from .letters import hear_all

BATCH, PAUSE, AFTER_FAULT = 100, timedelta(hours=6), timedelta(minutes=30)
NAME = "邮政查询接口"


def the_post() -> Post:
    """The court's post: an interface where there is an address, else the pasted list."""
    return _made(settings.POST["url"], settings.POST["token"])


@cache
def _made(url: str, token: str) -> Post:
    return HttpPost(url, token) if url else ListPost()


def track(*, port: Post, at: datetime) -> dict[str, int]:
    """Ask about the letters that are due. Returns counts: asked, settled, failed (asked again later)."""
    done = {"asked": 0, "settled": 0, "failed": 0}
    if not port.fetches:
        return done
    mine: dict[int, list[Letter]] = {}
    for letter in queries.due_letters(at, BATCH):
        claimed = Letter.objects.filter(pk=letter.pk, ask_at=letter.ask_at, state=Letter.ON_THE_WAY)
        if claimed.update(ask_at=at + PAUSE):
            mine.setdefault(letter.court_id, []).append(letter)
    for court_id, found in mine.items():
        done["asked"] += len(found)
        try:
            said = port.track([letter.tracking_no for letter in found])
        except TransientError:
            Letter.objects.filter(pk__in=[x.pk for x in found], state=Letter.ON_THE_WAY).update(ask_at=at + AFTER_FAULT)
            done["failed"] += len(found)
            continue
        done["settled"] += sum(heard.settled for heard in hear_all(said, by=post_actor(court_id), at=at))
    return done


def post_actor(court_id: int) -> Actor:
    """Somebody without a person who may write down how letters ended, and nothing that the regulation gives to other posts."""
    kind = ladder().rungs["post"].result_event
    return Actor(None, NAME, court_id, frozenset(rules.rulebook().authority[f"record:{kind}"].roles))
