"""The two guides are followed to the letter: a desk does what its guide says, and a lawyer checks what it handed out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from tests.journeys.program import Folder, Ran
from tests.oracles import require
from tests.simulators import authorities
from witnesskit.cli.registry import load

ROOT = Path(__file__).resolve().parents[2]
SOUTH = ("--vault", "south", "--passphrase-file", "sec-south/passphrase.txt")
LAST = ("key revoke",)  # it puts in doubt what the other lines prove
FOR_THE_LAWYER = "bundle court"


def blocks(guide: str) -> str:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    return "".join(re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


def options_of(words: list[str]) -> set[str]:
    command = load(words[0])
    if isinstance(command, click.Group):
        command = command.commands[words[1]]
    return {name for parameter in command.params for name in parameter.opts}


@dataclass
class Desk:
    """A folder in which the lines of the guide are typed; ``told`` is what people read to each other."""

    folder: Folder
    told: dict[str, str] = field(default_factory=dict)

    def type(self, line: str) -> Ran:
        words = [self.told.get(word, word) for word in shlex.split(line, comments=True)[1:]]
        if line.startswith(f"witnesskit {FOR_THE_LAWYER}"):
            words[words.index(self.told["AGE-RECIPIENT"])] = self.told["LAWYER"]
        words = [path for word in words for path in self.files(word)]
        return self.quick(*words, *self.answers(words))

    def files(self, word: str) -> list[str]:
        """What a shell makes of a word."""
        return sorted(map(str, self.folder.path.glob(word))) if "*" in word else [word]

    def answers(self, words: list[str]) -> Iterator[str]:
        """What the terminal would ask."""
        known, here = options_of(words), self.folder.path
        if words[0] == "init":
            yield from ("--secrets-out", "sec")
        elif "--passphrase-file" in known:
            yield from ("--passphrase-file", str(here / "sec" / "passphrase.txt"))
        if "--sheet" in known:
            yield from ("--sheet", str(here / "sec" / "recovery-sheet.txt"))
        if "--operator" in known:
            yield from ("--operator-passphrase-file", str(here / "operator.txt"))

    def quick(self, *words: object) -> Ran:
        ran = self.folder.run(*words, env={"WITNESSKIT_VAULT": str(self.folder.path / "desk")}, quick=True)
        assert ran.status == 0, (words, ran.both)
        return ran

    # what other people do between the lines

    def after(self, line: str, ran: Ran) -> None:
        here = self.folder.path
        if line.startswith("witnesskit init"):
            sheet = ("--typed-back", "sec/recovery-sheet.txt", "--passphrase-file", "sec/passphrase.txt")
            self.quick("init", "desk", "--confirm-sheet", *sheet)
            shutil.copy(here / "sec" / "custodian-sheet.txt", here)
        elif line.startswith("witnesskit invite"):
            self.field_delivers()
        elif line.startswith("witnesskit import"):
            items = [one.split()[0] for one in self.quick("status", "--items").out.splitlines()]
            self.told |= dict(zip(("ITEM", "OTHER"), items, strict=True))
        elif line.startswith("witnesskit key operator"):
            (here / "operator.txt").write_text(re.search(r"^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", ran.err, re.MULTILINE)[0])
        elif line.startswith("witnesskit bundle out"):
            self.south_answers()
        elif line.startswith("witnesskit disclose") and "--out" in line:
            (here / "proof.key").write_text(ran.err.split()[-1])

    def field_delivers(self) -> None:
        here = self.folder.path
        unlock = ("--passphrase-file", "sec/passphrase.txt")
        digits = self.quick("invite", "second.wkid", "--name", "laptop-2", *unlock, "--json").json()["digits"]
        (here / "stick").mkdir()
        self.quick("init", "field", "--field")
        self.quick("trust", "add", "second.wkid", "--digits", digits, "--vault", "field")
        for _twice in range(2):
            self.quick("add", "FOUND.jpg", "--vault", "field")
        self.quick("bundle", "stick", "--vault", "field")

    def south_answers(self) -> None:
        own = self.quick("trust", "show", "--passphrase-file", "sec/passphrase.txt", "--json").json()["keys"]
        self.quick("trust", "peer", "desk", own["log"], "--witness", own["witness"], *SOUTH)
        (bundle,) = (self.folder.path / "out").iterdir()
        self.quick("import", bundle, "--receipts", "answers", *SOUTH)
        self.quick("trust", "exchange", "--out", "theirs.exchange", *SOUTH)
        (self.folder.path / "desk.key").write_text(own["log"] + "\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    """Somebody who did every line of guide-ngo.md, in its order."""
    place = tmp_path_factory.mktemp("guide")
    made = Desk(Folder(place))
    shutil.copy(ROOT / "demo" / "photo.jpg", place / "FOUND.jpg")
    made.quick("init", "south", "--lone", "--secrets-out", "sec-south")
    keys = made.quick("trust", "show", *SOUTH, "--json").json()["keys"]
    secret = subprocess.run([require("age-keygen")], capture_output=True, check=True, text=True).stdout
    (place / "YOUR-KEY.txt").write_text(secret)
    with authorities.pair(place) as pair:
        made.told = {
            "URL-OF-NORTH": pair.north.url,
            "URL-OF-SOUTH": pair.south.url,
            "LOG-KEY": keys["log"],
            "WITNESS-KEY": keys["witness"],
            "AGE-RECIPIENT": keys["recipient"],
            "LAWYER": next(line.split()[-1] for line in secret.splitlines() if "public key" in line),
        }
        follow(made)
        yield made


def follow(desk: Desk) -> None:
    lines = [line for line in blocks("guide-ngo.md").splitlines() if line.startswith(("witnesskit ", "mkdir "))]
    assert len(lines) > 30
    for line in sorted(lines, key=lambda one: one.split(" ", 1)[1].startswith(LAST)):
        if line.startswith("mkdir "):
            subprocess.run(shlex.split(line), cwd=desk.folder.path, check=True)
        else:
            desk.after(line, desk.type(line))


def test_a_desk_that_follows_its_guide_ends_with_what_it_says(desk):
    here = desk.folder.path
    assert [path.suffix for path in sorted((here / "answers").iterdir())] == [".cosig", ".proof"]
    assert list((here / "proofs").glob("*.tlog-proof")) and (here / "draft.txt").stat().st_size > 0
    status = desk.quick("status", "--json").json()["counts"]
    assert (status["items"], status["bundles"]) == (1, 3)


def test_every_command_of_the_guides_is_one_of_this_program(desk):
    for guide in ("guide-ngo.md", "guide-verify.md"):
        for line in re.findall(r"witnesskit ([a-z].*)$", blocks(guide), re.MULTILINE):
            words = shlex.split(line)
            assert {word for word in words if word.startswith("--")} <= options_of(words), line


def test_a_lawyer_who_follows_the_guide_finds_it_unchanged_in_every_way(desk, tmp_path):
    for tool in ("age", "tar", "sha256sum"):
        require(tool)
    for name in ("YOUR-KEY.txt", "FOUND.jpg", "desk.key", "proof.key", "north.pem", "south.pem"):
        shutil.copy(desk.folder.path / name, tmp_path)
    (bundle,) = (desk.folder.path / "court").iterdir()
    shutil.copy(bundle, tmp_path / "BUNDLE.age")
    (proof,) = (desk.folder.path / "proofs").glob("*-ingest-*.tlog-proof")
    shutil.copy(proof, tmp_path / "PROOF.tlog-proof")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }
    script = "set -e\n" + blocks("guide-verify.md")
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.count("\nUNCHANGED since") == 6, done.stdout
    assert "FOUND.jpg is the file that this ingest event commits" in done.stdout
    assert done.stdout.count("FOUND.jpg: original") == 2
