"""The offline desk (线下查控和送达): the delivery ladder, field days, traditional search (三(三))."""

from typing import ClassVar

from django.apps import AppConfig


class OfflineConfig(AppConfig):
    name = "zhixing.desks.offline"
    label = "offline"
    desk_homes: ClassVar = {"offline": ("offline-home", "page:offline")}
    case_tabs: ClassVar = (("送达", "offline-case", "page:offline"),)
    # What was served or searched before this product was there is entered by hand.
    also_by_hand: ClassVar = (
        "delivery_phoned", "delivery_posted", "delivery_in_person", "delivery_electronic", "delivery_completed", "announcement_published",
        "announcement_served", "traditional_search_started", "traditional_search_registered",
    )  # fmt: skip
    own_pages: ClassVar = dict.fromkeys(
        (
            "delivery_phoned", "delivery_phone_skipped", "delivery_posted", "delivery_post_result", "delivery_post_skipped",
            "delivery_in_person", "delivery_in_person_skipped", "delivery_electronic", "announcement_published", "announcement_served",
            "delivery_completed",
        ),
        "offline-case",
    ) | {"traditional_search_registered": "offline-search", "traditional_search_started": "offline-search",
         "offline_asset_found": "offline-found"}  # fmt: skip

    def ready(self) -> None:
        """Papers that go out open their deliveries."""
        from zhixing.casework.papers.signals import issued

        from .opening import on_issued

        issued.connect(on_issued, dispatch_uid="offline")
