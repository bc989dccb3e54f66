from typing import ClassVar

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "zhixing.desks.intake"
    label = "intake"
    desk_homes: ClassVar = {"intake": ("intake-home", "page:intake")}
    own_pages: ClassVar = {
        "first_reception_recorded": "intake-reception",
        "no_reception_explained": "intake-statement",
        "no_reception_countersigned": "intake-statement",
        "rights_and_risks_told": "intake-told",
    }
