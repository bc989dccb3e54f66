"""Asked by one, decided by another (四(二)2(6), trust R2)."""
