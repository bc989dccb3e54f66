"""Text files (.csv, .tsv) and web pages that call themselves .xls: one sheet of text cells."""

import csv
import io
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import islice

from refused import Refused, check_extent


class Lines:
    """A .csv or .tsv file, or a web page that calls itself .xls: one sheet."""

    names, hidden = ["文本"], [False]

    def __init__(self, data, kind, limits):
        text = decode(data)
        csv.field_size_limit(limits["cell_chars"])
        self.rows = (
            page_rows(text, limits["columns"])
            if kind == "html"
            else csv.reader(io.StringIO(text, newline=""), **dialect(text))
        )
        self.limits = limits

    def open(self, index):
        return self.counted(), [], 0

    def counted(self):
        for number, row in enumerate(self.rows, 1):
            check_extent(number, len(row), self.limits)
            yield row


def decode(data):
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f]", text) is None:
            return text
    raise Refused("文件内容不是表格，或已损坏")


def dialect(text):
    """The separator that cuts most of the first rows into the same number of cells, the more cells the better."""
    scores = {}
    for separator in "\t,;":
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 40)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        scores[separator] = max(((width - 1) * times for width, times in widths.items()), default=0)
    return {"delimiter": max(scores, key=scores.get)}


class Page(HTMLParser):
    """The rows of all tables of a page. A cell over several rows or columns fills its first place only."""

    def __init__(self, most_columns):
        super().__init__(convert_charrefs=True)
        self.rows, self.row, self.cell, self.most = [], None, None, most_columns
        self.down = {}  # column → how many more rows a cell above covers it

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.end_row()
            self.row = []
        elif tag in ("td", "th") and self.row is not None:
            self.end_cell()
            self.cell, self.attrs = [], dict(attrs)
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")
        elif tag == "table":
            self.down = {}

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.end_cell()
        elif tag in ("tr", "table"):
            self.end_row()

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data.replace("\n", " "))

    def size(self, name):
        text = self.attrs.get(name) or "1"
        return min(int(text), self.most) if text.isascii() and text.isdigit() and int(text) else 1

    def skip_covered(self):
        while self.down.get(len(self.row)):
            self.down[len(self.row)] -= 1
            self.row.append("")

    def end_cell(self):
        if self.cell is None:
            return
        self.skip_covered()
        # Spaces and line ends of the page's source mean nothing; <br> does.
        text = "\n".join(" ".join(line.split()) for line in "".join(self.cell).split("\n"))
        for covered in range(self.size("colspan")):
            if self.size("rowspan") > 1:
                self.down[len(self.row)] = self.size("rowspan") - 1
            self.row.append("" if covered else text.strip())
        self.cell = None

    def end_row(self):
        self.end_cell()
        if self.row is not None:
            self.skip_covered()
            self.rows.append(self.row)
        self.row = None


def page_rows(text, most_columns):
    page = Page(most_columns + 1)
    for start in range(0, len(text), 1 << 16):
        page.feed(text[start : start + (1 << 16)])
        yield from page.rows
        page.rows.clear()
    page.close()
    page.end_row()
    yield from page.rows
