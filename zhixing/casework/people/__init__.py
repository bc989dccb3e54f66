"""People, posts and stand-ins; the authority table asked (一2, 等保 8.1.4.2, trust R1-R3)."""
