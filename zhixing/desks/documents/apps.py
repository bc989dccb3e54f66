from typing import ClassVar

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "zhixing.desks.documents"
    label = "documents"
    desk_homes: ClassVar = {"documents": ("papers-home", "page:papers")}
    case_tabs: ClassVar = (("文书", "case-papers", "page:papers"),)
    also_by_hand: ClassVar = (
        "enforcement_notice_issued", "property_report_ordered", "declaration_form_issued", "consumption_restriction_issued",
        "control_ruling_issued", "other_paper_issued",
    )  # fmt: skip
    own_pages: ClassVar = dict.fromkeys(
        ("paper_drafted", "panel_paper_made", "paper_checked", "paper_signed", "paper_sealed", "paper_cancelled", *also_by_hand), "case-papers"
    )
