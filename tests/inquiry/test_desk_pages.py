"""The inquiry desk's pages, from starting a query to passing assets on (三(二)5-6, 四(二)2(2), 四(四)3(2))."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.inquiry.samples import ALL_KINDS, deposit, deposits, page
from tests.real_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.assets.models import Asset, Feedback, Inquiry, Measure
from zhixing.casework.dossier.models import Scan
from zhixing.casework.duties.models import Duty
from zhixing.casework.journal.models import JournalEntry

NOON = moment("2026-03-02 12:00")


@pytest.fixture(autouse=True)
def at_noon() -> Any:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def desk(person: Any, client_of: Any) -> Any:
    """A browser of 网络查控专员."""
    return client_of(person("inquiry_officer"))


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def kinds_of(case: Any) -> list[str]:
    return list(JournalEntry.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def form_file(data: bytes, name: str = "反馈.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_forty_files_to_start_are_started_at_once_三二5(new_case: Any, desk: Any) -> None:
    cases = [new_case() for _ in range(40)]
    listed = words(desk.get("/inquiry/?pile=start"))
    assert all(c.number in listed for c in cases)
    done = desk.post("/inquiry/start/", {"pick": [c.ref for c in cases], "system": ["zdz", "ddd"], "act_key": "k"})
    assert "办成 40 件" in words(done)
    assert Inquiry.objects.count() == 80
    assert "没有待发起的案件" in words(desk.get("/inquiry/?pile=start"))
    desk.post("/inquiry/start/", {"pick": [c.ref for c in cases], "system": ["zdz", "ddd"], "act_key": "k"})
    assert Inquiry.objects.count() == 80


def test_a_case_without_debtor_stops_no_other(new_case: Any, desk: Any) -> None:
    from zhixing.casework.cases.models import Party

    bare, good = new_case(), new_case()
    Party.objects.filter(case=bare, role=Party.DEBTOR).update(role=Party.OTHER)
    done = words(desk.post("/inquiry/start/", {"pick": [bare.ref, good.ref], "system": ["zdz"], "act_key": "k"}))
    assert "案件没有登记被执行人" in done
    assert "办成 1 件，未办成 1 件" in done


def test_the_piles_statements_do_not_grow_with_their_rows(new_case: Any, desk: Any) -> None:
    new_case()
    desk.get("/inquiry/?pile=start")
    counted = []
    for more in (0, 12):
        for _ in range(more):
            new_case()
        with CaptureQueriesContext(connection) as seen:
            desk.get("/inquiry/?pile=start")
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_a_feedback_is_looked_at_before_it_is_imported(new_case: Any, desk: Any) -> None:
    case = new_case()
    data = deposits(deposit("62200000000000001", "10.00"), deposit("", "1.00"), deposit("62200000000000002", "1.00", who="路某某"))
    shown = desk.post(f"/inquiry/{case.ref}/import/", {"file": form_file(data), "act_key": "k"})
    said = words(shown)
    assert "1 行可以导入" in said
    assert "2 行不能导入" in said
    assert "不是本案被执行人" in said
    assert "62200000000000001" not in said  # account numbers are masked in lists
    assert not Asset.objects.exists()
    token = re.search(r'name="token" value="([^"]+)"', shown.content.decode()).group(1)
    done = desk.post(f"/inquiry/{case.ref}/import/", {"token": token}, follow=True)
    assert "新增 1 项" in words(done)
    assert Asset.objects.get().amount_yuan == Decimal("10.00")
    assert "没有变化" in words(desk.post(f"/inquiry/{case.ref}/import/", {"token": token}, follow=True))


def test_a_preview_is_of_one_person_and_one_case(new_case: Any, desk: Any, person: Any, client: Any) -> None:
    case, other = new_case(), new_case()
    shown = desk.post(f"/inquiry/{case.ref}/import/", {"file": form_file(deposits(deposit("1", "1.00"))), "act_key": "k"})
    token = re.search(r'name="token" value="([^"]+)"', shown.content.decode()).group(1)
    assert desk.post(f"/inquiry/{other.ref}/import/", {"token": token}).status_code == 409
    assert desk.post(f"/inquiry/{case.ref}/import/", {"token": token[:-2]}).status_code == 409
    client.force_login(person("inquiry_officer"), backend="zhixing.shell.people.backend.PeopleBackend")
    assert client.post(f"/inquiry/{case.ref}/import/", {"token": token}).status_code == 409
    assert not Asset.objects.exists()


def test_the_whole_work_on_a_feedback_within_its_day(new_case: Any, desk: Any, take: Any, prefecture: Any) -> None:
    """Started, fed back, frozen, located, passed on, printed, handled, completed: the desk's clocks are all met."""
    case = new_case(claim_yuan=Decimal("1000000.00"))
    for system in ("zdz", "ddd"):
        desk.post(f"/inquiry/{case.ref}/start/", {"system": system, "query_no": "", "reason": "", "act_key": system})
    take(case, page(*ALL_KINDS), "反馈.html", at=NOON)
    Inquiry.objects.update(state=Inquiry.ANSWERED)
    shown = words(desk.get(f"/inquiry/{case.ref}/"))
    for verb in ("网络冻结", "网络查封", "转线下冻结", "移交委托"):
        assert verb in shown
    feedback = Feedback.objects.get()
    early = desk.post(f"/inquiry/{case.ref}/feedback/{feedback.ref}/handle/", {"act_key": "e"})
    assert early.status_code == 409
    assert "还没有网络冻结" in words(early)
    for asset in Asset.objects.filter(case=case, kind__in=["deposit", "wealth", "payment", "securities", "equity"]):
        money = {"limit_yuan": "1", "controlled_yuan": "1"} if asset.kind in ("deposit", "wealth", "payment") else {}
        done = desk.post(f"/inquiry/{case.ref}/assets/{asset.ref}/freeze/", {"kind": "freeze", "result": "controlled", "effective_on": "2026-03-02",
                         "expires_on": "", "noted": "1", "act_key": asset.ref, **money})  # fmt: skip
        assert done.status_code == 302, words(done)
    car = Asset.objects.get(kind="vehicle")
    desk.post(f"/inquiry/{case.ref}/assets/{car.ref}/freeze/", {"kind": "seal", "result": "not_controlled", "effective_on": "2026-03-02",
              "reason": "车管所退回", "act_key": "car"})  # fmt: skip
    house = Asset.objects.get(kind="real_estate")
    assert house.area == "out"
    desk.post(f"/inquiry/{case.ref}/pass/", {"pick": [house.ref], "handed_to": "样委托", "act_key": "p"})
    paper = words(desk.get(f"/inquiry/{case.ref}/feedback/{feedback.ref}/"))
    assert "车管所退回" in paper
    assert "2026-03-02 至 2027-03-01" in paper
    desk.post(f"/inquiry/{case.ref}/feedback/{feedback.ref}/", {"note": "理财已赎回待转出", "act_key": "n"})
    assert "注明：理财已赎回待转出" in words(desk.get(f"/inquiry/{case.ref}/feedback/{feedback.ref}/"))
    handled = desk.post(f"/inquiry/{case.ref}/feedback/{feedback.ref}/handle/", {"act_key": "h"}, follow=True)
    assert "的财产已处理" in words(handled)
    desk.post(f"/inquiry/{case.ref}/complete/", {"result": "已完成", "act_key": "c"})
    assert kinds_of(case)[-1] == "online_control_completed"
    open_rules = set(Duty.objects.filter(case=case, desk="inquiry", is_open=True).values_list("rule", flat=True))
    assert not open_rules
    told = JournalEntry.objects.get(case=case, kind="feedback_assets_handled").payload
    assert "措001已控" in told
    assert "已移交委托" in told


def test_a_term_beyond_the_article_is_told_beside_its_field_485(new_case: Any, desk: Any, take: Any) -> None:
    case = new_case()
    asset = take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON).assets[0]
    url = f"/inquiry/{case.ref}/assets/{asset.ref}/freeze/"
    assert "2027-03-01" in words(desk.get(url))
    wrong = desk.post(url, {"kind": "freeze", "result": "controlled", "effective_on": "2026-03-02", "expires_on": "2028-03-01", "ruling_no": "样裁1号", "act_key": "k"})
    assert wrong.status_code == 422
    assert "不得超过1年" in words(wrong)
    assert "样裁1号" in words(wrong)
    assert not Measure.objects.exists()


def test_where_an_asset_lies_starts_the_three_days_for_what_is_outside_三二6_2(new_case: Any, desk: Any, take: Any) -> None:
    case = new_case()
    asset = take(case, page(("不动产", [["权利人", "不动产权证号", "坐落"], ["样乙公司", "样权第1号", "样县样路1号"]])), "f.html", at=NOON).assets[0]
    assert asset.area == Asset.UNKNOWN
    assert not Duty.objects.filter(case=case, rule="pass_out_of_area").exists()
    desk.post(f"/inquiry/{case.ref}/assets/{asset.ref}/place/", {"area": "out", "place": "邻省样市样县", "act_key": "k"})
    duty = Duty.objects.get(case=case, rule="pass_out_of_area")
    assert duty.is_open
    take(case, page(("不动产", [["权利人", "不动产权证号", "坐落"], ["样乙公司", "样权第1号", "试验区样路"]])), "g.html", at=NOON)
    asset.refresh_from_db()
    assert (asset.area, asset.place) == (Asset.OUT, "邻省样市样县")  # what a person found out is not undone by a feedback


def test_the_ledger_goes_by_last_day_and_renews_before_it_四四3_2(new_case: Any, desk: Any, take: Any, person: Any, client_of: Any) -> None:
    case = new_case()
    asset = take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON).assets[0]
    desk.post(f"/inquiry/{case.ref}/assets/{asset.ref}/freeze/", {"kind": "freeze", "result": "controlled", "effective_on": "2026-03-02",
              "expires_on": "2026-03-05", "act_key": "k"})  # fmt: skip
    listed = words(desk.get("/measures/?within=7"))
    assert case.number in listed
    assert "3 日" in listed
    measure = Measure.objects.get()
    done = desk.post(f"/measures/{measure.ref}/renew/", {"expires_on": "", "act_key": "r"}, follow=True)
    assert "2027-03-05到期" in words(done)
    assert case.number not in words(desk.get("/measures/?within=7"))
    with clock.frozen(NOON + timedelta(days=400)):
        late = words(client_of(person("inquiry_officer")).get("/measures/?within=lapsed"))
        assert case.number in late
        assert "须重新办理" in late


def test_print_and_preview_never_write_on_get(new_case: Any, desk: Any, take: Any) -> None:
    case = new_case()
    take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON)
    feedback, before = Feedback.objects.get(), JournalEntry.objects.count()
    for url in (f"/inquiry/{case.ref}/", f"/inquiry/{case.ref}/import/", f"/inquiry/{case.ref}/feedback/{feedback.ref}/", "/inquiry/", "/measures/"):
        assert desk.get(url).status_code == 200
    assert JournalEntry.objects.count() == before
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("role", ["handler", "finance_clerk", "system_admin"])
def test_who_may_look_and_who_may_act(role: str, new_case: Any, take: Any, person: Any, client_of: Any) -> None:
    case = new_case()
    asset = take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON).assets[0]
    browser = client_of(person(role))
    seen = 200 if role == "handler" else 403
    assert browser.get(f"/inquiry/{case.ref}/").status_code == seen
    body = {"kind": "freeze", "result": "controlled", "effective_on": "2026-03-02", "act_key": "k"}
    assert browser.post(f"/inquiry/{case.ref}/assets/{asset.ref}/freeze/", body).status_code == 403
    assert browser.post(f"/inquiry/{case.ref}/import/", {"file": form_file(deposits(deposit("2", "1.00"))), "act_key": "k"}).status_code == 403
    assert not Measure.objects.exists()


def test_another_courts_property_is_not_there(new_case: Any, take: Any, person: Any, client_of: Any, other_court: Any) -> None:
    case = new_case()
    done = take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON)
    browser = client_of(person("inquiry_officer", at=other_court))
    for url in (f"/inquiry/{case.ref}/", f"/inquiry/{case.ref}/import/", f"/inquiry/{case.ref}/feedback/{done.ref}/",
                f"/inquiry/{case.ref}/assets/{done.assets[0].ref}/freeze/"):  # fmt: skip
        assert browser.get(url).status_code == 404
    assert case.number not in words(browser.get("/inquiry/?pile=feedback"))


def test_at_the_moment_of_the_feedback_the_day_begins_三二6(new_case: Any, desk: Any, take: Any) -> None:
    case = new_case()
    take(case, deposits(deposit("62200000000000001", "10.00")), received_at=MONDAY, at=NOON)
    duty = Duty.objects.get(case=case, rule="print_feedback")
    assert duty.due_at == MONDAY + timedelta(hours=25)  # 期间开始的时不计算在内: nine o'clock itself does not count
    assert "打印反馈表" in words(desk.get("/inquiry/?pile=feedback"))


def test_another_courts_measures_are_not_there(new_case: Any, take: Any, desk: Any, person: Any, client_of: Any, other_court: Any) -> None:
    case = new_case()
    asset = take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON).assets[0]
    desk.post(f"/inquiry/{case.ref}/assets/{asset.ref}/freeze/", {"kind": "freeze", "result": "controlled", "effective_on": "2026-03-02", "act_key": "k"})
    measure = Measure.objects.get()
    browser = client_of(person("inquiry_officer", at=other_court))
    for act in ("renew", "effect", "release"):
        assert browser.get(f"/measures/{measure.ref}/{act}/").status_code == 404
        assert browser.post(f"/measures/{measure.ref}/{act}/", {"act_key": "k"}).status_code == 404
    assert case.number not in words(browser.get("/measures/"))


def test_a_release_needs_its_ruling_first_四四3_4(new_case: Any, take: Any, desk: Any) -> None:
    case = new_case()
    asset = take(case, deposits(deposit("62200000000000001", "10.00")), at=NOON).assets[0]
    desk.post(f"/inquiry/{case.ref}/assets/{asset.ref}/freeze/", {"kind": "freeze", "result": "controlled", "effective_on": "2026-03-02", "act_key": "k"})
    measure = Measure.objects.get()
    refused = desk.post(f"/measures/{measure.ref}/release/", {"ruling_no": "样裁1号", "act_key": "r"})
    assert refused.status_code == 409
    assert "裁定解除" in words(refused)
    measure.refresh_from_db()
    assert measure.state == Measure.ACTIVE
