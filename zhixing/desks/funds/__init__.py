"""The funds desk (案款管理): one case one account, receipts, payouts, reconciliation (四(三))."""
