"""`zhixing schedules`: tell the worker what to do when. Safe to run again: each job has one schedule."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django_q.models import Schedule

from zhixing.shell.jobs import SCHEDULES


class Command(BaseCommand):
    help = "为后台任务登记时间表（可重复执行）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one schedule a job; a job no longer known loses its schedule."""
        for job, cron in SCHEDULES.items():
            Schedule.objects.update_or_create(
                name=f"zhixing:{job}",
                defaults={"func": f"zhixing.shell.jobs.{job}", "schedule_type": Schedule.CRON, "cron": cron, "repeats": -1},
            )
            self.stdout.write(f"{job}  {cron}")
        known = [f"zhixing:{job}" for job in SCHEDULES]
        Schedule.objects.filter(name__startswith="zhixing:").exclude(name__in=known).delete()
