"""Calculators of enforcement money, open to every desk: questions in the address, answers with steps; nothing is written."""
