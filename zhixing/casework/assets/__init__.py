"""Assets and measures: what was found, what controls it, until when (三(二)6, 四(四)3(2))."""
