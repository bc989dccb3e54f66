"""The leaves: one package per desk with its own pages. Desks never import one another (ARCHITECTURE.md)."""
