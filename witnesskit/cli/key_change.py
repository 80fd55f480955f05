"""``witnesskit key rotate``, ``key revoke`` and ``key lost``: what is done when keys are in doubt."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from witnesskit.cli.options import EXISTING_FILE, common, passphrase_option, read_secret, read_sheet, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.model import VaultKind

if TYPE_CHECKING:
    from witnesskit.actions.change_key import KeyChanged

_SHEET = click.option("--sheet", type=EXISTING_FILE, help="Read the typed recovery sheet from this file.")
_REASON = click.option("--why", "--reason", "reason", default="", help="Why; sealed, and provable later.")


class _Day(click.DateTime):
    """A day as logs write it; what is none is told in words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The day at midnight."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail("a day is written as in 2026-01-31", param, ctx)


_DAY = _Day(formats=["%Y-%m-%d"])


@click.command("rotate")
@_SHEET
@_REASON
@passphrase_option
@vault_option
@common
def rotate(output: Output, answer: Answer, **options: Any) -> None:
    """Replace the key that signs this desk's log; nothing is in doubt.

    Needs the recovery sheet: whoever has the keyring alone cannot do this.
    """
    _change(output, answer, options, "")
    output.say("What was signed before stays as it is: the old key signed it, and the log says until where.")


@click.command("revoke")
@click.option(
    "--since",
    type=_DAY,
    metavar="YYYY-MM-DD",
    required=True,
    help="First day on which the key may have been in other hands.",
)
@_SHEET
@_REASON
@passphrase_option
@vault_option
@common
def revoke(output: Output, answer: Answer, since: datetime, **options: Any) -> None:
    """Replace a signing key that may be in other hands, and say since when.

    Needs the recovery sheet: whoever has the keyring alone cannot do this.
    """
    day = since.strftime("%Y-%m-%d")
    done = _change(output, answer, options, day)
    answer.counts = {"in_doubt": done.n, "anchored_before": done.anchored}
    output.tell(
        f"The {done.n} events logged before this change count as not proven, unless it is proven that they are older "
        f"than {day}."
    )
    if done.anchored:
        output.tell(
            f"By its own words the log got outside evidence for its first {done.anchored} events before that day: "
            "these stay proven if the evidence holds."
        )
    else:
        output.tell("The log names no outside evidence from before that day, so none of them stays proven by it.")
    output.tell("`witnesskit verify` tells event by event which ones stay proven, by anchors from before that day.")
    output.tell(
        "This replaced the signing key alone. Who took the keyring with its passphrase still opens what is sealed to "
        "this desk: then begin a new desk vault and give out new invites."
    )


@click.command("lost")
@click.argument("device")
@click.option("--since-receipt", default="", help="Last receipt that counts: a bundle's id, or an event's number.")
@passphrase_option
@vault_option
@common
def lost(output: Output, answer: Answer, device: str, since_receipt: str, **options: Any) -> None:
    """Say that a field device is lost or seized (desk).

    DEVICE is the name that `invite --name` was given, or the device's origin. What it sends from now on is set
    aside and never answered; what was received until the last receipt that counts stays good.
    """
    from witnesskit.actions.lost_device import device_lost
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    noted = device_lost(vault, passphrase, device, since_receipt)
    answer.state = "lost"
    answer.data |= {"receipt": noted.receipt, "day": noted.day}
    answer.counts = {"logs": noted.logs, "events": noted.lines}
    if noted.receipt:
        day = f" of {printable(noted.day)}" if noted.day else ""
        output.say(
            f"Noted. {noted.lines} events of this device stand on this desk's word, up to the receipt that is event "
            f"{noted.receipt}{day}. Nothing after them counts."
        )
    else:
        output.say("Noted. This desk had received nothing from this device, so nothing of it counts.")
    output.say("Its later bundles are set aside in the vault's folder `quarantine` and get no receipt.")
    output.say(
        "Next: a new invite for a new device, and a warning to everybody who can be found through the old one."
    )


def _change(output: Output, answer: Answer, options: dict[str, Any], since: str) -> KeyChanged:
    from witnesskit.actions.change_key import KeyWish, change_key
    from witnesskit.actions.opening import find_vault

    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    typed = read_sheet("Type the recovery sheet, from paper", options["sheet"], "--sheet")
    done = change_key(vault, passphrase, KeyWish(typed, since, options["reason"]))
    answer.state = "revoked" if since else "rotated"
    answer.data |= {"event": done.n, "old": done.old, "key": done.key, "second_key": done.second_key}
    output.say("This desk signs with a new key from now on:")
    output.data(done.key)
    if done.second_key:
        output.say("Its second key has changed too:")
        output.data(done.second_key)
    output.say("Tell it, by voice or another way than the bundles go, to everybody who checks what this desk sends:")
    output.say("courts, partners, other desks. Field devices need nothing. Keep the sheet: the next change needs it.")
    return done
