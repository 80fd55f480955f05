"""``verify`` of a proof file and of two copies of a log, as it is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from witnesskit.actions.proof_file import ProofAnswer, verify_proof
from witnesskit.actions.two_logs import compare
from witnesskit.actions.verify import VerifyWish
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.cli.verify_modes import tell_verdict
from witnesskit.verify import State


def show_proof(output: Output, answer: Answer, proof: Path, file: Path | None, wish: VerifyWish) -> None:
    """What one line says, field by field, and what of it stays shut."""
    found = verify_proof(proof, file, wish.outside())
    tell_verdict(output, answer, found.answer)
    answer.data["proof"] = {"event": found.event, "fields": dict(found.fields), "shut": found.shut}
    for line in _field_lines(found, file):
        output.data(line)


def show_two_logs(output: Output, answer: Answer, wish: VerifyWish, other: Path) -> None:
    """The same, one continues the other, two histories, or not the same log."""
    with output.progress("reading") as line:
        found = compare(wish, other, line.update)
    answer.status = found.exit_status
    answer.data["checks"] = [vars(check) for check in found.checks]
    for check in found.checks:
        output.data(f"{check.state!s:<7} {check.code:<12} {printable(check.sentence)}  ({printable(check.subject)})")


def _field_lines(found: ProofAnswer, file: Path | None) -> list[str]:
    proven = found.answer.verdict.state is State.UNCHANGED
    word = "proven" if proven else "said, not proven"
    lines = [f"{printable(name)}: {_value(value)}  ({word})" for name, value in sorted(found.fields.items())]
    if file is not None and proven:
        lines.append(f"{printable(file.name)} is the file that this {printable(found.event)} event commits")
    if found.event:
        lines.append(f"the other {found.shut} digests of this line are withheld or empty, nobody can tell which")
    return lines


def _value(value: Any) -> str:
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))
