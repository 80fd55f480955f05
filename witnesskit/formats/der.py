"""DER: elements of definite length, as much as a timestamp takes (X.690, 8.1 and 10.1)."""

from __future__ import annotations

from typing import NamedTuple

INTEGER, OCTETS, OID, SEQUENCE, CONTEXT_0 = 0x02, 0x04, 0x06, 0x30, 0xA0


class Element(NamedTuple):
    """One element: its tag and its contents."""

    tag: int
    body: bytes

    @property
    def whole(self) -> bytes:
        """The element as it stands in a file."""
        size = len(self.body)
        length = size.to_bytes((size.bit_length() + 7) // 8 or 1)
        return bytes([self.tag]) + (b"" if size < 128 else bytes([128 + len(length)])) + length + self.body

    @property
    def inner(self) -> list[Element]:
        """The elements that its contents are; raises ValueError, IndexError."""
        return elements(self.body)


def elements(untrusted_data: bytes) -> list[Element]:
    """The elements one behind another; raises ValueError, IndexError where they do not fill the bytes exactly."""
    found: list[Element] = []
    at = 0
    while at < len(untrusted_data):
        size, start = untrusted_data[at + 1], at + 2
        if size >= 128:
            start += size - 128
            size = int.from_bytes(untrusted_data[at + 2 : start])
        one = Element(untrusted_data[at], untrusted_data[start : start + size])
        if one.whole != untrusted_data[at : start + size]:
            raise ValueError("not DER")
        found.append(one)
        at = start + size
    return found
