"""The court a fresh database starts with, until its administrator enters the real one."""

from __future__ import annotations

from ..courts.models import Court

COURTS = (
    ("豫15", "信阳市中级人民法院", "信阳中院", "411500", None),
    ("豫1502", "信阳市浉河区人民法院", "浉河区法院", "411502", "豫15"),
    ("豫1503", "信阳市平桥区人民法院", "平桥区法院", "411503", "豫15"),
)
OWN = COURTS[1][0]


def default_court() -> Court:
    """This machine's own court: the first basic court that was entered, whatever it is called now. A fresh database gets one, with its
    prefecture court and a sister."""
    if own := Court.objects.filter(prefecture__isnull=False).order_by("pk").first():
        return own
    made: dict[str, Court] = {}
    for code, name, short, region, parent in COURTS:
        made[code], _ = Court.objects.get_or_create(
            code=code,
            defaults={"name": name, "short_name": short, "region_code": region,
                      "prefecture": made.get(parent) if parent else None, "hotline": "0376-0000000"},
        )  # fmt: skip
    return made[OWN]
