"""Papers that journeys upload, and the case that journeys file by hand. Everybody in them is fictitious."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.journeys.person import Person

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
APPLICANT = {"name": "韩甲一", "id_number": "411502188503120018", "phone": "19900000001", "address": "河南省信阳市浉河区虚构路1号"}
DEBTOR = {"name": "许乙二", "id_number": "411502189007080023", "phone": "19900000002", "address": "河南省信阳市浉河区虚构路2号"}
NUMBERS: Iterator[int] = count(9001)


def file_case(clerk: Person, *, filed_on: str, claim_yuan: str) -> str:
    """File a case at the window by hand; its public reference."""
    assert clerk.open("/cases/new/") == 200
    fill_case(clerk, filed_on=filed_on, claim_yuan=claim_yuan)
    clerk.send()
    return clerk.ref()


def fill_case(clerk: Person, *, filed_on: str, claim_yuan: str) -> None:
    """The filing form with one applicant and one debtor."""
    year = filed_on[:4]
    for name, value in {"number": f"（{year}）豫1502执{next(NUMBERS)}号", "filed_on": filed_on, "claim_yuan": claim_yuan,
                        "cause": "民间借贷纠纷", "case_type": "首次执行", "basis_number": f"（{year}）豫1502民初77号"}.items():  # fmt: skip
        clerk.put(name, value)
    for row, party in enumerate((APPLICANT, DEBTOR)):
        for name, value in party.items():
            clerk.put(f"p-{row}-{name}", value)


def receive(clerk: Person, ref: str, *, at: str = "") -> str:
    """Write the first-reception record at the window, signed by all three; the text of the page that comes."""
    assert clerk.open(f"/intake/{ref}/reception/") == 200
    clerk.page.locator("[name=interviewer]").select_option(index=1)
    if clerk.value("interviewer") == clerk.value("recorder"):
        clerk.page.locator("[name=interviewer]").select_option(index=2)
    fields: dict[str, Any] = {"interviewee_capacity": "申请执行人", "announced_at_trial": "否", "whereabouts": "可以找到"}
    said = ("rights_told", "risks_told", "told_clues", "told_investigation_order", "told_reward", "told_dishonest_list",
            "interviewer_signed", "recorder_signed", "interviewee_signed")  # fmt: skip
    for name, value in (fields | dict.fromkeys(said, True)).items():
        clerk.put(name, value)
    if at:
        clerk.page.locator("details.late-entry summary").click()
        clerk.put("act_at", at)
        clerk.put("act_late_reason", "纸质卷宗补录")
        clerk.put("received_on", at[:10])
    return clerk.send()


def proof(clerk: Person) -> None:
    """Attach a scan to the form that is open."""
    clerk.page.locator("[name=act_proof]").set_input_files({"name": "scan.png", "mimeType": "image/png", "buffer": PNG})
