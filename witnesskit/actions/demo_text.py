"""Texts and keys of the demo: how to check each result with stock tools."""

from __future__ import annotations

from pathlib import Path

from witnesskit.formats.invite import invite_digits
from witnesskit.formats.short_id import short_id
from witnesskit.sealing.identity import Identity
from witnesskit.vault import layout
from witnesskit.vault.state import load_state

_KEY = "lawyer-key.txt"


def digits_of(invite: Path) -> str:
    """What the desk reads aloud."""
    return invite_digits(invite.read_bytes())


def make_key(folder: Path) -> None:
    """An age identity for the lawyer, as ``age-keygen`` would write it."""
    identity = Identity.generate()
    (folder / _KEY).write_text(f"# public key: {identity.recipient}\n{identity.text}\n", encoding="utf-8")


def recipient_of(folder: Path) -> str:
    """The lawyer's public key."""
    return (folder / _KEY).read_text(encoding="utf-8").splitlines()[0].removeprefix("# public key: ")


def signer_of(folder: Path) -> str:
    """The desk's verifier key, as it is told over another channel."""
    return layout.open_vault(folder / "desk").config.key


def items_of(folder: Path) -> list[str]:
    """Short ids of what the desk holds."""
    found = load_state(layout.open_vault(folder / "desk")).items
    return [short_id(item) for item, one in found.items() if not one.paper]


def how_to_check(folder: Path) -> str:
    """HOW-TO-CHECK.txt."""
    court = next((folder / "court").glob("*.age")).name
    public = next((folder / "public").glob("*.age")).name
    field = next((folder / "stick").glob("*.age")).name
    key = signer_of(folder)
    return _TEXT.format(court=court, public=public, field=field, key=key, name=key.split("+")[0])


_TEXT = """HOW TO CHECK WHAT THE DEMO LEFT, WITH STOCK TOOLS
You need: age, tar, sha256sum, openssl 3, and if you like bagit.py, exiftool, ffmpeg. Run everything in this folder.

1. The copies give nothing away, and picture and sound are the same
   exiftool -a -G1 -ee --system:all phone.mov | grep -i -e gps -e model -e date   (the original: place, device, time)
   exiftool -a -G1 -ee phone-copy.mov | grep -i -e gps -e model         (the copy: nothing)
   ffmpeg -v error -ignore_editlist 1 -i phone.mov      -map 0:v:0 -map 0:a:0 -f framemd5 - | grep -v ^# | sha256sum
   ffmpeg -v error -ignore_editlist 1 -i phone-copy.mov -map 0:v:0 -map 0:a:0 -f framemd5 - | grep -v ^# | sha256sum

2. Nothing on the field laptop can be read
   grep -r -a -l -e "16 December" -e 127.0.0.1 -e phone.mov field       (prints nothing)

3. The bundle for the court is a plain age file over a plain tar that holds a plain BagIt bag
   mkdir opened-court
   age -d -i lawyer-key.txt court/{court} | tar x -C opened-court
   (cd opened-court && sha256sum -c manifest-sha256.txt)                (OK for every file)
   bagit.py --validate opened-court
   cat opened-court/members.jsonl                                       (what each file is)

4. The checkpoint of the desk is signed by the desk's key; the key came over another channel:
   {key}
   Take the data file that members.jsonl calls a "checkpoint" of {name}; here the first one:
   note=opened-court/data/00000002
   ( printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'
     echo '{key}' | cut -d+ -f3- | base64 -d | tail -c +2 ) | openssl pkey -pubin -inform DER -out desk.pem
   awk '/^$/{{exit}}{{print}}' $note > note.txt
   grep -m 1 '^— ' $note | cut -d' ' -f3 | base64 -d | tail -c +5 > note.sig
   openssl pkeyutl -verify -pubin -inkey desk.pem -rawin -in note.txt -sigfile note.sig

5. One changed byte is seen
   printf X | dd of=opened-court/data/00000001 bs=1 seek=100 conv=notrunc
   witnesskit verify opened-court --signer '{key}'                       (CHANGED, exit status 7)

6. What was published shares nothing with the field laptop
   mkdir opened-public
   age -d -i lawyer-key.txt public/{public} | tar x -C opened-public
   cat opened-public/members.jsonl

7. The bundle that travelled on the stick opens only for the desk
   age -d -i lawyer-key.txt stick/{field} > /dev/null                   (refused: no identity matched)

The folder "paper" stands for what would be on paper only. Destroy this folder when you have looked at it.
"""
