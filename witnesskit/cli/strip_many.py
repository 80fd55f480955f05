"""``witnesskit strip`` for folders and for several files: one line and one outcome for each, counts that add up."""

from __future__ import annotations

from witnesskit.actions.strip_folder import Tally, Wanted, by_code, files_in, prepare_out, strip_folder
from witnesskit.actions.strip_group import Stripped
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.strip_words import LOSSLESS, STAYS
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus


def strip_many(output: Output, answer: Answer, wanted: Wanted) -> None:
    """Strip what is wanted, tell each outcome as it is ready, and close with counts and status."""
    files = files_in(wanted.paths)
    if wanted.out is not None:
        prepare_out(wanted.paths, wanted.out)
    tally = Tally(len(files))
    try:
        with output.progress("stripping") as line:
            for done in strip_folder(wanted, files, lambda _: None):
                tally.add(done)
                _one(output, answer, done)
                line.count(tally.done, tally.files)
    finally:
        _close(output, answer, tally, dry=wanted.out is None)


def _one(output: Output, answer: Answer, done: Stripped) -> None:
    answer.items.append({"file": str(done.path), "copy": done.out.name if done.out else "", **done.facts()})
    name = printable(done.path.name)
    if done.refusal:
        output.data(f"refused  {name}: {printable(str(done.refusal))}")
        return
    word = "again" if done.again else "clean" if done.out else "would go"
    output.data(
        f"{word:8} {name} -> {done.out.name if done.out else 'nothing written'}  {done.removed} parts removed"
    )
    for kept in done.kept:
        output.data(f"         {printable(kept)}")


def _close(output: Output, answer: Answer, tally: Tally, *, dry: bool) -> None:
    left = tally.files - tally.done
    counts = [*by_code(tally.counts), *([("not reached", left)] if left else [])]
    answer.counts = {"files": tally.files, **dict(counts)}
    answer.status = _status(tally)
    output.tell(
        f"{tally.files} files: {', '.join(f'{count} {name}' for name, count in counts) or 'nothing to strip'}"
    )
    if dry:
        output.say("A dry run: nothing was written, and no copy was inspected.")
    elif tally.clean:
        output.say(STAYS)
        output.say(LOSSLESS)


def _status(tally: Tally) -> ExitStatus:
    if tally.clean == tally.files:
        return ExitStatus.DONE
    return ExitStatus.PARTIAL if tally.clean else ExitStatus.REFUSED
