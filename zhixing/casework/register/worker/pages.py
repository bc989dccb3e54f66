"""PDF files with text in them: lines become rows, cut into cells under the header that stands above them."""

import io

from refused import Refused, check_extent

SCANNED = "请上传系统下载的原文件（有文字的 PDF、网页或 Excel），扫描件请用上传入卷"
SAME_LINE, LEAST_HEADERS = 3.0, 3


class Pages:
    """A .pdf file: one sheet. `limits` names the caps on pages and characters and the words that make a header."""

    names, hidden = ["PDF"], [False]

    def __init__(self, data, kind, limits):
        from pypdf import PdfReader

        self.limits, self.words = limits, frozenset(limits.get("header_words", ()))
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Refused("文件有密码", "请取消密码后另存，再导入")
        if len(reader.pages) > limits["pages"]:
            raise Refused(f"文件有{len(reader.pages)}页，最多{limits['pages']}页", "请分成几个文件后再导入")
        self.lines = [line for page in reader.pages for line in self.lines_of(page)]
        if not self.lines:
            raise Refused("文件里没有文字，可能是扫描件", SCANNED)

    def lines_of(self, page):
        """The pieces of text of a page as (start, end, text), line by line from the top."""
        pieces, seen = [], 0

        def take(text, current, matrix, font, size):
            nonlocal seen
            seen += len(text)
            if seen > self.limits["page_chars"]:
                raise Refused("有一页的文字过多", SCANNED)
            scale = abs(matrix[0] * current[0]) or 1.0
            x, y = matrix[4] * current[0] + current[4], matrix[5] * current[3] + current[5]
            for part in text.split("\n"):
                if part.strip():
                    width = sum(1.0 if ord(letter) > 0x2E7F else 0.5 for letter in part.strip()) * size * scale
                    pieces.append((y, x, x + width, part.strip()))

        page.extract_text(visitor_text=take)
        pieces.sort(key=lambda piece: (-piece[0], piece[1]))
        lines, height = [], None
        for y, start, end, text in pieces:
            if height is None or height - y > SAME_LINE:
                lines.append([])
                height = y
            lines[-1].append((start, end, text))
        return [sorted(line) for line in lines]

    def open(self, index):
        return self.rows(), [], 0

    def rows(self):
        edges, row, number = None, None, 0
        for line in self.lines:
            texts = [text for _, _, text in line]
            known = sum("".join(text.split()) in self.words for text in texts)
            if known >= min(LEAST_HEADERS, len(texts)) and known > 1:
                edges = [(start + end) / 2 for start, end, _ in line]
            fresh = [(0, text) for text in texts] if edges is None else self.placed(line, edges)
            if edges is not None and row is not None and fresh[0][0] > 0 and len(fresh) < len(edges):
                self.join(row, fresh)  # a cell that was wrapped onto a second line
                continue
            if row is not None:
                yield row
            number += 1
            check_extent(number, len(fresh), self.limits)
            if edges is None or (len(fresh) == 1 and fresh[0][0] == 0):
                row = texts
            else:
                row = [""] * len(edges)
                self.join(row, fresh)
        if row is not None:
            yield row

    @staticmethod
    def placed(line, edges):
        """Each piece with the number of the header nearest to it."""
        return [
            (min(range(len(edges)), key=lambda n, at=(start + end) / 2: abs(edges[n] - at)), text)
            for start, end, text in line
        ]

    @staticmethod
    def join(row, pieces):
        for column, text in pieces:
            while len(row) <= column:
                row.append("")
            row[column] += text
