"""The outbox as people see it: what waits, what failed, what was told to whom about a case."""
