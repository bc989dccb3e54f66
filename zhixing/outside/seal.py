"""The court's electronic seal: the round stamp on the date, and a digital signature over the whole PDF that anyone can verify.

A court gives its own key by `ZHIXING_SEAL_P12` (PKCS#12, from its certificate authority) and `ZHIXING_SEAL_PASSPHRASE`. Without
one a test key is made in the data folder; its stamp and its certificate both say that it is a test and has no legal force.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pypdf import PageObject, PdfReader

POINTS_PER_MM = 72 / 25.4
DIAMETER_MM = 42  # 国务院关于国家行政机关和企业事业单位社会团体印章管理的规定：直径四点二厘米
FIELD = "CourtSeal"
WRITTEN = re.compile(r"二[〇一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日")
TEST_NAME = "测试电子印章（不具法律效力）"
STAMP = Path(__file__).with_name("seal.typ")


class SealError(Exception):
    """The key cannot be used or the file cannot be sealed; the text is a sentence for the administrator."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a sealed PDF turned out to be: `intact` is whether not a byte changed since; `ours` whether this court's key did it."""

    sealed: bool
    intact: bool
    ours: bool
    by: str = ""
    test: bool = False


@dataclass(frozen=True)
class Seal:
    """A court's key with its stamp. `test` is true for the key that was made here."""

    signer: signers.SimpleSigner
    stamp: StaticStampStyle
    test: bool

    def put_on(self, pdf: bytes, *, reason: str) -> bytes:
        """The PDF with the stamp across its date (骑年压月) and the signature over all of it. Raises `SealError`."""
        try:
            page, x, y = place_of_date(pdf)
            radius = DIAMETER_MM * POINTS_PER_MM / 2
            writer = IncrementalPdfFileWriter(BytesIO(pdf))
            box = tuple(int(v) for v in (x - radius, y - radius, x + radius, y + radius))
            fields.append_signature_field(writer, fields.SigFieldSpec(FIELD, on_page=page, box=box))
            about = signers.PdfSignatureMetadata(field_name=FIELD, reason=reason)
            return bytes(
                signers.PdfSigner(about, signer=self.signer, stamp_style=self.stamp).sign_pdf(writer).getvalue()
            )
        except (ValueError, OSError) as error:
            raise SealError(f"这个 PDF 不能加盖电子印章（{type(error).__name__}）") from error


def place_of_date(pdf: bytes) -> tuple[int, float, float]:
    """(page, x, y) in points of the middle of the last written-out date; low on the right of the last page where there is none."""
    reader = PdfReader(BytesIO(pdf))
    for number in range(len(reader.pages) - 1, -1, -1):
        if (found := _date_on(reader.pages[number])) is not None:
            return number, *found
    box = reader.pages[-1].mediabox
    return len(reader.pages) - 1, float(box.width) * 0.72, float(box.height) * 0.2


def _date_on(page: PageObject) -> tuple[float, float] | None:
    """The middle of a page's last written-out date. A line may come in pieces (a font in two subsets): those of one baseline,
    close to each other, are read together."""
    pieces: list[tuple[float, float, float, str]] = []

    def look(text: str, cm: list[float], tm: list[float], font: Mapping[str, Any] | None, size: float) -> None:
        if text.strip():
            pieces.append((round(tm[5], 1), tm[4], tm[0] * size if size else 16.0, text.strip()))

    page.extract_text(visitor_text=look)
    found = None
    for first, (baseline, left, wide, _) in enumerate(pieces):
        said, end = "", left
        for other, x, size, text in pieces[first:]:
            if other != baseline or x > end + 2 * size:
                break
            said, end = said + text, x + size * len(text)
        date = WRITTEN.match(said)
        if date:
            found = (left + wide * len(date[0]) / 2, baseline + wide / 3)
    return found


def verify(pdf: bytes, seal: Seal) -> Verified:
    """Whether the PDF bears a seal, is unchanged since, and whose key it was. Never raises for a strange file."""
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not signatures:
            return Verified(False, False, False)
        last = signatures[-1]
        ours = seal.signer.signing_cert
        context = ValidationContext(trust_roots=[ours], allow_fetching=False)
        status = validate_pdf_signature(last, signer_validation_context=context)
        whole = status.coverage is not None and status.coverage.name == "ENTIRE_FILE"
        name = str(last.signer_cert.subject.native.get("common_name", ""))
        return Verified(
            True,
            status.intact and status.valid and whole,
            last.signer_cert.sha256 == ours.sha256,
            name,
            name == TEST_NAME,
        )
    except Exception:  # a stranger's file: whatever the reader says of it, it is no sealed paper
        return Verified(False, False, False)


@cache
def seal_of(court: str, keys: Path) -> Seal:
    """The seal of a court (its name stands around the star). Raises `SealError` when the given key cannot be read."""
    given = os.environ.get("ZHIXING_SEAL_P12", "")
    path = Path(given) if given else _test_key(keys)
    passphrase = os.environ.get("ZHIXING_SEAL_PASSPHRASE", "").encode() if given else b"test"
    signer = signers.SimpleSigner.load_pkcs12(str(path), passphrase=passphrase or None)
    if signer is None:
        raise SealError("电子印章的密钥文件读不出来，请检查 ZHIXING_SEAL_P12 和口令")
    drawn = keys / f"stamp-{'real' if given else 'test'}-{sha256(court.encode()).hexdigest()[:12]}.pdf"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = {"court": court, "note": "" if given else "测试"}
    drawn.write_bytes(typst.compile(str(STAMP), sys_inputs=words))
    style = StaticStampStyle.from_pdf_file(str(drawn), border_width=0, background_opacity=1.0)
    return Seal(signer, style, test=not given)


def _test_key(keys: Path) -> Path:
    """The test key of this installation, made once, readable by its owner only."""
    path = keys / "test-seal.p12"
    if path.exists():
        return path
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, TEST_NAME)])
    begins = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + timedelta(days=20 * 365))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    packed = serialization.pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, None, serialization.BestAvailableEncryption(b"test")
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(packed)
    return path
