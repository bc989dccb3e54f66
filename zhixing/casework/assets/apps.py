from typing import ClassVar

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "zhixing.casework.assets"
    label = "assets"
    desk_homes: ClassVar = {}
    own_pages: ClassVar = {}
