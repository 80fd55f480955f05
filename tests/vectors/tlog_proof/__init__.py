"""Proofs of one line and what must be told of each; ``generate.py`` makes them."""
