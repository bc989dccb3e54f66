from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "zhixing.desks.funds.bank"
    label = "bank"

    def ready(self) -> None:
        from ..paying import HANDED
        from .handing import enqueue

        HANDED.append(enqueue)
