"""Whether an asset lies inside the court's prefecture-level city (三(二)6(2)): by a region code, else by its address."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhixing.casework.courts.models import Court

from .kinds import Kind, provinces, region_codes
from .models import Asset

CITY = re.compile(r"^[\u4e00-\u9fff]{2,12}?(?:市|自治州|地区|盟)")
COURT_WORDS = re.compile(r"(?:中级)?人民法院$")


def area_of(kind: Kind, said: Mapping[str, str], place: str, court: Court) -> str:
    """In or out of the city, or unknown, or anywhere for what is controlled wherever it lies (money at banks)."""
    if "located" not in kind.traits:
        return Asset.ANYWHERE
    for column, start in region_codes().items():
        code = said.get(column, "")[start : start + 6]
        if code.isdigit() and len(code) == 6 and code[:2] in provinces():
            return Asset.IN if code[:4] == court.region_code[:4] else Asset.OUT
    return by_address(place, court)


def by_address(place: str, court: Court) -> str:
    """By what an address names. A county or town alone proves nothing: then somebody has to look."""
    text = re.sub(r"\s", "", place)
    own = [COURT_WORDS.sub("", c.name) for c in (court, court.prefecture) if c is not None]
    if any(name and text.startswith(name) for name in own):
        return Asset.IN
    province = provinces().get(court.region_code[:2], "")
    for name in provinces().values():
        if text.startswith(name):
            if name != province:
                return Asset.OUT
            rest = text[len(name) :]
            if any(own_name and rest.startswith(own_name) for own_name in own):
                return Asset.IN
            # Behind the province stands the prefecture-level city; without knowing our own by name nothing is said.
            return Asset.OUT if court.prefecture is not None and CITY.match(rest) else Asset.UNKNOWN
    return Asset.UNKNOWN
