"""Addresses of this desk."""

from typing import Any

urlpatterns: list[Any] = []
