"""``witnesskit verify``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, EXISTING_PATH, common, passphrase_option, vault_passphrase
from witnesskit.cli.output import Answer, Output
from witnesskit.errors.cli import Usage

_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PROOF_ENDING = ".tlog-proof"


@click.command()
@click.argument("paths", nargs=-1, type=EXISTING_PATH, metavar="[PATH]...")
@click.option("--signer", "signers", multiple=True, help="Key of a signer you trust: NAME+HASH+BASE64, or a file.")
@click.option("--trust", type=_EXISTING_FOLDER, help="Folder of whom you trust: policy, tsa, tsa-int, headers.")
@click.option(
    "--tsa-root", "tsa_roots", multiple=True, type=EXISTING_FILE, help="Root certificate of a time authority."
)
@click.option("--key", type=EXISTING_FILE, help="age identity file that opens the bundle.")
@click.option("--in", "case", type=EXISTING_PATH, help="Vault, bundle or bag: is the file PATH one of it?")
@click.option("--proof", type=EXISTING_FILE, help="A .tlog-proof about the file PATH.")
@click.option("--against", type=EXISTING_PATH, help="Another copy of the log PATH: do both tell one history?")
@click.option("--hash-list", type=EXISTING_FILE, help="A sha256sum list: which of its files does --in PATH know?")
@click.option("--write-hashes", type=ANY_PATH, help="Write a sha256sum list of what was checked.")
@click.option("--items", "show_items", is_flag=True, help="Show each item with its state and its times.")
@passphrase_option
@common
def command(output: Output, answer: Answer, paths: tuple[Path, ...], **options: Any) -> None:
    """Check a vault, a bundle or an opened bag.

    Answers UNCHANGED since when, on whose word (0), CHANGED (7) or CANNOT TELL (8). Trust comes only from --signer,
    --trust, --tsa-root or from a key you hold, never from the thing itself. With --in, --proof, --against or
    --hash-list it answers about one file, one proof, two copies of a log, or a list. Of a bundle of several volumes
    name all files, or the folder in which they lie.
    """
    from witnesskit.cli import verify_modes as modes
    from witnesskit.cli import verify_proofs

    path = paths[0] if paths else None
    _check_form(paths, options)
    if options["hash_list"]:
        wish = wish_of(options["case"], options)
        modes.show_hash_list(output, answer, options["hash_list"], wish)
    elif path is None:
        raise Usage("name what to verify")
    elif options["case"]:
        modes.show_known_file(output, answer, path, wish_of(options["case"], options))
    elif options["proof"] or path.name.endswith(PROOF_ENDING):
        proof, file = (options["proof"], path) if options["proof"] else (path, None)
        verify_proofs.show_proof(output, answer, proof, file, wish_of(path, options))
    elif options["against"]:
        verify_proofs.show_two_logs(output, answer, wish_of(path, options), options["against"])
    else:
        wish = replace(wish_of(path, options), volumes=paths[1:])
        modes.show_case(output, answer, wish, options["write_hashes"], show_items=options["show_items"])


def wish_of(path: Path, options: dict[str, Any]) -> Any:
    """What to open, and who is trusted."""
    from witnesskit.actions.verify import VerifyWish

    return VerifyWish(
        path,
        tuple(options["signers"]),
        options["key"],
        _passphrase(path, options),
        options["trust"],
        tuple(options["tsa_roots"]),
    )


def _check_form(paths: Sequence[Path], options: dict[str, Any]) -> None:
    """One question at a time."""
    asked = [name for name in ("case", "proof", "against", "hash_list") if options[name]]
    if options["hash_list"]:
        if paths or asked != ["case", "hash_list"]:
            raise Usage("--hash-list FILE goes with --in PATH, and with nothing else to verify")
    elif len(asked) > 1:
        raise Usage("--in, --proof and --against are three questions; ask one of them")
    if len(paths) > 1 and (asked or any(path.name.endswith(PROOF_ENDING) for path in paths)):
        raise Usage("several files are the volumes of one bundle, and answer no other question")
    if options["write_hashes"] and (asked or not paths):
        raise Usage("--write-hashes goes with a vault, a bundle or a bag")


def _passphrase(path: Path, options: dict[str, Any]) -> str:
    """A vault may need one; a bundle or a bag never does, and two logs are compared without opening anything."""
    from witnesskit.actions.opening import find_vault

    if options["against"] or not (path / "vault.toml").is_file():
        return ""
    return vault_passphrase(find_vault(path), options["passphrase_file"])
