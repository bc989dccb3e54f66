"""Every row of the funds desk: the ledger, what came in, what goes out."""

from .ledger import Account, Head, Line, Month, MonthBalance, Posting

__all__ = ["Account", "Head", "Line", "Month", "MonthBalance", "Posting"]
