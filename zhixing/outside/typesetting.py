"""Pages that only we lay out (covers, catalogues, registers, statements): typst, with its compiler kept warm.

Word templates are for papers that a court edits (`office`); everything else is a `.typ` file beside the code that fills it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

_kept = threading.local()


def typeset(layout: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF of a layout filled with plain JSON data (`#let data = json(bytes(sys.inputs.data))` in the layout).

    A compiler is kept for each layout and thread: starting one costs as much as nine pages. Raises `ValueError` when the layout
    and the data do not fit each other (a fault of the product, not of a clerk).
    """
    compilers: dict[Path, typst.Compiler] = _kept.__dict__.setdefault("compilers", {})
    compiler = compilers.get(layout)
    if compiler is None:
        compiler = compilers[layout] = typst.Compiler(str(layout), root="/")
    try:
        return bytes(compiler.compile(sys_inputs={"data": json.dumps(data, ensure_ascii=False)}))
    except RuntimeError as error:
        raise ValueError(f"{layout.name}: {error}") from error
