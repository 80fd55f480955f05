"""``witnesskit inspect --item``: an item's copies and its exposure sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from witnesskit.actions.exposure import QUESTIONS
from witnesskit.actions.inspect_item import InspectedItem, InspectWish, inspect_item
from witnesskit.actions.opening import find_vault
from witnesskit.cli.options import ask, read_secret
from witnesskit.cli.output import Answer, Output
from witnesskit.cli.terminal import printable
from witnesskit.errors.actions import AnswerUnknown
from witnesskit.media_model import ANSWERS
from witnesskit.model import VaultKind

_UNANSWERED = "unanswered"


def show_item(output: Output, answer: Answer, short: str, options: Mapping[str, Any]) -> None:
    """Record what was answered, then show copies and sheet."""
    vault = find_vault(options["vault_path"], VaultKind.DESK)
    passphrase = read_secret("Passphrase", options["passphrase_file"], "--passphrase-file")
    answers = given_answers(options["answers"])
    if options["ask"]:
        answers |= _asked(output, answers)
    seen = inspect_item(vault, passphrase, InspectWish(short, answers, options["copies"]))
    if options["copies"]:
        output.say("The copies lie there readable: look at them with sound, then erase the folder.")
    answer.data["item"] = _facts(seen)
    _print(output, seen)


def given_answers(texts: tuple[str, ...]) -> dict[str, str]:
    """``voice=no,face=yes`` and the like as a mapping; raises AnswerUnknown."""
    answers = {}
    for part in (part for text in texts for part in text.split(",")):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise AnswerUnknown(printable(part)[:40])
        answers[name] = value
    return answers


def _asked(output: Output, known: Mapping[str, str]) -> dict[str, str]:
    output.say("Look at every copy from begin to end, with sound, before you answer: yes, no or unsure.")
    found = {}
    for name, question in QUESTIONS.items():
        if name not in known:
            said = ask(f"{name}: {question}", f"--answer {name}=yes|no|unsure").lower()
            found[name] = next((word for word in ANSWERS if said and word.startswith(said)), said)
    return found


def _facts(seen: InspectedItem) -> Mapping[str, Any]:
    copies = [
        {
            **{name: copy[name] for name in ("sha256", "size", "media_type", "finding", "removed", "kept")},
            "coded_anew": copy["sha256"] in seen.derived,
            "answers": dict(seen.answers_for(copy["sha256"])),
        }
        for copy in seen.copies
    ]
    return {"id": seen.short, "copies": copies, "exposure": dict(seen.sheet.answers)}


def _print(output: Output, seen: InspectedItem) -> None:
    output.data(f"item {seen.short}: {len(seen.copies)} copies")
    for copy in seen.copies:
        how = "coded anew" if copy["sha256"] in seen.derived else "coded as the original"
        output.data(
            f"  copy {copy['sha256'][:16]}  {copy['media_type']}  {copy['size']} bytes  {copy['finding']}  {how}"
        )
        output.data(f"    {len(copy['removed'])} parts removed: {_places(copy['removed'])}")
        for kept in copy.get("kept") or ():
            output.data(f"    {printable(kept)}")
        answers = seen.answers_for(copy["sha256"])
        output.data("    " + "  ".join(f"{name}: {answers.get(name, _UNANSWERED)}" for name in QUESTIONS))
    output.data("  Metadata cannot tell what is asked here: a person must look and listen.")
    for name, question in QUESTIONS.items():
        output.data(f"    {name}: {question}")


def _places(removed: list[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(printable(str(part.get("place", ""))) for part in removed))
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "") if names else "none"
