from typing import ClassVar

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "zhixing.casework.papers"
    label = "papers"
    desk_homes: ClassVar = {}
    own_pages: ClassVar = {}
