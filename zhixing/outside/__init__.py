"""Ports to systems outside the court. Each is a Protocol with adapters; an adapter that only pretends says so."""
