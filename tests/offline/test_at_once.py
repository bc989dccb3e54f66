"""Two at once: one letter is settled once, one photograph is filed once, whoever comes first (三(三)2-3)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.offline.samples import PNG
from tests.real_court import MONDAY
from zhixing.casework.dossier.models import Scan
from zhixing.casework.journal.models import JournalEntry
from zhixing.desks.offline import evidence, field_actions, letters
from zhixing.desks.offline.evidence import Taken
from zhixing.desks.offline.field_actions import Stop
from zhixing.desks.offline.models import Attempt, Evidence, LetterMessage
from zhixing.outside.post import Tracking

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
HANDS = 4


def at_once(act: Callable[[], Any]) -> list[Any]:
    """What each hand got when all begin together."""
    gate, got = threading.Barrier(HANDS), []

    def hand() -> None:
        try:
            gate.wait(20)
            got.append(act())
        except Exception as error:  # looked at by the test
            got.append(error)
        finally:
            connection.close()

    hands = [threading.Thread(target=hand) for _ in range(HANDS)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return got


def test_the_last_word_of_the_post_heard_by_many_workers_ends_a_letter_once(desk: Any, row: Any) -> None:
    desk.try_(row, "phone", "未接通")
    letter = desk.post(row)
    last = Tracking(letter.tracking_no, "delivered", MONDAY, ident="9")
    got = at_once(lambda: letters.hear(letter=letter, tracking=last, by=desk.officer, at=MONDAY))
    assert sorted(map(str, got)) == ["False"] * (HANDS - 1) + ["True"]
    assert LetterMessage.objects.count() == 1
    assert Attempt.objects.filter(result="签收").count() == 1
    assert JournalEntry.objects.filter(kind="delivery_completed").count() == 1


def test_a_photograph_sent_many_times_at_once_is_filed_once(desk: Any, new_case: Any) -> None:
    day = field_actions.schedule(day=MONDAY.date(), kind="不动产", officer_ids=[desk.officer.person_id], by=desk.officer, at=MONDAY,
                                 stops=[Stop(new_case("样乙公司").pk, "甲路", "查看")])  # fmt: skip
    task = day.tasks.get().ref

    def send() -> bool:
        upload = SimpleUploadedFile("photo.png", PNG)
        taken = Taken("key-0000-0001", "photo", MONDAY, sha256(PNG).hexdigest(), upload)
        return evidence.keep(task_ref=task, taken=taken, by=desk.officer, at=MONDAY)

    got = at_once(send)
    assert sorted(map(str, got)) == ["False"] * (HANDS - 1) + ["True"]
    assert (Evidence.objects.count(), Scan.objects.count()) == (1, 1)


def test_batches_scheduled_at_once_have_numbers_of_their_own(desk: Any, new_case: Any) -> None:
    stop = Stop(new_case("样乙公司").pk, "甲路", "查看")
    got = at_once(lambda: field_actions.schedule(day=MONDAY.date(), kind="车辆", officer_ids=[desk.officer.person_id], stops=[stop],
                                                 by=desk.officer, at=MONDAY).batch_no)  # fmt: skip
    assert sorted(map(str, got)) == [f"20260302-{n:03}" for n in range(1, HANDS + 1)]
