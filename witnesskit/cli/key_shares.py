"""``witnesskit key split`` and ``key join``: a custodian key as shares of several custodians."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, ask, common, read_sheet, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import NeedsAnswer, Usage

if TYPE_CHECKING:
    from witnesskit.actions.custodian_ring import Ring
    from witnesskit.actions.key_shares import Split
    from witnesskit.formats.key_share import Share

_RING = click.option(
    "--ring", default="", help="The ring's public key (age1...) or its thirty digits, in place of --vault."
)


@click.command("split")
@click.option("--need", type=int, default=2, show_default=True, help="How many shares open together.")
@click.option("--of", type=int, default=3, show_default=True, help="How many shares are made.")
@click.option("--custodian-sheet", type=EXISTING_FILE, help="Read the typed custodian sheet from this file.")
@click.option("--out", type=ANY_PATH, help="Write each share into a file of its own in this folder, else show them.")
@_RING
@vault_option
@common
def split(output: Output, answer: Answer, need: int, of: int, **options: Any) -> None:
    """Split a custodian sheet into shares: none opens anything alone.

    On a computer without network. Every way to choose enough shares is joined again and compared before one is shown.
    """
    from witnesskit.actions.custodian_ring import ring_digits
    from witnesskit.actions.key_shares import check_numbers, write_shares
    from witnesskit.actions.key_shares import split as split_sheet

    check_numbers(need, of)
    out = options["out"]
    if out is None:
        _demand_terminal(output, "Where to write the shares")
    ring = _ring(options["ring"], options["vault_path"])
    done = split_sheet(_sheet(options["custodian_sheet"]), ring, need, of)
    if out is not None:
        files = [str(path) for path in write_shares(done, out)]
        answer.data["files"] = files
        output.data("\n".join(files))
    else:
        _show(output, done)
    answer.state = "split"
    answer.counts = {"shares": of, "need": need, "tried": done.ways}
    answer.data |= {"ring": done.ring, "digits": ring_digits(done.ring)}
    output.say(f"{of} shares; each of the {done.ways} ways to choose {need} of them gives the key with the digits")
    output.say(ring_digits(done.ring))
    output.say("Give every custodian one share. Once all of them are on paper, destroy the sheet and the files.")


@click.command("join")
@click.option("--share", "files", type=EXISTING_FILE, multiple=True, help="A share in a file; once for each.")
@click.option("--out", type=ANY_PATH, help="Write the custodian sheet into this new file, else show it.")
@_RING
@vault_option
@common
def join(output: Output, answer: Answer, files: tuple[Path, ...], out: Path | None, **options: Any) -> None:
    """Put a custodian sheet together again from its shares.

    Nothing is shown unless the key is the one of the ring. Where --custodian-sheet is asked for, --custodian-share
    takes the shares themselves, and the sheet is never written.
    """
    from witnesskit.actions.custodian_ring import ring_digits
    from witnesskit.actions.key_shares import join as join_sheet
    from witnesskit.actions.key_shares import shares_of_files, write_sheet

    if out is None:
        _demand_terminal(output, "Where to write the sheet")
    ring = _ring(options["ring"], options["vault_path"])
    shares = shares_of_files(files) if files else _asked_shares()
    done = join_sheet(shares, ring)
    answer.state = "joined"
    answer.counts = {"shares": len(shares)}
    answer.data |= {"ring": done.ring, "digits": ring_digits(done.ring)}
    if out is not None:
        write_sheet(done, out)
        answer.data["file"] = str(out)
        output.data(str(out))
    else:
        output.tell(done.sheet)
        ask("Press Enter when you are done with it; the screen is cleared then", "--out", default="")
        output.clear()
    output.say("This is the custodian sheet of this ring: it opens originals. Destroy it when the work is done.")


def _demand_terminal(output: Output, question: str) -> None:
    """A secret goes to a file that was named or to a person's eyes, never into a pipe by mistake."""
    if not (output.terminal and sys.stdin.isatty()):
        raise NeedsAnswer(f"{question} (flag: --out)")


def _ring(typed: str, vault_path: Path | None) -> Ring:
    """From the option, else a desk's vault, else asked."""
    from witnesskit.actions.custodian_ring import ring_of_desk, typed_ring
    from witnesskit.actions.opening import find_vault
    from witnesskit.errors.vault import NoVault

    if typed and vault_path:
        raise Usage("give --ring or --vault, not both")
    if typed:
        return typed_ring(typed)
    try:
        return ring_of_desk(find_vault(vault_path))
    except NoVault:
        if vault_path is not None:
            raise
        return typed_ring(ask("The ring's public key (age1...) or its thirty digits", "--ring or --vault"))


def _sheet(file: Path | None) -> str:
    question, flag = "Type the custodian sheet, from paper (it is not shown)", "--custodian-sheet"
    return read_sheet(question, file, flag) if file else ask(question, flag, hidden=True)


def _asked_shares() -> tuple[Share, ...]:
    """As many as the first one says, typed by each custodian without echo."""
    from witnesskit.formats.key_share import parse_share

    shares: list[Share] = []
    while not shares or len(shares) < shares[0].need:
        number = len(shares) + 1
        typed = ask(f"Share {number}, its words in one line (they are not shown)", "--share", hidden=True)
        shares.append(parse_share(typed, f"share {number}"))
    return tuple(shares)


def _show(output: Output, done: Split) -> None:
    """One at a time; each goes from the screen before the next comes."""
    for number, text in enumerate(done.texts, 1):
        ask(f"Press Enter when only custodian {number} sees this screen", "--out", default="")
        output.clear()
        output.tell(text)
        ask("Press Enter when it is on paper; the screen is cleared then", "--out", default="")
        output.clear()
