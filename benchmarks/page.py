"""The desk's page with log-in, rights and the guard of reads, beside a plain Django page of the same fifty rows.

Nothing is recorded in the court meanwhile, so ours counts its clocks once (`casework.duties.kept`); the first page after an
event counts again. What counting costs by itself is the line `counts` of reads.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import path

from zhixing import clock
from zhixing.casework.duties.models import Duty
from zhixing.casework.facts import record_many, rules
from zhixing.casework.people.models import Assignment, Person

from . import world
from .measuring import Line, Size, in_turn

PLAIN = (
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "benchmarks.page.plain_addresses",
)  # fmt: skip
TEMPLATE = """<!doctype html><html lang="zh"><head><title>待办</title></head><body><h1>{{ desk }}</h1><p>{{ user.name }}</p>
<nav>{% for words, count in counters %}<a href="?bucket={{ words }}">{{ words }} <b>{{ count }}</b></a>{% endfor %}</nav><table>
<thead><tr><th></th><th>事项</th><th>案号</th><th>当事人</th><th>条款</th><th>到期</th><th>时限</th><th>下一步</th></tr></thead><tbody>
{% for d in rows %}<tr class="{% if d.due_at < now %}row-late{% else %}row-fine{% endif %}"><td class="col-pick"><label class="pick">
<input type="checkbox" name="pick" value="{{ d.rule }}~case:{{ d.case.ref }}" form="bulk"><span class="hidden">选中 {{ d.case.number }}</span></label></td>
<td class="main"><a href="{% url 'act' d.case.ref d.rule %}">{{ d.rule }}</a></td>
<td class="nowrap"><a href="{% url 'case' d.case.ref %}">{{ d.case.number }}</a></td>
<td><span class="parties" title="{{ d.case.applicants }} → {{ d.case.debtors }}"><span>{{ d.case.applicants }}</span><i>→</i><span>{{ d.case.debtors }}</span></span></td>
<td><a class="clause" href="{% url 'clause' d.clause %}" title="条款 {{ d.clause }}">{{ d.clause }}</a></td><td class="day">{{ d.due_at|date:"m-d H:i" }}</td>
<td><a class="clock" href="{% url 'clock' d.case.ref d.pk %}"><svg class="icon" aria-hidden="true"><use href="{{ sprite }}#alert"/></svg>
{% if d.due_at < now %}超期 {{ d.due_at|timesince:now }}{% else %}还有 {{ d.due_at|timeuntil:now }}{% endif %}</a></td>
<td class="act"><a class="btn btn-primary" href="{% url 'act' d.case.ref d.rule %}">办理</a> <a class="btn" href="{% url 'act' d.case.ref 'note' %}">说明</a></td>
</tr>{% endfor %}</tbody></table></body></html>"""
ENGINE = Engine().from_string(TEMPLATE)
PAGE = 50
WHY = "the product's page is half again as large (frame, acts by right, dialogs) and passes the security middleware"


def plain_page(request: HttpRequest, desk: str = "", **_: str) -> HttpResponse:
    """What a plain Django project would write for the same page: rights, counters, fifty rows, a template."""
    user: Any = request.user
    if not user.is_authenticated or not Assignment.objects.filter(person=user, role__in=rules.rulebook().roles).exists():
        raise PermissionDenied
    mine, now = Duty.objects.filter(court_id=user.court_id, desk=desk, is_open=True), world.NOW
    totals = mine.aggregate(late=Count("id", filter=Q(due_at__lt=now)), soon=Count("id", filter=Q(due_at__gte=now)), all=Count("id"))
    rows = mine.select_related("case").order_by("due_at", "pk")[:PAGE]
    shown = {"rows": rows, "desk": desk, "now": now, "user": user, "counters": totals.items(), "sprite": "/static/sprite.svg"}
    return HttpResponse(ENGINE.render(Context(shown)))


urlpatterns = [
    path("plain/<desk>/", plain_page), path("cases/<ref>/", plain_page, name="case"), path("clauses/<ref>/", plain_page, name="clause"),
    path("cases/<ref>/acts/<kind>/", plain_page, name="act"), path("cases/<ref>/clocks/<int:n>/", plain_page, name="clock"),
]  # fmt: skip


def plain_addresses(get_response: Any) -> Any:
    """Middleware: the addresses of this module."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = "benchmarks.page"  # type: ignore[attr-defined]
        return get_response(request)  # type: ignore[no-any-return]

    return middleware


def run(size: Size) -> list[Line]:
    """page / plain Django."""
    requests, desk, person = size.of(60, 15), *_court(size.of(3000, 300))
    product, plain = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    for client in (product, plain):
        client.force_login(person, backend="zhixing.shell.people.backend.PeopleBackend")

    def ours(_: int) -> None:
        for _i in range(requests):
            _good(product.get(f"/desks/{desk}/"))

    def theirs(_: int) -> None:
        with override_settings(MIDDLEWARE=PLAIN):  # read when this client's handler is made, at its first request
            for _i in range(requests):
                _good(plain.get(f"/plain/{desk}/"))

    with clock.frozen(world.NOW):
        times = in_turn(ours, theirs)
        sizes = [len(c.get(u).content) // 1024 for c, u in ((product, f"/desks/{desk}/"), (plain, f"/plain/{desk}/"))]
    mine, plainly = (requests / sorted(t)[len(t) // 2] for t in times)
    ratio = mine / plainly
    return [Line("page / plain Django", f"{mine:,.0f} pages/s ({sizes[0]} KiB)", f"{plainly:,.0f} pages/s ORM + templates ({sizes[1]} KiB)",
                 f"{ratio:.2f}×", "≥ 2×", ratio >= 2, WHY)]  # fmt: skip


def _good(response: Any) -> None:
    if response.status_code != 200 or response.content.count(b"<tr") < PAGE:
        raise RuntimeError(f"{response.status_code}: {response.content.count(b'<tr')} rows")


def _court(how_many: int) -> tuple[str, Person]:
    """A court with fresh cases; the desk that owes most and somebody who sits there."""
    court, book = world.court(), rules.rulebook()
    steps = tuple(s for s in world.FLOW if s.hours < 120)
    record_many([world.history(*c, steps) for c in world.cases(court, how_many)], court_id=court.pk, under="do:import_register",
                by=world.clerk(court), at=world.NOW)  # fmt: skip
    desks = Counter(Duty.objects.filter(court=court, is_open=True).values_list("desk", flat=True))
    desk, role = next((d, r.id) for d, _ in desks.most_common() for r in book.roles.values() if r.desk == d)
    person = Person.objects.create(username=f"{court.pk}-page", name="样书记员", court=court, password="!")
    Assignment.objects.create(court=court, person=person, role=role, from_on=date(2020, 1, 1))
    return desk, person
