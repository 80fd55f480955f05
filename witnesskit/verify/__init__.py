"""Check the chain: numbered checks over bytes that were handed in; no I/O, no writer, no clock."""

from witnesskit.verify.case import AnchorFile, CaseFiles, Expected, Found, LogFiles, Trust
from witnesskit.verify.checks import compare_logs, examine, examine_chain
from witnesskit.verify.proof import examine_proof
from witnesskit.verify.verdict import CheckResult, CheckState, ItemResult, ItemState, State, Thing, Verdict

__all__ = [
    "AnchorFile", "CaseFiles", "CheckResult", "CheckState", "Expected", "Found", "ItemResult", "ItemState",
    "LogFiles", "State", "Thing", "Trust", "Verdict", "compare_logs", "examine", "examine_chain", "examine_proof",
]  # fmt: skip
