"""Step 14: what others say about the checkpoints of a trusted log (docs/spec/anchor.md).

Nothing is believed because of a file: roots, witnesses and logs were given from outside.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from witnesskit.custody_limits import ANCHORS_MAX
from witnesskit.errors.formats import BadNote
from witnesskit.errors.verify import BadTlogProof, BadToken
from witnesskit.formats.anchor import AnchorName, parse_anchor_name
from witnesskit.formats.cosignature_read import cosigned_by
from witnesskit.formats.tlog_proof_read import parse_proof
from witnesskit.keys import LOG_NAME, VerifierKey
from witnesskit.verify.case import AnchorFile, Trust
from witnesskit.verify.checkpoints import ABSENT, BAD, Signed, read_signed
from witnesskit.verify.log_view import Evidence, LogView
from witnesskit.verify.proven_line import ProvenLine
from witnesskit.verify.trust import Receipt
from witnesskit.verify.verdict import FAIL, OK, TIME_MAX, UNKNOWN, WARN, CheckResult, first, time_text

_FUTURE = 86_400  # seconds that a time may be ahead of the verifier's clock
_APART = 300  # seconds that two authorities' clocks may differ


def join_authorities(views: Sequence[LogView]) -> None:
    """Authorities between whose timestamps a key or a root is shared are one: its word counts once."""
    joined: dict[str, str] = {}
    for tie in (tie for view in views for tie in view.ties):
        known = {joined.get(name, name) for name in tie}
        joined |= dict.fromkeys((*tie, *(name for name, other in joined.items() if other in known)), min(known))
    for view in views:
        view.evidence = [one._replace(authority=joined.get(one.authority, one.authority)) for one in view.evidence]


class Hearing:
    """The evidence about one log while it is heard; ``signed`` are its checkpoints that hold."""

    def __init__(self, view: LogView, signed: Sequence[Signed], trust: Trust, keys: Collection[VerifierKey]) -> None:
        """Nobody was heard yet."""
        self.view, self.signed, self.trust, self.keys = view, signed, trust, keys
        self.by_size: dict[int, list[Signed]] = {}
        for one in signed:
            self.by_size.setdefault(one.checkpoint.size, []).append(one)
        self.cosigners: dict[int, set[str]] = {}  # names of witnesses by the checkpoint's size
        # a key of the log, its desk's witness key, or an operator's, is no second party as a witness
        inside = [key for key in keys if key.name == view.origin or not LOG_NAME.fullmatch(key.name)]
        own = {f"{view.origin}/witness", *(key.public for key in (*inside, *(key for _, key in view.keys)))}
        self.named = {name: key for name, key in trust.policy.witnesses.items() if not own & {key.name, key.public}}

    def check(self) -> Iterator[CheckResult]:
        """Step 14; fills the log's ``evidence`` and ``parties``, and bounds ``attested`` by the quorum."""
        for one in self.signed:
            yield from self.witnesses(one, None)
        for file in self.view.files.anchors[:ANCHORS_MAX]:
            name = parse_anchor_name(file.name)
            if name is None:
                yield self.view.says(WARN, 14, "WITNESS", "evidence under a name that is not allowed: not read")
            elif name.ending == "cosig":
                yield from self._cosignature(file)
            elif name.ending == "proof":
                yield from self._receipt(file)
            else:
                yield from self._stamp(file, name)
        if len(self.view.files.anchors) > ANCHORS_MAX:
            yield self.view.says(WARN, 14, "WITNESS", f"only {ANCHORS_MAX} files of evidence were looked at")
        yield from self._order()
        yield from self._quorum()

    def witnesses(self, one: Signed, file: AnchorFile | None) -> Iterator[CheckResult]:
        """The cosignatures of one note; ``file``: where it lay, None for the checkpoint's own."""
        size, told = one.checkpoint.size, False
        for name, key in self.named.items():
            state, time = cosigned_by(one.note, one.checkpoint, key)
            if state is ABSENT or (state is not BAD and not self._known(one) and not self._forked(one)):
                continue
            told = True
            if state is BAD:
                yield self.view.says(FAIL, 14, "SIG", f"the signature of witness {name} does not verify")
            elif not self._known(one):
                yield self.view.says(FAIL, 14, "FORK", f"witness {name} saw another history of {first(size)}")
            else:
                self.cosigners.setdefault(size, set()).add(name)
                self.view.parties.append((size, f"witness {name}"))
                yield self._hear("WITNESS", size, time, f"witness {name}", file)
        if file and not told:
            sentence = "a cosignature is of no checkpoint here, or by nobody who was named from outside"
            yield self.view.says(WARN, 14, "WITNESS", sentence)

    def _known(self, one: Signed) -> bool:
        return any(one.checkpoint == other.checkpoint for other in self.by_size.get(one.checkpoint.size, ())[:1])

    def _forked(self, one: Signed) -> bool:
        leaves, told = self.view.leaves, one.checkpoint
        return told.origin == self.view.origin and told.size <= len(leaves) and leaves.root(told.size) != told.root

    def _hear(self, code: str, size: int, time: int, authority: str, file: AnchorFile | None) -> CheckResult:
        if time > (min(self.trust.now + _FUTURE, TIME_MAX) if self.trust.now else TIME_MAX):
            return self.view.says(UNKNOWN, 14, "FUTURE", f"{authority} tells a time in the future: it does not count")
        if not time:
            return self.view.says(OK, 14, code, f"{authority} saw {first(size)}, and tells no time")
        named = self.view.named.get(hashlib.sha256(file.data).hexdigest()) if file else None
        self.view.evidence.append(Evidence(size, time, authority, named))
        return self.view.says(OK, 14, code, f"{authority} saw {first(size)} at {time_text(time)}")

    def _cosignature(self, file: AnchorFile) -> Iterator[CheckResult]:
        try:
            one = read_signed(file.data)
        except BadNote as error:
            yield self.view.says(WARN, 14, "WITNESS", str(error))
        else:
            yield from self.witnesses(one, file)

    def _stamp(self, file: AnchorFile, name: AnchorName) -> Iterator[CheckResult]:
        code, problem = {"tsr": "TSA", "ots": "OTS"}[name.ending], "it is about no checkpoint here"
        held = self.by_size.get(name.size, [])
        try:
            for one in [one for one in held if one.digest in file.data][:1] or held[:1]:
                authority, time = self._told(file, name.ending, one.data)
                yield self._hear(code, name.size, time, authority, file)
                return
        except BadToken as error:
            problem = error.detail
        yield self.view.says(WARN, 14, code, f"{name.text} does not count: {problem}")

    def _told(self, file: AnchorFile, ending: str, note: bytes) -> tuple[str, int]:
        """Who tells the time of a note, and which time; raises BadToken. Who trusts no authority needs no library."""
        problem, told = BadToken("no authority was named from outside"), dict[str, int]()
        if ending == "ots" and self.trust.headers:
            from witnesskit.verify.bitcoin import block_time

            return "bitcoin", block_time(file.data, note, self.trust.headers)
        for name, pem in sorted(self.trust.roots.items()) if ending == "tsr" else ():
            from witnesskit.formats.timestamp_token import checked

            try:
                token = checked(file.data, note, pem, self.trust.intermediates)
            except BadToken as error:
                problem = error
            else:
                told[f"time authority {name}"], above = token.time, ("~" + key for key in token.keys)
        if not told:
            raise problem
        self.view.ties.append({*told, *above})
        return min(told.items())

    def _receipt(self, file: AnchorFile) -> Iterator[CheckResult]:
        try:
            line = ProvenLine(parse_proof(file.data), self.keys)
        except BadTlogProof as error:
            yield self.view.says(WARN, 14, "RECEIPT", str(error))
            return
        bad = [check for check in line.checks if check.state in (FAIL, UNKNOWN)]
        lies = [check for check in bad if check.code in ("PROOF", "SIG", "OPENING")]
        receipt = Receipt.of(line.entry, line.view.origin) if line.entry else None
        if lies:
            code = "SIG" if lies[0].code == "SIG" else "PROOF"
            yield self.view.says(FAIL, 14, code, f"a receipt of {line.view.subject}: {lies[0].sentence}")
        elif bad:
            yield self.view.says(WARN, 14, "RECEIPT", f"a receipt does not count: {bad[0].sentence}")
        elif receipt is None or receipt.voucher == self.view.origin or not receipt.about(self.view):
            yield self.view.says(WARN, 14, "RECEIPT", "a receipt is not about this log")
        else:
            yield (result := receipt.check(self.view, 14))
            if result.state is OK:
                self.view.parties.append((receipt.size, receipt.voucher))

    def _order(self) -> Iterator[CheckResult]:
        """What a checkpoint already names cannot be younger than the word about that checkpoint."""
        named = sorted((one.named, one.time) for one in self.view.evidence if one.named is not None)
        latest = list(accumulate((time for _, time in named), max))  # of what is named up to there
        kept = []
        for one in self.view.evidence:
            inside = bisect_left(named, (one.size,))  # how many are named before that size
            if inside and one.time < latest[inside - 1] - _APART:
                told = f"{one.authority} tells {time_text(one.time)} of events that already name evidence of "
                yield self.view.says(UNKNOWN, 14, "TIMEORDER", told + time_text(latest[inside - 1]))
            else:
                kept.append(one)
        self.view.evidence = kept

    def _quorum(self) -> Iterator[CheckResult]:
        policy = self.trust.policy
        if policy.quorum == "none":
            return
        met = {size for size in self.by_size if policy.met_by(self.cosigners.get(size, set()))}
        self.view.attested = max(met, default=0)
        if met:
            yield self.view.says(OK, 14, "QUORUM", f"the quorum of witnesses cosigned {first(self.view.attested)}")
        else:
            yield self.view.says(UNKNOWN, 14, "QUORUM", "no checkpoint here was cosigned by the quorum of witnesses")
