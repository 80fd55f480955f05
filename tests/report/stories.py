"""A story of one item, as an action would build it."""

from __future__ import annotations

from dataclasses import replace

from tests.report.cases import COPY, ORIGINAL, SEALED, VKEY
from witnesskit.report.custody import Agent, Happening, Story, Thing

DEVICE = "wk1/device0000000+0badcafe+AZcX0hGRd6yu2bBpZWpjFf+JzWSy0sGwUL+gX7yYO0rT"
ITEM = "item:" + "ab" * 16
THINGS = (
    Thing(ITEM, "item", "item k7f2-93", "k7f2-93"),
    Thing("log:wk1/device0000000", "log", "log of wk1/device0000000", "", "cd" * 32, 6064, "application/jsonl"),
    Thing(f"original:{ORIGINAL}", "original", "original of item k7f2-93", "k7f2-93", ORIGINAL, 18874368, "video/mp4"),
    Thing(f"sealed:{SEALED}", "sealed", "sealed of item k7f2-93", "k7f2-93", SEALED, 18900000),
    Thing(f"copy:{COPY}", "copy", "copy of item k7f2-93", "k7f2-93", COPY, 18869211, "video/mp4"),
)
AGENTS = (
    Agent(DEVICE, "wk1/device0000000", "signing key of a field device; which person held it is not recorded"),
    Agent("witnesskit 0.1.0", "witnesskit", version="0.1.0"),
    Agent(VKEY, "witnesskit.example/desk-7c31", "signing key of a desk; which person held it is not recorded"),
)
BOUNDS = "existed before 2011-12-21T08:10:00Z on the word of tsa-a, tsa-b (proven)"
FIELD, DESK, LOG = "wk1/device0000000", "witnesskit.example/desk-7c31", "log:wk1/device0000000"
AT = "2011-12-20T08:10:31Z"
BOTH = (DEVICE, "witnesskit 0.1.0")
HAPPENINGS = (
    Happening(FIELD, 0, "genesis", "2011-12-20", (DEVICE,), things=((LOG, "source"),)),
    Happening(FIELD, 1, "observe", AT, BOTH, "saved", {"url": "https://video.example/?a=1&b=<2>"}, ((ITEM, "source"),)),
    Happening(
        FIELD, 2, "ingest", AT, BOTH, "saved", {"sha256": ORIGINAL},
        ((ITEM, "source"), (THINGS[2].id, "outcome"), (THINGS[3].id, "outcome")), BOUNDS,
    ),
    Happening(FIELD, 3, "derive", "2011-12-20", BOTH, "clean", {"finding": "clean"}, ((ITEM, "source"), (THINGS[4].id, "outcome"))),
    Happening(FIELD, 4, "transfer", "", (DEVICE,), facts={"counter": "1"}, things=((LOG, "source"),)),
    Happening(DESK, 1, "receipt", "2011-12-23", (VKEY,), "complete", {"size": "5"}, ((LOG, "source"),)),
    Happening(DESK, 2, "check", "2011-12-24", (VKEY,), "success", {"kind": "fixity", "ok": "7", "bad": "0"}),
    Happening(DESK, 3, "delete", "2012-01-24", (VKEY,), facts={"why": "consent \x1b[31m\u202e"}, things=((ITEM, "source"),)),
)  # fmt: skip
STORY = Story(
    "court@2#" + "00" * 32, "witnesskit 0.1.0", "2026-11-23",
    "UNCHANGED since 2011-12-20, on the word of witnesskit.example/desk-7c31", THINGS, AGENTS, HAPPENINGS, 2,
)  # fmt: skip


def story(**changes):
    return replace(STORY, **changes)
