"""Triage (繁简分流): grounds for and against, allocation, changes of track (四(一))."""
