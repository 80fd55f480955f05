"""Codes of a GIF picture as the inspector follows them, one by one: which colours, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.media_limits import GIF_CLEARS_MAX


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
        clear, end = 2**self.minimum, 2**self.minimum + 1
        controls = [batch.index(code) for code in (clear, end) if code in batch]
        stop = min(controls, default=len(batch))
        taken = self._show(batch[:stop] if controls else batch)
        self.bit += self.width * taken
        self.used.update(batch[:taken])
        if self.left <= 0:
            self.over = True
        elif controls:
            self._control(batch[stop] == clear)
            return
        if len(self.lengths) == 2**self.width and self.width < 12:
            self.width += 1

    def _show(self, codes: list[int]) -> int:
        """How many codes were taken until no pixel was left."""
        lengths, before, left = self.lengths, self.before, self.left
        grows = len(lengths) < 4096
        taken = 0
        for taken, code in enumerate(codes, 1):  # noqa: B007 - counted once, behind the loop
            if before and grows:
                lengths.append(before + 1)
            before = lengths[code]
            left -= before
            if left <= 0:
                break
        self.before, self.left = before, left
        return taken

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
        used = frozenset(code for code in self.used if code < 2**self.minimum)
        return Codes(used, self.data[:whole] + tail, self.restarts, self.doubt)
