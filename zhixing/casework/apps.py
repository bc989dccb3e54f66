from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "zhixing.casework"
    label = "casework"
    verbose_name = "案件办理主干"
