"""The messenger: sends what is due within seconds, until it is told to stop.

Any number may run beside one another and beside the minute's job: what one sends it has claimed (`casework.notices.claims`).
"""

from __future__ import annotations

import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import Error, close_old_connections

from zhixing.casework.notices.dispatch import dispatch
from zhixing.casework.notices.policy import policy
from zhixing.outside.messages import Channel

log = logging.getLogger(__name__)


class Messenger:
    """Looks every `policy().wake` for what is due. `stop` ends it after the handful in hand; a database that does not answer is
    asked again at the next waking."""

    def __init__(self, *, channels: Callable[[], Mapping[str, Channel]], now: Callable[[], datetime]) -> None:
        self.channels, self.now, self._told = channels, now, threading.Event()

    def stop(self, *_signal: Any) -> None:
        """Send what is claimed, claim nothing more. Fits as a signal's handler."""
        self._told.set()

    def work(self) -> Counter[str]:
        """One waking: everything that is due. Returns how many ended in which state."""
        done: Counter[str] = Counter()
        while not self._told.is_set() and (batch := dispatch(channels=self.channels(), at=self.now(), limit=policy().at_once)):
            done += batch
        return done

    def run(self) -> None:
        """Until told to stop."""
        while not self._told.is_set():
            close_old_connections()
            try:
                self.work()
            except Error:
                log.exception("信使暂时不能读写数据库")
                close_old_connections()
            self._told.wait(policy().wake.total_seconds())


def run(*, channels: Callable[[], Mapping[str, Channel]], now: Callable[[], datetime]) -> None:
    """Run a messenger in this process until it is interrupted or terminated."""
    messenger = Messenger(channels=channels, now=now)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, messenger.stop)
    messenger.run()
