from typing import ClassVar

from django.apps import AppConfig


class FundReportsConfig(AppConfig):
    name = "zhixing.desks.funds.reports"
    label = "fundreports"
    verifiers: ClassVar = ("zhixing.desks.funds.reports.keeping.differences",)
