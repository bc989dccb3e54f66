"""The desk's page with log-in, rights and the guard of reads, beside a plain Django page of the same fifty rows."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

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
<table><thead><tr><th></th><th>时限</th><th>事项</th><th>案号</th><th>申请执行人</th><th>被执行人</th><th>条款</th><th>起算</th><th>到期</th><th></th></tr></thead>
<tbody>{% for d in rows %}<tr class="{% if d.due_at < now %}late{% else %}open{% endif %}"><td><input type="checkbox" name="pick" value="{{ d.pk }}"></td>
<td>{% if d.due_at < now %}超期 {{ d.due_at|timesince:now }}{% else %}还有 {{ d.due_at|timeuntil:now }}{% endif %}</td><td>{{ d.rule }}</td>
<td><a href="/cases/{{ d.case.ref }}/">{{ d.case.number }}</a></td><td>{{ d.case.applicants }}</td><td>{{ d.case.debtors }}</td>
<td><a href="/rulebook/{{ d.clause }}/">{{ d.clause }}</a></td><td>{{ d.started_at|date:"Y-m-d H:i" }}</td><td>{{ d.due_at|date:"Y-m-d H:i" }}</td>
<td><a href="/cases/{{ d.case.ref }}/act/">办理</a></td></tr>{% endfor %}</tbody></table></body></html>"""
ENGINE = Engine().from_string(TEMPLATE)
PAGE = 50
WHY = "the product's page carries counters, explained clocks, acts by right and a whole frame; the plain page is a bare table"


def plain_page(request: HttpRequest, desk: str) -> HttpResponse:
    """What a plain Django project would write."""
    user: Any = request.user
    rows = Duty.objects.filter(court_id=user.court_id, desk=desk, is_open=True).select_related("case").order_by("due_at", "pk")[:PAGE]
    return HttpResponse(ENGINE.render(Context({"rows": rows, "desk": desk, "now": world.NOW, "user": user})))


urlpatterns = [path("plain/<desk>/", plain_page)]


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
