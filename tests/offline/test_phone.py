"""What comes from the officer's phone is written once, as it was taken, by who took it (三(三)3, 四(二)5)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from tests.cast import browser
from tests.offline.samples import PNG
from tests.offline.test_delivery_pages import debtor
from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.dossier.models import Scan
from zhixing.casework.people.models import Person
from zhixing.desks.offline import field_actions
from zhixing.desks.offline.field_actions import Stop
from zhixing.desks.offline.field_models import Evidence, FieldTask
from zhixing.desks.offline.models import Delivery

SEND, TAKEN = "/offline/today/send/", "2026-03-02T08:50:00+08:00"


@pytest.fixture(autouse=True)
def at_nine() -> Any:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
def officer(desk: Any) -> Person:
    return Person.objects.get(pk=desk.officer.person_id)


@pytest.fixture
def phone(client_of: Any, officer: Person) -> Any:
    return client_of(officer)


def outside(desk: Any, stops: list[Stop], kind: str) -> list[FieldTask]:
    day = field_actions.schedule(day=MONDAY.date(), kind=kind, officer_ids=[desk.officer.person_id], stops=stops, by=desk.officer, at=MONDAY)
    return list(day.tasks.order_by("position"))


@pytest.fixture
def task(desk: Any, new_case: Any) -> FieldTask:
    return outside(desk, [Stop(new_case("样乙公司").pk, "甲路一号", "查看房屋")], "不动产")[0]


def photo(task: FieldTask, officer: Person, content: bytes = PNG, **otherwise: Any) -> dict[str, Any]:
    """An item as the phone sends it."""
    return {
        "key": "key-0000-0001", "person": officer.username, "task": task.ref, "kind": "photo", "taken_at": TAKEN, "sha256": sha256(content).hexdigest(),
        "latitude": "32.123456", "longitude": "114.075", "accuracy": "12", "file": SimpleUploadedFile("photo.png", content), **otherwise,
    }  # fmt: skip


def test_a_photograph_is_filed_with_time_place_and_hash_and_once_however_often_it_is_sent(phone: Any, task: FieldTask, officer: Person) -> None:
    assert phone.post(SEND, photo(task, officer)).json() == {"key": "key-0000-0001", "written": True}
    assert phone.post(SEND, photo(task, officer)).json() == {"key": "key-0000-0001", "written": False}
    kept = Evidence.objects.get()
    assert (str(kept.latitude), str(kept.longitude), kept.accuracy_m) == ("32.123456", "114.075000", 12)
    assert kept.taken_at == moment("2026-03-02 08:50")
    assert Scan.objects.get().sha256 == kept.sha256 == sha256(PNG).hexdigest()
    assert Scan.objects.get().case_id == task.case_id


@pytest.mark.parametrize(("wrong", "why"), [
    ({"sha256": "0" * 64}, "校验值不符"), ({"sha256": ""}, "校验值不符"), ({"kind": "video"}, "种类不对"), ({"key": "x"}, "编号或种类不对"),
    ({"taken_at": "2026-03-02T09:30:00+08:00"}, "手机的时间比法院的时间快"), ({"taken_at": "now"}, "没有采集时间"), ({"file": ""}, "没有收到文件"),
    ({"task": "nothing00000"}, "没有这项外出事项"),
])  # fmt: skip
def test_what_is_not_as_it_was_taken_is_refused_with_a_sentence(
    phone: Any, task: FieldTask, officer: Person, wrong: dict[str, str], why: str
) -> None:
    answer = phone.post(SEND, {**photo(task, officer), **wrong})
    assert answer.status_code in (404, 422)
    assert why in answer.json()["why"]
    assert not Evidence.objects.exists()
    assert not Scan.objects.exists()


def test_a_content_changed_on_the_way_is_refused(phone: Any, task: FieldTask, officer: Person) -> None:
    said = photo(task, officer, file=SimpleUploadedFile("photo.png", PNG + b"!"))
    assert "校验值不符" in phone.post(SEND, said).json()["why"]


def test_the_same_key_for_another_content_is_refused(phone: Any, task: FieldTask, officer: Person) -> None:
    phone.post(SEND, photo(task, officer))
    answer = phone.post(SEND, photo(task, officer, PNG + b"other"))
    assert (answer.status_code, Evidence.objects.count()) == (409, 1)


def test_what_somebody_else_took_is_not_taken_from_the_person_logged_in(phone: Any, task: FieldTask, officer: Person) -> None:
    answer = phone.post(SEND, photo(task, officer, person="somebody"))
    assert answer.status_code == 409
    assert "须由本人登录后发送" in answer.json()["why"]


def test_only_who_was_sent_out_brings_things_back(client_of: Any, person: Any, task: FieldTask) -> None:
    other = person("handler")
    answer = client_of(other).post(SEND, photo(task, other))
    assert answer.status_code == 403
    assert "不是这个班次的外出人员" in answer.json()["why"]


def test_nobody_sends_or_reads_without_being_logged_in(client: Any, task: FieldTask, officer: Person) -> None:
    assert client.post(SEND, photo(task, officer)).status_code == 302
    assert client.get("/offline/today/list/").status_code == 302


def test_evidence_is_never_written_over(phone: Any, task: FieldTask, officer: Person) -> None:
    phone.post(SEND, photo(task, officer))
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.update(sha256="0" * 64)


def test_the_list_holds_ones_own_tasks_of_today_and_what_is_left_of_earlier_days(
    phone: Any, task: FieldTask, new_case: Any, actor: Any, officer: Person
) -> None:
    other = actor("offline_officer")
    field_actions.schedule(day=MONDAY.date(), kind="车辆", officer_ids=[other.person_id], stops=[Stop(new_case("样丙公司").pk, "乙路", "查车")],
                           by=other, at=MONDAY)  # fmt: skip
    said = phone.get("/offline/today/list/").json()
    assert [t["ref"] for t in said["tasks"]] == [task.ref]
    assert said["token"]
    with clock.frozen(moment("2026-03-03 09:00")):
        assert [t["ref"] for t in browser(officer).get("/offline/today/list/").json()["tasks"]] == [task.ref]


def test_the_page_kept_on_the_phone_names_no_person_and_no_case(phone: Any, task: FieldTask, officer: Person) -> None:
    page = phone.get("/offline/today/").content.decode()
    assert officer.name not in page
    assert task.case.number not in page
    worker = phone.get("/offline/today/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/offline/today/" in worker.content.decode()


def answer(task: FieldTask, officer: Person, **said: Any) -> dict[str, Any]:
    return {"key": "key-0000-0009", "person": officer.username, "task": task.ref, "kind": "answer", "taken_at": TAKEN, "done": "1", "text": "", **said}


def test_an_answer_from_outside_is_written_once_and_another_one_is_refused(phone: Any, task: FieldTask, officer: Person) -> None:
    assert phone.post(SEND, answer(task, officer, text="无人居住")).json()["written"] is True
    assert phone.post(SEND, answer(task, officer, text="无人居住")).json()["written"] is False
    assert phone.post(SEND, answer(task, officer, text="有人居住", key="key-0000-0010")).status_code == 409


def test_papers_left_outside_are_served_with_the_photograph_as_proof_民诉法第89条(phone: Any, desk: Any, new_case: Any, officer: Person) -> None:
    case = new_case(debtor("样乙公司"))
    desk.consult(case)
    row = desk.open(case)[0]
    desk.skip(row, "phone")
    desk.skip(row, "post")
    task = outside(desk, [Stop(case.pk, "甲路一号", "送达", [row.ref])], "送达")[0]
    assert phone.get("/offline/today/list/").json()["tasks"][0]["results"] == ["签收", "拒收留置", "未遇"]
    said = answer(task, officer, result="拒收留置")
    refused = phone.post(SEND, said)
    assert "没有照片或送达回证" in refused.json()["why"]
    assert FieldTask.objects.get().state == "todo"
    phone.post(SEND, photo(task, officer))
    assert phone.post(SEND, said).status_code == 200
    row = Delivery.objects.get(pk=row.pk)
    assert (row.state, row.served_on, row.step) == ("left", MONDAY.date(), "none")
    assert row.attempts.get(rung="person").scan_ref == Scan.objects.get(event_kind="").ref
