"""The rules. Pure Python: no Django, no clock, no input or output at import. The regulation is data (ADR 1).

A regulation file (`docs/rulebook-format.md`) is loaded into a frozen `Rulebook`; `engine.apply` turns one event into
duty changes; `gates.ask` says what is missing before an act; `triage.decide` says simple or ordinary and why.
"""
