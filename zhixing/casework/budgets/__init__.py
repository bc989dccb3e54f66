"""How many messages a court, or one address on the network, may still set off in an hour (trust T17)."""
