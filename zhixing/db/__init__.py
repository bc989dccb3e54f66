"""What the database itself refuses, on both engines."""
