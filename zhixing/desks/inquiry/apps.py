from typing import ClassVar

from django.apps import AppConfig


class InquiryConfig(AppConfig):
    name = "zhixing.desks.inquiry"
    label = "inquiry"
    desk_homes: ClassVar = {}
    own_pages: ClassVar = {}
