from typing import ClassVar

from django.apps import AppConfig

FORMS = ("money_arrived", "finance_notice_received", "money_accounted", "payout_requested", "money_dispute_set", "on_site_payment_made", "on_site_payment_booked",
         "applicant_told_to_collect", "payout_delay_requested", "payout_delay_approved", "payout_delay_ended", "balance_urged", "balance_tracked",
         "settlement_slip_registered", "handler_reminded_of_money", "receipt_correction_asked", "receipt_corrected")  # fmt: skip


class FundsConfig(AppConfig):
    name = "zhixing.desks.funds"
    label = "funds"
    desk_homes: ClassVar = {"funds": ("funds-home", "page:funds"), "finance": ("funds-payouts", "page:funds")}
    case_tabs: ClassVar = (("案款", "funds-case", "page:funds"),)
    own_pages: ClassVar = {
        **{kind: f"funds-{kind}" for kind in FORMS},
        **dict.fromkeys(("payout_checked", "payout_approved", "payout_cancelled", "payout_sent", "money_paid_out", "money_partly_paid_out", "payout_returned"), "funds-case"),
        **dict.fromkeys(("general_money_identified", "general_money_claimed", "general_money_booked"), "funds-matter"),
        "general_money_arrived": "funds-claim-new",
    }  # fmt: skip
    verifiers: ClassVar = ("zhixing.desks.funds.check.differences",)
