"""Prove the money: `python scripts/reliability.py money|boundary|machine|books|mutants …`; what came out is in docs/reliability.md.

Each prints one line of JSON and exits 1 when anything was wrong. `--database postgresql` takes the server of DATABASE_URL (in a
database of its own) or starts a private one; `sqlite` works on a file of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]


@contextmanager
def database(engine: str, folder: Path) -> Iterator[None]:
    """Django on a fresh, migrated database of that engine."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "zhixing.settings", "ZHIXING_VAR": str(folder)}
    given = os.environ.pop("DATABASE_URL", "")
    if engine in ("sqlite", "memory"):
        if engine == "memory":
            os.environ["DATABASE_URL"] = "sqlite://:memory:"
        _migrate()
        yield
    elif given.startswith("postgres"):
        yield from _own_database(given)
    else:
        from postgres import DURABLE, server

        with server(DURABLE) as url:
            os.environ["DATABASE_URL"] = url
            _migrate()
            yield
            _close()


def _own_database(url: str) -> Iterator[None]:
    import psycopg

    name = f"zhixing_campaign_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            os.environ["DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/{name}"
            _migrate()
            yield
        finally:
            _close()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _close() -> None:
    from django.db import connections

    connections.close_all()


def money(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Rivals at the same payouts, killed at random moments (G4, P1)."""
    from tests.funds_campaign.campaign import campaign

    acks = folder / "acks"
    acks.mkdir()
    return campaign(acks, attempts=options.attempts, kills=options.kills, workers=options.workers, seed=options.seed).as_json()


def machine(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Random walks beside a plain model (G8)."""
    from tests.funds_campaign.walking import walk_all

    parts = folder / "walks"
    parts.mkdir()
    return walk_all(parts, steps=options.steps, seed=options.seed, workers=options.workers).as_json()


def boundary(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every act with money interrupted at every statement, by an error or by kill -9 (G7, P2)."""
    from tests.funds_campaign.bank_acts import bank_acts
    from tests.funds_campaign.breaking import break_everything
    from tests.funds_campaign.plan_acts import plan_acts
    from tests.funds_campaign.world import make

    bank = folder / "bank"
    bank.mkdir()
    world = make(cases=2)
    which = {"money": lambda: None, "plans": lambda: plan_acts(world), "bank": lambda: bank_acts(world, bank)}[options.acts]
    return {"which": options.acts, **break_everything(world, options.how, which=which()).as_json()}


def books(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Five years of a court's money: how long the trial balance and the check of the books take, and by how much they are off (G5)."""
    from benchmarks import world
    from benchmarks.ledger import checked
    from benchmarks.years import five_years

    court, start = world.court(), time.monotonic()
    five_years(court, options.cases)
    return {"engine": options.database, "cases": options.cases, "build_seconds": round(time.monotonic() - start, 1), **checked(court.pk)}


def mutants(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The code broken on purpose: what finds it. Rivals on PostgreSQL, walks and interruptions on SQLite in memory."""
    from django.db import connections

    from tests.funds_campaign.mutants import try_all

    def fresh(name: str) -> None:
        """A copy of the migrated database for this process."""
        settings = connections["default"].settings_dict
        import psycopg

        url = os.environ["DATABASE_URL"]
        with psycopg.connect(f"{url.rsplit('/', 1)[0]}/template1", autocommit=True) as server:
            server.execute(f'CREATE DATABASE {name} TEMPLATE "{settings["NAME"]}"')
        settings["NAME"] = name

    return try_all(folder, options.database, options.attempts, options.only, fresh)


RUNS: dict[str, Callable[[argparse.Namespace, Path], dict[str, Any]]] = {"money": money, "machine": machine, "boundary": boundary, "books": books, "mutants": mutants}


def main() -> int:
    """Run one. Exit code 1 when it found a fault."""
    parser = argparse.ArgumentParser(prog="python scripts/reliability.py")
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--database", choices=("sqlite", "memory", "postgresql"), default="sqlite")
    parser.add_argument("--attempts", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--how", choices=("before", "after", "kill", "kill after"), default="kill", help="boundary: an error or kill -9, before or after the statement")
    parser.add_argument("--acts", choices=("money", "plans", "bank"), default="money", help="boundary: receipts and payouts; distribution; the bank, reconciling and reports")
    parser.add_argument("--only", default="", help="mutants: those with this in their names")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhixing-reliability-") as folder, database(options.database, Path(folder)):
        found = RUNS[options.run](options, Path(folder))
    print(json.dumps(found, ensure_ascii=False))
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
