from typing import ClassVar

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "zhixing.desks.triage"
    label = "triage"
    desk_homes: ClassVar = {"triage": ("triage-home", "page:triage")}
    own_pages: ClassVar = {
        "case_allocated": "triage-case",
        "track_set": "triage-case",
    }
