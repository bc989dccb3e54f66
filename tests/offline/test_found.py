"""What an officer found outside is an asset like any other, and whether it covers the claim is computed (三(三)1, 四(二)2(3))."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from tests.offline.conftest import TUESDAY
from tests.offline.samples import proof
from tests.real_court import MONDAY
from zhixing.casework.assets.analysis import HEADS, analysed
from zhixing.casework.assets.finding import KIND, Found, holdings_of, register_found
from zhixing.casework.assets.kinds import found_outside, kinds
from zhixing.casework.assets.measures import Done, Proof, take_measure
from zhixing.casework.assets.models import Asset, AssetMark
from zhixing.casework.cases.models import CaseState, Party
from zhixing.casework.dossier.models import Scan
from zhixing.casework.journal.models import AccessEntry, JournalEntry
from zhixing.desks.inquiry.queries import picture
from zhixing.rulebook import memory
from zhixing.rulebook.refusals import Refusal


@pytest.fixture
def case(new_case: Any) -> Any:
    return new_case("样乙公司", claim_yuan=Decimal("100000.00"))


def find(case: Any, desk: Any, kind: str = "real_estate", *, key: str = "", at: Any = MONDAY, **more: Any) -> Asset:
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    found = Found(kind, debtor.pk, more.pop("title", "虚构路一号房屋"), **more)
    return register_found(case_id=case.pk, found=found, proof=Proof(proof(), key), by=desk.officer, at=at)


def facts(case: Any) -> dict[str, Any]:
    return memory.load(CaseState.objects.get(case=case).document).facts


def test_what_was_found_outside_is_registered_with_holder_place_amount_burden_and_proof_三三1(case: Any, desk: Any):
    asset = find(case, desk, number="豫样2026001", place="虚构市虚构路一号", amount_yuan=Decimal("80000.00"), encumbrance="抵押给样某银行")
    asset.refresh_from_db()
    assert (asset.origin, asset.no, asset.holder.name, asset.place) == (Asset.OFFLINE, "财001", "样乙公司", "虚构市虚构路一号")
    assert Scan.objects.get(ref=asset.proof_ref).case_id == case.pk
    said = json.loads(JournalEntry.objects.get(case=case, kind=KIND).payload)
    assert (said["asset_no"], said["owner"], said["amount_yuan"], said["encumbrance"]) == ("财001", "样乙公司", "80000.00", "抵押给样某银行")
    assert {k: facts(case).get(k) for k in ("asset_found", "disposal_needed", "realisation_needed")} == dict.fromkeys(("asset_found", "disposal_needed", "realisation_needed"), True)


def test_money_found_outside_counts_for_triage_四一2_2(case: Any, desk: Any):
    find(case, desk, "deposit", title="样某银行存款", number="622200001", amount_yuan=Decimal("99999.99"))
    assert facts(case)["enough_cash_found"] is False
    find(case, desk, "deposit", title="样某银行存款", number="622200002", amount_yuan=Decimal("0.01"), at=TUESDAY)
    assert facts(case)["enough_cash_found"] is True


@pytest.mark.parametrize("kind", list(found_outside()))
def test_each_kind_has_its_next_step_as_one_found_online_has(case: Any, desk: Any, kind: str):
    find(case, desk, kind, title=f"样{kind}", place="北京市虚构区一号", amount_yuan=Decimal("5.00"))
    (line,) = picture(case).lines
    assert line.step is not None
    assert line.step.id == ("pass" if "located" in kinds()[kind].traits and "online" not in kinds()[kind].traits else kinds()[kind].next[0])


def test_the_same_thing_is_the_same_asset_by_its_number_and_by_its_key(case: Any, desk: Any):
    first = find(case, desk, "vehicle", title="样牌轿车", number="豫S·00001", key="k1")
    assert find(case, desk, "vehicle", title="样牌轿车", number="豫S·00001", key="k1").pk == first.pk
    again = find(case, desk, "vehicle", title="样牌轿车（二手）", number="豫s00001", at=TUESDAY)
    assert again.pk == first.pk
    assert Asset.objects.get().title == "样牌轿车（二手）"
    assert JournalEntry.objects.filter(kind=KIND).count() == 2


def test_an_account_that_a_bank_reported_is_not_found_a_second_time(case: Any, desk: Any):
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    known = Asset.objects.create(court_id=case.court_id, case=case, position=1, kind="deposit", holder=debtor, title="样某银行", as_of=MONDAY - timedelta(days=1))
    AssetMark.objects.create(case=case, asset=known, key="deposit:account_no:622200001|0|人民币")
    assert find(case, desk, "deposit", title="样某银行存款", number="6222 00001").pk == known.pk
    assert find(case, desk, "deposit", title="样某银行存款", number="622200", at=TUESDAY).pk != known.pk, "a longer number is another account"


def test_what_is_missing_is_said_beside_its_field(case: Any, desk: Any, actor: Any):
    with pytest.raises(Refusal) as refused:
        register_found(case_id=case.pk, found=Found("castle", 0, " ", amount_yuan=Decimal("-1")), proof=Proof(), by=desk.officer, at=MONDAY)
    assert [r.field for r in refused.value.reasons] == ["kind", "holder", "title", "amount_yuan", "proof"]
    with pytest.raises(Refusal) as refused:
        register_found(case_id=case.pk, found=Found("other", 1, "样"), proof=Proof(proof()), by=actor("document_clerk"), at=MONDAY)
    assert refused.value.status == 403
    assert not Asset.objects.exists()
    assert not JournalEntry.objects.filter(kind=KIND).exists()


def test_the_database_takes_nothing_found_outside_without_proof(case: Any):
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.create(court_id=case.court_id, case=case, position=1, kind="other", holder=debtor, title="样", as_of=MONDAY, origin=Asset.OFFLINE)


def test_covering_is_yes_no_or_unknown_with_each_figures_origin_四二2_3(case: Any, desk: Any):
    def now() -> Any:
        return analysed(holdings_of(case.pk), case.claim_yuan)

    assert now().covers is False
    find(case, desk, "deposit", title="样某银行存款", number="1", amount_yuan=Decimal("40000.00"))
    assert (now().covers, now()["free"].yuan) == (False, Decimal("40000.00"))
    house = find(case, desk, place="虚构市一号", number="A1", at=TUESDAY)
    assert now().covers is None
    assert now().why == "有 1 项财产没有金额或估值"
    find(case, desk, number="A1", amount_yuan=Decimal("70000.00"), encumbrance="抵押", at=TUESDAY + timedelta(hours=1))
    assert now().covers is None, "a burdened thing may bring less"
    assert now()["burdened"].yuan == Decimal("70000.00")
    find(case, desk, number="A1", amount_yuan=Decimal("70000.00"), at=TUESDAY + timedelta(hours=2))
    take_measure(case_id=case.pk, asset_ref=house.ref, done=Done("seal", "controlled", online=False, ruling_no="样1号"), proof=Proof(proof()),
                 by=desk.officer, at=TUESDAY + timedelta(hours=3))  # fmt: skip
    found = now()
    assert found.covers is True
    assert (found["offline"].yuan, found["online"].yuan, found["controlled"].yuan) == (Decimal("110000.00"), Decimal(0), Decimal("70000.00"))
    assert [(a.no, str(part), origin) for a, part, origin in found["offline"].of] == [("财001", "40000.00", "线下登记"), ("财002", "70000.00", "线下登记")]
    assert analysed(holdings_of(case.pk), None).covers is None


def test_the_form_registers_and_bad_input_loses_nothing(case: Any, person: Any, client_of: Any, monday_morning: Any):
    client = client_of(person("offline_officer"))
    debtor = Party.objects.get(case=case, role=Party.DEBTOR)
    url = f"/offline/cases/{case.ref}/found/"
    assert "还没有登记线下查到的财产" in client.get(url).content.decode()
    data = {"kind": "movable", "holder": debtor.pk, "title": "样牌机床", "amount_yuan": "x", "place": "虚构厂房", "act_key": "abc"}
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert "样牌机床" in answer.content.decode()
    answer = client.post(url, {**data, "amount_yuan": "5000", "act_proof": proof()}, follow=True)
    assert "已登记财001 样牌机床" in answer.content.decode()
    page = client.get(f"/inquiry/{case.ref}/").content.decode()
    assert "线下" in page
    assert "查到的财产是否足额" in page
    assert "样牌机床" in client.get("/assets/").content.decode()


def test_the_ledger_is_printed_and_taken_away_on_record_四二5(case: Any, desk: Any, person: Any, client_of: Any, monday_morning: Any):
    find(case, desk, "deposit", title="=1+1", number="622200000012345678", amount_yuan=Decimal("1.00"))
    client = client_of(person("inquiry_officer"))
    assert "财产清单" in client.get(f"/inquiry/{case.ref}/print/").content.decode()
    for address in (f"/inquiry/{case.ref}/file/", "/assets/file/"):
        sheet = load_workbook(io.BytesIO(client.get(address).content)).active
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == HEADS
        assert rows[1][:4] == (case.number, "财001", "银行存款", "=1+1")
        assert sheet["D2"].data_type == "s", "text, no formula"
        assert "622200000012345678" not in rows[1], "an account is masked"
    assert AccessEntry.objects.filter(action="page:export", detail__startswith="导出财产台账").count() == 2
    assert client_of(person("finance_clerk")).get("/assets/file/").status_code == 404
