"""A psycopg connection beside Django's, to the same server: the limit that the product's own code is held against."""

from __future__ import annotations

import os

import psycopg


def connect() -> psycopg.Connection[tuple[object, ...]]:
    """A connection that commits each statement and keeps statements prepared."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0)
