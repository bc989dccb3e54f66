from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "zhixing.desks.triage"
    label = "triage"
