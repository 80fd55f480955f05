"""``witnesskit verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import EXISTING_FILE, common, passphrase_option, vault_passphrase
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors import ExitStatus


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--signer", "signers", multiple=True, help="Key of a signer you trust: NAME+HASH+BASE64, or a file.")
@click.option("--key", type=EXISTING_FILE, help="age identity file that opens the bundle.")
@passphrase_option
@common
def command(output: Output, answer: Answer, path: Path, **options: Any) -> None:
    """Check a vault, a bundle or an opened bag.

    Answers UNCHANGED since when, on whose word (0), CHANGED (7) or CANNOT TELL (8). Trust comes only from --signer or
    from a key you hold, never from the thing itself.
    """
    from witnesskit.actions.verify import VerifyWish, verify

    wish = VerifyWish(path, tuple(options["signers"]), options["key"], _passphrase(path, options))
    with output.progress("reading") as line:
        found = verify(wish, line.update)
    answer.state = found.state
    answer.status = ExitStatus(found.exit_status)
    answer.counts = dict(found.counts)
    answer.data["checks"] = [vars(check) for check in found.checks]
    answer.items = list(found.items)
    if output.as_json:
        return
    for check in found.checks:
        about = f"  ({printable(check.about)})" if check.about else ""
        output.data(f"{check.number:>2}  {check.mark:<7} {check.code:<12} {printable(check.sentence)}{about}")
    output.data(printable(found.sentence))


def _passphrase(path: Path, options: dict[str, Any]) -> str:
    """A vault may need one; a bundle or a bag never does."""
    from witnesskit.actions.opening import find_vault

    if not (path / "vault.toml").is_file():
        return ""
    return vault_passphrase(find_vault(path), options["passphrase_file"])
