"""A device that holds a key may seal any record: it harms its own item, and neither the page nor the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.stage import Stage, capsule_member, copy_of, record_json, silent
from witnesskit.actions.bundle import BundleWish, bundle
from witnesskit.actions.report import ReportWish, report
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.errors import WitnesskitError
from witnesskit.formats import strict_json
from witnesskit.formats.short_id import short_id
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state

HOSTILE = "\x1b]0;x\x07\u202e</dd><script>alert(1)</script>\"'&\x00"
COPY = {
    "stream": 1, "item": "ab" * 16, "sha256": "a" * 64, "size": 1, "media_type": "image/jpeg", "removed": [],
    "essence": [], "presentation_sha256": "", "finding": "clean", "jail": "full", "kept": [],
}  # fmt: skip
MEDIA = {"stream": 1, "sha256": "a" * 64, "bytes": 1, "mime": "video/mp4"}

UNREADABLE = {
    "cut": b"{",
    "empty": b"",
    "a list": b"[]",
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "a float": record_json()[:-1] + b',"z":1.5}',
    "twice": record_json()[:-1] + b',"source":{}}',
    "newer": record_json(format="witnesskit.record/2"),
    "copies of numbers": record_json(copies=[1]),
    "copies of text": record_json(copies=["sha256"]),
    "a copy without facts": record_json(copies=[{"sha256": "a" * 64}]),
    "a copy's digest": record_json(copies=[COPY | {"sha256": ["a"]}]),
    "a copy's item": record_json(copies=[COPY | {"item": "../../x"}]),
    "a copy's finding": record_json(copies=[COPY | {"finding": "<b>"}]),
    "a copy's list": record_json(copies=[COPY | {"removed": 3}]),
    "a copy's sentences": record_json(copies=[COPY | {"kept": [1]}]),
    "a copy's essence": record_json(copies=[COPY | {"essence": [{"stream": 1}]}]),
    "more in an essence": record_json(
        copies=[COPY | {"essence": [{"stream": "v", "definition": "d", "sha256": "a" * 64, "x": 1}]}]
    ),
    "media of numbers": record_json(capture={"media": [1]}),
    "media of text": record_json(capture={"media": "abc"}),
    "a medium without facts": record_json(capture={"media": [{}]}),
    "a medium's digest": record_json(capture={"media": [MEDIA | {"sha256": HOSTILE}]}),
    "completeness of numbers": record_json(capture={"completeness": [1]}),
    "a part's state": record_json(capture={"completeness": {"html": 1}}),
    "a tool of text": record_json(collection={"tool": "x"}),
    "an item of text": record_json(item=HOSTILE),
}
SHOWN = {
    "nothing": record_json(),
    "a lying medium": record_json(capture={"media": [MEDIA]}),
    "a lying copy": record_json(copies=[COPY]),
    "hostile text": record_json(source={"url": HOSTILE, "title": HOSTILE}, times={"collected": HOSTILE}),
    "hostile names": record_json(capture={"completeness": {HOSTILE: HOSTILE}, "outcome": HOSTILE}),
    "hostile objects": record_json(source={"url": {"a": [HOSTILE]}}, collection={"tool": {"name": []}, "egress": []}),
    "a hostile type": record_json(capture={"media": [MEDIA | {"mime": HOSTILE}]}),
    "a long title": record_json(source={"title": "A" * 1_000_000}),
}
ORIGINALS = {
    "cut": b"{",
    "a list": b"[]",
    "source": strict_json.canonical({"source": [1]}),
    "openings": strict_json.canonical({"openings": 3}),
    "an opening": strict_json.canonical({"openings": [{"disclosures": "abc", "deferred": "abc"}]}),
}
OPENINGS = {
    "cut": b"{\n",
    "text": b'{"deferred":"abc","disclosures":"abc"}\n',
    "numbers": b'{"deferred":{},"disclosures":[1]}\n',
    "a surrogate": b'{"deferred":{},"disclosures":["\\ud800"]}\n',
    "no text": b"\xff\x00\n",
}


@pytest.fixture(scope="module")
def hostile(first_stage, tmp_path_factory) -> tuple[Stage, dict[str, str]]:
    """A desk that took in all of them from ``a`` and an honest file from ``b``; item by the name of its fault."""
    from tests.actions.stage import Device

    stage = copy_of(first_stage, tmp_path_factory.mktemp("hostile") / "stage")
    device, honest = Device(stage.folder / "a"), Device(stage.folder / "b")
    items = {f"record: {name}": device.save(data) for name, data in UNREADABLE.items()}
    items |= {f"shown: {name}": device.save(data) for name, data in SHOWN.items()}
    items |= {f"original: {name}": device.save(record_json(), data) for name, data in ORIGINALS.items()}
    items |= {f"openings: {name}": device.save(record_json(), openings=data) for name, data in OPENINGS.items()}
    honest.add(stage.folder / "b.txt")
    stage.take_in(device.pack(stage.folder / "stick").path, honest.bundle(stage.folder / "stick"))
    return stage, items


def page(stage: Stage, audience: str, folder: Path) -> str:
    out = folder / f"{audience}.html"
    report(stage.desk, stage.passphrase, ReportWish(audience, (), out))
    return out.read_text(encoding="utf-8")


@pytest.mark.parametrize("audience", ["desk", "court"])
def test_the_page_shows_every_item_and_names_what_cannot_be_read(hostile, tmp_path, audience):
    stage, items = hostile
    text = page(stage, audience, tmp_path)
    assert text.count("<h3>Item ") == len(items) + 1
    named = {name for name, item in items.items() if f"{short_id(item)}: not everything" in text}
    # a desk page needs no custodian key; a lone researcher's reads originals for a court only
    expected = {name for name in items if name.startswith(("record", "openings"))}
    assert named >= expected
    assert not {name for name in named if name.startswith("shown")}


@pytest.mark.parametrize("audience", ["desk", "court"])
def test_hostile_text_stays_text(hostile, tmp_path, audience):
    stage, _items = hostile
    text = page(stage, audience, tmp_path)
    assert "<script" not in text
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(text)
    assert "&lt;script&gt;" in text
    assert "default-src 'none'" in text


def test_a_court_gets_the_others_and_the_page_names_the_hostile_ones(hostile, tmp_path):
    stage, items = hostile
    key = Identity.generate()
    done = bundle(stage.desk, BundleWish(tmp_path, stage.passphrase, "court", key.recipient), silent)
    assert done.items == len(items) + 1
    (tmp_path / "key.txt").write_text(key.text + "\n")
    found = verify(VerifyWish(Path(done.file), (stage.key,), tmp_path / "key.txt"), silent)
    assert found.state == "CANNOT TELL"  # of the items whose openings cannot be read, nothing is tied to a word
    assert not [check for check in found.checks if check.mark == "fail"]


def test_a_copy_that_is_not_the_one_its_record_names_is_not_published(hostile, tmp_path):
    stage, _items = hostile
    log = (stage.folder / "desk" / "custody" / "log.jsonl").read_bytes()
    with pytest.raises(WitnesskitError) as caught:
        page(stage, "public", tmp_path)
    assert caught.value.code == "NOT-FOR-THE-PUBLIC"
    assert (stage.folder / "desk" / "custody" / "log.jsonl").read_bytes() == log


def test_a_capsule_sealed_as_another_item_s_is_named_and_not_shown(stage, device, other, stick, tmp_path):
    """A thief re-sends what was taken from another device, still sealed, as an item of his own."""
    item = device.save(record_json(source={"title": "STOLEN-TITLE"}))
    taken = [one for one in state.load_state(device.vault).capsules().values() if one.item == item]
    stolen = [capsule_member(device.vault, one, item="cd" * 16, capsule=f"{n:032x}") for n, one in enumerate(taken)]
    stage.take_in(other.pack(stick, [*other.members(), *stolen]).path)
    text = page(stage, "desk", tmp_path)
    assert "STOLEN-TITLE" not in text
    assert f"{short_id('cd' * 16)}: not everything" in text


def test_one_damaged_capsule_does_not_keep_the_others_from_the_page(stage, device, other, stick, tmp_path):
    stage.take_in(device.pack(stick).path, other.pack(stick).path)
    present = state.load_state(stage.desk)
    first, second = (name for name, found in present.items.items() if not found.paper)
    record = next(one for one in present.items[first].capsules if one.role == "record" and one.part > 1)
    path = stage.desk.capsule_path(record.id)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-5_000] + bytes(5_000))
    text = page(stage, "desk", tmp_path)
    assert f"{short_id(first)}: not everything" in text
    assert f"{short_id(second)}: not everything" not in text
    assert '<p class="word"><bdi>CHANGED</bdi></p>' in text
