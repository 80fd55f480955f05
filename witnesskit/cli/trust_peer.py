"""``witnesskit trust peer``, ``trust show`` and ``trust exchange``: desks that trust each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output, table
from witnesskit.errors.cli import Usage
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.exchange import ExchangeWritten
    from witnesskit.vault.layout import Vault


def removed(name: str | None, remove: str | None) -> str:
    """What goes by ``--remove NAME``, or by ``NAME --remove`` as it is typed too; "" where nothing does."""
    if remove is None:
        return ""
    if bool(name) == bool(remove):
        raise Usage("give one name: --remove NAME")
    return name or remove


@click.command("peer")
@click.argument("name", required=False)
@click.argument("key", required=False)
@click.option("--witness", help="The key it cosigns with: NAME+HASH+BASE64, or a file.")
@click.option("--list", "listing", is_flag=True, help="Show the desks that are trusted here.")
@click.option("--remove", metavar="NAME", is_flag=False, flag_value="", help="Trust the desk of this name no longer.")
@passphrase_option
@vault_option
@common
def peer(output: Output, answer: Answer, name: str | None, key: str | None, **options: Any) -> None:
    """Trust another desk by the keys its people told you (desk).

    Ask them for what `witnesskit trust show` prints there, over another channel than the one bundles come by.
    """
    from witnesskit.actions import peers
    from witnesskit.actions.given_key import key_text
    from witnesskit.actions.opening import find_vault
    from witnesskit.keys import COSIGNATURE, ED25519
    from witnesskit.vault.keyring import Peer

    gone = removed(None if key else name, options["remove"])
    added_too = bool(name) and (bool(key) or not gone)
    if sum((added_too, options["listing"], bool(gone))) != 1 or (added_too and not key):
        raise Usage("give NAME and KEY, or --list, or --remove NAME")
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    given = Peer(
        name or "",
        key_text(key, (ED25519,)) if key else "",
        key_text(options["witness"], (COSIGNATURE,)) if options["witness"] else "",
    )
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if gone:
        peers.remove_peer(vault, passphrase, gone)
        output.say("That desk is trusted here no longer. What came from it before is still here.")
    elif options["listing"]:
        found = peers.list_peers(vault, passphrase)
        answer.items = [vars(one) for one in found]
        for line in table([(one.name, one.key, one.witness or "no witness key") for one in found]):
            output.data(line)
    else:
        added = peers.add_peer(vault, passphrase, given)
        answer.state = "trusted"
        output.say(f"From now on {added.name} is trusted. Read them these digits; theirs must be the same:")
        for label, text in (("log key", added.key), ("witness key", added.witness)):
            if text:
                output.data(f"{label}: {_digits(text)}")
        if not added.witness:
            answer.warn("NO-WITNESS-KEY", "without its witness key no answer of that desk counts here: ask for it")


@click.command("show")
@passphrase_option
@vault_option
@common
def show(output: Output, answer: Answer, **options: Any) -> None:
    """Print this desk's own keys, to tell other desks (desk)."""
    from witnesskit.actions import peers
    from witnesskit.actions.opening import find_vault
    from witnesskit.formats.digits import fingerprint

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    keys = peers.own_keys(vault, read_secret("Passphrase", options["passphrase_file"], "--passphrase-file"))
    answer.data["keys"] = {
        "log": keys.log.text,
        "log_digits": fingerprint(keys.log),
        "witness": keys.witness.text,
        "witness_digits": fingerprint(keys.witness),
        "recipient": keys.recipient,
    }
    output.say("Tell these to the other desk by telephone or in person, never with the evidence:")
    output.data(f"log key        {keys.log.text}")
    output.data(f"  digits       {fingerprint(keys.log)}")
    output.data(f"witness key    {keys.witness.text}")
    output.data(f"  digits       {fingerprint(keys.witness)}")
    output.data(f"age recipient  {keys.recipient}")
    output.say("Next, at the other desk: witnesskit trust peer NAME LOGKEY --witness WITNESSKEY")


@click.command("exchange")
@click.argument("file", required=False, type=EXISTING_FILE)
@click.option("--out", type=ANY_PATH, help="Write what this desk saw to this file.")
@click.option("--to", "recipient", default="", help="Seal it to this age recipient (age1...); it names devices then.")
@click.option("--armor", "armour", is_flag=True, help="With --to: write it as text, for a mail or a chat.")
@passphrase_option
@vault_option
@common
def exchange(output: Output, answer: Answer, file: Path | None, out: Path | None, **options: Any) -> None:
    """Compare with another desk which logs were seen (desk).

    Write a file with --out for the other desk, and read the FILE it wrote. Somebody who shows two desks two histories
    of one log is found so, even if the two never meet.
    """
    from witnesskit.actions.exchange import write_exchange
    from witnesskit.actions.opening import find_vault

    if (file is None) == (out is None) or (file is not None and options["recipient"]):
        raise Usage("give the FILE of another desk, or --out FILE to write one")
    if options["armour"] and not options["recipient"]:
        raise Usage("--armor is for a file that --to seals")
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    if out is not None:
        written = write_exchange(vault, passphrase, out, options["recipient"], armour=options["armour"])
        _written(output, answer, out, written)
    elif file is not None:
        _compare(output, answer, (vault, passphrase), file)


def _written(output: Output, answer: Answer, out: Path, written: ExchangeWritten) -> None:
    from witnesskit.actions.counted import counted

    answer.counts = {"logs": written.logs, "withheld": written.withheld}
    output.say(f"{counted(written.logs, 'log')} in this file:")
    output.data(str(out))
    if written.withheld:
        output.say(
            f"{counted(written.withheld, 'device')} left out; seal the file with --to AGE1..., and they are in it."
        )


def _compare(output: Output, answer: Answer, desk: tuple[Vault, str], file: Path) -> None:
    from witnesskit.actions.counted import counted
    from witnesskit.actions.exchange import read_exchange

    found = read_exchange(*desk, file)
    answer.state = "agrees"
    answer.counts = {name: getattr(found, name) for name in ("agreed", "ahead", "unknown", "unsigned")}
    output.say(
        f"Nothing that {found.peer} saw contradicts this desk: {counted(found.agreed, 'log')} the same, "
        f"{found.ahead} longer there, {found.unknown} not known here yet. What comes later must agree with them."
    )
    if found.older:
        answer.warn("EXCHANGE-OLDER", f"{found.peer} showed more before: this file is an older one")
    if found.unsigned:
        answer.warn("EXCHANGE-UNSIGNED", f"{found.unsigned} logs are not signed by their own key and did not count")


def _digits(text: str) -> str:
    from witnesskit.formats.digits import fingerprint
    from witnesskit.keys import COSIGNATURE, ED25519, parse_verifier_key

    return fingerprint(parse_verifier_key(text, (ED25519, COSIGNATURE)))
