"""What every test stands on: a data folder of its own, gone afterwards, and no skip that nobody explains.

Django is set up here and not by an ini line, because pytest-django reads the settings before any conftest: the tests
would then write into the product's own data folder.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from typing import Any

import django
import pytest

if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker shares the folder of the run that started it
    os.environ["ZHIXING_VAR"] = tempfile.mkdtemp(prefix="zhixing-test-")
    atexit.register(shutil.rmtree, os.environ["ZHIXING_VAR"], ignore_errors=True)
os.environ["ZHIXING_STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ["DJANGO_SETTINGS_MODULE"] = "zhixing.settings"
django.setup()


def _judge(report: Any) -> Any:
    """A skip without a reason is a failure; with ZHIXING_REQUIRE_ALL every skip is."""
    if report.skipped and not hasattr(report, "wasxfail"):
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = said.removeprefix("Skipped").removeprefix(": ").strip()
        if reason in ("", "unconditional skip"):
            report.outcome, report.longrepr = "failed", f"{report.nodeid} 跳过而没有说明理由"
        elif os.environ.get("ZHIXING_REQUIRE_ALL"):
            report.outcome, report.longrepr = "failed", f"{report.nodeid} 不允许跳过：{reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Any:
    return _judge((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Any:
    return _judge((yield))
