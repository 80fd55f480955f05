"""What a bundle is asked for with, and what is said of it at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.custodian import CustodianPaper


@dataclass(frozen=True)
class BundleWish:
    """What the person asked for; audience, recipient, items and the custodian's paper only at a desk."""

    folder: Path
    passphrase: str = field(repr=False)
    audience: str = ""
    recipient: str = ""
    items: tuple[str, ...] = ()
    custodian: CustodianPaper | None = None
    name: str = ""  # who gets it, as consents name them
    secret: bool = False  # what is marked secret goes too
    why: str = "bundle"  # for the log, where originals are opened
    more_folders: tuple[Path, ...] = ()  # further sticks: volumes go to all of them in turn
    parity: int = 0  # percent of PAR2 beside each file
    spare: int = 0  # volumes beyond those of the set, any of which may be lost
    volume_size: int = 0  # bytes of one volume at most; 0: VOLUME_DEFAULT, at a desk VOLUME_MAX

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that volumes go to."""
        return (self.folder, *self.more_folders)


@dataclass(frozen=True)
class BundleDone:
    """What was written."""

    file: str
    id: str
    size: int  # bytes of each
    items: int
    files: int
    next: str
    held_back: tuple[str, ...] = ()  # for each file that the recipient does not get, why
    more_files: tuple[str, ...] = ()  # the other volumes of a set
    parity: tuple[str, ...] = ()  # files of parity
    resumed: int = 0  # volumes that an earlier run had written
    given_up: int = 0  # volumes of a set that could not be gone on with
