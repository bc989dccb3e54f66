"""Bank statements as the page and the command line import them, and the ledger reconciled with the bank month by month (四(三)1, 四(三)3)."""
