"""A program of its own (`__main__`), run by path and never imported: see there."""
