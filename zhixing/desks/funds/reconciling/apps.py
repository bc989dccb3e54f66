from typing import ClassVar

from django.apps import AppConfig


class ReconcilingConfig(AppConfig):
    name = "zhixing.desks.funds.reconciling"
    label = "reconciling"
    verifiers: ClassVar = ("zhixing.desks.funds.reconciling.keeping.differences",)
