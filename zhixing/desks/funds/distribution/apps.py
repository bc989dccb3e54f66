from typing import ClassVar

from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "zhixing.desks.funds.distribution"
    label = "distribution"
    verifiers: ClassVar = ("zhixing.desks.funds.distribution.checking.differences",)

    own_pages: ClassVar = dict.fromkeys(
        ("distribution_planned", "distribution_told", "distribution_objected", "distribution_objection_settled"), "distribution-case"
    ) | dict.fromkeys(("money_deposited", "money_partly_deposited", "deposit_released"), "distribution-deposits-case")

    def ready(self) -> None:
        """A payout of money that a plan shares is bound by the plan too."""
        from ..guarding import GUARDS
        from .paying_out import within_the_plan

        GUARDS.append(within_the_plan)
