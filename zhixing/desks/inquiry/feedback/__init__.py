"""Feedback forms of the query systems: what the files say, row by row (三(二)6)."""
