from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "zhixing.shell"
    label = "shell"
    verbose_name = "工作台"
