"""OpenTimestamps proofs: begun, answered by calendars, completed; the only file that imports the library. No network.

What a calendar is asked is SHA-256 of a digest and 16 random bytes, so that it cannot tell which file is meant.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from witnesskit.errors.custody import BadCalendar, OtsMissing


@dataclass(frozen=True)
class Waiting:
    """A commitment that a calendar promised to bring into the chain: where, and its bytes."""

    calendar: str
    commitment: bytes


class Begun:
    """A proof over the bytes of a checkpoint note, before any calendar was asked."""

    def __init__(self, note: bytes) -> None:
        """Raises OtsMissing."""
        with _library():
            from opentimestamps.core.op import OpAppend, OpSHA256
            from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

            self._file = DetachedTimestampFile(OpSHA256(), Timestamp(hashlib.sha256(note).digest()))
            salted = self._file.timestamp.ops.add(OpAppend(secrets.token_bytes(16)))
            self._tip = salted.ops.add(OpSHA256())

    @property
    def question(self) -> bytes:
        """What each calendar is sent: 32 bytes."""
        return bytes(self._tip.msg)

    def answered(self, untrusted_answers: Sequence[bytes]) -> bytes:
        """The pending proof; raises BadCalendar for an answer that is none."""
        with _library():
            for data in untrusted_answers:
                self._tip.merge(_timestamp(data, self._tip.msg))
            return _bytes(self._file)


def is_answer(untrusted: bytes, commitment: bytes) -> None:
    """Raises BadCalendar unless these bytes are a calendar's answer about ``commitment``."""
    with _library():
        _timestamp(untrusted, commitment)


def waiting(proof: bytes) -> tuple[Waiting, ...]:
    """What the calendars of a pending proof still owe; raises BadCalendar."""
    with _library():
        from opentimestamps.core.notary import PendingAttestation

        told = _parsed(proof).timestamp.all_attestations()
        return tuple(Waiting(one.uri, bytes(msg)) for msg, one in told if isinstance(one, PendingAttestation))


def completed(proof: bytes, untrusted_answers: Mapping[bytes, bytes]) -> bytes | None:
    """The proof with later answers (commitment -> bytes), or None as long as none leads into a block; raises BadCalendar."""
    with _library():
        from opentimestamps.core.notary import BitcoinBlockHeaderAttestation

        file = _parsed(proof)
        for place in list(_places(file.timestamp)):
            if bytes(place.msg) in untrusted_answers:
                place.merge(_timestamp(untrusted_answers[bytes(place.msg)], place.msg))
        told = [one for _msg, one in file.timestamp.all_attestations()]
        done = any(isinstance(one, BitcoinBlockHeaderAttestation) for one in told)
        return _bytes(file) if done else None


@contextmanager
def _library() -> Iterator[None]:
    """The library is an extra, and fails in many ways on what it cannot read."""
    try:
        yield
    except ImportError:
        raise OtsMissing from None
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError, RecursionError):
        raise BadCalendar from None
    except Exception as error:
        if type(error).__module__.startswith("opentimestamps."):
            raise BadCalendar from None
        raise


def _timestamp(data: bytes, message: bytes) -> Any:
    from opentimestamps.core.serialize import BytesDeserializationContext
    from opentimestamps.core.timestamp import Timestamp

    context = BytesDeserializationContext(data)
    found = Timestamp.deserialize(context, message)
    context.assert_eof()
    return found


def _parsed(proof: bytes) -> Any:
    from opentimestamps.core.serialize import BytesDeserializationContext
    from opentimestamps.core.timestamp import DetachedTimestampFile

    return DetachedTimestampFile.deserialize(BytesDeserializationContext(proof))


def _bytes(file: Any) -> bytes:
    from opentimestamps.core.serialize import BytesSerializationContext

    context = BytesSerializationContext()
    file.serialize(context)
    return bytes(context.getbytes())


def _places(timestamp: Any) -> Iterator[Any]:
    yield timestamp
    for below in list(timestamp.ops.values()):
        yield from _places(below)
