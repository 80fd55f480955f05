"""``witnesskit risk``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import EXISTING_FILE, common, passphrase_option, vault_option, vault_passphrase
from witnesskit.cli.output import Answer, Output, table
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import FileUnreadable, Usage
from witnesskit.formats.countries import name_of
from witnesskit.formats.probability import FRACTION, PERCENT, text_of
from witnesskit.formats.risk_table import COLUMNS, KINDS, Filled
from witnesskit.limits import TABLE_MAX

if TYPE_CHECKING:
    from witnesskit.actions.risk_average import Average
    from witnesskit.actions.risk_score import Score
    from witnesskit.vault.layout import Vault


@click.group()
def command() -> None:
    """Keep forecasts of violence by country, for triage, and score them."""


@command.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option("--source", default="", help="Who made the forecasts, where the table has no column for it.")
@click.option("--as-of", default="", help="YYYY-MM-DD: the day up to which the source knew the facts.")
@click.option("--definition", default="", help="What the source forecasts, in its own words.")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="A new episode, or one that goes on.")
@click.option("--unit", type=click.Choice((FRACTION, PERCENT)), default=None, help="What the probabilities are.")
@click.option("--map", "maps", multiple=True, metavar="NAME=COLUMN", help="Which column of the table is which.")
@passphrase_option
@vault_option
@common
def import_(output: Output, answer: Answer, file: Path, maps: tuple[str, ...], **options: Any) -> None:
    """Take in a table of forecasts as a new dated version; older ones are kept.

    FILE is a CSV table with the columns country, probability, as_of, source, definition and kind.
    """
    from witnesskit.actions.risk import import_table

    said = {name: options[name] or "" for name in ("as_of", "source", "definition", "kind", "unit")}
    filled = Filled(**said, columns=_columns(maps))
    vault, passphrase = _opened(options)
    done = import_table(vault, passphrase, _read(file), filled)
    version, highest = done.version, done.highest
    answer.state = "known" if done.known else "imported"
    answer.counts = {"forecasts": len(version.forecasts), "new": 0 if done.known else len(version.forecasts)}
    answer.data |= {"version": version.number, "unit": version.unit}
    if done.known:
        output.data(f"nothing new: version {version.number} says the same")
    else:
        output.data(f"version {version.number}: {len(version.forecasts)} forecasts")
    output.say(
        f"The numbers were read as {'per cent' if version.unit == PERCENT else 'parts of one'}; "
        f"the highest is {name_of(highest.country)}, {text_of(highest.probability)}."
    )


@command.command("show")
@click.argument("country", required=False, default="")
@passphrase_option
@vault_option
@common
def show(output: Output, answer: Answer, country: str, **options: Any) -> None:
    """Show what is in force: the average of the sources for each country, and what it stands on.

    COUNTRY is an ISO 3166 code or an English name.
    """
    from witnesskit.actions.risk import show as look
    from witnesskit.actions.risk_average import combination

    vault, passphrase = _opened(options)
    shown = look(vault, passphrase, country)
    answer.counts = {"averages": len(shown.averages), "versions": len(shown.versions)}
    answer.items = [_facts(one) for one in shown.averages]
    if not shown.averages:
        output.say("No forecast is in force here.")
    ordered = sorted(shown.averages, key=lambda one: (-one.probability, one.country, one.kind))
    for line in table([_row(one) for one in ordered]) if not country else []:
        output.data(line)
    for one in ordered if country else []:
        _show_one(output, one)
    output.say(f"{len(shown.versions)} tables are kept; {combination()}.")


@command.command("score")
@click.argument("outcomes", type=EXISTING_FILE)
@passphrase_option
@vault_option
@common
def score(output: Output, answer: Answer, outcomes: Path, **options: Any) -> None:
    """Score all forecasts by what did happen (Brier score: 0 is perfect).

    OUTCOMES is a CSV table with the columns country, from, to, happened and kind.
    """
    from witnesskit.actions.risk import score_against

    vault, passphrase = _opened(options)
    scored = score_against(vault, passphrase, _read(outcomes))
    found = scored.scores
    answer.items = [_score_facts(one) for one in found.scores]
    answer.counts = {"left_out": sum(found.left_out.values()), "unforeseen": found.unforeseen}
    answer.data["left_out"] = dict(found.left_out)
    answer.state = "scored" if found.scores else "nothing to score"
    if found.scores:
        heading = ("source", "scored", "happened", "Brier", "base rate", "")
        for line in table([heading, *map(_score_row, found.scores)]):
            output.data(line)
    else:
        answer.status = ExitStatus.CANNOT_TELL
        output.tell("Nothing could be scored: no forecast was made before a period with a recorded outcome.")
    for reason, count in found.left_out.items():
        output.say(f"left out, {count}: {reason}")
    if found.unforeseen:
        output.say(f"{found.unforeseen} outcomes had no forecast before them")
    _warn(answer, scored.late, scored.changed)


def _warn(answer: Answer, late: int, changed: int) -> None:
    if late:
        answer.warn("LATE", f"{late} forecasts were imported after their period began: their day is on their word")
    if changed:
        answer.warn("CHANGED", f"{changed} forecasts were changed by later tables; each is scored as it came first")


def _opened(options: dict[str, Any]) -> tuple[Vault, str]:
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"])
    return vault, vault_passphrase(vault, options["passphrase_file"])


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(TABLE_MAX + 1)
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0).lower()) from None


def _columns(maps: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in maps:
        name, equals, column = one.partition("=")
        if name not in COLUMNS or not equals or not column or name in found:
            raise Usage(f"--map takes NAME=COLUMN once for each NAME of {', '.join(COLUMNS)}")
        found[name] = column
    return found


def _facts(one: Average) -> dict[str, Any]:
    return {
        "country": one.country,
        "kind": one.kind,
        "probability_per_million": one.probability,
        "forecasts": [vars(forecast) for forecast in one.forecasts],
    }


def _row(one: Average) -> tuple[str, ...]:
    newest = max(forecast.as_of for forecast in one.forecasts)
    sources = f"{len(one.forecasts)} source{'s' if len(one.forecasts) > 1 else ''}"
    return one.country, name_of(one.country), one.kind, text_of(one.probability), sources, newest


def _show_one(output: Output, one: Average) -> None:
    output.data(f"{one.country} {name_of(one.country)}, {one.kind}: {text_of(one.probability)}")
    for forecast in one.forecasts:
        output.data(f"  {forecast.as_of}  {text_of(forecast.probability)}  {printable(forecast.source)}")
        output.data(f"    {printable(forecast.definition)}")


def _score_facts(one: Score) -> dict[str, Any]:
    return {
        "source": one.source,
        "scored": one.scored,
        "happened": one.happened,
        "brier": round(float(one.brier), 6),
        "base_rate_brier": round(float(one.baseline), 6),
        "better_than_base_rate": one.better,
    }


def _score_row(one: Score) -> tuple[str, ...]:
    verdict = "better than the base rate" if one.better else "no better than the base rate"
    numbers = (str(one.scored), str(one.happened), f"{float(one.brier):.4f}", f"{float(one.baseline):.4f}")
    return (printable(one.source), *numbers, verdict)
