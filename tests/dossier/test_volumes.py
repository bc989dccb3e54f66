"""四(二)5: a volume as one PDF with cover, catalogue and page numbers; its order; what should be in it and is not."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter

from tests.files import mp4, png
from tests.small_court import MONDAY
from zhixing.casework.cases.models import Case
from zhixing.casework.dossier.actions import add_scan, move_scan
from zhixing.casework.dossier.models import Scan
from zhixing.casework.dossier.volumes import percent_there, volume_pdf, wanted_papers
from zhixing.casework.facts import rules
from zhixing.rulebook import engine
from zhixing.rulebook.refusals import Refusal


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def pdf(pages: int) -> bytes:
    writer, target = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(target)
    return target.getvalue()


def put(case, by, title: str, content: bytes, name: str = "a.pdf", **more) -> Scan:
    return add_scan(case_id=case.pk, title=title, upload=SimpleUploadedFile(name, content), by=by, at=MONDAY, **more)


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


@pytest.mark.django_db
def test_a_volume_has_a_cover_a_catalogue_and_every_page_in_order_with_its_number(new_case, actors):
    case = new_case()
    put(case, actors.clerk, "接待笔录", pdf(3))
    put(case, actors.clerk, "现场照片", png(40, 30), "b.png")
    put(case, actors.clerk, "副卷材料", pdf(2), volume=Scan.SUPPLEMENTARY)
    pages = text_of(volume_pdf(Case.objects.select_related("court", "handler").get(pk=case.pk), Scan.MAIN))
    assert len(pages) == 2 + 3 + 1
    assert "执行卷宗" in pages[0].replace(" ", "")
    assert "接待笔录" in pages[1]
    assert "1—3" in pages[1]
    assert "副卷材料" not in pages[1]
    assert [p.strip()[-1:] for p in pages[2:]] == ["1", "2", "3", "4"]


@pytest.mark.django_db
def test_a_recording_is_listed_and_kept_apart_and_a_replaced_paper_is_left_out(new_case, actors):
    case = new_case()
    old = put(case, actors.clerk, "旧笔录", pdf(1))
    put(case, actors.clerk, "新笔录", pdf(1), replaces=old.ref)
    put(case, actors.clerk, "执行录像", mp4(), "c.mp4")
    pages = text_of(volume_pdf(Case.objects.select_related("court", "handler").get(pk=case.pk), Scan.MAIN))
    assert len(pages) == 3
    assert "旧笔录" not in pages[1]
    assert "另存" in pages[1]


@pytest.mark.django_db
def test_papers_change_places_with_their_neighbour_and_stay_at_the_ends(new_case, actors):
    case = new_case()
    one, two = put(case, actors.clerk, "一", pdf(1)), put(case, actors.clerk, "二", pdf(1))
    order = Scan.objects.filter(case=case).order_by("position").values_list("title", flat=True)
    move_scan(case_id=case.pk, ref=two.ref, up=True, by=actors.clerk)
    assert list(order.all()) == ["二", "一"]
    move_scan(case_id=case.pk, ref=two.ref, up=True, by=actors.clerk)
    move_scan(case_id=case.pk, ref=one.ref, up=False, by=actors.clerk)
    assert list(order.all()) == ["二", "一"]
    with pytest.raises(Refusal, match="没有这份材料"):
        move_scan(case_id=case.pk, ref="nothing", up=True, by=actors.clerk)


def test_what_the_acts_should_have_left_in_the_dossier_is_counted():
    book, state = rules.rulebook(), engine.State()
    with_proof = [k for k, s in book.events.items() if s.proof is not None][:2]
    for n, kind in enumerate(with_proof):
        state.happened[kind] = [(MONDAY + timedelta(hours=n)).isoformat()] * 2 + [1]
    wanted = wanted_papers(book, state, [{"event_kind": with_proof[0]}])
    assert [w.there for w in wanted] == [True, False]
    assert percent_there(wanted) == 50
    assert percent_there([]) == 100
