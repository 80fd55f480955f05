"""``key split`` and ``key join``: a custodian key as shares of several custodians. Needs no vault and no network."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from witnesskit.actions.custodian_ring import Ring, ring_digits
from witnesskit.actions.given_file import given_text
from witnesskit.errors import WitnesskitError
from witnesskit.errors.cli import NoFolder, OutputExists
from witnesskit.errors.shares import SplitFailed, SplitUnfit
from witnesskit.errors.vault import StorageFault
from witnesskit.formats.key_share import Share, join_shares, parse_share, share_rows, split_seed
from witnesskit.formats.sheet import SheetKind, parse_sheet, sheet_text
from witnesskit.limits import SHARE_TEXT_MAX, SHARES_MAX
from witnesskit.vault import durable

_LEAST: Final = 2  # shares that are needed; with one, each custodian opens everything alone


@dataclass(frozen=True)
class Split:
    """The texts of all shares, each for one custodian; its text form shows none."""

    ring: str  # age1..., public
    texts: tuple[str, ...] = field(repr=False)
    ways: int  # to choose as many as are needed, each of which was tried

    @property
    def names(self) -> tuple[str, ...]:
        """A file name for each."""
        return tuple(f"share-{number}-of-{len(self.texts)}.txt" for number in range(1, len(self.texts) + 1))


@dataclass(frozen=True)
class Joined:
    """A custodian sheet that was put together again; its text form does not show it."""

    ring: str  # age1..., public
    sheet: str = field(repr=False)


def check_numbers(need: int, of: int) -> None:
    """Refuse what protects nobody, before anybody types a sheet: raises SplitUnfit."""
    if not _LEAST <= need <= of <= SHARES_MAX:
        raise SplitUnfit(f"at least {_LEAST} are needed, at most {SHARES_MAX} are made, and no more needed than made")


def split(untrusted_sheet: str, ring: Ring, need: int, of: int) -> Split:
    """Shares of a custodian sheet, any ``need`` of ``of``; every way to choose them was joined again and compared.

    Raises SplitUnfit, SheetTypo, SheetWrong, RingDiffers, NoShares, SplitFailed.
    """
    check_numbers(need, of)
    seed = parse_sheet(untrusted_sheet, SheetKind.CUSTODIAN)
    recipient = ring.check(seed, "the sheet is another one's")
    shares = split_seed(seed, need, of)
    texts = tuple(_text(words, number, (need, of), recipient) for number, words in enumerate(shares, 1))
    return Split(recipient, texts, _proven(texts, seed, need))


def write_shares(done: Split, folder: Path) -> tuple[Path, ...]:
    """Write each share into a file of its own, for its owner alone; all or none, and none that is there is touched.

    The folder is made if only it is missing. Raises OutputExists, NoFolder, NoRoom, StorageFault.
    """
    paths = [folder / name for name in done.names]
    if any(path.exists() or path.is_symlink() for path in paths):
        raise OutputExists
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        raise NoFolder
    durable.make_folder(folder)
    try:
        for path, text in zip(paths, done.texts, strict=True):
            durable.create(path, text.encode())
            if durable.read(path, SHARE_TEXT_MAX) != text.encode():
                raise StorageFault("what was written does not read back")
    except BaseException:
        for path, text in zip(paths, done.texts, strict=True):
            with suppress(WitnesskitError):
                if durable.read(path, SHARE_TEXT_MAX) == text.encode():
                    durable.remove(path)
        raise
    return tuple(paths)


def shares_of_files(paths: Sequence[Path]) -> tuple[Share, ...]:
    """Shares as typed or printed into files; raises ShareTypo, ShareForeign naming the file, FileUnreadable."""
    named = ((f"share {number} ({path.name})", path) for number, path in enumerate(paths, 1))
    return tuple(parse_share(given_text(path, SHARE_TEXT_MAX), label) for label, path in named)


def join(shares: Sequence[Share], ring: Ring) -> Joined:
    """The custodian sheet that the shares give; raises RingDiffers, and then tells nothing of it.

    Raises SharesTooFew, SharesTooMany, ShareDoubled, ShareForeign.
    """
    seed = join_shares(shares)
    recipient = ring.check(seed, "these shares are another one's, or were made with a passphrase")
    return Joined(recipient, sheet_text(SheetKind.CUSTODIAN, seed))


def write_sheet(done: Joined, path: Path) -> None:
    """Into a new file, for its owner alone; raises OutputExists, NoFolder, NoRoom, StorageFault."""
    if path.exists() or path.is_symlink():
        raise OutputExists
    if not path.parent.is_dir():
        raise NoFolder
    durable.create(path, done.sheet.encode())


def _proven(texts: Sequence[str], seed: bytes, need: int) -> int:
    """Join every choice of ``need`` of the very texts that are handed out; returns how many there are."""
    try:
        shares = [parse_share(text, f"share {number}") for number, text in enumerate(texts, 1)]
        choices = list(combinations(shares, need))
        good = all(join_shares(chosen) == seed for chosen in choices)
    except WitnesskitError:
        good = False
    if not good:
        raise SplitFailed
    return len(choices)


def _text(words: str, number: int, numbers: tuple[int, int], recipient: str) -> str:
    need, of = numbers
    return (
        f"SHARE {number} OF {of} OF A CUSTODIAN KEY\n\n"
        f"Any {need} of the {of} shares together open sealed originals. Fewer open nothing and tell nothing.\n"
        "Keep it where no other share lies. To use it: witnesskit key join\n"
        f"The key's public digits:  {ring_digits(recipient)}\n\n"
        f"{share_rows(words)}"
    )
