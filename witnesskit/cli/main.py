"""The ``witnesskit`` command: the group, and the one place where an error becomes an exit status."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from witnesskit import __version__
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.registry import VERBS, load
from witnesskit.cli.terminal import make_streams_unfailing, silence
from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.cli import InternalError, Interrupted, Usage

EPILOG = (
    "Exit status: 0 done · 1 our bug · 2 usage · 3 partial or queued · 4 nothing saved · 5 refused by policy · "
    "6 incomplete · 7 CHANGED · 8 cannot tell · 9 locked · 10 storage · 11 network not up · 13 newer format · "
    "130 interrupted"
)


class Verbs(click.Group):
    """Lists the verbs without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All verbs in the order a day has."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one verb."""
        return load(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table of verbs, from the registry alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="witnesskit %(version)s")
def program() -> None:
    """Preserve footage as evidence and hide who filmed it."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; every way out is an exit status of the table."""
    make_streams_unfailing()
    output = Output(as_json="--json" in arguments, quiet="--quiet" in arguments)
    answer = Answer(command=next((word for word in arguments if word in VERBS), ""))
    try:
        status = program.main(args=list(arguments), prog_name="witnesskit", standalone_mode=False)
        return status if isinstance(status, int) else ExitStatus.DONE
    except click.exceptions.NoArgsIsHelpError as asked:
        output.tell(asked.ctx.get_help())
        return ExitStatus.USAGE
    except click.exceptions.Abort:
        answer.refuse(Interrupted())
    except KeyboardInterrupt:
        answer.refuse(Interrupted())
    except SystemExit:  # click's answer when the reader of its help has gone
        silence(sys.stdout)
        return ExitStatus.DONE
    except click.ClickException as error:
        answer.refuse(Usage(error.format_message().rstrip(".")))
    except WitnesskitError as error:
        answer.refuse(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence; only type and place are shown
        answer.refuse(InternalError(_where(error)))
    output.finish(answer)
    return answer.status


def _where(error: BaseException) -> str:
    """Type and code place of a fault, nothing of its message: it may hold a name or a link."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "witnesskit" in Path(frame.filename).parts] or frames[-1:]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    return f"{type(error).__name__} at {place}"
