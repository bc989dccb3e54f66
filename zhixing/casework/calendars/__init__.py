"""The court's working days: the State Council's notices with their sources, and the court's own versions (一3, 国务院办公厅)."""
