"""``witnesskit demo``."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import click

from witnesskit.cli.options import ANY_PATH, common
from witnesskit.cli.output import Answer, Output, table


@click.command()
@click.argument("folder", type=ANY_PATH, required=False)
@click.option("--server", is_flag=True, help="Serve every fault of a site on loopback instead, for any tool.")
@click.option("--port", type=click.IntRange(0, 65535), help="Of the server; 0 or none is any that is free.")
@click.option("--seconds", type=click.FloatRange(min=0), help="End the server after so long; else Ctrl-C ends it.")
@common
def command(
    output: Output, answer: Answer, folder: Path | None, *, server: bool, port: int | None, seconds: float | None
) -> None:
    """Play the whole story on this computer.

    A desk, a field laptop and a site on this computer's own loopback address; no outside network. Leaves FOLDER to
    look at, with HOW-TO-CHECK.txt. Refuses beside a field vault.

    With --server and no FOLDER: a site with every fault that a takedown shows, to try any tool against. Prints each
    case with its address and what has to come of it; / lists them too, /log.json tells what was asked.
    """
    if server:
        if folder is not None:
            raise click.UsageError("--server takes no FOLDER")
        _serve(output, answer, port or 0, seconds)
        return
    if folder is None:
        raise click.UsageError("a FOLDER is needed, or --server")
    if port is not None or seconds is not None:
        raise click.UsageError("--port and --seconds are for --server")
    from witnesskit.actions.demo import play

    answer.state = play(folder, output.say)
    output.data(str(folder / "HOW-TO-CHECK.txt"))


def _serve(output: Output, answer: Answer, port: int, seconds: float | None) -> None:
    """Until the time is over or Ctrl-C; what is printed under ``--json`` names the cases either way."""
    from witnesskit.actions.fault_server import serving

    with serving(port) as running:
        answer.state = "served"
        answer.data = {"bases": dict(running.bases), "cases": list(running.cases)}
        rows = [[str(one[name]) for name in ("name", "url", "outcome", "kept")] for one in running.cases]
        for line in table([["CASE", "URL", "OUTCOME", "KEPT"], *rows]):
            output.data(line)
        for line in _told(running.bases):
            output.say(line)
        try:
            threading.Event().wait(seconds)
        finally:
            answer.counts = {"cases": len(running.cases), "requests": running.asked}


def _told(bases: Mapping[str, str]) -> list[str]:
    untrusted = ", ".join(bases[name] for name in ("tls-unknown", "tls-expired", "tls-wrong-host"))
    return [
        f"Serving {bases['http']}/ on this computer only; Ctrl-C ends it.",
        f"Certificates that nobody vouches for: {untrusted}",
        f"The SOCKS trap: {bases['trap']}, for every address of a name that ends in .invalid",
        f"POST {bases['http']}/reset before a second run.",
    ]
