"""What people read aloud to each other to compare keys: six groups of five digits."""

from __future__ import annotations

import hashlib

from witnesskit.keys import VerifierKey


def fingerprint(key: VerifierKey) -> str:
    """SHA-256 of the key's text, six groups of five digits, for reading aloud."""
    return digit_groups(key.text.encode())


def digit_groups(data: bytes) -> str:
    """Six groups of five digits (99.7 bits) of SHA-256(data), to be read aloud and typed."""
    number = int.from_bytes(hashlib.sha256(data).digest()) % 10**30
    digits = f"{number:030d}"
    return " ".join(digits[start : start + 5] for start in range(0, 30, 5))
