"""四(二)5: papers go into the dossier when they come into being; what is not what it says is refused."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import files
from tests.small_court import MONDAY
from zhixing.casework.dossier import checking
from zhixing.casework.dossier.actions import add_scan, download_name, record_with_proof
from zhixing.casework.dossier.models import Scan
from zhixing.casework.dossier.queries import scan_of, volumes
from zhixing.casework.journal.models import JournalEntry
from zhixing.rulebook.refusals import Refusal

PDF = b"%PDF-1.7\n1 0 obj<</Type/Pages/Count 3>>endobj 2 0 obj<</Type/Page>>endobj 3 0 obj<</Type /Page >>endobj 4 0 obj<</Type/Page>>endobj\n%%EOF"
PNG = files.png()
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>'


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": b"<w:document/>", **{k.replace("__", "/"): v for k, v in more.items()}})


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def put(case, by, name: str = "笔录.pdf", content: bytes = PDF, **more) -> Scan:
    return add_scan(case_id=case.pk, title="接待笔录", upload=file(name, content), by=by, at=MONDAY, **more)


GOOD = [("a.pdf", PDF, "application/pdf"), ("a.png", PNG, "image/png"), ("a.jpeg", files.jpeg(), "image/jpeg"),
        ("a.tif", files.tiff(), "image/tiff"), ("a.mp4", files.mp4(), "video/mp4"),
        ("a.docx", docx(), checking.DOCX.media_type),
        ("a.xlsx", zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>"}), checking.XLSX.media_type)]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "media_type"), GOOD, ids=[g[0] for g in GOOD])
def test_what_a_court_scans_is_taken(name, content, media_type):
    found = checking.check(io.BytesIO(content), name, len(content))
    assert found.kind.media_type == media_type
    assert found.sha256 == sha256(content).hexdigest()


def nested_bomb() -> bytes:
    return docx(word__media__a=b"\0" * (160 << 20))


def encrypted() -> bytes:
    raw = bytearray(docx())
    for at in [i for i in range(len(raw)) if raw[i : i + 4] in (b"PK\x03\x04", b"PK\x01\x02")]:
        raw[at + (6 if raw[at + 2] == 3 else 8)] |= 1
    return bytes(raw)


EXTERNAL = b'<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://x.example/t.dotm" TargetMode="External"/></Relationships>'
BAD = [
    ("empty", "a.pdf", b"", "空的"),
    ("text called pdf", "a.pdf", b"hello", "不能识别"),
    ("html called png", "a.png", b"<html><script>alert(1)</script>", "不能识别"),
    ("svg", "a.svg", b"<svg onload='alert(1)'/>", "不能识别"),
    ("program", "a.pdf", b"MZ" + b"\0" * 60, "不能识别"),
    ("elf", "a.jpg", b"\x7fELF" + b"\0" * 60, "不能识别"),
    ("png called pdf", "a.pdf", PNG, "内容却是PNG"),
    ("pdf called docx", "a.docx", PDF, "内容却是PDF"),
    ("docx called xlsx", "a.xlsx", docx(), "内容却是Word"),
    ("no ending", "a", PDF, "（无）"),
    ("double ending", "a.pdf.exe", PDF, ".exe"),
    ("plain zip", "a.docx", zipped({"readme.txt": b"x"}), "不能识别"),
    ("jar", "a.docx", zipped({"META-INF/MANIFEST.MF": b"x", "A.class": b"\xca\xfe\xba\xbe"}), "不能识别"),
    ("macro document", "a.docx", docx(word__vbaProject=b"x", **{"word__vbaProject.bin": b"x"}), "宏"),
    ("macro content type", "a.docx", zipped({"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled", "word/document.xml": b"x"}), "宏"),
    ("macro sheet", "a.xlsx", zipped({"xl/workbook.xml": b"x", "xl/macrosheets/sheet1.xml": b"x"}), "宏"),
    ("activex", "a.docx", docx(**{"word__activeX__activeX1.bin": b"x"}), "宏"),
    ("embedded object", "a.docx", docx(**{"word__embeddings__oleObject1.bin": b"x"}), "嵌有"),
    ("external template", "a.docx", docx(**{"word___rels__settings.xml.rels": EXTERNAL}), "外部"),
    ("external entity", "a.docx", docx(**{"word__a.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}), "实体"),
    ("zip bomb", "a.docx", nested_bomb(), "炸弹"),
    ("many members", "a.docx", zipped({f"word/{n}.xml": b"" for n in range(2100)}), "过多"),
    ("path outside", "a.docx", docx(**{"..__..__etc__passwd": b"x"}), "外部的路径"),
    ("password", "a.docx", encrypted(), "密码"),
    ("broken zip", "a.docx", docx()[:-40], "损坏"),
    ("pdf with script", "a.pdf", PDF + b"<</S/JavaScript/JS(app.alert(1))>>", "脚本"),
    ("pdf with launch", "a.pdf", PDF + b"<</S/Launch/F(cmd.exe)>>", "脚本"),
    ("pdf with attachment", "a.pdf", PDF + b"<</Type/EmbeddedFile>>", "脚本"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "why"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_is_disguised_armed_or_broken_is_refused_with_a_sentence_within_two_seconds(name, content, why):
    start = time.monotonic()
    with pytest.raises(Refusal) as refused:
        checking.check(io.BytesIO(content), name, len(content))
    assert time.monotonic() - start < 2
    reason = refused.value.reasons[0]
    assert why in reason.why
    assert reason.now
    assert reason.field == "file"


def test_script_that_straddles_two_reads_of_a_pdf_is_found():
    content = PDF + b" " * (checking.MIB - len(PDF) - 5) + b"/JavaScript (x)"
    with pytest.raises(Refusal):
        checking.check(io.BytesIO(content), "a.pdf", len(content))


def test_oversize_is_refused_without_reading_the_file():
    with pytest.raises(Refusal) as refused:
        checking.check(io.BytesIO(PNG), "a.png", checking.PNG.most + 1)
    assert "最多 30 MB" in refused.value.reasons[0].why


def test_pages_of_a_pdf_are_counted_roughly():
    assert checking.check(io.BytesIO(PDF), "a.pdf", len(PDF)).pages == 3


def test_scans_stand_in_their_volume_in_order_with_hash_and_pages(new_case, actors, court):
    case = new_case()
    put(case, actors.clerk)
    put(case, actors.clerk, volume="supplementary")
    put(case, actors.clerk, "照片.png", PNG)
    found = volumes(court.pk, case_id=case.pk)
    assert [(row["position"], row["pages"], row["sha256"][:4]) for row in found["main"]] == [
        (1, 3, sha256(PDF).hexdigest()[:4]), (2, 1, sha256(PNG).hexdigest()[:4]),
    ]  # fmt: skip
    assert [row["position"] for row in found["supplementary"]] == [1]


def test_a_scan_lies_on_disk_under_a_random_name(new_case, actors):
    scan = put(new_case(), actors.clerk, "甲某身份证.pdf")
    assert "甲某" not in scan.file.name
    assert download_name(scan) == "接待笔录.pdf"


def test_a_correction_is_a_new_scan_that_names_the_old_one(new_case, actors, court):
    case, other = new_case(), new_case()
    old = put(case, actors.clerk)
    put(case, actors.clerk, replaces=old.ref)
    assert [row["replaced"] for row in volumes(court.pk, case_id=case.pk)["main"]] == [True, False]
    with pytest.raises(Refusal):
        put(other, actors.clerk, replaces=old.ref)


def test_a_refused_upload_leaves_no_row_and_no_file(new_case, actors, media):
    with pytest.raises(Refusal):
        put(new_case(), actors.clerk, "a.pdf", b"hello")
    assert not Scan.objects.exists()
    assert [p for p in media.rglob("*") if p.is_file()] == []


def test_who_may_not_upload_does_not_and_another_court_finds_nothing(new_case, actors, other_court):
    case = new_case()
    with pytest.raises(Refusal) as refused:
        put(case, actors.officer)
    assert refused.value.status == 403
    with pytest.raises(Refusal) as refused:
        put(case, replace(actors.clerk, court_id=other_court.pk))
    assert refused.value.status == 404
    scan = put(case, actors.clerk)
    assert scan_of(other_court.pk, scan.ref, case_ref=case.ref) is None
    assert scan_of(case.court_id, scan.ref, case_ref=new_case().ref) is None
    assert scan_of(case.court_id, scan.ref, case_ref=case.ref) == scan


def proved(case, by, proof, key="k") -> None:
    record_with_proof("no_talk_explained", proof=proof, case_id=case.pk, payload={}, desk="intake", key=key, by=by, at=MONDAY, recorded_at=MONDAY)


def test_an_act_and_its_proof_are_kept_both_or_neither_三1(new_case, actors):
    case = new_case()
    for proof in (None, file("a.pdf", b"not a pdf")):
        with pytest.raises(Refusal) as refused:
            proved(case, actors.clerk, proof)
        assert refused.value.reasons[0].field == "proof"
    assert not JournalEntry.objects.filter(kind="no_talk_explained").exists()
    proved(case, actors.clerk, file("a.pdf", PDF))
    proved(case, actors.clerk, file("a.pdf", PDF))
    assert JournalEntry.objects.filter(kind="no_talk_explained").count() == 1
    assert Scan.objects.get().event_kind == "no_talk_explained", "a double click files one paper"
