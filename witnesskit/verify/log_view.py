"""Steps 2 to 7: one log by itself, read once; each check reports its first offence.

A log may be as long as decades: of a line nothing is kept but its hash and its item's id, unless it is opened.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from witnesskit.custody_limits import KEY_CHANGES_MAX, LOG_LINES_MAX, LOG_MAX, UNKNOWN_MAX
from witnesskit.errors import WitnesskitError
from witnesskit.errors.formats import BadKey, NewerFormat
from witnesskit.formats import custody_event_read
from witnesskit.formats.custody_event_read import FIELD_TIME, Event
from witnesskit.formats.merkle_read import Leaves, leaf_hash
from witnesskit.keys import LOG_NAME, VerifierKey, parse_verifier_key
from witnesskit.verify.case import LogFiles
from witnesskit.verify.verdict import FAIL, OK, UNKNOWN, WARN, CheckResult, CheckState, Interval

_WELL = {
    3: ("ORIGIN", "the genesis event names the log and its key"),
    4: ("SEQ", "the events are numbered without a gap"),
    5: ("LOGID", "every event names this log"),
    6: ("ITEM", "every item enters once"),
    7: ("CLOCK", "the claimed days do not run backwards"),
}


Wanted = Mapping[str, frozenset[int]]  # numbers of lines, by log id


class Evidence(NamedTuple):
    """An authority saw the first ``size`` lines at ``time``; event ``named`` names the file that says so."""

    size: int
    time: int
    authority: str
    named: int | None


@dataclass
class LogView:
    """One log as it was read, and what the later steps found out about it."""

    subject: str
    files: LogFiles
    leaves: Leaves = field(default_factory=Leaves)
    torn: int = 0
    oversize: int = 0  # bytes, of a log that was too large to be read
    entered: int = 0  # lines with an item
    ingests: int = 0
    unknown: set[str] = field(default_factory=set)
    offences: dict[int, CheckResult] = field(default_factory=dict)  # the first of each step
    events: dict[int, Event] = field(default_factory=dict)  # genesis, key events and those whose openings are at hand
    named: dict[str, int] = field(default_factory=dict)  # SHA-256 of evidence -> the anchor event that names it
    keys: list[tuple[int, VerifierKey]] = field(default_factory=list)  # in force for checkpoints of more lines
    revoked: list[tuple[int, str]] = field(default_factory=list)  # number of the event, day of the theft
    signers: set[VerifierKey] = field(default_factory=set)  # of its keys those that signed a checkpoint that holds
    attested: int = 0  # lines that a checkpoint of the log's own keys covers
    voucher: str = ""  # origin of the trusted log on whose word the attested lines stand
    received: str | None = None  # the day the voucher claims, if it is another log
    doubtful: list[range] = field(default_factory=list)  # lines that a revoked key may have made
    evidence: list[Evidence] = field(default_factory=list)
    ties: list[set[str]] = field(default_factory=list)  # authorities and certified keys behind one timestamp
    parties: list[tuple[int, str]] = field(default_factory=list)  # lines, and who else speaks for them
    received_in: list[tuple[LogView, int, int]] = field(default_factory=list)  # log, its receipt, lines received
    follows: list[tuple[int, LogView, int]] = field(default_factory=list)  # event, the log whose event it came after
    steps: list[int] = field(default_factory=list)  # events from which on the interval is another one
    intervals: dict[int, Interval] = field(default_factory=dict)  # by the number of steps up to an event

    @property
    def log(self) -> str:
        """The log's id; empty for an empty log."""
        return self.leaves.leaf(0).hex() if len(self.leaves) else ""

    @property
    def origin(self) -> str:
        """The log's name, once its genesis was read."""
        return self.keys[0][1].name if self.keys else ""

    @property
    def direct(self) -> bool:
        """Whether the log stands on the word of a trusted key of its own."""
        return bool(self.voucher) and self.received is None

    def key_at(self, size: int) -> VerifierKey:
        """The key that signs a checkpoint of ``size`` lines, of a log that has keys."""
        return next(key for n, key in reversed(self.keys) if n < size)

    def says(self, state: CheckState, number: int, code: str, sentence: str) -> CheckResult:
        """A finding about this log."""
        return CheckResult(number, code, state, self.subject, sentence)

    def offends(self, state: CheckState, number: int, code: str, sentence: str) -> None:
        """Keep the first offence of a step."""
        self.offences.setdefault(number, self.says(state, number, code, sentence))

    def attests(self, n: int) -> bool:
        """Whether the word of somebody trusted covers event ``n``."""
        return bool(self.voucher) and n < self.attested and not any(n in lines for lines in self.doubtful)


def read_log(files: LogFiles, subject: str, wanted: Wanted, evidence: Container[str]) -> LogView:
    """Read a log once; ``wanted``: lines to keep, by log id; ``evidence``: digests of evidence files at hand."""
    view, data, start = LogView(subject, files), files.log, 0
    if len(data) > LOG_MAX or data.count(b"\n") > LOG_LINES_MAX:
        view.oversize = len(data)
        return view
    reading = _Lines(view, evidence)
    while (end := data.find(b"\n", start)) >= 0:
        line = data[start:end]
        view.leaves.append(leaf_hash(line))
        if 2 not in view.offences:
            reading.take(len(view.leaves) - 1, line, wanted)
        start = end + 1
    view.torn = len(data) - start
    reading.check_items()
    return view


class _Lines:
    """What is remembered from line to line."""

    def __init__(self, view: LogView, evidence: Container[str]) -> None:
        self.view, self.evidence = view, evidence
        self.log, self.day, self.keep, self.changes = "", "", frozenset[int](), 0
        self.items = [bytearray() for _ in range(256)]  # ids (16 bytes each) by their first byte

    def take(self, place: int, line: bytes, wanted: Wanted) -> None:
        """Steps 2 to 7 of one line."""
        view = self.view
        try:
            event = custody_event_read.parse(line)
        except WitnesskitError as error:
            state = UNKNOWN if isinstance(error, NewerFormat) else FAIL
            view.offends(state, 2, error.code, f"event {place}: {error}")
            return
        if place == 0:
            self.log, self.keep = view.log, wanted.get(view.log, frozenset())
            _take_genesis(view, event)
        elif event.log != self.log:
            view.offends(FAIL, 5, "LOGID", f"event {place} belongs to another log")
        if event.n != place:
            view.offends(FAIL, 4, "SEQ", f"event {place} says n = {event.n}")
        if event.t != FIELD_TIME:
            if event.t[:10] < self.day:
                view.offends(WARN, 7, "CLOCK", f"event {place}: the claimed day runs back")
            self.day = event.t[:10]
        self._keep(place, event)

    def _keep(self, place: int, event: Event) -> None:
        view = self.view
        view.unknown.update(event.unknown_names[: UNKNOWN_MAX - len(view.unknown)])
        if event.item:
            view.entered += 1
            view.ingests += event.type == "ingest"
            self.items[int(event.item[:2], 16)] += bytes.fromhex(event.item)
        self.changes += event.type == "key"
        if self.changes > KEY_CHANGES_MAX:
            view.offends(UNKNOWN, 2, "SIZE", f"more than {KEY_CHANGES_MAX} changes of keys")
        elif place == 0 or event.type == "key" or place in self.keep:
            view.events[place] = event
        if event.type == "anchor" and event.x.get("file") in self.evidence:
            view.named.setdefault(event.x["file"], place)

    def check_items(self) -> None:
        """Step 6: an item's id enters a log once."""
        log = self.view.files.log
        for packed in self.items:
            ids = sorted(bytes(packed[at : at + 16]) for at in range(0, len(packed), 16))
            for item in (one for one, following in pairwise(ids) if one == following):
                token = b'"item":"%s"' % item.hex().encode()
                place = log.count(b"\n", 0, log.find(token, log.find(token) + 1))
                self.view.offends(FAIL, 6, "ITEM", f"event {place}: an item enters a second time")


def _take_genesis(view: LogView, event: Event) -> None:
    """Step 3: line 0 names the log and the key that signs it, and they agree."""
    if event.type != "genesis":
        return view.offends(FAIL, 3, "ORIGIN", "the first event is no genesis event")
    try:
        key = parse_verifier_key(event.x["key"])
    except BadKey as error:
        return view.offends(FAIL, 3, "ORIGIN", f"the genesis event: {error}")
    if key.name != event.x["origin"] or not LOG_NAME.fullmatch(key.name):
        return view.offends(FAIL, 3, "ORIGIN", "the genesis event's key bears another name")
    view.keys.append((-1, key))
    view.subject = key.name
    return None


def check_lines(view: LogView) -> Iterator[CheckResult]:
    """Steps 2 to 7, told: what offends, and what is well; unknown types, fields and names are reported."""
    if 2 in view.offences:
        yield view.offences[2]
    if view.oversize:
        yield view.says(UNKNOWN, 2, "SIZE", f"too large to be read: {view.oversize} bytes")
    if view.torn:
        yield view.says(UNKNOWN, 2, "TORN", f"the last line is cut: {view.torn} bytes")
    if not len(view.leaves):
        yield view.says(UNKNOWN, 2, "LINE", "the log holds no event")
    elif 2 not in view.offences:
        yield view.says(OK, 2, "LINE", f"{len(view.leaves)} events are well formed")
    for name in sorted(view.unknown):
        yield view.says(WARN, 2, "UNKNOWN-FIELD", f"not known to this version: {name}")
    for number, (code, sentence) in _WELL.items():
        if number in view.offences or number > 3 or view.keys:
            yield view.offences.get(number) or view.says(OK, number, code, sentence)
