"""The journal: one hash chain per court and stream, append-only, and who looked at what (四(二)5, trust T4, T25)."""
