"""Bytes to objects and back, without input or output; one page in docs/spec for each format of ours."""
