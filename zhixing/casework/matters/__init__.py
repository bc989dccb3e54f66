"""Matters that are no case: numbered, opened by day and week, closed with their result (一1)."""
