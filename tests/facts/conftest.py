"""A small court under a small regulation."""

from tests.small_court import actors, book, court, new_case, people, person, small_book

__all__ = ["actors", "book", "court", "new_case", "people", "person", "small_book"]
