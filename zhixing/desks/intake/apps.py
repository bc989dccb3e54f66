from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "zhixing.desks.intake"
    label = "intake"
