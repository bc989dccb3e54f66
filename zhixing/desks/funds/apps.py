from typing import ClassVar

from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "zhixing.desks.funds"
    label = "funds"
    desk_homes: ClassVar = {}
    own_pages: ClassVar = {}
    verifiers: ClassVar = ("zhixing.desks.funds.check.differences",)
