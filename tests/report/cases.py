"""One case, as each of the three audiences may see it."""

from __future__ import annotations

from witnesskit.media_model import EssenceHash
from witnesskit.model import Audience
from witnesskit.policy import decide, load
from witnesskit.report.how_to import steps
from witnesskit.report.model import Answer, Check, Item, Part, Report

POLICY_OF = {Audience.DESK: "protect-filmer", Audience.COURT: "court", Audience.PUBLIC: "public"}
ORIGINAL = "3c9b8a" + "0d" * 29
SEALED = "77aa55" + "1e" * 29
FIELD_LOG = "f1e1d1" + "2f" * 29
COPY = "b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184"
VKEY = "witnesskit.example/desk-7c31+0badcafe+AZcX0hGRd6yu2bBpZWpjFf+JzWSy0sGwUL+gX7yYO0rT"

ESSENCE = (EssenceHash("video:0", "h264-vcl", "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"),)

SECRETS = {
    "url": "https://video.example/watch?v=Zh4n40z3n",
    "title": "Жаңаөзен, 16 желтоқсан \u202egpj.mp4 <script>alert(1)</script>",
    "uploader": "saule540 \u0633\u0627\u0648\u0644\u0629 \x1b[31m",
    "name": "VID_20111216_151203.mp4",
    "original_sha256": ORIGINAL,
    "original_size": "18874368",
    "sealed_sha256": SEALED,
    "collector": "collector-9",
    "egress": "socks5h://127.0.0.1:9050",
    "field_log": FIELD_LOG,
    "published": "2011-12-20T06:41:00Z",
    "received": "What the tool received through a proxy (Tor, as its port says), not that video.example published it.",
    "attempts": "21 requests: 20 answered 206, 1 without an answer (reset)\n2011-12-20T08:10:40Z media: without (reset)",
    "resolver": "the proxy looked the name up; address connected to: missing",
    "connection": "TLSv1.3 TLS_AES_256_GCM_SHA384; commonName=video.example; chain " + "5a" * 32,
    "clock": "41 seconds behind the site's clock, by the site's word",
    "tool_identity": "witnesskit 0.1.0; SHA-256 of its files " + "6b" * 32 + "\nPython 3.11.7",
    "formats": "video 1: format 22 avc1.64001F/mp4a.40.2 1280x720; of 7 offered, because it fits",
    "ranges": "stream 1, media, from 65536: 18808676 bytes, complete, status 206, If-Range etag-540",
}
VALUES = SECRETS | {
    "item": "k7f2-93",
    "saved": "2011-12-20T08:10:31Z",
    "outcome": "saved",
    "tool": "witnesskit 0.1.0",
    "original_type": "video/mp4",
    "copy_type": "video/mp4",
    "copy_size": "18869211",
    "copy_sha256": COPY,
    "essence": f"{ESSENCE[0].stream} {ESSENCE[0].definition} {ESSENCE[0].sha256}",
    "removed": "14",
    "finding": "clean",
    "events": "12, 14",
    "parts": "url, html, media, metadata",
}
PARTS = (
    Part("url", "held"),
    Part("html", "held"),
    Part("screenshot", "missing", "no browser on the field device"),
    Part("media", "held"),
    Part("metadata", "held"),
    Part("context", "refused", "the site asked for a login"),
)
CHECKS = (
    Check(1, "CANON", "ok", "", "All 16 lines of the log are in the canonical form."),
    Check(2, "ROOT", "ok", "", "The first 16 events are those the checkpoint signs."),
    Check(3, "SIG", "ok", "witnesskit.example/desk-7c31", "The signature of a trusted key verifies."),
    Check(
        4, "RECEIPT", "ok", f"log {FIELD_LOG}", "A receipt in the desk's log names this field log, its size and root."
    ),
    Check(5, "ALTERED", "ok", f"file {ORIGINAL}", f"The file has the digest that event 12 commits, {ORIGINAL}."),
    Check(6, "CLOCK", "warn", "event 9", "The clock ran backwards by 41 seconds."),
    Check(7, "TAIL", "warn", "", "Two events after the newest checkpoint are not signed yet."),
)
FAILED = Check(
    8,
    "MISSING",
    "fail",
    "item k7f2-93",
    "A file that event 14 commits is not here, and no event records its deletion.",
)
CHECKS_OF = {"UNCHANGED": CHECKS, "CHANGED": (*CHECKS, FAILED), "CANNOT TELL": ()}
STATES = {
    "UNCHANGED": Answer("UNCHANGED", "2011-12-20", ("witnesskit.example/desk-7c31",)),
    "CHANGED": Answer("CHANGED", "", ("witnesskit.example/desk-7c31",)),
    "CANNOT TELL": Answer("CANNOT TELL", "", ()),
}


def report_for(audience, state="UNCHANGED", **changes):
    """The report the action would build: the policy has decided what is shown."""
    policy = load.shipped(POLICY_OF[audience])
    shown = decide.show(policy, VALUES)
    parts = PARTS if "parts" in shown.values else ()
    item = Item("k7f2-93", shown.values, shown.withheld, parts, ("the edit list hides 0.7 s of film at the start",))
    given = {
        "audience": audience,
        "policy": policy.id,
        "made": "2026-11-23",
        "tool": "witnesskit 0.1.0",
        "answer": STATES[state],
        "checks": CHECKS_OF[state],
        "items": (item,),
        "steps": steps(audience, () if audience is Audience.PUBLIC else (VKEY,), ESSENCE),
    }
    return Report(**given | changes)
