"""Pages of measures: freezing and sealing an asset, where it lies, the ledger by last day, renewals (三(二)6(1), 四(四)3(2))."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhixing.casework.assets.kinds import kinds
from zhixing.casework.assets.measures import Proof, release_measure, renew_measure, take_effect, take_measure
from zhixing.casework.assets.models import Asset, Measure
from zhixing.casework.cases.models import Case
from zhixing.casework.facts.forms import stored_key
from zhixing.casework.people.authority import allowed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page, show

from . import actions, queries
from .forms import ControlForm, DeskForm, EffectForm, PlaceForm, ReleaseForm, RenewForm
from .settled import settled
from .views import case_page

PAGE = 50


@page("page:assets", posts="record:online_freeze_made", reads="ref")
def freeze(request: HttpRequest, ref: str, asset: str) -> HttpResponse:
    """Freeze or seal an asset over the network, or say why it could not be controlled."""
    return _control(request, ref, asset, online=True)


@page("page:assets", posts="record:measure_taken", reads="ref")
def seal(request: HttpRequest, ref: str, asset: str) -> HttpResponse:
    """Seal, seize or freeze an asset on the spot."""
    return _control(request, ref, asset, online=False)


def _control(request: HttpRequest, ref: str, asset_ref: str, *, online: bool) -> HttpResponse:
    case, asset = _asset(request, ref, asset_ref)
    kind = kinds()[asset.kind]
    online = online and "online" in kind.traits
    posted = request.method == "POST"
    form = ControlForm(request.POST if posted else None, request.FILES if posted else None, kind=kind, online=online, initial={
        "effective_on": request.now.date(), "limit_yuan": case.claim_yuan, "kind": kind.measures[0], "noted": True,
        "controlled_yuan": min(filter(None, (asset.available_yuan or asset.amount_yuan, case.claim_yuan)), default=None),
    })  # fmt: skip
    refusal = None
    if posted and form.is_valid():
        proof = Proof(form.cleaned_data["scan"], stored_key(request, "measure", asset_ref, form.cleaned_data["act_key"]))
        try:
            made = take_measure(case_id=case.pk, asset_ref=asset_ref, done=form.done(), proof=proof, by=request.actor, at=request.now)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            until = f"，{made.expires_on}到期（民诉法解释{kind.term.article}，到期不顺延）" if made.expires_on else f"：{made.reason}"
            messages.success(request, f"{asset.no} {made.number}{made.get_result_display()}{until}")
            return redirect("inquiry-case", ref=ref)
    last = kind.term.last_day(request.now.date())
    context = {"case": case, "asset": asset, "kind": kind, "form": form, "refusal": refusal, "online": online, "last": last,
               "may_act": allowed(request.book, request.actor, "record:online_freeze_made" if online else "record:measure_taken")}  # fmt: skip
    return show(request, "inquiry/control.html", context, status=refusal.status if refusal else 422 if form.errors else 200)


@page("page:assets", posts=f"record:{actions.LOCATED}", reads="ref")
def place(request: HttpRequest, ref: str, asset: str) -> HttpResponse:
    """Where the asset lies, found out by somebody."""
    case, found = _asset(request, ref, asset)
    if request.method != "POST":
        form = PlaceForm(initial={"place": found.place, "area": found.area if found.area != Asset.UNKNOWN else None})
        return _one(request, case, found, form, "登记财产所在地", "三(二)6(2)", f"record:{actions.LOCATED}", reverse("inquiry-case", args=[ref]))
    form = PlaceForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        key = stored_key(request, actions.LOCATED, asset, data["act_key"])
        try:
            actions.locate_asset(case_id=case.pk, asset_ref=asset, area=data["area"], place=data["place"], key=key, by=request.actor, at=request.now)
        except Refusal as refused:
            return case_page(request, case, refusal=form.take(refused))
        messages.success(request, f"已登记{found.no}的所在地")
        return redirect("inquiry-case", ref=ref)
    return _one(request, case, found, form, "登记财产所在地", "三(二)6(2)", f"record:{actions.LOCATED}", reverse("inquiry-case", args=[ref]))


def _asset(request: HttpRequest, ref: str, asset_ref: str) -> tuple[Case, Asset]:
    case = queries.case_of(request.actor.court_id, ref)
    asset = Asset.objects.filter(case=case, ref=asset_ref).select_related("holder").first() if case else None
    if case is None or asset is None:
        raise Http404("没有这项财产")
    return case, asset


@page("page:measures")
def ledger(request: HttpRequest) -> HttpResponse:
    """Measures by their last day, those that lapsed first: what has to be renewed, and by when (四(四)3(2))."""
    today, days = request.now.date(), settled()["ledger_days"]
    within = request.GET.get("within", "")
    span = {"lapsed": {"until": today - timedelta(days=1)}}
    span |= {str(n): {"since": today, "until": today + timedelta(days=n)} for n in days}
    rows = queries.ledger(request.actor.court_id, **span.get(within, {}), after=request.GET.get("after", ""), limit=PAGE + 1)
    counted = queries.ledger_counts(request.actor.court_id, today, days)
    counters = [{"words": "已到期", "count": counted["lapsed"], "url": "?within=lapsed", "state": "late", "current": within == "lapsed"}]
    counters += [{"words": f"{n} 日内", "count": counted[f"d{n}"], "url": f"?within={n}", "state": "today" if n == days[0] else "soon",
                  "current": within == str(n)} for n in days]  # fmt: skip
    counters.append({"words": "全部在控", "count": counted["all"], "url": "?", "state": "fine", "current": within not in span})
    position = f"{rows[PAGE - 1].expires_on}~{rows[PAGE - 1].pk}" if len(rows) > PAGE else ""
    context = {
        "rows": [(m, (m.expires_on - today).days if m.expires_on else 0, kinds()[m.asset.kind]) for m in rows[:PAGE]], "counters": counters,
        "first": f"?within={within}" if "after" in request.GET else "", "more": f"?within={within}&after={position}" if position else "",
        "may_renew": allowed(request.book, request.actor, "record:measure_renewed"),
        "may_prepare": allowed(request.book, request.actor, "record:measure_renewal_prepared"),
    }  # fmt: skip
    return show(request, "inquiry/ledger.html", context)


@page("page:measures", posts="record:measure_renewed")
def renew(request: HttpRequest, measure: str) -> HttpResponse:
    """Renew a measure before it lapses."""

    def act(found: Measure, data: dict[str, Any], proof: Proof) -> str:
        done = renew_measure(measure_ref=found.ref, expires_on=data["expires_on"], proof=proof, by=request.actor, at=request.now)
        return f"{done.number}已续行，{done.expires_on}到期"

    return _measure_act(request, measure, RenewForm, "续行措施", "四(四)3(2)", "record:measure_renewed", act)


@page("page:measures", posts="record:measure_taken")
def effect(request: HttpRequest, measure: str) -> HttpResponse:
    """A waiting measure has taken effect."""

    def act(found: Measure, data: dict[str, Any], proof: Proof) -> str:
        done = take_effect(measure_ref=found.ref, effective_on=data["effective_on"], expires_on=data["expires_on"], proof=proof, by=request.actor, at=request.now)
        return f"{done.number}已转为首位，{done.expires_on}到期"

    return _measure_act(request, measure, EffectForm, "登记轮候转正", "三(三)1", "record:measure_taken", act)


@page("page:measures", posts="record:measure_released")
def release(request: HttpRequest, measure: str) -> HttpResponse:
    """Lift a measure, by a ruling."""

    def act(found: Measure, data: dict[str, Any], proof: Proof) -> str:
        done = release_measure(measure_ref=found.ref, ruling_no=data["ruling_no"], proof=proof, by=request.actor, at=request.now)
        return f"{done.number}已解除"

    return _measure_act(request, measure, ReleaseForm, "解除措施", "四(四)3(4)", "record:measure_released", act)


def _measure_act(request: HttpRequest, ref: str, form_class: type[DeskForm], title: str, clause: str, action: str, act: Any) -> HttpResponse:
    found = queries.measure_of(request.actor.court_id, ref)
    if found is None:
        raise Http404("没有这项措施")
    posted = request.method == "POST"
    form = form_class(request.POST if posted else None, request.FILES if posted else None)
    refusal = None
    if posted and form.is_valid():
        proof = Proof(form.cleaned_data["scan"], stored_key(request, action, ref, form.cleaned_data["act_key"]))
        try:
            words = act(found, form.cleaned_data, proof)
        except Refusal as refused:
            refusal = form.take(refused)
        else:
            messages.success(request, words)
            return redirect("inquiry-case", ref=found.case.ref)
    back = reverse("inquiry-case", args=[found.case.ref])
    return _one(request, found.case, found.asset, form, title, clause, action, back, measure=found, refusal=refusal)


def _one(
    request: HttpRequest, case: Case, asset: Asset, form: DeskForm, title: str, clause: str, action: str, back: str,
    measure: Measure | None = None, refusal: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    """One small form about one asset."""
    context = {"case": case, "asset": asset, "kind": kinds()[asset.kind], "form": form, "title": title, "clause": clause, "back": back,
               "measure": measure, "refusal": refusal, "may_act": allowed(request.book, request.actor, action)}  # fmt: skip
    return show(request, "inquiry/one.html", context, status=refusal.status if refusal else 422 if form.errors else 200)
