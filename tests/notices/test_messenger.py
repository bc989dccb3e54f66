"""The messenger: seconds, not minutes; stops in order; a database that is away is asked again (trust G19, P17)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from django.db import OperationalError

from tests.notices.stage import Gateway, owe
from tests.small_court import MONDAY
from zhixing.casework.notices.models import Notice
from zhixing.casework.notices.policy import policy
from zhixing.shell.notices import messenger
from zhixing.shell.notices.messenger import Messenger


def test_it_looks_every_few_seconds_so_that_a_notice_is_at_the_gateway_within_thirty_G19():
    assert policy().wake.total_seconds() <= 5
    assert policy().back_off[0].total_seconds() + policy().wake.total_seconds() < 30, "one error does not cost the thirty seconds"


def test_a_waking_sends_everything_that_is_due_by_handfuls(court, monkeypatch):
    keys, gateway = owe(court, people=60, each=1, at=MONDAY), Gateway()
    assert Messenger(channels=lambda: {"sms": gateway}, now=lambda: MONDAY).work() == {"sent": 60}
    assert sorted(gateway.taken) == sorted(keys)


@pytest.fixture
def one_connection(monkeypatch):
    """The test's own transaction stays open: what a real messenger does between wakings would end it."""
    monkeypatch.setattr(messenger, "close_old_connections", lambda: None)


def test_told_to_stop_it_finishes_its_handful_and_claims_no_more(court, one_connection):
    owe(court, people=60, each=1, at=MONDAY)
    here = Messenger(channels=lambda: {"sms": gateway}, now=lambda: MONDAY)

    class Stopping(Gateway):
        def send(self, message, at):
            here.stop()
            return super().send(message, at)

    gateway = Stopping()
    here.run()
    assert len(gateway.taken) == policy().at_once
    assert not Notice.objects.filter(state=Notice.SENDING).exists()


def test_a_database_that_is_away_is_asked_again_at_the_next_waking(court, one_connection, monkeypatch, caplog):
    keys, gateway, tries = owe(court, people=2, each=1, at=MONDAY), Gateway(), []
    real = messenger.dispatch

    def shaky(**kwargs):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("away")
        if gateway.taken:
            here.stop()
        return real(**kwargs)

    monkeypatch.setattr(messenger, "dispatch", shaky)
    monkeypatch.setattr(messenger, "policy", lambda: replace(policy(), wake=policy().wake / 100))
    here = Messenger(channels=lambda: {"sms": gateway}, now=lambda: MONDAY)
    here.run()
    assert sorted(gateway.taken) == sorted(keys)
    assert "信使暂时不能读写数据库" in caplog.text


@pytest.mark.slow
def test_the_command_stops_at_a_signal(tmp_path):
    env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"ZHIXING_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "zhixing.settings"}
    subprocess.run([sys.executable, "-m", "zhixing.cli", "migrate", "-v", "0"], env=env, check=True, timeout=300)
    process = subprocess.Popen([sys.executable, "-m", "zhixing.cli", "messenger"], env=env)
    timer = threading.Timer(60, process.kill)
    timer.start()
    time.sleep(8)
    assert process.poll() is None, "it goes on until told"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    timer.cancel()
