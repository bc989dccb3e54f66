"""Who holds a file, and its handing over with acknowledgement (四(二)1, 四(二)5)."""
