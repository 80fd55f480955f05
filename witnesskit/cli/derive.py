"""``witnesskit derive``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from witnesskit.cli.options import ANY_PATH, EXISTING_FILE, common, passphrase_option, read_secret, vault_option
from witnesskit.cli.output import Answer, Output
from witnesskit.errors import ExitStatus
from witnesskit.errors.cli import Usage
from witnesskit.media_limits import STILLS_MAX
from witnesskit.model import VaultKind
from witnesskit.strip.derivation import Derivation, Span

if TYPE_CHECKING:
    from witnesskit.actions.derive_item import DerivedItem
    from witnesskit.actions.derive_source import DerivedCopy

_TIME = "coding anew; a film takes about as long as it lasts, a large one longer"
_HALF = (
    "Half the size and coarse coding make a simple comparison with the sensor of a camera fail more often. "
    "A patient laboratory may still succeed: nothing of this is a promise."
)
_HUM = "The hum of the mains is notched out of the sound; that too stops only a simple comparison with a power grid."
_WHOLE_SIZE = "The whole size was kept: a comparison with the sensor of the camera is likelier to succeed."
_VOICE = "The voice is in it and can be recognised; --mute is the safe choice. A changed pitch is undone in a minute."
_LOOK = "What boxes and blocks cover was your choice: look at the whole copy, picture by picture."
_UNSEEN = "Faces, places, reflections, shadows and words in the picture are as before wherever nothing covers them."


@click.command()
@click.argument("file", type=EXISTING_FILE, required=False)
@click.option("--out", type=ANY_PATH, help="The copy to write, with --stills a new folder.")
@click.option("--item", "items", multiple=True, help="Instead of FILE: short id of an item in a desk vault.")
@click.option("--half/--whole-size", default=True, show_default=True, help="Half the width and height.")
@click.option("--mute", is_flag=True, help="Leave the sound out.")
@click.option("--pixelate", is_flag=True, help="The whole picture as at most 16 blocks on its longer side.")
@click.option("--crop", "crop_text", metavar="X,Y,W,H", help="Only this part of the picture as it is shown.")
@click.option("--trim", "trim_text", metavar="START-END", help="Only this part of the film (1.5-20, 1:02-, -0:30).")
@click.option(
    "--box", "box_texts", metavar="X,Y,W,H[@START-END]", multiple=True,
    help="A black box over this part of the picture as it is shown; can be given again.",
)  # fmt: skip
@click.option("--stills", type=click.IntRange(1, STILLS_MAX), help="Instead of a film so many pictures of it.")
@passphrase_option
@vault_option
@common
def command(  # noqa: PLR0913 - one parameter for each choice
    output: Output,
    answer: Answer,
    file: Path | None,
    out: Path | None,
    items: tuple[str, ...],
    passphrase_file: Path | None,
    vault_path: Path | None,
    half: bool,
    mute: bool,
    pixelate: bool,
    crop_text: str | None,
    trim_text: str | None,
    box_texts: tuple[str, ...],
    stills: int | None,
) -> None:
    """Make a smaller copy whose picture and sound are coded anew.

    A film becomes VP9 and Opus in WebM, a sound Opus in Ogg, a picture or still JPEG. Rotation and cuts are part of
    the result, hidden footage is not in it. Regions are in points of the whole picture as it is shown, also with
    --crop and before it is halved; times are those of the whole film. The copy is stripped and inspected again; if
    that finds anything, it is deleted and the exit status is 5. With --item the item's clean copy is the source, and
    the result is sealed beside it and tied to it by an event of the desk's log.
    """
    from witnesskit.cli.derive_options import box, region, span

    derivation = Derivation(
        half=half,
        mute=mute,
        pixelate=pixelate,
        crop=region(crop_text) if crop_text is not None else None,
        trim=span(trim_text) if trim_text is not None else Span(),
        boxes=tuple(box(text) for text in box_texts),
        stills=stills or 0,
    )
    if items and not file and not out:
        output.say(_TIME)
        made = _of_items(output, answer, _Items(items, vault_path, passphrase_file), derivation)
    elif file and out and not items:
        output.say(_TIME)
        made = _of_file(file, out, derivation)
    else:
        raise Usage("name a file and --out, or an item with --item alone")
    if not made:
        return
    answer.state = "clean"
    answer.data["copies"] = [copy.json() for copy in made]
    for remark in dict.fromkeys(remark for copy in made for remark in copy.remarks):
        answer.warn("DERIVED", remark)
    output.say(f"clean: coded anew, no identifying metadata found in the copy ({made[0].jail} jail)")
    for words in _words(derivation, sound="sound" in made[0].facts["recipe"] and not mute):
        output.say(words)


@dataclass(frozen=True)
class _Items:
    shorts: tuple[str, ...]
    vault_path: Path | None
    passphrase_file: Path | None


def _of_file(file: Path, out: Path, derivation: Derivation) -> tuple[DerivedCopy, ...]:
    from witnesskit.actions.derive_file import derive_file

    return derive_file(file, out, derivation, lambda _: None)


def _of_items(output: Output, answer: Answer, wanted: _Items, derivation: Derivation) -> tuple[DerivedCopy, ...]:
    from witnesskit.actions.derive_item import derive_items
    from witnesskit.actions.opening import find_vault

    vault = find_vault(wanted.vault_path, VaultKind.DESK)
    passphrase = read_secret("Passphrase", wanted.passphrase_file, "--passphrase-file")
    made: list[DerivedCopy] = []
    with output.progress("deriving") as line:
        for done in derive_items(vault, passphrase, wanted.shorts, derivation):
            made += done.copies
            facts = {"id": done.short, "copies": [copy.sha256 for copy in done.copies]}
            answer.items.append(facts | ({"refused": done.refusal.code} if done.refusal else {}))
            line.count(len(answer.items), len(wanted.shorts), "items")
            _one_item(output, answer, done)
    if answer.errors and made:
        answer.status = ExitStatus.PARTIAL
    return tuple(made)


def _one_item(output: Output, answer: Answer, done: DerivedItem) -> None:
    for copy in done.copies:
        output.data(f"{done.short}  {copy.sha256}")
    if done.refusal:
        answer.refuse(done.refusal, done.short)
    else:
        output.say(f"sealed beside item {done.short}; look at it: `witnesskit inspect --item {done.short} --ask`")


def _words(derivation: Derivation, *, sound: bool) -> list[str]:
    """What a person must know of what was made."""
    words = [_HALF if derivation.half else _WHOLE_SIZE]
    if sound:
        words += [_HUM, _VOICE]
    if derivation.boxes or derivation.pixelate:
        words.append(_LOOK)
    return [*words, _UNSEEN]
