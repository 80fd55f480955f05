"""What each check asks, as a question that “yes” answers well; codes are those of docs/spec/custody-log.md."""

from __future__ import annotations

from typing import Final

ANSWERS: Final = {"ok": "yes", "warn": "read this", "unknown": "cannot tell", "fail": "NO"}
_FORM: Final = "Is every entry of the log well formed?"
_SIGNED: Final = "Did the log's own key sign it?"
_WHOLE: Final = "Are the entries all those that were signed?"
_SEEN: Final = "Does the log continue what was seen of it before?"
_FILES: Final = "Is the file the one that the log commits?"
_TIME: Final = "Does somebody outside prove the time?"
_WITNESSED: Final = "Did those sign too who must have seen the log?"

QUESTIONS: Final = {
    "FIXITY": "Are the sealed files as they were sealed?",
    "MEMBERS": "Are all files those of the signed list?",
    "SENDER": "Is the list of files signed by a key that was given from outside?",
    "OWN-KEY": "Was the vault's own key given from outside?",
    "KEYRING": "Does the keyring know of every lost device?",
    "RECEIVED": "Are the bundles of other desks as they came?",
    "NO-OPENINGS": "Is every original tied to an entry?",
    "ANCHORS": "Is every file of evidence one that is known?",
    "HANDED": "Is there a log, and a file to compare with it?",
    **dict.fromkeys(("LINE", "JSON", "DUPKEY", "NUMBER", "CANON", "NFC", "TORN", "SIZE", "NEWER-FORMAT"), _FORM),
    "UNKNOWN-FIELD": "Does this program know everything that is said there?",
    "ORIGIN": "Does the log name itself and its key?",
    "SEQ": "Are the entries numbered without a gap?",
    "LOGID": "Does every entry belong to this log?",
    "ITEM": "Does every item enter the log once?",
    "CLOCK": "Do the claimed days run forward?",
    "ROTATE": "Was each change of the log's key allowed?",
    "NOTE": "Can each signed statement about the log be read?",
    **dict.fromkeys(("UNSIGNED", "SIG"), _SIGNED),
    "OPERATOR": "Did a second person sign too?",
    **dict.fromkeys(("TRUNCATED", "ROOT"), _WHOLE),
    "OPENING": "Is what is disclosed what the log commits?",
    "UNTRUSTED": "Was the signer's key given from outside, not by the files themselves?",
    "KEY-TEXT": "Can the key that was given be read?",
    "RECEIPT": "Does a desk that is trusted confirm these entries?",
    **dict.fromkeys(("FORK", "ROLLBACK"), _SEEN),
    "TAIL": "Does somebody stand for every entry?",
    "REVOKED": "Is it older than the day on which the key may have been stolen?",
    **dict.fromkeys(("FILES", "ALTERED", "MISSING"), _FILES),
    "WITHHELD": "Is every item disclosed here?",
    "DELETED": "Is what is not here recorded as deleted?",
    "UNLISTED": "Does an entry commit this file?",
    "VALUE": "Can what is committed be read?",
    "NOTHING": "Is anything here tied to a word that you trust?",
    **dict.fromkeys(("TIME", "UNANCHORED", "TSA", "OTS", "FUTURE", "TIMEORDER"), _TIME),
    **dict.fromkeys(("WITNESS", "QUORUM"), _WITNESSED),
    "PROOF": "Do the proofs lead to what was signed?",
}


def question(code: str) -> str:
    """The question behind a code; the code itself is shown beside it."""
    return QUESTIONS.get(code, "A check that this version has no words for")
