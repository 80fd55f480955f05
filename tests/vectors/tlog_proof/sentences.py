"""What must be said of each vector, word for word: one finding, and the answer."""

from __future__ import annotations

from typing import Any

SENTENCES: dict[str, dict[str, Any]] = {
    'ALTERED-file': {'finding': {'code': 'ALTERED', 'sentence': 'event 2 commits other files than this one'}, 'answer': 'CHANGED'},
    'DUPKEY-line': {'finding': {'code': 'DUPKEY', 'sentence': 'a JSON object holds one key twice'}, 'answer': 'CHANGED'},
    'FUTURE-witness': {'finding': {'code': 'FUTURE', 'sentence': 'witness north tells a time in the future: it does not count'}, 'answer': 'CANNOT TELL'},
    'NEWER-FORMAT-line': {'finding': {'code': 'NEWER-FORMAT', 'sentence': 'this was written by a newer witnesskit: a custody log line of version 2'}, 'answer': 'CANNOT TELL'},
    'NOTE-extension-line': {'finding': {'code': 'NOTE', 'sentence': 'a signed note is not in the form the specification demands: a checkpoint has three lines'}, 'answer': 'CANNOT TELL'},
    'NOTHING-no-digest-opened': {'finding': {'code': 'NOTHING', 'sentence': 'no digest of a file is opened in event 2'}, 'answer': 'CANNOT TELL'},
    'OPENING-twice': {'finding': {'code': 'OPENING', 'sentence': 'event 2 has two openings of day'}, 'answer': 'CHANGED'},
    'OPENING-unreadable': {'finding': {'code': 'OPENING', 'sentence': 'event 2 has an opening that cannot be read (not base64url)'}, 'answer': 'CHANGED'},
    'OPENING-value-differs': {'finding': {'code': 'OPENING', 'sentence': 'event 2 does not commit this day'}, 'answer': 'CHANGED'},
    'PROOF-FILE-extra-member': {'finding': {'code': 'PROOF-FILE', 'sentence': 'a proof file does not have the form the specification demands: what it brings along'}, 'answer': 'CANNOT TELL'},
    'PROOF-FILE-index-with-zeroes': {'finding': {'code': 'PROOF-FILE', 'sentence': 'a proof file does not have the form the specification demands: its first lines'}, 'answer': 'CANNOT TELL'},
    'PROOF-FILE-loose-base64': {'finding': {'code': 'PROOF-FILE', 'sentence': 'a proof file does not have the form the specification demands: base64'}, 'answer': 'CANNOT TELL'},
    'PROOF-FILE-other-first-line': {'finding': {'code': 'PROOF-FILE', 'sentence': 'a proof file does not have the form the specification demands: its first lines'}, 'answer': 'CANNOT TELL'},
    'PROOF-FILE-short-hash': {'finding': {'code': 'PROOF-FILE', 'sentence': 'a proof file does not have the form the specification demands: a hash'}, 'answer': 'CANNOT TELL'},
    'PROOF-FILE-without-extra': {'finding': {'code': 'PROOF-FILE', 'sentence': 'a proof file does not have the form the specification demands: its first lines'}, 'answer': 'CANNOT TELL'},
    'PROOF-checkpoint-of-other-size': {'finding': {'code': 'PROOF', 'sentence': 'a proof does not lead from these events to the signed root: the proof has the wrong length'}, 'answer': 'CHANGED'},
    'PROOF-hash-added': {'finding': {'code': 'PROOF', 'sentence': 'a proof does not lead from these events to the signed root: the proof has the wrong length'}, 'answer': 'CHANGED'},
    'PROOF-hash-dropped': {'finding': {'code': 'PROOF', 'sentence': 'a proof does not lead from these events to the signed root: the proof has the wrong length'}, 'answer': 'CHANGED'},
    'PROOF-hashes-swapped': {'finding': {'code': 'PROOF', 'sentence': 'a proof does not lead from these events to the signed root: the leaf is not under this root'}, 'answer': 'CHANGED'},
    'PROOF-line-behind-the-checkpoint': {'finding': {'code': 'PROOF', 'sentence': 'a proof does not lead from these events to the signed root: no such leaf'}, 'answer': 'CHANGED'},
    'PROOF-line-edited': {'finding': {'code': 'PROOF', 'sentence': 'a proof does not lead from these events to the signed root: the leaf is not under this root'}, 'answer': 'CHANGED'},
    'QUORUM-one-of-two': {'finding': {'code': 'QUORUM', 'sentence': 'no checkpoint here was cosigned by the quorum of witnesses'}, 'answer': 'CANNOT TELL'},
    'SEQ-other-index': {'finding': {'code': 'SEQ', 'sentence': 'event 1 says n = 2'}, 'answer': 'CHANGED'},
    'SIG-bit-flipped': {'finding': {'code': 'SIG', 'sentence': 'a signature does not verify'}, 'answer': 'CHANGED'},
    'SIG-witness-time-moved': {'finding': {'code': 'SIG', 'sentence': 'the signature of witness north does not verify'}, 'answer': 'CHANGED'},
    'UNSIGNED-second-key': {'finding': {'code': 'UNSIGNED', 'sentence': "the log's second key did not sign it"}, 'answer': 'CANNOT TELL'},
    'UNTRUSTED-no-key': {'finding': {'code': 'UNTRUSTED', 'sentence': 'its signer is not among the keys given from outside'}, 'answer': 'CANNOT TELL'},
    'UNTRUSTED-other-key-of-same-name': {'finding': {'code': 'UNTRUSTED', 'sentence': 'its signer is not among the keys given from outside'}, 'answer': 'CANNOT TELL'},
    'ok': {'finding': {'code': 'TIME', 'sentence': "unproven: no outside timestamp; every day is a signer's claim"}, 'answer': "UNCHANGED since 2026-11-23, on the word of wk1/desk000000000; one party's word, time unproven"},
    'ok-line-alone': {'finding': {'code': 'TIME', 'sentence': "unproven: no outside timestamp; every day is a signer's claim"}, 'answer': "UNCHANGED since 2026-11-23, on the word of wk1/desk000000000; one party's word, time unproven"},
    'ok-one-line-in-the-log': {'finding': {'code': 'TIME', 'sentence': "unproven: no outside timestamp; every day is a signer's claim"}, 'answer': "UNCHANGED since 2026-11-23, on the word of wk1/desk000000000; one party's word, time unproven"},
    'ok-two-witnesses': {'finding': {'code': 'TIME', 'sentence': 'not after 2026-11-23T13:00:00Z, on the word of witness north and witness south'}, 'answer': 'UNCHANGED since 2026-11-23, on the word of wk1/desk000000000, witness north, witness south'},
    'warning-UNKNOWN-FIELD-line': {'finding': {'code': 'UNKNOWN-FIELD', 'sentence': 'not known to this version: z'}, 'answer': "UNCHANGED since 2026-11-23, on the word of wk1/desk000000000; one party's word, time unproven"},
}
