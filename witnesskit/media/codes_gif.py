"""Codes of a GIF picture as the inspector follows them, one by one: which colours, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.limits import GIF_CLEARS_MAX


@dataclass(frozen=True)
class Codes:
    """Colours in use, the codes with an end code and nothing behind it, restarts, and what was not understood."""

    used: frozenset[int]
    exact: bytes
    restarts: int
    doubt: str = ""


def follow(data: bytes, minimum: int, pixels: int) -> Codes:
    """Follow the codes until all pixels are shown, an end code, or the end of ``data``; never raises."""
    state = _State(data, minimum, pixels)
    while not state.over:
        batch = state.batch()
        if not batch:
            break
        try:
            state.follow(batch)
        except IndexError:
            state.doubt, state.over = "a code that names nothing", True
    return state.finish()


@dataclass
class _State:
    data: bytes
    minimum: int
    left: int  # pixels that are not shown yet
    bit: int = 0
    width: int = 0
    before: int = 0  # pixels of the code before this one, 0 at the start
    lengths: list[int] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    restarts: int = 0
    doubt: str = ""
    over: bool = False

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Empty the dictionary."""
        self.lengths = [1] * 2**self.minimum + [0, 0]
        self.width, self.before = self.minimum + 1, 0
        self.restarts += 1
        if self.restarts > GIF_CLEARS_MAX:
            self.doubt, self.over = "too many restarts", True

    def batch(self) -> list[int]:
        """The next codes of one width; their number is known beforehand."""
        room = 2**self.width - len(self.lengths) + (1 if not self.before else 0)
        wanted = room if len(self.lengths) < 4096 else 1024
        count = min(wanted, (8 * len(self.data) - self.bit) // self.width)
        start, shift = divmod(self.bit, 8)
        whole = int.from_bytes(self.data[start : start + (shift + count * self.width + 7) // 8], "little") >> shift
        packed = whole.to_bytes(count * self.width // 8 + 3, "little")
        codes: list[int] = []
        one, mask = self.width, 2**self.width - 1
        for at in range(0, -(-count // 8) * one, one):
            eight = int.from_bytes(packed[at : at + one], "little")
            codes += [
                eight & mask, eight >> one & mask, eight >> 2 * one & mask, eight >> 3 * one & mask,
                eight >> 4 * one & mask, eight >> 5 * one & mask, eight >> 6 * one & mask, eight >> 7 * one,
            ]  # fmt: skip
        return codes[:count]

    def follow(self, batch: list[int]) -> None:
        """Take the codes of a batch until something ends it; raises ``IndexError`` for one that names nothing."""
        lengths, clear, full = self.lengths, 2**self.minimum, len(self.lengths) == 4096
        before, left, used = self.before, self.left, self.used
        for taken, code in enumerate(batch):
            if code < clear:
                used.add(code)
            elif code <= clear + 1:
                self.left = left
                self.bit += self.width * taken
                self._control(code == clear)
                return
            if before and not full:
                lengths.append(before + 1)
            before = lengths[code]
            left -= before
            if left <= 0:
                self.bit += self.width * (taken + 1)
                self.over = True
                break
        else:
            self.bit += self.width * len(batch)
        self.before, self.left = before, left
        if len(lengths) == 2**self.width and self.width < 12:
            self.width += 1

    def _control(self, clear: bool) -> None:
        if clear:
            self.bit += self.width
            self.restart()
        else:
            self.over = True

    def finish(self) -> Codes:
        """The codes as a copy has them: an end code behind the last one that counts, zero bits."""
        whole, rest = divmod(self.bit, 8)
        number = int.from_bytes(self.data[whole : whole + 1], "little") % 2**rest
        number += (2**self.minimum + 1) << rest
        tail = number.to_bytes(-(-(rest + self.width) // 8), "little")
        return Codes(frozenset(self.used), self.data[:whole] + tail, self.restarts, self.doubt)
