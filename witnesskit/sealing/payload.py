"""The chunks of one payload, opened one by one, and what exactly is wrong with one that does not open."""

from __future__ import annotations

from typing import Final

from witnesskit.errors.sealing import ChunkDamaged, DataAfterEnd, FileCut, PayloadFailure, TailDamaged
from witnesskit.limits import AGE_CHUNK, AGE_ENDS_SOUGHT_MAX
from witnesskit.sealing.chunks import BATCH, SEALED_CHUNK, TAG, PayloadCipher
from witnesskit.sealing.source import Source
from witnesskit.sealing.tail import final_length

_KEPT: Final = 8  # opened chunks kept in memory for small reads


class Payload:
    """Chunks of ``length`` bytes of ciphertext from ``start``; nothing that does not verify ever leaves here."""

    def __init__(self, source: Source, start: int, length: int, cipher: PayloadCipher) -> None:
        self._source = source
        self._start = start
        self.length = length
        self._cipher = cipher
        self._kept: dict[int, bytes] = {}
        self._diagnoses = 0
        self._ends: tuple[int, PayloadFailure] | None = None  # first chunk that is not there, and why
        self._sealed = memoryview(bytearray(BATCH * SEALED_CHUNK))
        self.last = max(0, -(-length // SEALED_CHUNK) - 1)  # number of the chunk that should be final

    def chunk(self, number: int) -> bytes:
        """Plaintext of one chunk; raises the leaves of PayloadFailure, NotReadable."""
        if self._ends and number >= self._ends[0]:
            raise self._ends[1].with_traceback(None)
        if number not in self._kept:
            opened = self._opened(number)
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[number] = opened
        return self._kept[number]

    def run_into(self, number: int, place: memoryview) -> int:
        """Open whole chunks before the last one from ``number`` into ``place``; returns how many verify."""
        wanted = min(len(place) // AGE_CHUNK, self.last - number, BATCH)
        if wanted < 1 or self._ends:
            return 0
        sealed = self._sealed[: wanted * SEALED_CHUNK]
        count = self._source.read_into(self._start + number * SEALED_CHUNK, sealed) // SEALED_CHUNK
        for index in range(count):
            piece = sealed[index * SEALED_CHUNK : (index + 1) * SEALED_CHUNK]
            if not self._cipher.open_into(number + index, piece, place[index * AGE_CHUNK : (index + 1) * AGE_CHUNK]):
                return index
        return count

    def check_end(self) -> None:
        """Verify the final chunk; raises what is wrong with the end, NotReadable."""
        self.chunk(self.last)
        if self._ends:
            raise self._ends[1].with_traceback(None)

    def whole_part(self) -> tuple[int, bool]:
        """(bytes of ciphertext, whether they end with the final chunk) of an unfinished file's whole chunks."""
        if self.verifies(self.last, final=True):
            return self.length, True
        whole = self.length // SEALED_CHUNK
        while whole and not self.verifies(whole - 1, final=False):
            if self.verifies(whole - 1, final=True):
                return whole * SEALED_CHUNK, True
            whole -= 1
        return whole * SEALED_CHUNK, False

    def verifies(self, number: int, *, final: bool) -> bool:
        """Whether one chunk is whole under the final flag given."""
        return self._cipher.open(number, self._read(number), final=final) is not None

    def _opened(self, number: int) -> bytes:
        sealed = self._read(number)
        final = number == self.last
        opened = self._cipher.open(number, sealed, final=final)
        if opened is None and len(sealed) == SEALED_CHUNK:
            opened = self._under_the_other_flag(number, sealed, final=final)
        if opened is None:
            raise self._failure(number, sealed)
        if final and not opened and number:
            raise TailDamaged("the final chunk is empty", chunks=number)
        return opened

    def _under_the_other_flag(self, number: int, sealed: memoryview, *, final: bool) -> bytes | None:
        opened = self._cipher.open(number, sealed, final=not final)
        if opened is not None:
            self._end_after(number, FileCut if final else DataAfterEnd)
        return opened

    def _ends_inside(self, number: int, sealed: memoryview) -> bool:
        """Whether a final chunk lies at the start of this one, with foreign bytes right behind it."""
        if self._diagnoses == AGE_ENDS_SOUGHT_MAX:
            return False
        self._diagnoses += 1
        length = final_length(self._cipher.key, number, bytes(sealed))
        return length > (TAG if number else 0) and self._cipher.open(number, sealed[:length], final=True) is not None

    def _end_after(self, number: int, kind: type[PayloadFailure]) -> None:
        self._ends = (number + 1, kind(f"after {number + 1} chunks", chunks=number + 1))

    def _failure(self, number: int, sealed: memoryview) -> PayloadFailure:
        follows = number == self.last and number and self.verifies(number - 1, final=True)
        if follows or self._ends_inside(number, sealed):
            return DataAfterEnd(f"in chunk {number + 1}", chunks=number)
        if number == self.last and len(sealed) <= (TAG if number else TAG - 1):
            return FileCut(f"after {number} chunks", chunks=number)
        kind = TailDamaged if len(sealed) < SEALED_CHUNK else ChunkDamaged
        return kind(f"chunk {number + 1}", chunks=number)

    def _read(self, number: int) -> memoryview:
        offset = number * SEALED_CHUNK
        sealed = memoryview(bytearray(max(0, min(SEALED_CHUNK, self.length - offset))))
        return sealed[: self._source.read_into(self._start + offset, sealed)]
