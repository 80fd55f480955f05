"""One random change of a vector, from a seed: what a clumsy or a hostile hand does to a case."""

from __future__ import annotations

import base64
import copy
import random
from collections.abc import Callable
from typing import Any

Vector = dict[str, Any]
ALPHABET = '0123456789abcdefABCDEFghi+/=-_".,:{}[]\n\\ \u00e9'


def mutated(vector: Vector, seed: int) -> Vector:
    """A copy with one to three changes; the same seed makes the same copy."""
    chance = random.Random(f"{vector['name']}/{seed}")
    changed = copy.deepcopy(vector)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        chance.choice(PROOF if "proof" in vector else CASE)(changed, chance)
    return changed


def typo(text: str, chance: random.Random) -> str:
    """One character replaced, removed, or put in."""
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice(("", chance.choice(ALPHABET))) + text[place + chance.randrange(2) :]


def _one(of: list[Any], chance: random.Random) -> int | None:
    return chance.randrange(len(of)) if of else None


def _log(vector: Vector, chance: random.Random) -> Vector:
    return chance.choice(vector["logs"]) if vector["logs"] else {"lines": [""], "notes": [], "anchors": []}


def in_list(pick: Callable[[Vector, random.Random], list[Any]]) -> Callable[[Vector, random.Random], None]:
    """Remove one, say one twice, move one, or take one to another place."""

    def change(vector: Vector, chance: random.Random) -> None:
        of = pick(vector, chance)
        place = _one(of, chance)
        if place is None:
            return
        match chance.randrange(4):
            case 0:
                del of[place]
            case 1:
                of.insert(chance.randrange(len(of) + 1), copy.deepcopy(of[place]))
            case 2:
                of.insert(chance.randrange(len(of)), of.pop(place))
            case _:
                of.append(of.pop(place))

    return change


def _line(vector: Vector, chance: random.Random) -> None:
    lines = _log(vector, chance)["lines"]
    place = chance.randrange(len(lines))
    lines[place] = typo(lines[place], chance)


def _note(vector: Vector, chance: random.Random) -> None:
    notes = _log(vector, chance)["notes"]
    if (place := _one(notes, chance)) is not None:
        notes[place] = typo(notes[place], chance)


def _cut(vector: Vector, chance: random.Random) -> None:
    log = _log(vector, chance)
    text = "\n".join(log["lines"])
    log["lines"] = text[: chance.randrange(len(text) + 1)].split("\n")


def _exchange_notes(vector: Vector, chance: random.Random) -> None:
    one, two = _log(vector, chance), _log(vector, chance)
    one["notes"], two["notes"] = two["notes"], one["notes"]


def _opening(vector: Vector, chance: random.Random) -> None:
    if (place := _one(vector["openings"], chance)) is None:
        return
    opening = vector["openings"][place]
    match chance.randrange(3):
        case 0:
            opening["disclosure"] = typo(opening["disclosure"], chance)
        case 1:
            opening["n"] = chance.randrange(12)
        case _:
            opening["log"] = chance.choice(vector["openings"])["log"]


def _found(vector: Vector, chance: random.Random) -> None:
    if (place := _one(vector["found"], chance)) is None:
        return
    found = vector["found"][place]
    other = chance.choice(vector["found"])
    match chance.randrange(5):
        case 0:
            found["sha256"] = chance.randbytes(32).hex()
        case 1:
            found["sha256"] = other["sha256"]
        case 2:
            found.pop("capsule", None)
        case 3:
            found["capsule"] = other.get("capsule", chance.randbytes(16).hex())
        case _:
            found["item"] = chance.choice(_items(vector) or ["0" * 32])


def _items(vector: Vector) -> list[str]:
    parts = [line.split('"item":"')[1][:32] for log in vector["logs"] for line in log["lines"] if '"item":"' in line]
    return sorted(part for part in parts if len(part) == 32)


def _expected(vector: Vector, chance: random.Random) -> None:
    expected = vector["expected"]
    match chance.randrange(3):
        case 0:
            expected["everything"] = not expected["everything"]
        case 1:
            expected["listed"].append(chance.randbytes(32).hex())
        case _:
            expected["listed"] += [found["sha256"] for found in vector["found"]]


def _remembered(vector: Vector, chance: random.Random) -> None:
    notes = [note for log in vector["logs"] for note in log["notes"] if note.count("\n") > 3]
    if notes:
        origin, size, root = chance.choice(notes).split("\n")[:3]
        number = int(size) if size.isdecimal() else 1
        vector["trust"]["remembered"][origin] = [number + chance.randrange(2), root]


def _anchor(vector: Vector, chance: random.Random) -> None:
    anchors = _log(vector, chance)["anchors"]
    if (place := _one(anchors, chance)) is None:
        return
    anchor = anchors[place]
    if chance.randrange(3):
        data = bytearray(base64.b64decode(anchor["data"]))
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        anchor["data"] = base64.b64encode(data).decode()
    else:
        anchor["name"] = chance.choice((typo(anchor["name"], chance), "4.beta.tsr", "4.south.cosig", "9.alpha.tsr"))


def _trust(vector: Vector, chance: random.Random) -> None:
    trust = vector["trust"]
    match chance.randrange(5):
        case 0:
            trust["keys"] = trust["keys"][1:]
        case 1:
            trust["now"] = chance.choice((0, 1795435200 - 86400, 1795435200 - 200000, 1795435200 + 10**6))
        case 2:
            trust["roots"] = dict(list(trust["roots"].items())[1:])
        case 3:
            trust["intermediates"] = []
        case _:
            trust["keys"] = [typo(key, chance) for key in trust["keys"]]


def _proof(vector: Vector, chance: random.Random) -> None:
    text = base64.b64decode(vector["proof"]).decode(errors="replace")
    parts = text.split("\n")
    place = chance.randrange(len(parts))
    match chance.randrange(4):
        case 0:
            del parts[place]
        case 1:
            parts.insert(chance.randrange(len(parts) + 1), parts[place])
        case _:
            parts[place] = typo(parts[place], chance)
    vector["proof"] = base64.b64encode("\n".join(parts).encode("utf-8", "replace")).decode()


def _proof_extra(vector: Vector, chance: random.Random) -> None:
    """What the proof brings along is changed inside its base64."""
    head, *rest = base64.b64decode(vector["proof"]).decode(errors="replace").split("\n")
    if rest and rest[0].startswith("extra "):
        try:
            inner = base64.b64decode(rest[0][6:]).decode()
        except ValueError:
            return
        rest[0] = "extra " + base64.b64encode(typo(inner, chance).encode()).decode()
    vector["proof"] = base64.b64encode("\n".join([head, *rest]).encode("utf-8", "replace")).decode()


def _proof_file(vector: Vector, chance: random.Random) -> None:
    vector.pop("found", None) if chance.randrange(2) else vector.update(
        found={"name": "other", "sha256": chance.randbytes(32).hex(), "size": 1}
    )


CASE: tuple[Callable[[Vector, random.Random], None], ...] = (
    _line,
    _line,
    _note,
    _cut,
    _exchange_notes,
    _opening,
    _opening,
    _found,
    _found,
    _expected,
    _remembered,
    _anchor,
    _anchor,
    _trust,
    in_list(lambda vector, _: vector["logs"]),
    in_list(lambda vector, _: vector["openings"]),
    in_list(lambda vector, _: vector["found"]),
    in_list(lambda vector, chance: _log(vector, chance)["lines"]),
    in_list(lambda vector, chance: _log(vector, chance)["notes"]),
    in_list(lambda vector, chance: _log(vector, chance)["anchors"]),
)
PROOF = (_proof, _proof, _proof_extra, _proof_extra, _proof_file, _trust)
