"""Servers that misbehave on purpose, on loopback only."""
