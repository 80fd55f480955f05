"""A draft for a certification under Rules 902(13) and 902(14) of the Federal Rules of Evidence (United States).

Filled with what the record and the verdict hold; everything that a person must know or decide is a blank. Source of
the demands: Fed. R. Evid. 902(11), 902(13), 902(14), and the Committee's note of 2017 on identical hash values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from witnesskit.report.custody import COPY, ORIGINAL, Happening, Story, Thing
from witnesskit.report.plain_text import paragraph, title

_BLANK: Final = "______________________________"
_HEAD: Final = (
    "DRAFT. Made by a program; signed by nobody; not legal advice. Whoever signs must strike out what they do not "
    "know themselves, fill in every blank, and ask a lawyer admitted there whether this form is enough."
)


def render(story: Story) -> bytes:
    """The draft, UTF-8."""
    return ("\n".join(_lines(story)) + "\n").encode()


def _lines(story: Story) -> Iterator[str]:
    yield "DRAFT CERTIFICATION"
    yield "Federal Rules of Evidence, Rules 902(13) and 902(14)"
    yield ""
    yield from paragraph(_HEAD)
    yield from _who()
    yield from _process(story)
    yield from _files(story)
    yield from _events(story)
    yield from _result(story)
    yield from _signature()
    yield from _notice()


def _who() -> Iterator[str]:
    yield from title("1. The person who certifies")
    yield from (f"Name: {_BLANK}", f"Position and organisation: {_BLANK}")
    yield f"Qualification (training, experience with such systems): {_BLANK}"
    yield f"How I know of the process described below: {_BLANK}"


def _process(story: Story) -> Iterator[str]:
    yield from title("2. The process (Rule 902(13))")
    programs = (
        ", ".join(agent.id for agent in story.agents if agent.version) or "no program is named in what is opened"
    )
    yield from paragraph(f"Programs that the log names: {programs}. This draft was made by {story.tool}.")
    yield from paragraph(
        "The program computes the SHA-256 of each file while its bytes arrive, encrypts the bytes (age version 1), "
        "and enters salted digests of what it knows as a line in a log. The lines are the leaves of a hash tree "
        "(RFC 6962) whose root is signed (Ed25519); a line that is changed, removed or moved gives another root. "
        "Copies for sharing are made from the original without altering it, and are entered in the log themselves."
    )
    yield from paragraph(f"That this process produces an accurate result I know from: {_BLANK}")


def _files(story: Story) -> Iterator[str]:
    yield from title("3. The files and their digests (Rule 902(14))")
    things = (*story.of_kind(ORIGINAL), *story.of_kind(COPY))
    if not things:
        yield from paragraph("No digest of a file is opened here. Without one, Rule 902(14) cannot be certified.")
    for thing in things:
        yield ""
        yield from paragraph(f"{thing.label}: {thing.media_type or 'kind not told'}, {thing.size or 'unknown'} bytes")
        yield f"    SHA-256 {thing.sha256}"
        for one in _committed(story, thing):
            yield from paragraph(f"entered as {one.id}; claimed time: {one.when or 'not told'}", 4)
            yield from paragraph(one.bounds, 4)
    yield ""
    yield from paragraph(
        f"On {_BLANK} I computed the SHA-256 of the file offered as exhibit {_BLANK} with {_BLANK}. "
        "It is [ ] identical [ ] not identical to the value above."
    )


def _committed(story: Story, thing: Thing) -> Sequence[Happening]:
    return [one for one in story.by_thing.get(thing.id, ()) if (thing.id, "outcome") in one.things]


def _events(story: Story) -> Iterator[str]:
    yield from title("4. Chain of custody, as the signed logs tell it")
    for one in story.happenings:
        outcome = f", {one.outcome}" if one.outcome else ""
        yield from paragraph(
            f"{one.id}: {one.premis_type} ({one.type}){outcome}; claimed time: {one.when or 'not told'}"
        )
    if story.unopened:
        yield from paragraph(f"{story.unopened} further entries of these logs are not opened here and tell nothing.")
    yield from paragraph("The logs name keys, not people. Who held the keys, and when, I know from: " + _BLANK)


def _result(story: Story) -> Iterator[str]:
    yield from title("5. The check")
    yield from paragraph(f"On {story.made} {story.tool} answered: {story.answer}.")
    yield from paragraph(
        "I repeated the check with the tools named in HOW-TO-CHECK.txt: [ ] yes [ ] no. Date: " + _BLANK
    )
    yield from paragraph("What differs from the above, and what I cannot say: " + _BLANK)


def _signature() -> Iterator[str]:
    yield from title("6. Signature")
    yield from paragraph(
        "[The declaration that the law of the place of signing asks for goes here, for example under 28 U.S.C. "
        "§ 1746 or, for a foreign record, Rule 902(12).]"
    )
    yield from ("", f"Date and place: {_BLANK}", f"Signature: {_BLANK}")


def _notice() -> Iterator[str]:
    yield from title("Notice to every adverse party (Rule 902(11))")
    yield from paragraph(
        f"{_BLANK} gives notice that it intends to offer the records listed above under Rules 902(13) and 902(14). "
        f"The records and the signed certification are available for inspection at {_BLANK} from {_BLANK}, so that "
        "there is a fair opportunity to challenge them."
    )
    yield from ("", "The notice must be in writing and reasonable in time; this draft gives none by itself.")
