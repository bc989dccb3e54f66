from typing import ClassVar

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "zhixing.desks.documents"
    label = "documents"
    desk_homes: ClassVar = {}
    own_pages: ClassVar = {}
