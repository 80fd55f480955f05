"""The finding that each vector must bring, word for word: code and sentence."""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    "ALTERED-capsule": {
        "code": "ALTERED",
        "sentence": "capsule 92a6a63142f0a362ab98626d832f6860: event 2 commits 92a6a63142f0a362ab98626d832f68604f7f2c8bfcc02eef269e0481de463e79, here is ae448ac86c4e8e4dec645729708ef41873ae79c6dff84eff73360989487f08e5",
    },
    "ALTERED-file": {
        "code": "ALTERED",
        "sentence": "file: event 2 commits a8b01c974d7c67d8f165cc3ea2da61a360e2906cb69d9c785105a8c5779810dc, here is ae448ac86c4e8e4dec645729708ef41873ae79c6dff84eff73360989487f08e5",
    },
    "CANON-escape": {"code": "CANON", "sentence": "event 5: a JSON document is not in its one canonical form"},
    "CANON-key-order": {"code": "CANON", "sentence": "event 5: a JSON document is not in its one canonical form"},
    "CANON-space": {"code": "CANON", "sentence": "event 5: a JSON document is not in its one canonical form"},
    "DUPKEY-twice": {"code": "DUPKEY", "sentence": "event 5: a JSON object holds one key twice"},
    "FORK-remade-history": {"code": "FORK", "sentence": "we hold another history of its first 6 events"},
    "FORK-two-copies": {"code": "FORK", "sentence": "two copies of the log tell two histories"},
    "HANDED-no-files": {"code": "HANDED", "sentence": "there is no file"},
    "HANDED-no-logs": {"code": "HANDED", "sentence": "there is no custody log"},
    "ITEM-enters-twice": {"code": "ITEM", "sentence": "event 6: an item enters a second time"},
    "JSON-deep": {
        "code": "JSON",
        "sentence": "event 5: a JSON document is not in the form the specification demands: nested deeper than 4",
    },
    "JSON-null": {
        "code": "JSON",
        "sentence": "event 5: a JSON document is not in the form the specification demands: a value is null or not an integer",
    },
    "LINE-count-of-digests": {
        "code": "LINE",
        "sentence": "event 5: a line of the custody log does not have the form the specification demands: 7 digests, close has 8",
    },
    "LINE-digests-not-sorted": {
        "code": "LINE",
        "sentence": "event 5: a line of the custody log does not have the form the specification demands: its field sd",
    },
    "LINE-second-genesis": {
        "code": "LINE",
        "sentence": "event 5: a line of the custody log does not have the form the specification demands: genesis is line 0, and only line 0 names no log",
    },
    "LOGID-line-of-another-log": {"code": "LOGID", "sentence": "event 5 belongs to another log"},
    "MISSING-capsule": {
        "code": "MISSING",
        "sentence": "capsule 92a6a63142f0a362ab98626d832f6860 92a6a63142f0a362ab98626d832f68604f7f2c8bfcc02eef269e0481de463e79 of event 2 is not here",
    },
    "MISSING-listed": {
        "code": "MISSING",
        "sentence": "file a8b01c974d7c67d8f165cc3ea2da61a360e2906cb69d9c785105a8c5779810dc of event 2 is not here",
    },
    "NEWER-FORMAT-line": {
        "code": "NEWER-FORMAT",
        "sentence": "event 5: this was written by a newer witnesskit: a custody log line of version 2",
    },
    "NFC-decomposed": {
        "code": "NFC",
        "sentence": "event 5: a line of the custody log holds text that is not in normal form C",
    },
    "NOTE-carriage-return": {
        "code": "NOTE",
        "sentence": "a signed note is not in the form the specification demands: a control character",
    },
    "NOTE-extension-line": {
        "code": "NOTE",
        "sentence": "a signed note is not in the form the specification demands: a checkpoint has three lines",
    },
    "NUMBER-float": {
        "code": "NUMBER",
        "sentence": "event 5: a JSON number is not one that every reader understands alike: not an integer",
    },
    "NUMBER-huge": {
        "code": "NUMBER",
        "sentence": "event 5: a JSON number is not one that every reader understands alike: 2**53 or more",
    },
    "OPENING-of-a-log-not-here": {"code": "OPENING", "sentence": "an opening is of a log that is not here"},
    "OPENING-of-another-event": {"code": "OPENING", "sentence": "event 1 does not commit this reason"},
    "OPENING-two-of-one-name": {"code": "OPENING", "sentence": "event 5 has two openings of reason"},
    "OPENING-unreadable": {
        "code": "OPENING",
        "sentence": "event 5 has an opening that cannot be read (not base64url)",
    },
    "OPENING-value-differs": {"code": "OPENING", "sentence": "event 5 does not commit this day"},
    "ORIGIN-checkpoint-of-another-log": {"code": "ORIGIN", "sentence": "a checkpoint is of another log"},
    "RECEIPT-of-another-root": {
        "code": "RECEIPT",
        "sentence": "the first 4 events are not those wk1/desk000000000 received",
    },
    "ROLLBACK-older-bundle": {"code": "ROLLBACK", "sentence": "we saw 6 events before, 5 are here"},
    "ROLLBACK-tail-cut": {"code": "ROLLBACK", "sentence": "we saw 6 events before, 5 are here"},
    "ROOT-event-edited": {"code": "ROOT", "sentence": "the first 6 events are not those signed"},
    "ROOT-removed-and-renumbered": {"code": "ROOT", "sentence": "the first 6 events are not those signed"},
    "SEQ-event-removed": {"code": "SEQ", "sentence": "event 1 says n = 2"},
    "SEQ-events-swapped": {"code": "SEQ", "sentence": "event 1 says n = 2"},
    "SIG-bit-flipped": {"code": "SIG", "sentence": "a signature does not verify"},
    "TAIL-item-in-it": {"code": "TAIL", "sentence": "4 events from event 2 on stand on nobody's word"},
    "TORN-last-line": {"code": "TORN", "sentence": "the last line is cut: 40 bytes"},
    "TRUNCATED-tail-cut": {"code": "TRUNCATED", "sentence": "6 events were signed, 5 are here"},
    "UNLISTED-file": {"code": "UNLISTED", "sentence": "no opened event commits it"},
    "UNSIGNED-no-checkpoint": {"code": "UNSIGNED", "sentence": "no checkpoint signs this log"},
    "UNSIGNED-other-key-of-same-name": {"code": "UNSIGNED", "sentence": "the log's key did not sign it"},
    "UNTRUSTED-empty": {
        "code": "UNTRUSTED",
        "sentence": "its signer is not among the keys given from outside, and no trusted log received it",
    },
    "UNTRUSTED-no-receipt": {
        "code": "UNTRUSTED",
        "sentence": "its signer is not among the keys given from outside, and no trusted log received it",
    },
    "UNTRUSTED-other-key-of-same-name": {
        "code": "UNTRUSTED",
        "sentence": "its signer is not among the keys given from outside, and no trusted log received it",
    },
    "WITHHELD-not-opened": {"code": "WITHHELD", "sentence": "2 items are not opened here"},
    "ok": {"code": "TIME", "sentence": "unproven: no outside timestamp; every day is a signer's claim"},
    "ok-opened-files": {"code": "TIME", "sentence": "unproven: no outside timestamp; every day is a signer's claim"},
    "warning-CLOCK": {"code": "CLOCK", "sentence": "event 5: the claimed day runs back"},
    "warning-TAIL": {"code": "TAIL", "sentence": "1 events from event 6 on stand on nobody's word"},
    "warning-UNKNOWN-FIELD-field": {"code": "UNKNOWN-FIELD", "sentence": "not known to this version: z"},
    "warning-UNKNOWN-FIELD-type": {"code": "UNKNOWN-FIELD", "sentence": "not known to this version: type blessing"},
    "warning-WITHHELD-item-not-here": {
        "code": "WITHHELD",
        "sentence": "event 2 is opened, but not all it commits is here",
    },
}
