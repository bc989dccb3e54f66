"""Notices to people in and outside the court: one row a person and channel, in order, within limits, never twice (二(四)1, trust T17, G19-G22)."""
