"""Declarative policies: what must be kept, what may leave and for whom (policies/*.toml)."""
