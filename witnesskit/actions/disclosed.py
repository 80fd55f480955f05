"""What ``disclose`` is asked for, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from witnesskit.actions.leaving_file import leaving_file
from witnesskit.errors.cli import NoFolder
from witnesskit.formats.tlog_proof import TlogProof, proof_bytes
from witnesskit.model import Audience
from witnesskit.policy.decide import Decision
from witnesskit.vault.synced import refuse_synced


@dataclass(frozen=True)
class DiscloseWish:
    """``item``: a short id; ``copy``: the first digits of the digest of one copy, where there are several."""

    item: str
    fields: tuple[str, ...]
    out: Path
    audience: str = "public"
    copy: str = ""
    recipient: str = ""  # as consents name them
    secret: bool = False


@dataclass(frozen=True)
class WrittenProof:
    """One file: the event it proves, the fields it opens, how many digests of the line stay shut."""

    file: str
    event: str
    key: str  # verifier key of the log, to be told over another channel
    opened: tuple[str, ...]
    shut: int


@dataclass(frozen=True)
class Disclosed:
    """What left; ``withheld``: fields that exist and were not asked for."""

    proofs: tuple[WrittenProof, ...]
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fields:
    """Names that exist of an item, each with what the policy says of it."""

    audience: str
    decisions: Mapping[str, Decision] = field(default_factory=dict)


def check_folder(folder: Path, audience: Audience) -> None:
    """Before anything is logged: raises NoFolder, CloudFolder for what is not for the public."""
    if not folder.is_dir():
        raise NoFolder
    if audience is not Audience.PUBLIC:
        refuse_synced(folder)


def write_proof(folder: Path, name: str, proof: TlogProof) -> str:
    """Write one proof under a new name; returns its path. Raises BadTlogProof and as ``leaving_file``."""
    path = folder / f"{name}.tlog-proof"
    data = proof_bytes(proof)
    with leaving_file(path) as stream:
        stream.write(data)
    return str(path)
