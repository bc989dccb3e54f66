"""四(二)5: what a scanner saves into a person's folder goes into the dossier under that person's name, once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.dossier.test_papers import PDF
from tests.small_court import MONDAY
from zhixing.casework.dossier.dropping import FILED, REFUSED, take_in
from zhixing.casework.dossier.models import Scan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def drop(root: Path, person, number: str, name: str, content: bytes = PDF, volume: str = "", age: int = 60) -> Path:
    folder = root / person.username / number / volume
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (MONDAY.timestamp() - age,) * 2)
    return path


def test_a_scan_is_filed_in_its_volume_under_the_name_of_the_folders_person(new_case, people, tmp_path):
    case = new_case()
    drop(tmp_path, people.clerk, case.number, "接待笔录.pdf")
    drop(tmp_path, people.clerk, case.number.replace("（", "(").replace("）", ")"), "合议笔录.pdf", PDF + b" ", "副卷")
    assert take_in(root=tmp_path, at=MONDAY) == (2, 0)
    assert set(Scan.objects.values_list("title", "volume", "added_by__username")) == {
        ("接待笔录", "main", people.clerk.username), ("合议笔录", "supplementary", people.clerk.username)
    }  # fmt: skip
    assert len(list((tmp_path / people.clerk.username / FILED).rglob("*.pdf"))) == 2
    assert take_in(root=tmp_path, at=MONDAY) == (0, 0)


def test_what_cannot_be_filed_goes_back_with_the_reason_and_stops_nothing(new_case, people, tmp_path):
    case = new_case()
    drop(tmp_path, people.clerk, case.number, "假.pdf", b"MZ")
    drop(tmp_path, people.clerk, "没有这种案号", "一.pdf")
    drop(tmp_path, people.clerk, case.number, "真.pdf")
    assert take_in(root=tmp_path, at=MONDAY) == (1, 2)
    told = {p.stem: p.read_text() for p in (tmp_path / people.clerk.username / REFUSED).glob("*.txt")}
    assert "不能识别" in told["假"]
    assert "不是案号" in told["一"]


def test_a_file_still_being_written_a_strangers_folder_and_a_link_are_left_alone(new_case, people, tmp_path):
    case = new_case()
    drop(tmp_path, people.clerk, case.number, "在写.pdf", age=1)
    stranger = tmp_path / "nobody" / case.number
    stranger.mkdir(parents=True)
    (stranger / "a.pdf").write_bytes(PDF)
    os.symlink(__file__, tmp_path / people.clerk.username / case.number / "b.pdf")
    assert take_in(root=tmp_path, at=MONDAY) == (0, 0)
    assert not Scan.objects.exists()


def test_a_round_that_was_killed_before_moving_the_file_does_not_file_it_twice(new_case, people, tmp_path, monkeypatch):
    case = new_case()
    drop(tmp_path, people.clerk, case.number, "笔录.pdf")
    with monkeypatch.context() as killed:
        killed.setattr("zhixing.casework.dossier.dropping._move", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_in(root=tmp_path, at=MONDAY)
    assert take_in(root=tmp_path, at=MONDAY) == (1, 0)
    assert Scan.objects.count() == 1
