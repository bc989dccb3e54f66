"""The court a fresh database starts with, until its administrator enters the real one."""

from __future__ import annotations

from ..courts.models import Court

COURTS = (
    ("豫15", "信阳市中级人民法院", "信阳中院", "411500", None),
    ("豫1502", "信阳市浉河区人民法院", "浉河区法院", "411502", "豫15"),
    ("豫1503", "信阳市平桥区人民法院", "平桥区法院", "411503", "豫15"),
)


def default_court() -> Court:
    """The basic court of a fresh database with its prefecture court and a sister, made when they are not there."""
    made: dict[str, Court] = {}
    for code, name, short, region, parent in COURTS:
        made[code], _ = Court.objects.get_or_create(
            code=code,
            defaults={"name": name, "short_name": short, "region_code": region,
                      "prefecture": made.get(parent) if parent else None, "hotline": "0376-0000000"},
        )  # fmt: skip
    return made["豫1502"]
