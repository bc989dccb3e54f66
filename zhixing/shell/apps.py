from typing import ClassVar

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "zhixing.shell"
    label = "shell"
    verbose_name = "工作台"
    case_tabs: ClassVar = (("告知", "case-notices", "page:case"),)
