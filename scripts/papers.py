"""Build the Word templates that ship (zhixing/casework/papers/templates) from the wording in catalogue.yaml.

The layout is that of court papers: A4, type area 156 × 225 mm, 22 lines of 28 characters, title in two lines, body 三号仿宋, the
date where the seal covers neither names nor text. What the marks of a line mean is said at the head of catalogue.yaml. The same wording gives the same bytes. Run it after changing the wording:
`.venv/bin/python scripts/papers.py`.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

HERE = Path(__file__).resolve().parent.parent / "zhixing" / "casework" / "papers"
SONG, FANG, HEI, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
BODY, TITLE, SMALL, FOOT, LINE, NONE = Pt(16), Pt(22), Pt(12), Pt(14), Pt(28.9), Pt(0)
NOTE = Pt(10.5)
SEAL = Pt(46)  # half of a seal of 42 mm less half a line: so much stays free above and below the date
TIGHT = "-5"  # a quarter of a point less between characters, so that 28 of 16 points fit into 156 mm
WIDTH = 156
OLD = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    catalogue = yaml.safe_load((HERE / "catalogue.yaml").read_text(encoding="utf-8"))
    folder = HERE / "templates"
    folder.mkdir(exist_ok=True)
    wanted = {f"{ident}.docx": build(kind) for ident, kind in catalogue["kinds"].items()}
    if "--check" in sys.argv:
        stale = [name for name, content in wanted.items() if not (folder / name).exists() or (folder / name).read_bytes() != content]
        stale += [path.name for path in folder.glob("*.docx") if path.name not in wanted]
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
    lines = kind["text"]
    form = isinstance(next(line for line in lines if not starts(line)), dict)
    section.top_margin, section.bottom_margin = (Mm(28), Mm(26)) if form else (Mm(37), Mm(35))
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    page_number(section)
    tail = last_sheet(lines)
    for n, line in enumerate(lines):
        add(document, line, kind["title"], first=n == 0 and not form, keep=n in tail, before=lines[earlier(lines, n)] if n else "")
    return frozen(document)


def earlier(lines: Sequence[Any], n: int) -> int:
    """The line before, marks of loops and conditions left out."""
    return next((m for m in range(n - 1, 0, -1) if not any(is_mark(lines[m], mark) for mark in "FEIX")), 0)


def last_sheet(lines: Sequence[Any]) -> set[int]:
    """The lines that stay on one sheet with the date: no date stands on a page without text (此页无正文 is not allowed)."""
    kept: set[int] = set()
    for start, line in enumerate(lines):
        if is_mark(line, "R") and not is_mark(lines[earlier(lines, start)], "R"):
            end = next((n for n in range(start, len(lines)) if is_mark(lines[n], "Z") or isinstance(lines[n], dict)), len(lines))
            kept |= set(range(earlier(lines, start), end - 1))
    return kept


def is_mark(line: Any, mark: str) -> bool:
    return isinstance(line, str) and line.partition(" ")[0] == mark


def starts(line: Any) -> bool:
    """Whether it is the title, the number or a remark below them: what comes next says whether the paper is a form."""
    return "T" in line if isinstance(line, dict) else any(is_mark(line, mark) for mark in "TNS")


def add(document: Any, line: Any, title: str, *, first: bool, keep: bool, before: Any) -> None:
    """One line of the wording."""
    if isinstance(line, dict):
        ((mark, what),) = line.items()
        if mark == "T":
            heading(document, what, first, before == "Z")
        else:
            spaced(document, box(document, what) if mark == "B" else grid(document, what), keep)
        return
    mark, _, text = line.partition(" ")
    if mark == "T":
        heading(document, title, first, before == "Z")
    elif mark == "N":
        paragraph(document, text or "{{ case_number }}", align=ALIGN.RIGHT, right=BODY * 2, after=Pt(8))
    elif mark == "P":
        paragraph(document, text, indent=BODY * 2, keep=keep)
    elif mark == "L":
        paragraph(document, text, keep=keep)
    elif mark == "S":
        paragraph(document, text, size=NOTE, line=Pt(17), keep=keep)
    elif mark == "R":
        dated = is_mark(before, "R") and before == "R"
        signed = is_mark(before, "R") and before != "R"
        paragraph(document, text or "{{ paper_date }}", align=ALIGN.RIGHT, right=BODY * 3, keep=keep,
                  before=NONE if text or dated else SEAL if signed else LINE, after=NONE if text else SEAL)  # fmt: skip
    elif mark == "A":
        for role, rows in (("申请执行人", "applicant_list"), ("被执行人", "debtor_list")):
            paragraph(document, f"{{%p for item in {rows} %}}")
            paragraph(document, f"{role}：{{{{ item.name }}}}{{% if item.about %}}，{{{{ item.about }}}}{{% endif %}}。", indent=BODY * 2)
            paragraph(document, "{%p endfor %}")
    elif mark in ("F", "I"):
        paragraph(document, f"{{%p for item in {text} %}}" if mark == "F" else f"{{%p if {text} %}}")
    elif mark != "Z":
        paragraph(document, {"E": "{%p endfor %}", "X": "{%p endif %}"}[mark])


def heading(document: Any, title: str, first: bool, fresh: bool) -> None:
    """The court's name and the paper's, centred; two empty lines above on the first page of a paper that is no form."""
    court = paragraph(document, "{{ court_name }}", font=SONG, size=TITLE, align=ALIGN.CENTER, line=Pt(36), keep=True,
                      before=LINE * 2 if first else NONE)  # fmt: skip
    court.paragraph_format.page_break_before = fresh
    paragraph(document, title if "回执" in title else title.partition("（")[0], font=SONG, size=TITLE, align=ALIGN.CENTER, after=Pt(10),
              line=Pt(36), keep=True)  # fmt: skip


def paragraph(
    document: Any, text: str, *, font: str = FANG, size: Any = BODY, align: Any = ALIGN.JUSTIFY, indent: Any = None, right: Any = None,
    before: Any = NONE, after: Any = NONE, line: Any = LINE, keep: bool = False,
) -> Any:  # fmt: skip
    made = document.add_paragraph()
    style = made.paragraph_format
    style.alignment, style.first_line_indent, style.right_indent = align, indent, right
    style.space_before, style.space_after, style.line_spacing, style.keep_with_next = before, after, line, keep
    style.widow_control = True
    made._p.get_or_add_pPr().insert_element_before(element("w:wordWrap", "0"), "w:overflowPunct", "w:spacing", "w:ind", "w:jc", "w:rPr")
    run(made, text, font, size)
    return made


def run(made: Any, text: str, font: str, size: Any) -> None:
    one = made.add_run(text)
    one.font.size, one.font.name = size, font
    fonts = one._element.rPr.rFonts
    for name in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(name), font)
    if size == BODY:
        one._element.rPr.find(qn("w:sz")).addprevious(element("w:spacing", TIGHT))


def element(tag: str, value: str, **more: str) -> Any:
    made = OxmlElement(tag)
    for name, text in {"val": value, **more}.items():
        made.set(qn(f"w:{name}"), text)
    return made


def page_number(section: Any) -> None:
    """— 1 — in the middle under the text."""
    made = section.footer.paragraphs[0]
    made.alignment = ALIGN.CENTER
    run(made, "— ", PLAIN, FOOT)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    made._p.append(field)
    run(made, "1", PLAIN, FOOT)
    field.append(made.runs[-1]._r)
    run(made, " —", PLAIN, FOOT)


def box(document: Any, rows: list[list[str]]) -> Any:
    """A form: labels and values side by side, one or two of them in a row. A value `~24 …` is a box at least 24 mm high."""
    pairs = max(len(row) for row in rows) // 2
    each = [40, 116] if pairs == 1 else [30, 48, 30, 48]
    table = new_table(document, len(each))
    for row in rows:
        made = table.add_row()
        values = [tall(made, text) for text in row]
        cells = made.cells
        if len(row) < len(each):
            cells[1].merge(cells[-1])
        for n, text in enumerate(values):
            fill(cells[n], text)
    widths(table, each)
    return table


def grid(document: Any, what: dict[str, Any]) -> Any:
    """A table with a header and cells to write in; a row is the label of its first cell or all its cells."""
    heads = what["heads"]
    each = [int(n) for n in what["widths"].split()] if "widths" in what else [WIDTH // len(heads)] * len(heads)
    table = new_table(document, len(heads))
    top = table.add_row()
    top._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, text in zip(top.cells, heads, strict=True):
        fill(cell, text, HEI)
    for row in what["rows"]:
        made = table.add_row()
        texts = [tall(made, text) for text in ([row] if isinstance(row, str) else row)]
        tall(made, f"~{what.get('high', '13')}")
        for cell, text in zip(made.cells, texts, strict=False):
            fill(cell, text)
    widths(table, each)
    return table


def new_table(document: Any, columns: int) -> Any:
    table = document.add_table(rows=0, cols=columns)
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    return table


def tall(row: Any, text: str) -> str:
    """The text of a cell, its row made as high as `~24` says (millimetres); a row is never torn over two pages."""
    about = row._tr.get_or_add_trPr()
    if about.find(qn("w:cantSplit")) is None:
        about.insert(0, OxmlElement("w:cantSplit"))
    if not text.startswith("~"):
        return text
    high, _, rest = text[1:].partition(" ")
    if about.find(qn("w:trHeight")) is None:
        about.insert(1, element("w:trHeight", str(round(int(high) * 56.7)), hRule="atLeast"))
    return rest


def widths(table: Any, each: list[int]) -> None:
    """The widths of the columns in millimetres: Word reads the cells, other programs the columns."""
    for column, width in zip(table.columns, each, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        at = 0
        for cell in row._tr.tc_lst:
            cell.width = Mm(sum(each[at : at + cell.grid_span]))
            at += cell.grid_span


def fill(cell: Any, text: str, font: str = FANG) -> None:
    for n, part in enumerate(text.split("\n")):
        made = cell.add_paragraph() if n else cell.paragraphs[0]
        made.paragraph_format.line_spacing = Pt(18)
        made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(1) if n else Pt(2)
        run(made, part, font, SMALL)


def spaced(document: Any, table: Any, keep: bool) -> None:
    """The paragraph that has to follow a table; with `keep` the last row stays with the date below."""
    paragraph(document, "", size=Pt(1), line=Pt(6), keep=keep)
    for cell in table.rows[-1].cells:
        for one in cell.paragraphs:
            one.paragraph_format.keep_with_next = keep or None


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
