"""A commitment to a log in digits: one SMS, or read aloud; every wrong digit is seen (docs/spec/commitment.md).

``WK1 20111216 42 12345 67890 ... 7``: the day, the size of the log, ten groups of four digits of its root hash with a
check digit each, and one check digit over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from witnesskit.errors.brought import BadCommitment

MARK: Final = "WK1"
GROUPS: Final = 10
_DATA: Final = 4  # digits of the root in a group, before its check digit
_DIGITS: Final = GROUPS * _DATA  # 132.8 bits
_SIZE_DIGITS_MAX: Final = 10
# H. M. Damm (2004): a quasigroup of order 10; shows each wrong digit and each swap of two neighbours
_TABLE: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_BLANKS = re.compile(r"[\s.,;:·-]+")
_MENTION = re.compile(r"(?i)\bwk1[\s.,;:·-]")


@dataclass(frozen=True)
class Commitment:
    """What a log was on a day: ``size`` lines under the root whose last 40 decimal digits are ``digits``."""

    day: str  # YYYY-MM-DD, as the sender's device had it
    size: int
    digits: str

    def fits(self, root: bytes) -> bool:
        """Whether a root hash of 32 bytes has these digits."""
        return digits_of(root) == self.digits


def digits_of(root: bytes) -> str:
    """The last 40 decimal digits of a root hash read as one number."""
    return f"{int.from_bytes(root) % 10**_DIGITS:0{_DIGITS}d}"


def line(day: str, size: int, root: bytes) -> str:
    """The line to send: at most 86 characters of the GSM 7-bit alphabet."""
    plain = f"{day.replace('-', '')} {size}"
    digits = digits_of(root)
    groups = [digits[place : place + _DATA] for place in range(0, _DIGITS, _DATA)]
    checked = [group + check_digit(group) for group in groups]
    return f"{MARK} {plain} {' '.join(checked)} {_over_all(plain, digits)}"


def parse(untrusted_line: str) -> Commitment:
    """Read one line as it was typed or received; raises BadCommitment naming the group that is wrong."""
    words = [word for word in _BLANKS.split(untrusted_line.strip()) if word]
    if not words or words[0].upper() != MARK:
        raise BadCommitment("it does not begin with WK1")
    if len(words) != GROUPS + 4 or not all(word.isascii() and word.isdigit() for word in words[1:]):
        raise BadCommitment(f"it has {len(words)} words, {GROUPS + 4} are needed, all but the first of digits")
    day, size, groups, last = words[1], words[2], words[3:-1], words[-1]
    for number, group in enumerate(groups, 1):
        if len(group) != _DATA + 1 or check_digit(group[:-1]) != group[-1]:
            raise BadCommitment(f"group {number} of {GROUPS}")
    digits = "".join(group[:-1] for group in groups)
    if len(size) > _SIZE_DIGITS_MAX or size != str(int(size)) or _over_all(f"{day} {size}", digits) != last:
        raise BadCommitment("the day, the size or the order of the groups")
    return Commitment(_day(day), int(size), digits)


def mentions(untrusted_text: str) -> Iterator[str]:
    """Every place of a message where a line may begin, up to its end; for ``parse``."""
    for found in _MENTION.finditer(untrusted_text):
        words = [word for word in _BLANKS.split(untrusted_text[found.start() : found.start() + 200]) if word]
        yield " ".join(words[: GROUPS + 4])


def check_digit(digits: str) -> str:
    """Damm's check digit."""
    interim = 0
    for digit in digits:
        interim = int(_TABLE[interim][int(digit)])
    return str(interim)


def _over_all(plain: str, digits: str) -> str:
    return check_digit(plain.replace(" ", "") + digits)


def _day(text: str) -> str:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat() if len(text) == 8 else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> str:
    raise BadCommitment("the day")
