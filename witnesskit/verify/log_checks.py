"""Steps 2 to 11: one log and its checkpoints, by themselves. Each check reports its first offence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from witnesskit.custody_limits import LOG_LINES_MAX, LOG_MAX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadKey, BadNote, NewerFormat
from witnesskit.formats import custody_event
from witnesskit.formats.checkpoint import Checkpoint, SignatureState, parse_checkpoint, parse_note
from witnesskit.formats.custody_event import FIELD_TIME, Event
from witnesskit.formats.merkle_tree import Tree, leaf_hash
from witnesskit.keys import VerifierKey, parse_verifier_key
from witnesskit.verify.case import LogFiles
from witnesskit.verify.verdict import CheckResult, CheckState

FAIL, UNKNOWN, WARN, OK = CheckState.FAIL, CheckState.UNKNOWN, CheckState.WARN, CheckState.OK


class Brief(NamedTuple):
    """What the checks of a whole log need of one line."""

    n: int
    type: str
    log: str
    item: str
    t: str


@dataclass
class LogView:
    """One log as it was read; ``attested`` lines are covered by a checkpoint of its own key."""

    subject: str
    lines: Sequence[bytes]
    torn: int
    tree: Tree
    briefs: list[Brief] = field(default_factory=list)
    oversize: int = 0  # bytes, of a log that was too large to be read
    opened: dict[int, Event] = field(default_factory=dict)  # events whose openings are at hand
    key: VerifierKey | None = None
    attested: int = 0
    voucher: str = ""  # origin of the trusted log on whose word the attested lines stand
    received: str | None = None  # the day the voucher claims, if it is another log

    @property
    def log(self) -> str:
        """The log's id; empty for an empty log."""
        return self.tree.leaf(0).hex() if self.tree.size else ""

    @property
    def origin(self) -> str:
        """The log's name, once its genesis was read."""
        return self.key.name if self.key else ""


def read_log(files: LogFiles, number: int) -> LogView:
    """Cut the bytes into lines and hash them; an oversized log is read as an empty one."""
    data = files.log
    if len(data) > LOG_MAX or data.count(b"\n") > LOG_LINES_MAX:
        return LogView(f"log {number}", (), 0, Tree(), oversize=len(data))
    lines = data.split(b"\n")
    torn = len(lines.pop())
    return LogView(f"log {number}", lines, torn, Tree(map(leaf_hash, lines)))


def check_lines(view: LogView, wanted: frozenset[int]) -> Iterator[CheckResult]:
    """Step 2: every line is in the line profile; unknown types, fields and names are reported."""
    unknown: set[str] = set()
    for number, line in enumerate(view.lines):
        try:
            event = custody_event.parse(line)
        except WitnesskitError as error:
            state = UNKNOWN if isinstance(error, NewerFormat) else FAIL
            yield CheckResult(2, error.code, state, view.subject, f"event {number}: {error}")
            break
        view.briefs.append(Brief(event.n, event.type, event.log, event.item, event.t))
        unknown.update(event.unknown_names)
        if number in wanted or number == 0:
            view.opened[number] = event
    if view.oversize:
        yield CheckResult(2, "SIZE", UNKNOWN, view.subject, f"too large to be read: {view.oversize} bytes")
    if view.torn:
        yield CheckResult(2, "TORN", UNKNOWN, view.subject, f"the last line is cut: {view.torn} bytes")
    if not view.lines:
        yield CheckResult(2, "LINE", UNKNOWN, view.subject, "the log holds no event")
    for name in sorted(unknown):
        yield CheckResult(2, "UNKNOWN-FIELD", WARN, view.subject, f"not known to this version: {name}")
    if view.lines and len(view.briefs) == len(view.lines):
        yield CheckResult(2, "LINE", OK, view.subject, f"{len(view.lines)} events are well formed")


def check_genesis(view: LogView) -> Iterator[CheckResult]:
    """Step 3: line 0 names the log and the key that signs it, and they agree."""
    genesis = view.opened.get(0)
    if genesis is None:
        return
    try:
        key = parse_verifier_key(genesis.x["key"])
    except BadKey as error:
        yield CheckResult(3, "ORIGIN", FAIL, view.subject, f"the genesis event: {error}")
        return
    if key.name != genesis.x["origin"]:
        yield CheckResult(3, "ORIGIN", FAIL, view.subject, "the genesis event's key bears another name")
        return
    view.key = key
    view.subject = key.name
    yield CheckResult(3, "ORIGIN", OK, view.subject, "the genesis event names the log and its key")


def check_sequence(view: LogView) -> CheckResult:
    """Step 4: event i says n = i."""
    for place, brief in enumerate(view.briefs):
        if brief.n != place:
            return CheckResult(4, "SEQ", FAIL, view.subject, f"event {place} says n = {brief.n}")
    return CheckResult(4, "SEQ", OK, view.subject, "the events are numbered without a gap")


def check_log_id(view: LogView) -> CheckResult:
    """Step 5: every later line names this log, so that no line was brought from another."""
    own = view.log
    for place, brief in enumerate(view.briefs):
        if place and brief.log != own:
            return CheckResult(5, "LOGID", FAIL, view.subject, f"event {place} belongs to another log")
    return CheckResult(5, "LOGID", OK, view.subject, "every event names this log")


def check_items(view: LogView) -> CheckResult:
    """Step 6: an item's id enters a log once."""
    seen: set[str] = set()
    for place, brief in enumerate(view.briefs):
        if brief.item and brief.item in seen:
            return CheckResult(6, "ITEM", FAIL, view.subject, f"event {place}: an item enters a second time")
        seen.add(brief.item)
    return CheckResult(6, "ITEM", OK, view.subject, "every item enters once")


def check_clock(view: LogView) -> CheckResult:
    """Step 7: the days that the events claim do not run backwards; a warning only, they are claims."""
    latest = ""
    for place, brief in enumerate(view.briefs):
        if brief.t == FIELD_TIME:
            continue
        if brief.t[:10] < latest:
            return CheckResult(7, "CLOCK", WARN, view.subject, f"event {place}: the claimed day runs back")
        latest = brief.t[:10]
    return CheckResult(7, "CLOCK", OK, view.subject, "the claimed days do not run backwards")


def check_notes(view: LogView, notes: Sequence[bytes]) -> Iterator[CheckResult]:
    """Steps 8 to 11 for every checkpoint; sets ``attested`` to the largest that holds."""
    for note in notes:
        result, size = _check_note(view, note)
        view.attested = max(view.attested, size)
        yield result
    if not notes:
        yield CheckResult(9, "UNSIGNED", UNKNOWN, view.subject, "no checkpoint signs this log")


def _check_note(view: LogView, untrusted_note: bytes) -> tuple[CheckResult, int]:
    # 8. the note is a checkpoint of this log
    try:
        note = parse_note(untrusted_note)
        checkpoint = parse_checkpoint(note.text)
    except BadNote as error:
        return CheckResult(8, "NOTE", UNKNOWN, view.subject, str(error)), 0
    if view.key is None or checkpoint.origin != view.origin:
        return CheckResult(8, "ORIGIN", UNKNOWN, view.subject, "a checkpoint is of another log"), 0
    # 9. it is signed by the key that genesis names
    match note.signed_by(view.key):
        case SignatureState.ABSENT:
            return CheckResult(9, "UNSIGNED", UNKNOWN, view.subject, "the log's key did not sign it"), 0
        case SignatureState.BAD:
            return CheckResult(9, "SIG", FAIL, view.subject, "a signature does not verify"), 0
        case SignatureState.GOOD:
            return _check_root(view, checkpoint)


def _check_root(view: LogView, checkpoint: Checkpoint) -> tuple[CheckResult, int]:
    # 10. all signed events are here
    held, size = view.tree.size, checkpoint.size
    if size > held:
        return CheckResult(10, "TRUNCATED", FAIL, view.subject, f"{size} events were signed, {held} are here"), 0
    # 11. they are the events that were signed: the root covers every byte of each of them
    if view.tree.root(size) != checkpoint.root:
        return CheckResult(11, "ROOT", FAIL, view.subject, f"the first {size} events are not those signed"), 0
    return CheckResult(11, "ROOT", OK, view.subject, f"the first {size} events are those signed"), size
