"""``witnesskit init``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, ask, common, passphrase_option, read_secret, read_sheet
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors.cli import Usage

if TYPE_CHECKING:
    from witnesskit.actions.init_vault import Secrets


@click.command()
@click.argument("folder", type=ANY_PATH, default=".")
@click.option("--field", "kind", flag_value="field", help="A computer that could be searched: it only saves.")
@click.option("--desk", "kind", flag_value="desk", help="A computer in a safe place: it opens and catalogues.")
@click.option("--lone", "kind", flag_value="lone", help="A desk for one person alone, with one ring of keys.")
@click.option(
    "--egress", default="direct", show_default=True, help="direct, tor, socks5h://HOST:PORT or http://HOST:PORT."
)
@click.option("--policy", default="protect-filmer", show_default=True, help="Name of a shipped policy or a file.")
@click.option("--hybrid", is_flag=True, help="Desk: post-quantum keys; the age of Debian 12 (1.1.1) opens none.")
@click.option("--lock-key", is_flag=True, help="Field: wrap the signing key with a generated passphrase.")
@click.option("--secrets-out", type=ANY_PATH, help="Write passphrase and sheets into this new folder (a stick).")
@click.option("--confirm-sheet", is_flag=True, help="Type the recovery sheet of an existing desk back.")
@click.option("--typed-back", type=EXISTING_FILE, help="Read the typed-back sheet from this file.")
@passphrase_option
@common
def command(output: Output, answer: Answer, folder: Path, **options: Any) -> None:
    """Make a vault on this computer.

    Asks whether this computer could be searched; an empty answer means yes, and makes a field vault.

    With --hybrid everything that is sealed for a desk, by its devices too, stays shut to whoever records it today and
    has a quantum computer in thirty years. It is chosen once, when a desk is made, and never mixed.
    """
    from witnesskit.actions import init_vault

    if options["confirm_sheet"]:
        _confirm(output, answer, folder, options)
        return
    kind = str(options["kind"] or _asked_kind())
    if options["hybrid"] and kind == "field":
        raise Usage("--hybrid is for a desk; a field vault takes the kind of keys that its invite brings")
    wish = init_vault.VaultWish(folder, kind, str(options["egress"]), str(options["policy"]), options["hybrid"])
    secrets_out = options["secrets_out"]
    with init_vault.secrets_folder(secrets_out) if secrets_out else nullcontext():
        if wish.kind == "field":
            secrets = init_vault.make_field(wish, lock_key=bool(options["lock_key"]))
        else:
            secrets = init_vault.make_desk(wish)
        _hand_over(output, secrets, secrets_out)
    if wish.kind == "field":
        output.say("Made a field vault. This computer can save; it cannot open what it saved.")
        output.say(f"Next{_inside(folder)}: witnesskit trust add INVITE")
    else:
        output.say("Made a desk vault. No invite can be written until the recovery sheet was typed back.")
        if sys.stdin.isatty() and options["secrets_out"] is None:
            typed = ask("Type the recovery sheet back, from paper", "--confirm-sheet --typed-back")
            init_vault.confirm_sheet(folder, secrets.passphrase, typed)
            output.say(f"The sheet opened the test capsule. Next{_inside(folder)}: witnesskit invite FILE")
        else:
            output.say(f"Next{_inside(folder)}: witnesskit init --confirm-sheet")
    _warn_of_traces(answer, folder)
    answer.state = wish.kind


def _warn_of_traces(answer: Answer, folder: Path) -> None:
    """Once, when the vault is made; `doctor` says it again whenever it is asked."""
    from witnesskit.actions.device_check import kept

    for one in kept(folder):
        answer.warn("DEVICE-TRACES", f"{one.sentence}; {one.next}")


def _asked_kind() -> str:
    """Empty answer or nobody there: yes, it could be searched."""
    if not sys.stdin.isatty():
        return "field"
    reply = ask("Could this computer be searched? [Y/n]", "--field or --desk", default="")
    return "desk" if reply.lower() in ("n", "no") else "field"


def _confirm(output: Output, answer: Answer, folder: Path, options: dict[str, Any]) -> None:
    from witnesskit.actions import init_vault
    from witnesskit.vault import layout

    layout.open_vault(folder)  # before anybody types two secrets for nothing
    file = options["typed_back"]
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    typed = read_sheet("Type the recovery sheet back, from paper", file, "--typed-back")
    init_vault.confirm_sheet(folder, passphrase, typed)
    answer.state = "confirmed"
    output.say(f"The sheet opened the test capsule. Next{_inside(folder)}: witnesskit invite FILE")


def _inside(folder: Path) -> str:
    """Where the next command is typed; empty if that is here."""
    return "" if folder.resolve() == Path.cwd() else f", in {printable(str(folder))}"


def _hand_over(output: Output, secrets: Secrets, folder: Path | None) -> None:
    from witnesskit.actions.init_vault import write_secrets

    if folder is not None:
        write_secrets(folder, secrets)
        output.say("The secrets were written where you said. Print the sheets, then destroy that folder.")
        return
    for title, text in secrets.texts():
        output.tell(f"\n--- {title} ---")
        output.tell(text)
    if secrets.texts():
        output.tell("\nWrite these down on paper. They are not stored in readable form and not shown again.\n")
