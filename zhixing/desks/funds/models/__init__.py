"""Every row of the funds desk: the ledger, what came in, what goes out (四(三))."""

from .ledger import Head, LedgerAccount, Line, Month, MonthBalance, Posting
from .payouts import Batch, PayeeAccount, Payout
from .receipts import Accounting, Receipt

__all__ = ["Accounting", "Batch", "Head", "LedgerAccount", "Line", "Month", "MonthBalance", "PayeeAccount", "Payout", "Posting", "Receipt"]
