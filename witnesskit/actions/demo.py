"""``demo DIR``: the whole story on this computer, with real media and no outside network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from witnesskit.actions import demo_site, demo_text
from witnesskit.errors import WitnesskitError
from witnesskit.errors.actions import DemoBesideField
from witnesskit.errors.cli import InternalError
from witnesskit.errors.vault import FolderNotEmpty, NoVault
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault

_PACKAGE = Path(__file__).resolve().parents[1]
_MEDIA = (_PACKAGE / "_demo", _PACKAGE.parent / "demo")  # installed; editable
Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Where the demo plays."""

    folder: Path
    say: Say

    def run(self, title: str, *words: str, given: str = "", expect: Sequence[int] = (0,)) -> str:
        """Run one command as its user would, and print it; returns its stdout."""
        self.say(f"\n{title}")
        self.say("  $ witnesskit " + " ".join(words))
        done = subprocess.run(
            [sys.executable, "-m", "witnesskit", *words],
            cwd=self.folder,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        for line in (done.stderr + done.stdout).splitlines():
            if line.strip():
                self.say("    " + line)
        if done.returncode not in expect:
            raise InternalError(f"the demo's step ended with status {done.returncode}")
        if done.returncode:
            self.say(f"    (exit status {done.returncode}, as it must be)")
        return done.stdout


def play(folder: Path, say: Say) -> str:
    """Play it; raises DemoBesideField, FolderNotEmpty, InternalError for a step that ends otherwise."""
    refuse_beside_field()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty
    folder.mkdir(parents=True, exist_ok=True)
    media = next(place for place in _MEDIA if place.is_dir())
    stage = Stage(folder.resolve(), say)
    for name in ("photo.jpg", "phone.mov", "camera.mp4"):
        shutil.copyfile(media / name, stage.folder / name)
    _plain_files(stage)
    _set_up(stage)
    with demo_site.serve(stage.folder / "camera.mp4") as site:
        _field_day(stage, site)
    _hand_over(stage)
    _desk_day(stage)
    (stage.folder / "HOW-TO-CHECK.txt").write_text(demo_text.how_to_check(stage.folder), encoding="utf-8")
    say("\nDone. HOW-TO-CHECK.txt in the folder says how to check each result with stock tools.")
    return "played"


def refuse_beside_field() -> None:
    """Never where a field vault is in use: a demo would leave readable media beside it."""
    try:
        vault: Vault = layout.find(Path.cwd(), os.environ)
    except NoVault:
        return
    except WitnesskitError:
        raise DemoBesideField from None
    if vault.config.kind is VaultKind.FIELD:
        raise DemoBesideField


def _plain_files(stage: Stage) -> None:
    stage.run("What does a phone's film give away?", "inspect", "phone.mov")
    stage.run("A copy that gives nothing of that away", "strip", "phone.mov", "--out", "phone-copy.mov")
    stage.run("The copy, looked at again", "inspect", "phone-copy.mov")
    stage.run("The same for a photograph", "strip", "photo.jpg", "--out", "photo-copy.jpg")


def _set_up(stage: Stage) -> None:
    stage.run("DESK: make a vault; secrets go onto paper", "init", "desk", "--desk", "--secrets-out", "paper")
    unlock = ("--passphrase-file", "paper/passphrase.txt")
    sheet = ("--typed-back", "paper/recovery-sheet.txt")
    stage.run("DESK: type the recovery sheet back", "init", "desk", "--confirm-sheet", *sheet, *unlock)
    stage.run("DESK: an invite for one laptop", "invite", "laptop.wkid", "--vault", "desk", *unlock)
    stage.run("FIELD: make a write-only vault", "init", "field", "--field")
    digits = demo_text.digits_of(stage.folder / "laptop.wkid")
    stage.run(
        "FIELD: type the digits read aloud", "trust", "add", "laptop.wkid", "--digits", digits, "--vault", "field"
    )


def _field_day(stage: Stage, site: str) -> None:
    local = ("--vault", "field", "--allow-local")
    stage.run("FIELD: save a link (given on stdin)", "archive", *local, given=f"{site}/clip.html\n")
    stage.run(
        "FIELD: this one is taken down while it is being saved",
        "archive",
        *local,
        given=f"{site}/doomed.html\n",
        expect=(3,),
    )
    stage.run("FIELD: and now it is gone", "archive", *local, given=f"{site}/doomed.html\n", expect=(4,))
    stage.run(
        "FIELD: a dead network is never 'removed'", "archive", *local, given="http://127.0.0.1:9/x\n", expect=(11,)
    )
    stage.run("FIELD: seal files that were brought", "add", "phone.mov", "photo.jpg", "--vault", "field")
    stage.run("FIELD: what is here", "status", "--vault", "field", "--items")


def _hand_over(stage: Stage) -> None:
    unlock = ("--vault", "desk", "--passphrase-file", "paper/passphrase.txt")
    (stage.folder / "stick").mkdir()
    bundle = stage.run("FIELD: one encrypted bundle", "bundle", "stick", "--vault", "field").strip()
    copies = ("--second-copy", "second-disk", "--receipts", "receipts")
    stage.run("DESK: import, with a second copy on another disk", "import", bundle, *copies, *unlock)
    receipt = next((stage.folder / "receipts").glob("*.wkr")).relative_to(stage.folder)
    stage.run("FIELD: the desk's receipt", "receipt", str(receipt), "--vault", "field")
    stage.run("FIELD: erase what the desk has", "forget", "--delivered", "--vault", "field")


def _ready_for_the_public(stage: Stage, secret: tuple[str, str]) -> None:
    """A lossless copy can be matched with the phone: the public gets one coded anew, after a person looked."""
    unlock = ("--vault", "desk", *secret)
    refused = ("report", "--audience", "public", "--out", "too-early.html", *unlock)
    stage.run("DESK: nothing for the public that nobody has looked at", *refused, expect=(5,))
    items = [word for item in demo_text.items_of(stage.folder) for word in ("--item", item)]
    made = stage.run(
        "DESK: copies that are coded anew, without sound", "derive", *items, "--mute", *unlock, expect=(0, 3)
    )
    for item in dict.fromkeys(line.split()[0] for line in made.splitlines() if line):
        answers = "vantage=no,voice=no,reflection=no,interior=no,face=yes,plate=no"
        looked = ("inspect", "--item", item, "--answer", answers, *unlock)
        stage.run("DESK: somebody looked and listened, and answers for it", *looked)


def _desk_day(stage: Stage) -> None:
    secret = ("--passphrase-file", "paper/passphrase.txt")
    stage.run("DESK: check everything", "verify", "desk", *secret)
    _ready_for_the_public(stage, secret)
    demo_text.make_key(stage.folder)
    recipient = demo_text.recipient_of(stage.folder)
    for audience, more in (("court", ("--custodian-sheet", "paper/custodian-sheet.txt")), ("public", ())):
        page = f"report-{audience}.html"
        stage.run(
            f"DESK: the page for {audience}",
            "report",
            "--audience",
            audience,
            "--out",
            page,
            "--vault",
            "desk",
            *secret,
        )
        (stage.folder / audience).mkdir()
        words = ("bundle", audience, "--audience", audience, "--to", recipient, "--vault", "desk", *secret, *more)
        stage.run(f"DESK: the bundle for {audience}", *words)
    signer = demo_text.signer_of(stage.folder)
    for audience in ("court", "public"):
        bundle = next((stage.folder / audience).glob("*.age")).relative_to(stage.folder)
        stage.run(
            f"LAWYER: check the bundle for {audience}",
            "verify",
            str(bundle),
            "--key",
            "lawyer-key.txt",
            "--signer",
            signer,
        )
