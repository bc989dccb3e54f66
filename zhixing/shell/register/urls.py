"""Addresses of register import and export."""

from typing import Any

urlpatterns: list[Any] = []
