"""三(二)2–4: a new case's papers from draft to print file through the hands of six people, the PDF verifiable at the end."""

from __future__ import annotations

from tests.journeys.conftest import At, fits
from tests.journeys.paper import file_case
from tests.journeys.person import Person
from tests.journeys.test_filing_to_closing import CLAIM, today

KINDS = 4
WAIT_MS = 90_000


def pile(someone: Person, name: str) -> Person:
    """Open a pile of the paper desk."""
    someone.open(f"/papers/?pile={name}")
    return someone


def pick(someone: Person, number: str) -> int:
    """Pick the rows of a case; how many there are."""
    rows = someone.page.locator("table tbody tr", has_text=number)
    for box in rows.locator("input[name=pick]").all():
        box.check()
    return rows.count()


def test_the_papers_of_a_new_case_go_through_six_hands_and_come_out_of_the_printer(at: At) -> None:
    """Drafted in bulk, checked by another, signed (the restriction order by the president), sealed, printed, issued."""
    clerk = at("document_clerk")
    ref = file_case(at("intake_clerk"), filed_on=today(), claim_yuan=CLAIM)
    at("intake_clerk").open(f"/cases/{ref}/")
    number = at("intake_clerk").page.locator("h1").inner_text().strip().splitlines()[0]
    _drafted(clerk, number)
    _not_offered_to_the_drafter(clerk, number)
    _checked(at("handler"), number)
    _signed(at("team_leader"), number, KINDS - 1)
    _signed(at("president"), number, 1)
    _sealed(at("seal_keeper"), number)
    _printed_and_issued(clerk, number)
    clerk.open(f"/cases/{ref}/papers/")
    assert clerk.page.locator("td", has_text="已发出").count() == KINDS
    clerk.open(f"/cases/{ref}/dossier/")
    assert "执行通知书（许乙二）" in clerk.text()
    assert fits(clerk.page)


def _drafted(clerk: Person, number: str) -> None:
    pile(clerk, "wanting")
    assert pick(clerk, number) == 1
    clerk.page.locator("#papers-draft .btn-primary").click()
    clerk.page.get_by_text(f"办成 {KINDS} 份").wait_for(timeout=WAIT_MS)


def _not_offered_to_the_drafter(clerk: Person, number: str) -> None:
    """三(二)4: the drafter cannot check; the pile says who can and offers no box to tick."""
    rows = pile(clerk, "drafted").page.locator("table tbody tr", has_text=number)
    assert rows.filter(has_text="本人拟制，同事核对").count() == KINDS
    assert rows.locator("input[name=pick]").count() == 0


def _checked(checker: Person, number: str) -> None:
    assert pick(pile(checker, "drafted"), number) == KINDS
    checker.page.locator("#papers-bulk .btn-primary").click()
    assert f"已核对无异 {KINDS} 份" in checker.text()


def _signed(signer: Person, number: str, many: int) -> None:
    """Each sees in the pile what is theirs to sign."""
    assert pick(pile(signer, "checked"), number) == many
    signer.page.locator("#papers-bulk .btn-primary").click()
    assert f"已签发 {many} 份" in signer.text()


def _sealed(keeper: Person, number: str) -> None:
    assert pick(pile(keeper, "signed"), number) == KINDS
    keeper.page.locator("#papers-bulk .btn-primary").click()
    keeper.page.get_by_text(f"办成 {KINDS} 份").wait_for(timeout=WAIT_MS)


def _printed_and_issued(clerk: Person, number: str) -> None:
    assert pick(pile(clerk, "sealed"), number) == KINDS
    clerk.page.get_by_role("button", name="打印文件").click()
    assert f"已生成打印文件：{KINDS} 份" in clerk.text()
    assert pick(pile(clerk, "sealed"), number) == KINDS
    clerk.page.locator("#papers-bulk .btn-primary").click()
    assert f"已发出 {KINDS} 份" in clerk.text()
