"""The trunk: what two desks share, one room per thing (ARCHITECTURE.md)."""
