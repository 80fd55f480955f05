"""Preserve footage as evidence and hide who filmed it."""

__version__ = "0.1.0"
