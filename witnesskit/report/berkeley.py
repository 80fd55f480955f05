"""The Berkeley Protocol's demands beside what is held of one item: where it lies, or why it is missing.

Source: OHCHR and UC Berkeley, Berkeley Protocol on Digital Open Source Investigations (2022), paragraphs 153 to 156
(collection), its chapter on preservation, and paragraph 167 (chain of custody). Short paraphrases, no quotations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from witnesskit.report.custody import COPY, ORIGINAL, Story
from witnesskit.report.model import BERKELEY_MINIMUM, Item, Part, Row, Table

HELD, IN_PART, MISSING, NOT_APPLICABLE = "held", "in part", "MISSING", "not applicable"
NOTE: Final = (
    "Paragraph numbers are those of the 2022 edition. “Held” says that it is there, not that it is enough; whether "
    "the Protocol is met is for a person to judge."
)
# paragraph, what it asks for, the part of the record, where it lies
_CAPTURE: Final = (
    ("155 (a)", "web address", "url", "the record, source.url; the log"),
    ("155 (b)", "source code of the page (HTML)", "html", "the file page-ITEM.html"),
    ("155 (c)", "picture of the full page, with date and time", "screenshot", "the file screenshot-ITEM.png"),
    ("155 (d)", "media embedded in the page", "media", "the original, as it was served"),
    ("155 (e)", "metadata embedded in the media", "metadata", "in the original itself, and in its sealed file"),
    ("155 (f)", "context: comments, account, surroundings", "context", "the sealed file of the original"),
)
_NEVER: Final = "this program does not record it, to protect the person; whoever collected it can state it"
_REPORT: Final = "name and version of the program; no request or connection of the collection is told here"
_TOLD: Final = ("tool_identity", "attempts")  # the program exactly, and every request it sent


def table(item: Item, story: Story, facts: Mapping[str, str]) -> Table:
    """The table of one item. ``facts``: ``clock`` (its source, and whether it was synchronised), from the record."""
    parts = {part.name: part for part in item.parts}
    where = f"{item.short}: in the log, and in every list of files"
    rows = (
        Row("Identification", "an id that no other item has", HELD, where, ""),
        *(_capture(demand, parts, item) for demand in _CAPTURE),
        *_collection(item, facts),
        *_form(item, story),
        *_preservation(story),
        *_custody(item, story),
    )
    return Table(f"Berkeley Protocol: item {item.short}", _summary(rows, item), rows)


def _capture(demand: tuple[str, str, str, str], parts: Mapping[str, Part], item: Item) -> Row:
    place, asks, name, where = demand
    part = parts.get(name)
    if part is None:
        return Row(place, asks, MISSING, "", "no record that is opened here tells of it")
    if part.state == "held":
        return Row(place, asks, HELD, where.replace("ITEM", item.short), part.reason)
    if part.state == "not applicable":
        return Row(place, asks, NOT_APPLICABLE, "", part.reason or "no reason was recorded")
    told = f"refused: {part.reason}" if part.state == "refused" else part.reason
    return Row(place, asks, MISSING, "", told or "no reason was recorded")


def _collection(item: Item, facts: Mapping[str, str]) -> Iterator[Row]:
    """Paragraphs 155 (g) and (h), 156."""
    for asks in ("name of the collector", "address of the machine on the network", "virtual identity that was used"):
        yield Row("155 (g)", asks, MISSING, "", _NEVER)
    saved = item.values.get("saved", "")
    yield _either(
        "155 (g)", "time of the collection", saved, f"{saved}: the record and the log", "it is not told here"
    )
    yield _clock(facts.get("clock", ""))
    digest = item.values.get("original_sha256", "")
    where = f"SHA-256 {digest}, taken while the bytes arrived; the log commits it"
    reason = "no digest of a whole original is told here: it is not opened, or the capture was cut off"
    yield _either("155 (h)", "hash value from the point of collection", digest, where, reason)
    tool = item.values.get("tool", "")
    asks = "technical report of an automated collection"
    if all(item.values.get(name) for name in _TOLD):
        yield Row("156", asks, HELD, f"{tool}: exactly, with requests and connections, in the record", "")
    else:
        yield (
            Row("156", asks, IN_PART, tool, _REPORT) if tool else Row("156", asks, MISSING, "", "it is not told here")
        )


def _clock(told: str) -> Row:
    asks = "clock set by a time server"
    if not told:
        return Row("155 (g)", asks, MISSING, "", "the record says nothing of the clock")
    if told.endswith("synced: true"):
        return Row("155 (g)", asks, HELD, told, "")
    reason = "it is not known whether the clock was set; the checks say what others prove of the time"
    return Row("155 (g)", asks, IN_PART, told, reason)


def _form(item: Item, story: Story) -> Iterator[Row]:
    """Paragraphs 153 and 154."""
    kinds = {thing.kind for thing in story.by_item.get(item.short, ())}
    asks, where = "the original form, unaltered", "the original; the log commits its SHA-256"
    yield _either("153", asks, ORIGINAL in kinds, where, "no original of this item is told here")
    asks = "every alteration documented"
    removed = item.values.get("removed", "an unknown number of")
    where = f"the copy's own entry in the log; {removed} parts removed, each listed in the record"
    yield (
        Row("154", asks, HELD, where, "")
        if COPY in kinds
        else Row("154", asks, NOT_APPLICABLE, "", "no copy of it is told here")
    )


def _preservation(story: Story) -> Iterator[Row]:
    """The criteria of the chapter on preservation."""
    unchanged = story.answer.startswith("UNCHANGED")
    checks = f"the checks answer: {story.answer}"
    yield _either("Authenticity", "unchanged since it was collected", unchanged, checks, checks)
    reason = "that it is kept elsewhere too, and how often, is the desk's word"
    yield Row("Availability", "there, and found again", IN_PART, "here", reason)
    yield Row("Identity", "told apart from every other item", HELD, "its id and its digests", "")
    yield Row("Persistence", "bits that stay whole", HELD, "digests in signed logs, which stock tools check", "")
    reason = "no player is kept with it, and nothing is converted when formats grow old"
    yield Row("Renderability", "it can be shown", IN_PART, "the file as it was served", reason)
    yield Row("Understandability", "it can be understood", MISSING, "", "what it shows is for witnesses and experts")


def _custody(item: Item, story: Story) -> Iterator[Row]:
    """Paragraph 167."""
    own = story.by_item.get(item.short, ())
    events = len({event.id for thing in own for event in story.by_thing.get(thing.id, ())})
    asks, reason = "control, transfer and analysis in the order of time", "no entry about it is opened here"
    yield _either("167", asks, events, f"{events} entries about it in signed logs", reason)
    yield Row(
        "167", "names of the custodians", MISSING, "", "logs name keys, not people; who held them can be stated"
    )


def _either(clause: str, asks: str, is_held: object, where: str, why: str) -> Row:
    return Row(clause, asks, HELD, where, "") if is_held else Row(clause, asks, MISSING, "", why)


def _summary(rows: Sequence[Row], item: Item) -> str:
    states = [row.state for row in rows]
    counts = {state: states.count(state) for state in (HELD, IN_PART, MISSING, NOT_APPLICABLE)}
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"Of {len(rows)} demands: {told}. The minimum for a court, 155 (a) to (c): {_minimum(item)}."


def _minimum(item: Item) -> str:
    if item.berkeley_minimum:
        return "met"
    states = {part.name: part.state for part in item.parts}
    if states and all(states.get(name) == "not applicable" for name in BERKELEY_MINIMUM):
        return "NOT met, it did not come from a web page"
    lacking = [name for name in BERKELEY_MINIMUM if states.get(name) != "held"]
    return f"NOT met, missing: {', '.join(lacking)}"
