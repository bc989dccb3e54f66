"""The worker's jobs: armed in production by `zhixing schedules`, harmless when run twice."""

from __future__ import annotations

from importlib import import_module

from django.core.management import call_command
from django_q.models import Schedule

from tests.small_court import MONDAY, moment
from zhixing import clock
from zhixing.casework.matters.models import Matter
from zhixing.casework.notices.models import Notice
from zhixing.shell import jobs


def test_every_job_has_one_schedule_and_every_schedule_a_job(db, capsys):
    Schedule.objects.create(name="zhixing:gone", func="zhixing.shell.jobs.gone", schedule_type=Schedule.CRON, cron="* * * * *")
    call_command("schedules")
    call_command("schedules")
    rows = Schedule.objects.filter(name__startswith="zhixing:")
    assert sorted(row.func for row in rows) == sorted(f"zhixing.shell.jobs.{job}" for job in jobs.SCHEDULES)
    for row in rows:
        module, _, name = row.func.rpartition(".")
        assert callable(getattr(import_module(module), name))
        assert row.repeats == -1
    assert "sweep_warnings" in capsys.readouterr().out


def test_the_jobs_do_their_work_once(new_case, settings, tmp_path):
    settings.VAR = tmp_path
    new_case(at=MONDAY)
    with clock.frozen(moment("2026-03-04 23:59:59")):
        assert jobs.sweep_warnings() == 1
        assert jobs.sweep_warnings() == 0
        assert jobs.send_notices() == {"sent": 1, "held": 1}
        assert jobs.send_notices() == {}
        assert jobs.open_matters() == 2
        assert jobs.open_matters() == 0
    assert Matter.objects.count() == 2
    assert len(list((tmp_path / "outbox").iterdir())) == 1
    assert "人工" in Notice.objects.get(state="sent").proof
