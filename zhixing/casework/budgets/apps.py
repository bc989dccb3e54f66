from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "zhixing.casework.budgets"
    label = "budgets"
