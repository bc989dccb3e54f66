"""Tests of this area stand on the small court."""

from tests.small_court import actors, book, browse, court, new_case, other_court, people, person, small_book

__all__ = ["actors", "book", "browse", "court", "new_case", "other_court", "people", "person", "small_book"]
