"""The questions ``verify`` answers, as they are printed: about a case, a file, a proof, two logs, a list."""

from __future__ import annotations

from pathlib import Path

from witnesskit.actions.hash_lists import NOT_KNOWN, check_hash_list, write_hash_list
from witnesskit.actions.known_file import known_file
from witnesskit.actions.verify import Verified, VerifyWish, interval_json, judged, opened_case, shown_id, verified
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.cli.verify_words import interval_lines, next_of, verdict_lines
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import OutputExists
from witnesskit.report.folding import folded


def show_case(output: Output, answer: Answer, wish: VerifyWish, hashes: Path | None, *, show_items: bool) -> None:
    """A vault, a bundle or a bag, and the list of what was hashed if it was asked for."""
    if hashes is not None and (hashes.exists() or hashes.is_symlink()):
        raise OutputExists
    with output.progress("reading") as line:
        case = opened_case(wish, line.update)
        found = verified(judged(case))
    answer.counts = dict(found.counts)
    answer.items = list(found.items)
    tell_verdict(output, answer, found)
    if show_items:
        tell_items(output, found)
    if hashes is not None:
        answer.counts["hashes"] = write_hash_list(case, hashes)
        output.say(f"{answer.counts['hashes']} digests written; `sha256sum -c` reads them in the same folder")


def tell_verdict(output: Output, answer: Answer, found: Verified) -> None:
    """Every finding, the answer, and what is known of the time; the exit status is the answer's."""
    answer.state = found.state
    answer.status = ExitStatus(found.exit_status)
    answer.data["checks"] = [vars(check) for check in found.checks]
    answer.data |= {"since": found.verdict.since, "word_of": list(found.verdict.word_of)}
    answer.data["interval"] = interval_json(found.verdict.interval)
    answer.data["tally"] = vars(found.verdict.tally)
    for check, sentence in folded(found.checks, [check.mark for check in found.checks]):
        about = f"  ({printable(check.about)})" if check.about else ""
        output.data(f"{check.number:>2}  {check.mark:<7} {check.code:<12} {printable(sentence)}{about}")
    output.data(printable(found.sentence))
    for text in verdict_lines(found.verdict):
        output.data("  " + printable(text))
    if next_step := next_of(found.verdict):
        output.say(f"Next: {next_step}")


def tell_items(output: Output, found: Verified) -> None:
    """One line for each item and event, and what is known of its time."""
    for item in found.verdict.items:
        output.data(
            f"item {shown_id(item.item)}  {printable(item.type)}  {item.state}  claimed day: {item.day or 'none'}"
        )
        for text in interval_lines(item.interval):
            output.data("    " + printable(text))


def show_known_file(output: Output, answer: Answer, file: Path, wish: VerifyWish) -> None:
    """Whether a file is one of the case's, behind the answer about the case itself."""
    with output.progress("reading") as line:
        found = known_file(file, wish, line.update)
    tell_verdict(output, answer, found.case)
    answer.status = found.exit_status
    answer.data["file"] = {
        "answer": str(found.kinship),
        "sha256": found.facts.sha256,
        "size": found.facts.size,
        "how": found.sentence,
        "items": [match.short for match in found.matches],
    }
    items = ", ".join(dict.fromkeys(match.short for match in found.matches))
    output.data(f"{printable(file.name)}: {found.kinship}" + (f", item {items}" if items else ""))
    output.data(f"  {found.sentence}")
    if answer.status in (ExitStatus.CHANGED, ExitStatus.CANNOT_TELL) and found.case.exit_status:
        output.data("  this is only as good as the answer about the case above")


def show_hash_list(output: Output, answer: Answer, path: Path, wish: VerifyWish) -> None:
    """Each line of a sha256sum list: an original, a known copy, or not known here."""
    with output.progress("reading") as line:
        found = check_hash_list(path, wish, line.update)
    tell_verdict(output, answer, found.case)
    answer.status = found.exit_status
    answer.counts = dict(found.counts)
    answer.items = [vars(file) for file in found.files]
    for file in found.files:
        output.data(f"{printable(file.name)}: {file.answer}" + (f", item {file.item}" if file.item else ""))
    if found.bad:
        numbers = ", ".join(map(str, found.bad[:20]))
        answer.warn("HASH-LIST-LINES", f"{len(found.bad)} lines are none of a sha256sum list: {numbers}")
    unknown = found.counts.get(NOT_KNOWN, 0)
    output.data(f"{len(found.files) - unknown} of {len(found.files)} files are known here")
