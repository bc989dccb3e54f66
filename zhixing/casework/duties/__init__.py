"""Clocks as rows: worklists, counters, warnings claimed once (四(二)5; how they are counted: 民诉法第85条, ADR 3)."""
