"""Every case that the design of the custody log lists is a vector with the code that it demands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.verify import cases

PROOFS = Path(cases.FOLDER).parent / "tlog_proof"

CASES = {
    "1 one media byte changed": ("ALTERED-file", "ALTERED"),
    "2 file gone, no delete event": ("MISSING-capsule", "MISSING"),
    "3 event edited": ("ROOT-event-edited", "ROOT"),
    "4 removed and renumbered": ("ROOT-removed-and-renumbered", "ROOT"),
    "5 event removed": ("SEQ-event-removed", "SEQ"),
    "6 two swapped": ("SEQ-events-swapped", "SEQ"),
    "7 everything signed again, witness kept": ("SIG-witness-after-remaking", "SIG"),
    "8 the same, evidence dropped": ("QUORUM-evidence-dropped", "QUORUM"),
    "9 the same, receiver remembers": ("FORK-remade-history", "FORK"),
    "10 tail and checkpoints cut": ("ROLLBACK-tail-cut", "ROLLBACK"),
    "11 tail cut, checkpoint kept": ("TRUNCATED-tail-cut", "TRUNCATED"),
    "12 torn last line": ("TORN-last-line", "TORN"),
    "13 duplicate key": ("DUPKEY-twice", "DUPKEY"),
    "14 1.0": ("NUMBER-float", "NUMBER"),
    "15 2**53": ("NUMBER-huge", "NUMBER"),
    "16 decomposed text": ("NFC-decomposed", "NFC"),
    "17a spaces": ("CANON-space", "CANON"),
    "17b key order": ("CANON-key-order", "CANON"),
    "18 unknown signer": ("UNTRUSTED-empty", "UNTRUSTED"),
    "19 other key of same name": ("UNSIGNED-other-key-of-same-name", "UNSIGNED"),
    "20 bit flipped": ("SIG-bit-flipped", "SIG"),
    "21 checkpoint of another log": ("ORIGIN-checkpoint-of-another-log", "ORIGIN"),
    "22 line of another log": ("LOGID-line-of-another-log", "LOGID"),
    "23 stamp of another checkpoint": ("warning-TSA-other-checkpoint", "TSA"),
    "24 self-made authority": ("warning-TSA-own-root-in-it", "TSA"),
    "25 unknown witness": ("warning-WITNESS-unknown", "WITNESS"),
    "26 time moved back": ("SIG-witness-time-moved-back", "SIG"),
    "27 time in the future": ("FUTURE-witness", "FUTURE"),
    "28 stamp older than one inside": ("TIMEORDER-stamp-older-than-one-inside", "TIMEORDER"),
    "29 opened value differs": ("OPENING-value-differs", "OPENING"),
    "30 opening moved": ("OPENING-of-another-event", "OPENING"),
    "31 thief rotates": ("ROTATE-without-the-recovery-key", "ROTATE"),
    "32 old key after rotation": ("UNSIGNED-old-key-after-rotation", "UNSIGNED"),
    "33 rotation": ("ok-rotation", ""),
    "34 back-dated, key revoked later": ("REVOKED-not-anchored", "REVOKED"),
    "35 receipt": ("ok-receipt-of-another-desk", ""),
    "36 receipt of another root": ("RECEIPT-another-root-in-a-proof", "RECEIPT"),
    "37 receipt edited": ("PROOF-receipt-edited", "PROOF"),
    "38 receipt by nobody trusted": ("warning-RECEIPT-by-nobody-trusted", "RECEIPT"),
    "39 recorded deletion": ("ok-deletion-recorded", ""),
    "40 clock runs back": ("warning-CLOCK", "CLOCK"),
    "41 unsigned tail": ("warning-TAIL-and-UNANCHORED", "TAIL"),
    "42 item enters twice": ("ITEM-enters-twice", "ITEM"),
    "43 carriage return in a note": ("NOTE-carriage-return", "NOTE"),
    "44 60,000 brackets": ("JSON-deep", "JSON"),
    "45 honest": ("ok", ""),
    "SHA-1 imprint": ("warning-TSA-sha1", "TSA"),
    "chain expired at the stamp's time": ("warning-TSA-chain-expired", "TSA"),
    "two openings of one name": ("OPENING-two-of-one-name", "OPENING"),
    "101 signature lines": ("NOTE-too-many-signatures", "NOTE"),
    "dots in a name": ("warning-WITNESS-name-with-dots", "WITNESS"),
    "one witness signs twice": ("QUORUM-one-witness-twice", "QUORUM"),
    "distinct witnesses": ("ok-quorum", ""),
    "two authorities": ("ok-two-authorities", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_a_vector_with_its_code(case):
    name, code = CASES[case]
    expect = cases.load(name)["expect"]
    assert (code in expect["codes"]) if code else (expect["state"], expect["codes"]) == ("UNCHANGED", [])


def test_a_proof_of_another_size_is_a_vector():
    vector = json.loads((PROOFS / "PROOF-checkpoint-of-other-size.json").read_text(encoding="utf-8"))
    assert vector["expect"]["codes"] == ["PROOF"]


def test_the_range_without_a_time_is_told():
    finding = cases.load("warning-TAIL-and-UNANCHORED")["expect"]["finding"]
    assert finding == {"code": "UNANCHORED", "sentence": "events from 4 to 5 have no time from outside"}
