"""A reader over bytes and a sink that keeps them, as the protocols of the model ask for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bytes:
    data: bytes

    @property
    def size(self):
        return len(self.data)

    def read_at(self, offset, length, /):
        return self.data[offset : offset + length]


class Kept:
    def __init__(self):
        self.parts = []

    def write(self, data, /):
        self.parts.append(data)
        return len(data)

    @property
    def data(self):
        return b"".join(self.parts)
