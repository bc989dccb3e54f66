"""Build the Word templates that ship (zhixing/casework/papers/templates) from the wording in catalogue.yaml.

The layout is that of court papers: A4, type area 156 × 225 mm, 22 lines of 28 characters, title in two lines, body 三号仿宋.
The same wording gives the same bytes. Run it after changing the wording: `.venv/bin/python scripts/papers.py`.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import yaml
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

HERE = Path(__file__).resolve().parent.parent / "zhixing" / "casework" / "papers"
SONG, FANG, HEI = "方正小标宋简体", "仿宋_GB2312", "黑体"
BODY, TITLE, SMALL, LINE, NONE = Pt(16), Pt(22), Pt(12), Pt(28.9), Pt(0)
OLD = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    catalogue = yaml.safe_load((HERE / "catalogue.yaml").read_text(encoding="utf-8"))
    folder = HERE / "templates"
    folder.mkdir(exist_ok=True)
    wanted = {f"{ident}.docx": build(kind) for ident, kind in catalogue["kinds"].items()}
    if "--check" in sys.argv:
        stale = [name for name, content in wanted.items() if not (folder / name).exists() or (folder / name).read_bytes() != content]
        print("\n".join(stale) or "模板与 catalogue.yaml 一致")
        return bool(stale)
    for name, content in wanted.items():
        (folder / name).write_bytes(content)
    for path in folder.glob("*.docx"):
        if path.name not in wanted:
            path.unlink()
    print(f"{len(wanted)} 种文书模板")
    return 0


def build(kind: dict[str, Any]) -> bytes:
    """The Word file of a kind."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    for line in kind["text"]:
        add(document, line, kind["title"])
    return frozen(document)


def add(document: Any, line: Any, title: str) -> None:
    """One line of the wording."""
    if isinstance(line, dict):
        ((mark, what),) = line.items()
        {"T": lambda: heading(document, what), "B": lambda: box(document, what), "G": lambda: grid(document, what)}[mark]()
        return
    mark, _, text = line.partition(" ")
    if mark == "T":
        heading(document, title)
    elif mark == "N":
        paragraph(document, "{{ case_number }}", align=ALIGN.RIGHT, after=Pt(8))
    elif mark == "P":
        paragraph(document, text, indent=BODY * 2)
    elif mark == "L":
        paragraph(document, text)
    elif mark == "R":
        paragraph(document, text or "{{ paper_date }}", align=ALIGN.RIGHT, right=BODY * 3, before=Pt(0) if text else Pt(14), keep=True)
    elif mark == "F":
        paragraph(document, f"{{%p for item in {text} %}}")
    elif mark == "I":
        paragraph(document, f"{{%p if {text} %}}")
    else:
        paragraph(document, {"E": "{%p endfor %}", "X": "{%p endif %}"}[mark])


def heading(document: Any, title: str) -> None:
    """The court's name and the paper's, centred."""
    paragraph(document, "{{ court_name }}", font=SONG, size=TITLE, align=ALIGN.CENTER, line=Pt(36), keep=True)
    paragraph(document, title.partition("（")[0] if "回执" not in title else title, font=SONG, size=TITLE, align=ALIGN.CENTER, after=Pt(10),
              line=Pt(36), keep=True)  # fmt: skip


def paragraph(
    document: Any, text: str, *, font: str = FANG, size: Any = BODY, align: Any = ALIGN.JUSTIFY, indent: Any = None, right: Any = None,
    before: Any = NONE, after: Any = NONE, line: Any = LINE, keep: bool = False,
) -> Any:  # fmt: skip
    made = document.add_paragraph()
    style = made.paragraph_format
    style.alignment, style.first_line_indent, style.right_indent = align, indent, right
    style.space_before, style.space_after, style.line_spacing, style.keep_with_next = before, after, line, keep
    run(made, text, font, size)
    return made


def run(made: Any, text: str, font: str, size: Any) -> None:
    one = made.add_run(text)
    one.font.size, one.font.name = size, font
    fonts = one._element.rPr.rFonts
    for name in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(name), font)


def box(document: Any, rows: list[list[str]]) -> None:
    """A form: label and value side by side."""
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for label, value in rows:
        for cell, text in zip(table.add_row().cells, (label, value), strict=True):
            fill(cell, text)
    widths(table, [44, 112])
    spaced(document)


def grid(document: Any, what: dict[str, list[str]]) -> None:
    """A table with a header and empty cells to write in."""
    heads = what["heads"]
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        fill(cell, text, HEI)
    for label in what["rows"]:
        row = table.add_row()
        height = OxmlElement("w:trHeight")
        height.set(qn("w:val"), "850")
        row._tr.get_or_add_trPr().append(height)
        fill(row.cells[0], label)
    widths(table, [40, 58, 22, 36])
    spaced(document)


def widths(table: Any, each: list[int]) -> None:
    """The widths of the columns in millimetres: Word reads the cells, other programs the columns."""
    for column, width in zip(table.columns, each, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def fill(cell: Any, text: str, font: str = FANG) -> None:
    made = cell.paragraphs[0]
    made.paragraph_format.line_spacing = Pt(22)
    made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(4)
    run(made, text, font, SMALL)


def spaced(document: Any) -> None:
    paragraph(document, "", line=Pt(12))


def frozen(document: Any) -> bytes:
    """The file with nothing in it that depends on when it was made."""
    core = document.core_properties
    core.author = core.last_modified_by = core.title = core.comments = ""
    raw = io.BytesIO()
    document.save(raw)
    target = io.BytesIO()
    with zipfile.ZipFile(raw) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in sorted(before.namelist()):
            content = before.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2023-03-13T00:00:00Z", content)
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            if name != "docProps/thumbnail.jpeg":
                after.writestr(zipfile.ZipInfo(name, OLD), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


if __name__ == "__main__":
    sys.exit(main())
