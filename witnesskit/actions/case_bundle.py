"""A bundle, or the bag it was opened into, as a case: nothing readable is written anywhere."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from witnesskit.actions.anchor_files import anchor_limit
from witnesskit.actions.case import Case, container_check, unknown_evidence
from witnesskit.actions.few_open import FewOpen
from witnesskit.actions.given_file import given_bytes, given_text, open_given
from witnesskit.actions.history import History
from witnesskit.actions.import_sinks import MemorySink
from witnesskit.actions.openings import OpeningLine, parse_lines, read_capsule_openings, resolve
from witnesskit.bundle.bagdir import read_bag
from witnesskit.bundle.joined import joined
from witnesskit.bundle.result import Damage, LookSink, MemberSink, Unpacked
from witnesskit.bundle.tags import Tags
from witnesskit.bundle.unpack import OpenVolume, open_volume
from witnesskit.custody.scan import keys_of
from witnesskit.custody_limits import ANCHORS_MAX, NOTE_MAX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import KeyFileSealed
from witnesskit.errors.bundle import InnerOrder, MemberHash, MemberSize
from witnesskit.errors.formats import BadJson
from witnesskit.formats.age_armor import is_armoured
from witnesskit.formats.anchor import note_size, parse_anchor_name
from witnesskit.formats.bundle_members import CHAIN_KINDS, ROSTER_KIND, Member
from witnesskit.limits import EVIDENCE_MAX, KEY_FILE_MAX, KIB, MIB
from witnesskit.model import Opening, Role
from witnesskit.sealing.identity import Identity
from witnesskit.verify import CaseFiles, Expected, Found, LogFiles, Trust
from witnesskit.verify.case import AnchorFile
from witnesskit.verify.verdict import CheckResult, CheckState

_NAMED_MAX = 5  # damaged files that a sentence names
_LOST = {
    InnerOrder.code: "is missing",
    MemberSize.code: "has another size than was signed",
    MemberHash.code: "is not the one that was signed",
}
Report = Callable[[int, int | None], None]


class Container(Protocol):
    """An opened volume or bag."""

    tags: Tags

    def each(self, store: Callable[[Member], MemberSink | None], report: Callable[[int], object] | None) -> Unpacked:
        """Hand out every member, verified."""
        ...


class _SealedSink:
    """A sealed record, kept as ciphertext to read its openings from."""

    def __init__(self, gathered: Gathered, member: Member) -> None:
        self._gathered = gathered
        self._member = member
        self._stream: BinaryIO = tempfile.SpooledTemporaryFile(max_size=16 * MIB)  # type: ignore[assignment] # noqa: SIM115

    def write(self, data: memoryview, /) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        self._stream.seek(0)
        self._gathered.read_record(self._stream, self._member)
        self._stream.close()

    def drop(self) -> None:
        self._stream.close()


class Gathered:
    """What one pass over the members brings together."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self._identities = identities
        self._memory: list[tuple[Member, bytes]] = []
        self._lines: list[OpeningLine] = []
        self._anchors: Counter[str] = Counter()  # of each log
        self._left = EVIDENCE_MAX  # bytes
        self.unknown = 0  # members of the kind ``anchor`` that are none by their name, length or number

    def store(self, member: Member) -> MemberSink:
        """Where a member goes."""
        if member.kind == "anchor" and not self._is_evidence(member):
            self.unknown += 1
            return LookSink()
        if member.kind in CHAIN_KINDS or member.kind == "openings":
            return MemorySink(self._memory, member)
        if member.kind == "capsule" and member.role == Role.RECORD and self._identities and not member.is_segment:
            return _SealedSink(self, member)
        return LookSink()

    def _is_evidence(self, member: Member) -> bool:
        """A name is compared with the known forms and leads nowhere."""
        self._anchors[member.origin] += 1
        self._left -= member.size
        name = parse_anchor_name(member.name)
        most = anchor_limit(name) if name else NOTE_MAX if note_size(member.name) else -1
        return member.size <= most and self._left >= 0 and self._anchors[member.origin] <= 2 * ANCHORS_MAX

    def read_record(self, stream: BinaryIO, member: Member) -> None:
        """Take the openings of one sealed record."""
        self._lines.extend(read_capsule_openings(stream, self._identities, member.sha256))

    def logs(self) -> tuple[LogFiles, ...]:
        """Every log with the checkpoints of its origin, and the evidence about them."""
        notes: dict[str, list[bytes]] = {}
        anchors: dict[str, list[AnchorFile]] = {}
        for member, data in self._memory:
            if member.kind == "checkpoint" or (member.kind == "anchor" and note_size(member.name)):
                notes.setdefault(member.origin, []).append(data)
            elif member.kind == "anchor":
                anchors.setdefault(member.origin, []).append(AnchorFile(member.name, data))
        return tuple(
            LogFiles(data, tuple(notes.get(member.origin, ())), tuple(anchors.get(member.origin, ())))
            for member, data in self._memory
            if member.kind == "chain"
        )

    def openings(self, tags: Tags) -> tuple[Opening, ...]:
        """Openings of records, of openings members and of bundle.json; raises BadJson."""
        lines = [*self._lines]
        for member, data in self._memory:
            if member.kind == "openings":
                lines.extend(parse_lines(data))
        lines.extend(OpeningLine(opening.disclosures, {}) for opening in tags.meta.openings)
        return resolve(lines, [log.log for log in self.logs()])


def open_file(path: Path, key: Path | None, trust: Trust, report: Report) -> Case:
    """A sealed bundle with the identity file that opens it; raises what ``open_volume`` raises."""
    identities = read_identities(key)
    with open_given(path) as stream:
        return _case(open_volume(stream, identities), identities, trust, report)


def open_files(paths: Sequence[Path], key: Path | None, trust: Trust, report: Report) -> Case:
    """All volumes of one set, in any order; raises what ``open_volume`` and ``joined`` raise."""
    identities = read_identities(key)
    with contextlib.closing(FewOpen()) as few:
        volumes = [open_volume(few.file(path), identities) for path in paths]
        return _case(joined(volumes, [path.name for path in paths]), identities, trust, report)


def open_bag(folder: Path, key: Path | None, trust: Trust, report: Report) -> Case:
    """A bag that somebody opened with stock tools; raises what ``read_bag`` raises."""
    bag = read_bag(folder)
    case = _case(bag, read_identities(key), trust, report)
    return replace(case, container=(*case.container, *_beside(bag.unlisted)))


def read_volume(volume: Container, identities: Sequence[Identity], trust: Trust, report: Report) -> Case:
    """A volume that is open already."""
    return _case(volume, identities, trust, report)


def read_identities(key: Path | None) -> tuple[Identity, ...]:
    """Identities of an age key file: one on each line, comments begin with ``#``.

    Raises KeyFileSealed for one under a passphrase, BadKey, FileUnreadable.
    """
    if key is None:
        return ()
    start = given_bytes(key, 2 * KIB)
    if start.startswith(b"age-encryption.org/") or is_armoured(start):
        raise KeyFileSealed
    lines = given_text(key, KEY_FILE_MAX).splitlines()
    return tuple(Identity.from_text(line) for line in lines if line.strip() and not line.startswith("#"))


def _case(container: Container, identities: Sequence[Identity], trust: Trust, report: Report) -> Case:
    gathered = Gathered(identities)
    tags = container.tags
    unpacked = container.each(gathered.store, lambda done: report(done, tags.meta.bytes))
    missing = set(unpacked.missing)
    files = [one for one in tags.members if one.kind not in CHAIN_KINDS and not _is_paper(one, tags.members)]
    things = [one for one in files if not one.is_segment]
    there = [member for member in things if member.ordinal not in missing]
    found = tuple(
        Found(
            f"data/{member.ordinal:08d}",
            member.sha256,
            member.size,
            member.capsule or None,
            None if member.capsule else member.item or None,
        )
        for member in there
    )
    listed = Expected(everything=False, listed=frozenset(_names(things)))
    signer = _signer_check(tags, trust.keys, gathered.logs())
    checks = [_members_check(unpacked), signer, *unknown_evidence(gathered.unknown)]
    if isinstance(container, OpenVolume):
        checks += _volumes_check(len(files) - len(things), tags)
    try:
        openings = gathered.openings(tags)
    except (BadJson, WitnesskitError) as error:
        openings = ()
        checks.append(container_check(error.code, "the openings cannot be read", CheckState.FAIL))
    return Case(CaseFiles(gathered.logs(), openings, found, listed), trust, tuple(checks))


def _volumes_check(cut: int, tags: Tags) -> list[CheckResult]:
    """One volume of a set is not the bundle: what the others hold, and what is cut, nobody can compare here."""
    if tags.meta.volumes == 1:
        return []
    sentence = f"this is volume {tags.meta.volume} of {tags.meta.volumes}; name the others too"
    checks = [container_check("VOLUMES", sentence, CheckState.UNKNOWN)]
    if cut:
        sentence = f"{cut} files are cut: the rest of them lies in other volumes of {tags.meta.volumes}"
        checks.append(container_check("SEGMENTS", sentence, CheckState.UNKNOWN))
    return checks


def _beside(count: int) -> tuple[CheckResult, ...]:
    if not count:
        return ()
    sentence = f"{count} files lie beside the bag's own and were signed by nobody: no word here is about them"
    return (container_check("BESIDE", sentence, CheckState.WARN),)


def _names(members: Sequence[Member]) -> list[str]:
    return [name for member in members for name in (member.capsule, member.sha256) if name]


def _is_paper(member: Member, members: Sequence[Member]) -> bool:
    """Openings, reports and specifications, which no event commits; sealed, the one capsule of its item."""
    if member.kind != "capsule":
        return member.kind in ("openings", "record", "report", "spec", ROSTER_KIND)
    return member.role == Role.RECORD and member.part == 1 and sum(one.item == member.item for one in members) == 1


def _members_check(unpacked: Unpacked) -> CheckResult:
    if unpacked.error is None:
        return container_check("MEMBERS", f"all {unpacked.listed} files are those of the signed list")
    there = len(unpacked.kept) + len(unpacked.skipped)
    lost = dict.fromkeys(_what_is_lost(damage) for damage in unpacked.damage)
    named = "; ".join((*list(lost)[:_NAMED_MAX], *(("and more",) if len(lost) > _NAMED_MAX else ())))
    sentence = f"{there} of {unpacked.listed} files are whole: {named}"
    return container_check(unpacked.error.code, sentence, CheckState.FAIL)


def _what_is_lost(damage: Damage) -> str:
    place = f"data/{damage.ordinal:08d}" if damage.ordinal else "the end of the file"
    return f"{place} {_LOST.get(damage.code, f'is damaged ({damage.code})')}"


def _signer_check(tags: Tags, signers: tuple[str, ...], logs: Sequence[LogFiles]) -> CheckResult:
    sender = tags.signer.text
    if sender in signers:
        return container_check("SENDER", "the list of files is signed by a key that was given from outside")
    if any(_follows(sender, signers, log) for log in logs):
        sentence = "the list of files is signed by a key that replaced, with authority, one given from outside"
        return container_check("SENDER", sentence)
    return container_check(
        "SENDER", "the list of files is signed by a key that nobody vouched for", CheckState.UNKNOWN
    )


def _follows(sender: str, signers: tuple[str, ...], log: LogFiles) -> bool:
    """Whether ``sender`` is the key in force at the end of a log of which one of ``signers`` signed a checkpoint."""
    try:
        keys = keys_of(log.log.split(b"\n")[:-1])
    except WitnesskitError:
        return False
    return keys.key.text == sender and any(key.text in signers for key in History(log.log).signers(log.notes))
