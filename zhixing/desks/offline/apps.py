from typing import ClassVar

from django.apps import AppConfig


class OfflineConfig(AppConfig):
    name = "zhixing.desks.offline"
    label = "offline"
    desk_homes: ClassVar = {}
    own_pages: ClassVar = {}
