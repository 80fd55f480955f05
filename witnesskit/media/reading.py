"""What another reader than ours says of a file: never a verdict, and its failure is a fact."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from witnesskit.media.groups import group_of, shown
from witnesskit.media_model import Revelation
from witnesskit.model import Json

VALUES_MAX = 2_000  # of one file; more are of no use to a person
_SOFTWARE = ("encoder", "handler", "writing_app")
_NO_VALUE = frozenset({"", "und", "0", "none"})


@dataclass(frozen=True)
class Reading:
    """``facts``: what it is; ``told``: what it gives away, by groups; ``failure``: why there is no more."""

    reader: str
    facts: tuple[tuple[str, str], ...] = ()
    told: tuple[Revelation, ...] = ()
    failure: str = ""

    def json(self) -> Json:
        """As JSON of our profile."""
        return {
            "reader": self.reader,
            "facts": [{"name": name, "value": value} for name, value in self.facts],
            "told": [asdict(one) for one in self.told[:VALUES_MAX]],
            "failure": self.failure,
        }


def told(place: str, name: object, value: object) -> Revelation | None:
    """One value as a revelation of its group; None for one that says nothing."""
    text = shown(value)
    word = shown(name)[:200]
    if text.lower() in _NO_VALUE:
        return None
    meant = word.lower().removeprefix("com.apple.quicktime.")  # "quicktime" is no time
    otherwise = "software" if any(part in meant for part in _SOFTWARE) else "other"
    return Revelation(group_of(meant, otherwise), place, word, text)
