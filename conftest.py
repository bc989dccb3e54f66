"""What every test stands on: which skips are allowed, a data folder of its own, no files left behind."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

# The settings are read before this file is, so the environment can no longer change them.
settings.VAR = Path(tempfile.mkdtemp(prefix="zhixing-test-"))
settings.MEDIA_ROOT, settings.STATIC_ROOT = settings.VAR / "media", settings.VAR / "static"
settings.STATIC_ROOT.mkdir()
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


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
