"""The court itself: what it is called, its code in case numbers, its place and hotline (一2)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhixing.casework.courts.actions import KEPT, edit_court
from zhixing.casework.courts.queries import district_of
from zhixing.rulebook.refusals import Refusal
from zhixing.shell.frame import frame_of
from zhixing.shell.middleware import may
from zhixing.web.pages import page

from .forms import on_fields


class CourtForm(forms.Form):
    """What an administrator may change about their court."""

    name = forms.CharField(label="名称", max_length=60, help_text="文书抬头、落款和页面用的全称")
    short_name = forms.CharField(label="简称", max_length=20)
    code = forms.CharField(label="法院代字", max_length=12, help_text="案号里的代字，如豫1502；已有案件后不能再改")
    region_code = forms.CharField(label="行政区划代码", max_length=6, help_text="6位数字；据此判断财产在本市还是外地")
    hotline = forms.CharField(label="举报电话", max_length=20, required=False, help_text="写进告知书和通知")


@page("page:court", posts="do:edit_court")
def court(request: HttpRequest) -> HttpResponse:
    """Its own court for whoever may see it; a form for its system administrator."""
    own, district = district_of(request.actor.court_id)
    form = CourtForm(request.POST or None, initial={field: getattr(own, field) for field in KEPT})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            edit_court(**form.cleaned_data, by=request.actor, at=request.now)
        except Refusal as error:
            refusal = error
            on_fields(form, refusal)
        else:
            messages.success(request, "法院信息已保存，变动已留痕。")
            return redirect("court")
    context = {"own": own, "district": district, "form": form, "refusal": refusal, "may_edit": may(request, "do:edit_court"), **frame_of(request)}
    return render(request, "shell/people/court.html", context, status=422 if form.errors or refusal else 200)
