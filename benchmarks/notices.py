"""A campaign of notices against dying messengers (trust G19): `python -m benchmarks.notices --count 200000 --rate 200`.

Notices are owed at a steady rate while messengers send them through a gateway that refuses 5 % and loses the answer of 2 % (so that
those come twice). Thirty times a messenger is killed (SIGKILL) and started again. The gateway is a file that every process appends
to: what was given to it stays given. Everything is checked against the outbox at the end; the numbers are printed as Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scripts.postgres import FAST, server

EACH, COURTS, KILLS, WORKERS, ERRORS, LOST = 4, 4, 30, 2, 0.05, 0.02


def main() -> None:
    """Run the campaign on a PostgreSQL of its own."""
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=200_000)
    options.add_argument("--rate", type=int, default=200, help="notices a second")
    options.add_argument("--kills", type=int, default=KILLS)
    chosen = options.parse_args()
    with server(FAST) as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": url, "ZHIXING_VAR": folder, "DJANGO_SETTINGS_MODULE": "zhixing.settings"}
        import django

        django.setup()
        told = Campaign(Path(folder) / "given", chosen.count, chosen.rate, chosen.kills).run()
    print(json.dumps(told, ensure_ascii=False, indent=1))
    sys.exit(0 if told["lost"] == told["invented"] == told["misordered"] == told["two_contents"] == told["failed"] == 0 else 1)


class Campaign:
    """One run. Times are the machine's own."""

    def __init__(self, given: Path, count: int, rate: int, kills: int) -> None:
        self.given, self.count, self.rate, self.kills = given, count, rate, kills
        self.killed = 0
        self.workers: list[int] = []

    def run(self) -> dict[str, Any]:
        """Owe, send, kill, wait, check."""
        from django.core.management import call_command

        from zhixing.casework.notices.models import Notice

        call_command("migrate", verbosity=0)
        cases = self._people()
        self.workers = [self._messenger(n) for n in range(WORKERS)]
        began = time.time()
        dice = random.Random(7)
        moments = sorted(dice.uniform(0.03, 0.97) * self.count / self.rate for _ in range(self.kills))
        owed = 0
        while owed < self.count:
            wanted = min(self.count, int((time.time() - began) * self.rate))
            owed += self._owe(cases, owed, wanted)
            while moments and time.time() - began > moments[0]:
                moments.pop(0)
                self._kill()
            time.sleep(0.2)
        owing = time.time() - began
        while Notice.objects.filter(state__in=Notice.WAITING).exists() and time.time() - began < owing + 900:
            time.sleep(1)
        took = time.time() - began
        for worker in self.workers:
            os.kill(worker, signal.SIGTERM)
            os.waitpid(worker, 0)
        return self._checked(owing, took)

    def _people(self) -> list[tuple[int, int]]:
        """(case, court) of everybody who will be told something; each has a number of their own."""
        from zhixing.casework.cases.models import Case, Party
        from zhixing.casework.courts.models import Court

        courts = [Court.objects.create(code=f"样{n:04}", name=f"样本{n}区人民法院", short_name=f"样本{n}", region_code="411599", hotline="12368") for n in range(COURTS)]
        people = -(-self.count // EACH)
        cases = Case.objects.bulk_create([
            Case(court=courts[n % COURTS], number=f"（2026）样{n % COURTS:04}执{n}号", year=2026, kind="执", seq=n, filed_on=date(2026, 3, 2), applicants="样甲某")
            for n in range(people)
        ], batch_size=2000)  # fmt: skip
        Party.objects.bulk_create([
            Party(court_id=case.court_id, case=case, role=Party.APPLICANT, position=1, name="样甲某", phone=f"199{n:08d}") for n, case in enumerate(cases)
        ], batch_size=2000)  # fmt: skip
        return [(case.pk, case.court_id) for case in cases]

    def _owe(self, cases: list[tuple[int, int]], first: int, until: int) -> int:
        from zhixing.casework.notices.models import Notice

        at, kind = datetime.now(UTC), disclosure()
        rows = [
            Notice(court_id=cases[n % len(cases)][1], case_id=cases[n % len(cases)][0], key=f"{n}", disclosure=kind, seq=n, recipient="applicant",
                   channel="sms", created_at=at, next_at=at)
            for n in range(first, until)
        ]  # fmt: skip
        Notice.objects.bulk_create(rows, batch_size=500)
        return len(rows)

    def _messenger(self, n: int) -> int:
        """A messenger in a process of its own."""
        from django.db import connections

        connections.close_all()
        if child := os.fork():
            return child
        from zhixing import clock
        from zhixing.casework.notices import claims, policy
        from zhixing.casework.notices import dispatch as dispatching
        from zhixing.shell.notices.messenger import run

        known = policy.policy()  # the budget of a court's hour is not what is measured here
        sms = replace(known.channels["sms"], court_hour=10**9)
        claims.policy = dispatching.policy = lambda: replace(known, channels={**known.channels, "sms": sms})
        gateway = _file_gateway(self.given.with_name(f"given-{n}-{os.getpid()}"), random.Random(os.getpid()))
        try:
            run(channels=lambda: {"sms": gateway}, now=clock.now)
        finally:
            os._exit(0)

    def _kill(self) -> None:
        place = self.killed % WORKERS
        os.kill(self.workers[place], signal.SIGKILL)
        os.waitpid(self.workers[place], 0)
        self.workers[place] = self._messenger(place)
        self.killed += 1

    def _checked(self, owing: float, took: float) -> dict[str, Any]:
        from zhixing.casework.notices.models import Notice

        rows = [json.loads(line) for path in self.given.parent.glob("given-*") for line in path.read_text("utf-8").splitlines()]
        rows.sort(key=lambda row: row["at"])
        first: dict[str, float] = {}
        contents, order = set(), defaultdict(list)
        for row in rows:
            contents.add((row["key"], row["address"], row["text"]))
            if row["key"] not in first:
                first[row["key"]] = row["at"]
                order[row["address"]].append(int(row["key"]))
        owed = dict(Notice.objects.values_list("key", "created_at"))
        waits = sorted(first[key] - created.timestamp() for key, created in owed.items() if key in first)
        return {
            "notices": len(owed), "owed_in_s": round(owing), "all_sent_after_s": round(took), "messengers": WORKERS, "kills": self.killed,
            "hand_overs": len(rows), "came_twice": len(rows) - len(first), "lost": len(owed.keys() - first.keys()), "invented": len(first.keys() - owed.keys()),
            "two_contents": len(contents) - len(first), "misordered": sum(came != sorted(came) for came in order.values()),
            "failed": Notice.objects.exclude(state=Notice.SENT).count(),
            **{f"p{p}_s": round(waits[min(len(waits) - 1, int(len(waits) * p / 100))], 2) for p in (50, 90, 99, 99.9)}, "longest_s": round(waits[-1], 1),
        }  # fmt: skip


def disclosure() -> str:
    """A message of the regulation whose text needs nothing but the case."""
    from zhixing.casework.facts import rules
    from zhixing.casework.notices.letters import names_in

    plain = {"court", "number", "applicants", "debtors", "hotline", "date"}
    return next(d.id for d in rules.rulebook().disclosures.values() if d.channel == "sms" and "applicant" in d.to and set(names_in(d.template)) <= plain)


def _file_gateway(path: Path, chance: random.Random) -> Any:
    from zhixing.outside.messages import Accepted, Message, TransientError

    class FileGateway:
        """Appends what it is given; refuses some, answers some not at all."""

        def send(self, message: Message, at: datetime) -> Accepted:
            if chance.random() < ERRORS:
                raise TransientError("网关答复 503")
            line = json.dumps({"key": message.key, "address": message.address, "text": message.text, "at": time.time()}, ensure_ascii=False)
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(file, f"{line}\n".encode())
            os.close(file)
            if chance.random() < LOST:
                raise TransientError("答复丢失")
            return Accepted("网关编号")

        def receipts(self, after: str, at: datetime) -> tuple[list[Any], str]:
            return [], after

    return FileGateway()


if __name__ == "__main__":
    main()
