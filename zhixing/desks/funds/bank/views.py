"""The bank's door, and the page that says how the connection is (四(三)1, trust F7)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from zhixing.outside.bank import rightly_signed
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import PUBLIC, page, show

from ..models import Batch
from ..views import tabs
from . import queries
from .handing import ask_again
from .hearing import take_push
from .keeping import limits, the_bank, the_court


@csrf_exempt  # no browser comes here: every request carries a signature of the secret shared with the bank
@page(PUBLIC)
def push(request: HttpRequest) -> HttpResponse:
    """What the bank tells by itself. Answers JSON whatever comes: accepted, repeated or refused with the reason."""
    numbers = limits()["push"]
    if request.method != "POST":
        return _no(405, "只接受 POST")
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or len(length) > 9 or int(length) > numbers["body_bytes"]:
        return _no(413, f"内容长度不明或超过 {numbers['body_bytes']} 字节")
    body = request.body
    nonce = request.headers.get("X-Nonce", "")
    if not rightly_signed(secret=settings.BANK["secret"], nonce=nonce, stamp=request.headers.get("X-Timestamp", ""), signature=request.headers.get("X-Signature", ""),
                          path=request.path, body=body, at=request.now, window_seconds=numbers["window_seconds"]):  # fmt: skip
        return _no(401, "签名不对、没有一次性编号或时间不符")
    try:
        heard, repeated = take_push(court_id=the_court().pk, nonce=nonce, body=body, at=request.now)
    except Refusal as refusal:
        return _no(refusal.status, refusal.reasons[0].why)
    except OperationalError:
        return _no(503, "正忙，请稍后用新的一次性编号重新推送")
    return _said({"state": "repeated" if repeated else "accepted", **heard.as_json()})


def _said(content: dict[str, object], status: int = 200) -> HttpResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def _no(status: int, why: str) -> HttpResponse:
    return _said({"state": "refused", "error": why}, status)


@page("page:funds-court", posts="do:export_payouts")
def bank(request: HttpRequest) -> HttpResponse:
    """The connection, the batches that went by it, what the bank said last."""
    court_id = request.actor.court_id
    if request.method == "POST":
        batch = Batch.objects.filter(court_id=court_id, no=request.POST.get("batch", "")).first()
        if batch is None:
            raise Http404("没有这一批")
        ask_again(batch=batch, at=request.now)
        messages.success(request, f"{batch.no} 将在一分钟内再次交付；银行对同一批号只受理一次，不会重复付款。")
        return redirect("funds-bank")
    the = the_bank()
    context = {
        "connected": the.connected, "simulated": bool(settings.SIMULATOR) and settings.BANK["url"].startswith(settings.SIMULATOR),
        "mine": the.connected and the_court().pk == court_id, "contact": queries.contact(court_id), "today": queries.received_today(court_id, request.now), "batches": queries.batches(court_id, limits()["pages"]["rows"]),
        "said": queries.messages_of(court_id, limits()["pages"]["rows"]), "tabs": tabs(request),
    }  # fmt: skip
    return show(request, "bank/bank.html", context)
