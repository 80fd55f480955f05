"""Shares of a 32-byte seed: SLIP-39 words on paper, and the parser of what is typed (docs/spec/shares.md).

The arithmetic is that of shamir-mnemonic, an extra that is loaded only here. No passphrase of SLIP-39 is used: a
wrong one gives another secret and no error. So whoever joins compares the public key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.errors.shares import NoShares, ShareDoubled, ShareForeign, SharesTooFew, SharesTooMany, ShareTypo
from witnesskit.limits import SHARE_EXPONENT_MAX, SHARE_TEXT_MAX

WORDS: Final = 33  # of a share of 32 bytes
_ROW: Final = 5  # words
_ROWS: Final = 7
_EXPONENT: Final = 0  # of the work on a passphrase; there is none
_NUMBER: Final = re.compile(r"^[ \t]*([1-9])[ \t]*[:)](.*)$", re.ASCII | re.MULTILINE)
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Share:
    """One share as it was typed without a slip; its text form shows no word."""

    label: str  # what the person calls it: a file's name, or its place
    made: tuple[Any, ...]  # equal for shares that were made together
    number: int  # from 1
    need: int
    words: str = field(repr=False)


def split_seed(seed: bytes, need: int, of: int) -> tuple[str, ...]:
    """``of`` shares of a 32-byte seed, 33 words each, any ``need`` of which give it back; raises NoShares."""
    library = _library()
    (shares,) = library.generate_mnemonics(1, [(need, of)], seed, iteration_exponent=_EXPONENT)
    return tuple(shares)


def share_rows(words: str) -> str:
    """Seven numbered rows, each with a line feed."""
    each = words.split()
    return "".join(f"{row + 1}:  {' '.join(each[_ROW * row : _ROW * row + _ROW])}\n" for row in range(_ROWS))


def parse_share(untrusted_text: str, label: str) -> Share:
    """What was typed from paper; raises ShareTypo, ShareForeign, both naming ``label``; NoShares.

    Case and what stands between words do not matter; four letters of a word are enough. With numbered rows only these
    count, in any order; else all words do.
    """
    library = _library()
    if len(untrusted_text) > SHARE_TEXT_MAX:
        raise ShareTypo(f"{label} has more than {SHARE_TEXT_MAX} characters")
    words = " ".join(_words(untrusted_text, label))
    try:
        share = library.Share.from_mnemonic(words)
    except library.MnemonicError:
        raise ShareTypo(f"every word of {label} could be right, all together are not") from None
    if share.group_count != 1 or share.iteration_exponent > SHARE_EXPONENT_MAX:
        raise ShareForeign(f"{label} was made in another way than shares of custodians are")
    return Share(label, tuple(share.group_parameters()), share.index + 1, share.member_threshold, words)


def join_shares(shares: Sequence[Share]) -> bytes:
    """The 32 bytes that these shares give; it is for the caller to compare their public key.

    Raises SharesTooFew, SharesTooMany, ShareDoubled, ShareForeign.
    """
    if not shares:
        raise SharesTooFew("none was given")
    _check_together(shares)
    _check_each_once(shares)
    need = shares[0].need
    if len(shares) != need:
        told = f"{len(shares)} of {need} needed were given"
        raise SharesTooFew(told) if len(shares) < need else SharesTooMany(told)
    library = _library()
    try:
        return bytes(library.combine_mnemonics([share.words for share in shares]))
    except library.MnemonicError:
        raise ShareForeign(f"{_named(shares)} together give no key") from None


def _library() -> Any:
    try:
        import shamir_mnemonic
    except ImportError:
        raise NoShares from None
    return shamir_mnemonic


def _words(text: str, label: str) -> list[str]:
    """All 33, in full, in order."""
    known = _known_words()
    found: list[str] = []
    for row, typed in _rows(text, label):
        for word in _WORD.findall(typed.lower()):
            full = known.get(word[:4], "")
            if word not in (full, full[:4]):
                place = f"row {row} of {label}" if row else f"word {len(found) + 1} of {label}"
                raise ShareTypo(f"{place} holds a word that no share has")
            found.append(full)
    if len(found) != WORDS:
        raise ShareTypo(f"{label} has {len(found)} words, not {WORDS}")
    return found


def _rows(text: str, label: str) -> list[tuple[int, str]]:
    numbered = [(int(match[1]), match[2]) for match in _NUMBER.finditer(text)]
    if not numbered:
        return [(0, text)]
    for number, count in Counter(row for row, _typed in numbered).items():
        if count > 1 or number > _ROWS:
            raise ShareTypo(f"row {number} of {label} {'is there twice' if count > 1 else 'is one too many'}")
    return sorted(numbered)


def _known_words() -> dict[str, str]:
    """The list of SLIP-39, by its first four letters, which tell each word."""
    from shamir_mnemonic.wordlist import WORDLIST

    return {word[:4]: word for word in WORDLIST}


def _check_together(shares: Sequence[Share]) -> None:
    sets = Counter(share.made for share in shares).most_common()
    if len(sets) == 1:
        return
    if len(shares) > 2 and sets[0][1] > sets[1][1]:
        odd = [share for share in shares if share.made != sets[0][0]]
        raise ShareForeign(f"{_named(odd)} and the others")
    raise ShareForeign(_named(shares))


def _check_each_once(shares: Sequence[Share]) -> None:
    seen: dict[int, Share] = {}
    for share in shares:
        before = seen.setdefault(share.number, share)
        if before is share:
            continue
        if before.words != share.words:
            raise ShareForeign(f"{_named([before, share])} say that they are the same one, and differ")
        raise ShareDoubled(_named([before, share]))


def _named(shares: Sequence[Share]) -> str:
    return " and ".join(share.label for share in shares)
