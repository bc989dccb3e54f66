"""The same act on many rows at once: one form, one event and one transaction a row, a result a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from zhixing.casework.facts.forms import ActForm
from zhixing.casework.people.authority import require
from zhixing.rulebook.model import EventKind
from zhixing.rulebook.refusals import Refusal
from zhixing.web.pages import page

from .showing import show
from .subjects import Subject, own_pages, subject_of
from .views import submit

MOST = 200


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one row: a sentence, or the refusal."""

    label: str
    url: str
    words: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """A picked row of a worklist, as its check box says it: `<kind>~case:<ref>`."""

    kind: str
    what: str
    ref: str

    @property
    def value(self) -> str:
        """The check box's value."""
        return f"{self.kind}~{self.what}:{self.ref}"


def picked(request: HttpRequest) -> list[Picked]:
    """The picked rows, each thing once. Raises `Refusal` when nothing or too much was picked."""
    rows = {}
    for text in request.POST.getlist("pick"):
        kind, _, subject = text.partition("~")
        what, _, ref = subject.partition(":")
        if what in ("case", "matter") and ref:
            rows[what, ref] = Picked(kind, what, ref)
    if not rows:
        raise Refusal.because("暂不能批量办理", "没有选中任何一行", now="请先在列表中勾选")
    if len(rows) > MOST:
        raise Refusal.because("暂不能批量办理", f"一次最多 {MOST} 行，现在选中 {len(rows)} 行", now="请分几次办理")
    return list(rows.values())


@page("page:worklist")
def act_bulk(request: HttpRequest) -> HttpResponse:
    """Show the one form for the picked rows, then record a row at a time. Refuses an act that needs a proof of its own for every case; 404 when opened by itself."""
    if request.method != "POST":
        raise Http404("请从工作台勾选后批量办理")
    rows = picked(request)
    spec = _same(request, rows)
    authority = require(request.book, request.actor, f"record:{spec.kind}", what=f"暂不能批量{spec.verb}")
    if spec.proof and spec.proof.required:
        raise Refusal.because(f"暂不能批量{spec.verb}", f"每件都要有自己的{spec.proof.label}", clause=spec.clause, now="请逐件办理")
    sent = "act_key" in request.POST
    form = ActForm(spec, request.POST if sent else None, now=request.now, asks=bool(authority.approvers), proof=False)
    if sent and form.is_valid():
        done = [_one(request, row, spec, form, bool(authority.approvers)) for row in rows]
        return results(request, f"批量{spec.verb}", done)
    context = {"spec": spec, "form": form, "rows": rows, "count": len(rows)}
    return show(request, "acts/bulk", context, status=422 if sent else 200)


def _same(request: HttpRequest, rows: Iterable[Picked]) -> EventKind:
    kinds = {row.kind for row in rows}
    spec = request.book.events.get(next(iter(kinds)))
    if len(kinds) != 1 or spec is None or spec.kind in own_pages() or spec.opens:
        raise Refusal.because("暂不能批量办理", "选中各行的下一步不同，或不能批量办理", now="请勾选下一步相同的行")
    return spec


def _one(request: HttpRequest, row: Picked, spec: EventKind, form: ActForm, asks: bool) -> Done:
    try:
        subject = subject_of(request, row.what, row.ref)
    except Http404:
        return Done(row.ref, "", refusal=Refusal.because(f"暂不能{spec.verb}", "没有这个案件或事项", status=404))
    return attempt(subject, lambda: submit(request, subject, spec, form, asks=asks))


def attempt(subject: Subject, act: Callable[[], str]) -> Done:
    """Do one row; a refusal is kept for the result and stops nothing else."""
    try:
        return Done(subject.words, subject.url, act())
    except Refusal as refusal:
        return Done(subject.words, subject.url, refusal=refusal)


def results(request: HttpRequest, title: str, done: list[Done]) -> HttpResponse:
    """The result page: refused rows first, each with its reasons."""
    done = sorted(done, key=lambda d: d.refusal is None)
    refused = sum(d.refusal is not None for d in done)
    context = {"title": title, "done": done, "refused": refused, "recorded": len(done) - refused}
    return show(request, "acts/results", context, status=409 if refused == len(done) else 200)
