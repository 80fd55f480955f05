"""``witnesskit doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus


@click.command()
@click.option("--validate", is_flag=True, help="Run the shipped vectors through this program's verifier.")
@passphrase_option
@vault_option
@common
def command(output: Output, answer: Answer, *, validate: bool, **options: Any) -> None:
    """Look whether this installation and this vault are sound.

    Nothing is sent anywhere. Ends with 6 if something is bad. With --validate: 1 if this program does not answer as
    its vectors say; a desk asks for its passphrase and logs the result.
    """
    if validate:
        _validate(output, answer, options["vault_path"], options["passphrase_file"])
        return
    from witnesskit.actions.doctor import doctor

    file = options["passphrase_file"]
    found = doctor(options["vault_path"], read_secret("Passphrase", file, "--passphrase-file") if file else "")
    states = [one.state for one in found]
    answer.data["checks"] = [vars(one) for one in found]
    answer.counts = {state: states.count(state) for state in ("ok", "look", "bad")}
    answer.state = next(state for state in ("bad", "look", "ok") if state in states)
    answer.status = ExitStatus.INCOMPLETE if answer.state == "bad" else ExitStatus.DONE
    for one in found:
        output.data(f"{one.state:<5} {one.name:<17} {printable(one.sentence)}")
        if one.next:
            output.data(f"{'':<5} {'':<17} next: {printable(one.next)}")


def _validate(output: Output, answer: Answer, vault_path: Path | None, passphrase_file: Path | None) -> None:
    from witnesskit.actions.validate import desk_here, validate_and_log

    desk = desk_here(vault_path)
    passphrase = read_secret("Passphrase", passphrase_file, "--passphrase-file") if desk else ""
    done = validate_and_log(desk, passphrase)
    answer.counts = {"vectors": done.total, "passed": done.passed}
    answer.state = "passed" if done.trusted else "failed"
    answer.data |= {"day": done.day, "problems": list(done.problems), "logged": done.logged}
    answer.data["not_run"] = list(done.left_out)
    output.data(printable(done.sentence))
    if done.not_run:
        output.data(printable(done.not_run))
    for name in done.problems:
        output.data(f"  {printable(name)}")
    done.require()
