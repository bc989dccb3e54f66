"""What every test stands on: which skips are allowed, a data folder of its own, no files left behind."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import pytest

os.environ.setdefault("ZHIXING_VAR", tempfile.mkdtemp(prefix="zhixing-test-"))
os.environ.setdefault("ZHIXING_STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    """A skip without a reason, or any skip where everything is required, is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if reason.removeprefix("Skipped: ").strip() in ("", "unconditional skip"):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} 跳过而没有说明理由"
