"""Bytes from a link or a file, as they were served, with a typed account of what happened."""
