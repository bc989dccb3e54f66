"""My desk today: what is late, due today, due soon, has arrived, waits for others."""
