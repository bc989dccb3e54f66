"""Reading bank statements (四(三)1, 四(三)3(2)): a file in, lines and reasons out. No database, no clock, no booking.

    with stream_statement(file, filename, today=…) as stream:
        for line in stream: …
    statement = read_statement(file, filename, today=…)
    check_control(statement, control)        # raises Refusal: then nothing may be imported
"""

from .lines import IN, OUT, Line
from .reading import Control, Look, Statement, StatementStream, check_control, look_at, read_statement, stream_statement

__all__ = ["IN", "OUT", "Control", "Line", "Look", "Statement", "StatementStream", "check_control", "look_at", "read_statement", "stream_statement"]
