"""The connection to the court's bank: batches handed in, what became of each payment, and what moved on the accounts (四(三)1, 四(三)2)."""
