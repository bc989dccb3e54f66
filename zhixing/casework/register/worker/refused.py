"""Why a file is not read. Shared by the worker's modules, which know nothing of the product."""

SAVE_AS = "请用 Excel 或 WPS 打开后，另存为 .xlsx 工作簿再导入"


class Refused(Exception):
    """The file is not read: why, and what the clerk can do now."""

    def __init__(self, why, now=SAVE_AS):
        super().__init__(why)
        self.why, self.now = why, now


def check_extent(rows, columns, limits):
    """No further than the caps on rows and columns (counted from 1)."""
    now = "请删除数据区以外的行和列（常是误填在远处的一个单元格），另存后再导入"
    if rows > limits["rows"]:
        raise Refused(f"工作表用到了第{rows}行，最多可以有{limits['rows']}行", now)
    if columns > limits["columns"]:
        raise Refused(f"工作表用到了第{columns}列，最多可以有{limits['columns']}列", now)
