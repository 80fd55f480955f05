"""Options that many commands share, and how their values are asked for."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.output import Answer, Output
from witnesskit.errors import WitnesskitError
from witnesskit.errors.brought import PlaceTooFine
from witnesskit.errors.cli import FileUnreadable, Interrupted, NeedsAnswer, PlaceAsArgument, Usage
from witnesskit.limits import GIB, HOST_INTERVAL, KIB, MIB, VOLUME_LEAST
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.custodian import CustodianPaper
    from witnesskit.vault.layout import Vault

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXISTING_PATH = click.Path(exists=True, path_type=Path)
ANY_PATH = click.Path(path_type=Path)


class Size(click.ParamType[int]):
    """Bytes, with K, M or G for the powers of 1024."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; a usage error for anything else."""
        if isinstance(value, int):
            return value
        number, unit = str(value)[:-1], str(value)[-1:].upper()
        if unit not in _UNITS:
            number, unit = str(value), ""
        if not (number.isascii() and number.isdigit() and len(number) < _DIGITS_MAX):
            self.fail("a size is a number of bytes, with K, M or G", param, ctx)
        return max(VOLUME_LEAST, int(number) * _UNITS[unit])


_UNITS = {"": 1, "K": KIB, "M": MIB, "G": GIB}
_DIGITS_MAX = 13
SIZE = Size()
_SECRET_MAX = 4096  # bytes of a line with a passphrase


def common(function: Callable[..., None]) -> Callable[..., None]:
    """``--json --quiet --no-color``; the command gets ``output`` and ``answer`` and its status is set at the end."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object to stdout at the end.")
    @click.option("--quiet", is_flag=True, help="Only errors and what must be seen.")
    @click.option("--no-color", is_flag=True, help="No colour (there is none yet; NO_COLOR is honoured too).")
    @click.pass_context
    @functools.wraps(function)
    def wrapped(ctx: click.Context, /, *args: Any, as_json: bool, quiet: bool, no_color: bool, **kwargs: Any) -> None:
        del no_color
        output = Output(as_json=as_json, quiet=quiet)
        answer = Answer(command=ctx.command_path.partition(" ")[2])
        from witnesskit.jail.own_memory import keep_own_memory

        keep_own_memory()
        try:
            function(*args, output=output, answer=answer, **kwargs)
        except WitnesskitError as error:
            answer.refuse(error)
        except (KeyboardInterrupt, click.Abort):
            answer.refuse(Interrupted())
        output.finish(answer)
        ctx.exit(int(answer.status))

    return wrapped


def vault_option(function: Callable[..., None]) -> Callable[..., None]:
    """``--vault``; else WITNESSKIT_VAULT, else this folder and its parents."""
    return click.option("--vault", "vault_path", type=ANY_PATH, help="The vault to use.")(function)


def passphrase_option(function: Callable[..., None]) -> Callable[..., None]:
    """``--passphrase-file``; else the person is asked, without echo."""
    return click.option(
        "--passphrase-file",
        type=EXISTING_FILE,
        help="Read the passphrase from the first line of this file (or of /dev/stdin).",
    )(function)


def custodian_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """``--custodian-sheet``, explained by ``text``, or ``--custodian-share`` for each share; see custodian_paper."""

    def options(function: Callable[..., None]) -> Callable[..., None]:
        share = click.option(
            "--custodian-share",
            "custodian_shares",
            type=EXISTING_FILE,
            multiple=True,
            help="In place of the sheet: a share of it; once for each.",
        )
        return click.option("--custodian-sheet", type=EXISTING_FILE, help=text)(share(function))

    return options


def custodian_paper(options: Mapping[str, Any]) -> CustodianPaper | None:
    """What was brought from the custodians, or None; raises Usage for a sheet and shares."""
    sheet, shares = options["custodian_sheet"], options["custodian_shares"]
    if not sheet and not shares:
        return None
    from witnesskit.actions.custodian import CustodianPaper

    if sheet and shares:
        raise Usage("give the custodian sheet or shares of it, not both")
    return CustodianPaper(sheet, shares)


def js_runtime_option(function: Callable[..., None]) -> Callable[..., None]:
    """``--js-runtime``: for sites whose player must be solved."""
    return click.option(
        "--js-runtime", type=EXISTING_FILE, help="Solve JavaScript of sites with this deno or node, in a room (desk)."
    )(function)


def pace_option(function: Callable[..., None]) -> Callable[..., None]:
    """``--pace``: how often one site is asked for links of a list."""
    return click.option(
        "--pace",
        type=click.FloatRange(min=0),
        default=HOST_INTERVAL,
        show_default=True,
        help="Of a list: seconds between two links of one site, with jitter.",
    )(function)


def read_secret(question: str, path: Path | None, flag: str) -> str:
    """A secret from a file's first line or from the terminal without echo; raises NeedsAnswer."""
    if path is not None:
        return _first_line(path)
    return ask(question, flag, hidden=True)


def read_sheet(question: str, path: Path | None, flag: str) -> str:
    """A sheet as it was typed: from a file, pipe or device, or on the terminal.

    Raises FileUnreadable, NeedsAnswer.
    """
    if path is None:
        return ask(question, flag)
    try:
        with path.open("rb") as stream:
            return stream.read(_SECRET_MAX).decode("utf-8-sig", "replace")
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0).lower()) from None


def _first_line(path: Path) -> str:
    """The first line of a file, pipe or device; raises FileUnreadable for what cannot hold a secret."""
    try:
        with path.open("rb") as stream:
            line = stream.readline(_SECRET_MAX + 1)
        if len(line) > _SECRET_MAX:
            raise FileUnreadable("its first line is too long")
        return line.decode("utf-8-sig").strip()
    except OSError as error:
        raise FileUnreadable(os.strerror(error.errno or 0).lower()) from None
    except UnicodeDecodeError:
        raise FileUnreadable("it is not text") from None


def vault_passphrase(vault: Vault, path: Path | None) -> str:
    """The passphrase if this vault needs one to write, else empty."""
    from witnesskit.actions.opening import needs_passphrase

    return read_secret("Passphrase", path, "--passphrase-file") if needs_passphrase(vault) else ""


def ask(question: str, flag: str, *, hidden: bool = False, default: str | None = None) -> str:
    """Ask on the terminal; raises NeedsAnswer naming the flag where there is none."""
    if not sys.stdin.isatty() or os.environ.get("TERM") == "dumb":
        raise NeedsAnswer(f"{question} (flag: {flag})")
    answer: str = click.prompt(question, hide_input=hidden, default=default, show_default=False, err=True)
    return answer.strip()


def locality_of(text: str | None, vault: Vault) -> str:
    """Town or district, empty for None; ``-`` is asked for without echo, or is the first line of stdin.

    On a field vault nothing else is taken, as with links. Raises PlaceAsArgument, PlaceTooFine.
    """
    if text is None:
        return ""
    from witnesskit.formats.locality import checked

    if text == "-":
        return checked(_asked_locality())
    if vault.config.kind is VaultKind.FIELD:
        raise PlaceAsArgument
    return checked(text)


def _asked_locality() -> str:
    if sys.stdin.isatty():
        return ask("Town or district", "--place", hidden=True)
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        raise PlaceTooFine("it is no text") from None


place_option = click.option(
    "--place",
    help="Town or district where it was made, in letters; - asks for it or reads it from stdin, and is all that a "
    "field vault takes.",
)
