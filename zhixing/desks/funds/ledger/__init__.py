"""The ledger's own room (四(三)1, I1-I14): `post`, `post_many`, `reverse`, `reserve` and `close_month` are its only writers; the desk's actions call them.

Whoever posts in the same transaction as an event records the event first: the journal's head is taken before the ledger's.
"""

from .months import close_month
from .posting import Entry, Move, Posted, post, post_many, reserve, reverse

__all__ = ["Entry", "Move", "Posted", "close_month", "post", "post_many", "reserve", "reverse"]
