"""The ledger's own room: `post`, `reverse`, `reserve` and `close_month` are its only writers; the desk's actions call them.

Whoever posts in the same transaction as an event records the event first: the journal's head is taken before the ledger's.
"""

from .months import close_month
from .posting import Move, Posted, post, reserve, reverse

__all__ = ["Move", "Posted", "close_month", "post", "reserve", "reverse"]
