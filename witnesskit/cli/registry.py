"""The verbs, each loaded only when it is called, so that ``--help`` costs nothing.

The help lines are here too; a test keeps each equal to its command's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import click

VERBS: Final[Mapping[str, str]] = {
    "init": "Make a vault on this computer.",
    "invite": "Make an invite file for one field device (desk).",
    "trust": "Say whom this vault trusts: a desk (field), authorities of time and other desks (desk).",
    "archive": "Save one or several links before they vanish.",
    "retry": "Ask again for what is missing, from where the first attempt ended (desk).",
    "queue": "Take links now and fetch them later; nothing of it is lost.",
    "watch": "Look again and again whether links still live, and log what was seen (desk).",
    "add": "Seal files, folders and archives that you already have.",
    "status": "Count what is saved, delivered and waiting; at a desk, when it was last anchored.",
    "inspect": "Show what a file gives away.",
    "strip": "Make copies without identifying metadata.",
    "derive": "Make a smaller copy whose picture and sound are coded anew.",
    "bundle": "Pack what is saved into one encrypted file, or a set of equal ones.",
    "import": "Take in bundles and write their receipts (desk).",
    "receipt": "Read what a desk answered to a bundle.",
    "forget": "Erase what a desk has confirmed (field).",
    "lock": "Stop everything that has this vault open; nothing is destroyed.",
    "panic": "Destroy this vault at once: no question, no passphrase, no way back.",
    "list": "List what this desk has, the newest first (desk).",
    "search": "Find items by words, day, place, site or digest, the newest first (desk).",
    "show": "Show everything that this desk may know of one item (desk).",
    "open": "Take one file of an item out of the vault (desk).",
    "reindex": "Make the catalogue anew from the records and the log (desk).",
    "anchor": "Have the time of the log proven by outside authorities (desk).",
    "verify": "Check a vault, a bundle or an opened bag.",
    "disclose": "Prove single facts of an item and withhold the rest (desk).",
    "delete": "Erase an item on purpose and leave that on record (desk).",
    "link": "Log that two items are the same footage (desk).",
    "mark": "Say how sensitive an item is; what is marked secret does not leave (desk).",
    "consent": "Record for whom somebody agreed that an item leaves, and when they no longer do (desk).",
    "place": "Say in which town or district an item was made (desk).",
    "claim": "Record what somebody says of an item, or says exists though nobody here saw it (desk).",
    "audit": "Read everything that is stored again and log how it was (desk).",
    "copies": "Say how many copies of each item are known, and where.",
    "report": "Write what is known and proven as one page.",
    "export": "Write the chain of custody in a form that others read, or hand out items (desk).",
    "key": "Replace, show and rehearse the keys of a desk.",
    "risk": "Keep forecasts of violence by country, for triage, and score them.",
    "policy": "Show or check the rules in force.",
    "doctor": "Look whether this installation and this vault are sound.",
    "demo": "Play the whole story on this computer.",
}


def load(verb: str) -> click.Command:  # noqa: C901 - one line for each verb
    """Import the one module of ``verb``; static imports, so that the floors stay visible to the linter."""
    match verb:
        case "init":
            from witnesskit.cli.init import command
        case "invite":
            from witnesskit.cli.invite import command
        case "trust":
            from witnesskit.cli.trust import command
        case "archive":
            from witnesskit.cli.archive import command
        case "retry":
            from witnesskit.cli.retry import command
        case "queue":
            from witnesskit.cli.queue import command
        case "watch":
            from witnesskit.cli.watch import command
        case "add":
            from witnesskit.cli.add import command
        case "status":
            from witnesskit.cli.status import command
        case "inspect":
            from witnesskit.cli.inspect import command
        case "strip":
            from witnesskit.cli.strip import command
        case "derive":
            from witnesskit.cli.derive import command
        case "bundle":
            from witnesskit.cli.bundle import command
        case "import":
            from witnesskit.cli.import_ import command
        case "receipt":
            from witnesskit.cli.receipt import command
        case "forget":
            from witnesskit.cli.forget import command
        case "lock":
            from witnesskit.cli.lock import command
        case "panic":
            from witnesskit.cli.panic import command
        case "list" | "search" | "show" | "open" | "reindex":
            return _load_of_catalogue(verb)
        case _:
            return _load_of_chain(verb)
    return command


def _load_of_catalogue(verb: str) -> click.Command:
    """The verbs that look into a desk's items."""
    match verb:
        case "list":
            from witnesskit.cli.list import command
        case "search":
            from witnesskit.cli.search import command
        case "show":
            from witnesskit.cli.show import command
        case "open":
            from witnesskit.cli.open import command
        case "reindex":
            from witnesskit.cli.reindex import command
        case _:
            raise KeyError(verb)
    return command


def _load_of_chain(verb: str) -> click.Command:  # noqa: C901 - one line for each verb
    """The verbs about the chain and the program itself."""
    match verb:
        case "anchor":
            from witnesskit.cli.anchor import command
        case "verify":
            from witnesskit.cli.verify import command
        case "disclose":
            from witnesskit.cli.disclose import command
        case "delete":
            from witnesskit.cli.delete import command
        case "link":
            from witnesskit.cli.link import command
        case "mark":
            from witnesskit.cli.mark import command
        case "place":
            from witnesskit.cli.place import command
        case "consent":
            from witnesskit.cli.consent import command
        case "claim":
            from witnesskit.cli.claim import command
        case "audit":
            from witnesskit.cli.audit import command
        case "copies":
            from witnesskit.cli.copies import command
        case "report":
            from witnesskit.cli.report import command
        case "export":
            from witnesskit.cli.export import command
        case "key":
            from witnesskit.cli.key import command
        case "risk":
            from witnesskit.cli.risk import command
        case "policy":
            from witnesskit.cli.policy import command
        case "doctor":
            from witnesskit.cli.doctor import command
        case "demo":
            from witnesskit.cli.demo import command
        case _:
            raise KeyError(verb)
    return command
