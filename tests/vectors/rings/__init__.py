"""Vectors of derived keys; regenerate with: python -m tests.vectors.rings.generate (they must never change)"""
