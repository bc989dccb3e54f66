"""Copy what pages need from node_modules into static files: htmx, and a sprite of just the icons that are used."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES, TARGET = ROOT / "node_modules", ROOT / "zhixing/web/static/vendor"
ICON_LIST = ROOT / "zhixing/web/icons.txt"


def symbol(name: str) -> str:
    """One outline icon as a <symbol>, without the invisible bounding path."""
    source = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
    if inner is None:
        sys.exit(f"图标文件不完整：{name}")
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inner.group(1)).strip()
    return (
        f'<symbol id="tabler-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
    )


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    names = [line.split("#")[0].strip() for line in ICON_LIST.read_text(encoding="utf-8").splitlines()]
    sprite = "".join(symbol(name) for name in names if name)
    (TARGET / "tabler-sprite.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{sprite}</svg>', encoding="utf-8")
    htmx = (MODULES / "htmx.org/dist/htmx.min.js").read_text(encoding="utf-8")
    (TARGET / "htmx.min.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", htmx), encoding="utf-8")


if __name__ == "__main__":
    main()
