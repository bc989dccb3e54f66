from typing import ClassVar

from django.apps import AppConfig


class InquiryConfig(AppConfig):
    name = "zhixing.desks.inquiry"
    label = "inquiry"
    desk_homes: ClassVar = {"inquiry": ("inquiry-home", "page:inquiry")}
    case_tabs: ClassVar = (("财产", "inquiry-case", "page:assets"),)
    # What was done on the platform before this product was there is entered by hand; `adopting` then gives it its rows.
    also_by_hand: ClassVar = (
        "inquiry_started_zdz", "inquiry_started_ddd", "inquiry_feedback_received", "feedback_form_printed", "feedback_assets_handled",
        "online_freeze_made", "online_control_completed",
    )  # fmt: skip
    own_pages: ClassVar = {
        "inquiry_started_zdz": "inquiry-case",
        "inquiry_started_ddd": "inquiry-case",
        "inquiry_feedback_received": "inquiry-import",
        "feedback_form_printed": "inquiry-case",
        "feedback_assets_handled": "inquiry-case",
        "online_freeze_made": "inquiry-case",
        "online_freeze_failed": "inquiry-case",
        "online_control_completed": "inquiry-case",
        "measure_renewed": "inquiry-case",
        "measure_released": "inquiry-case",
        "asset_located": "inquiry-case",
        "out_of_area_asset_passed": "inquiry-case",
    }
