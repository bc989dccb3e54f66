"""Courts: every row belongs to one (一2)."""
