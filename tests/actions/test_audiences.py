"""What a court and the public get: all that is asked for and allowed, and nothing of anything else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.actions.stage import Device, Stage, copy_of, record_json, silent
from witnesskit.actions.bundle import BundleWish, bundle
from witnesskit.actions.forget import forget_delivered
from witnesskit.actions.receipt import take_receipt
from witnesskit.actions.report import ReportWish, report
from witnesskit.actions.status import status
from witnesskit.actions.verify import VerifyWish, verify
from witnesskit.bundle.unpack import open_volume
from witnesskit.custody.journal import Journal
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
READER = Identity.generate()
TOKEN = re.compile(
    rb"wk1/[0-9a-z]{8,}|age1[0-9a-z]{20,}|(?<![0-9a-f])[0-9a-f]{16,}(?![0-9a-f])|[A-Za-z0-9+/_-]{40,}={0,2}"
    rb"|(?<![0-9a-z])[2-9a-z]{4}-[2-9a-z]{2}(?![0-9a-z])"
)


class _Kept:
    """A member in memory."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data) -> None:
        self.data += bytes(data)

    def keep(self) -> None: ...

    def drop(self) -> None: ...


@pytest.fixture(scope="module")
def collected(first_stage: Stage, tmp_path_factory) -> Stage:
    """Two photos with copies and one file without; delivered, confirmed, and never written to again."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("collected") / "stage")
    device = Device(stage.folder / "a")
    other = stage.folder / "other.jpg"
    shutil.copy(PHOTO, other)
    device.add(PHOTO, other, stage.folder / "a.txt")
    (done,) = stage.take_in(device.bundle(stage.folder / "stick"), second_copy=stage.folder / "shelf")
    take_receipt(device.vault, Path(done.receipt))
    return stage


@pytest.fixture
def desk(collected: Stage, tmp_path: Path) -> Stage:
    return copy_of(collected, tmp_path / "desk")


@pytest.fixture(scope="module")
def answered(collected: Stage, tmp_path_factory) -> Stage:
    """The same with a derivative of both photos, and the exposure sheet answered."""
    stage = copy_of(collected, tmp_path_factory.mktemp("answered") / "stage")
    assert len(stage.make_public()) == 2
    return stage


@pytest.fixture
def ready(answered: Stage, tmp_path: Path) -> Stage:
    return copy_of(answered, tmp_path / "ready")


def items(stage: Stage) -> list[str]:
    found = state.load_state(stage.desk).items
    return sorted(item for item, one in found.items() if not one.paper)


def sent(stage: Stage, audience: str, *shorts: str) -> tuple[Path, dict[str, list[bytes]]]:
    """A bundle for ``audience``, and its files by their kind."""
    out = stage.folder / f"out-{audience}"
    out.mkdir()
    path = Path(
        bundle(stage.desk, BundleWish(out, stage.passphrase, audience, READER.recipient, shorts), silent).file
    )
    found: dict[str, list[bytes]] = {}
    with path.open("rb", buffering=0) as stream:
        volume = open_volume(stream, [READER])
        sinks = {member.ordinal: _Kept() for member in volume.members}
        assert volume.each(lambda member: sinks[member.ordinal]).complete
        for member in volume.members:
            found.setdefault(member.kind, []).append(sinks[member.ordinal].data)
        found["lists"] = [data for name, data in volume.tags.files.items()]
    return path, found


def disclosed(found: dict[str, list[bytes]]) -> list[dict]:
    """What each opened event says, by name."""
    (data,) = found["openings"]
    told = []
    for line in data.splitlines():
        texts = json.loads(line)["disclosures"]
        values = [json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) for text in texts]
        told.append({name: value for _salt, name, value in values})
    return told


def state_of(path: Path, stage: Stage, *signers: str) -> str:
    key = stage.folder / "reader.txt"
    key.write_text(READER.text + "\n")
    return verify(VerifyWish(path, signers, key), silent).state


def test_a_court_gets_originals_copies_records_logs_and_the_page(desk):
    path, found = sent(desk, "court")
    assert {kind: len(data) for kind, data in found.items() if kind not in ("lists", "spec")} == {
        "chain": 2, "checkpoint": 2, "media": 3, "copy": 2, "record": 3, "openings": 1, "report": 9,
    }  # fmt: skip
    assert PHOTO.read_bytes() in found["media"]
    assert (state_of(path, desk, desk.key), state_of(path, desk)) == ("UNCHANGED", "CANNOT TELL")


@pytest.mark.parametrize("published", [False, True], ids=["", "after the others were published"])
def test_a_court_that_asked_for_one_item_is_told_of_no_other(ready, published):
    desk = ready
    if published:
        report(desk.desk, desk.passphrase, ReportWish("public", (), desk.folder / "public.html"))
    asked, *others = items(desk)
    path, found = sent(desk, "court", short_id(asked))
    told = [value for event in disclosed(found) for name, value in event.items() if name in ("item", "parent")]
    assert asked in told
    assert not set(others) & set(told)
    assert (len(found["media"]), len(found["record"])) == (1, 1)
    assert state_of(path, desk, desk.key) == "UNCHANGED"


def test_the_public_gets_clean_copies_under_fresh_numbers_and_few_openings(ready):
    path, found = sent(ready, "public")
    assert set(found) == {"chain", "checkpoint", "copy", "openings", "report", "lists"}
    assert len(found["copy"]) == 2
    for event in disclosed(found):
        assert set(event) <= {
            "day", "sha256", "size", "media_type", "essence", "presentation_sha256", "finding",
        }  # fmt: skip
    assert PHOTO.read_bytes() not in found["copy"]
    assert (state_of(path, ready, ready.key), state_of(path, ready)) == ("UNCHANGED", "CANNOT TELL")


def test_nothing_that_is_published_stands_in_a_device_before_or_after_it_forgot(ready):
    _path, found = sent(ready, "public")
    public = {token for data in found.values() for part in data for token in TOKEN.findall(part)}
    device = Device(ready.folder / "a")
    for _round in range(2):
        files = [path for path in device.folder.rglob("*") if path.is_file()]
        seized = {token for path in files for token in TOKEN.findall(path.read_bytes() + path.name.encode())}
        assert len(seized) > 20
        assert not public & seized
        if _round == 0:
            forget_delivered(device.vault, "")


def test_the_public_page_tells_a_day_and_no_hour(ready):
    _path, found = sent(ready, "public")
    (page,) = found["report"]
    assert re.search(rb"\d{4}-\d\d-\d\d", page)
    assert not re.search(rb"\d\d:\d\d", page)


def test_what_is_published_is_logged_by_the_desk_and_only_then(ready):
    log = ready.folder / "desk" / "custody" / "log.jsonl"
    before = log.read_bytes()
    with pytest.raises(WitnesskitError):
        report(ready.desk, ready.passphrase, ReportWish("public", ("2222-22",), ready.folder / "none.html"))
    assert log.read_bytes() == before
    report(ready.desk, ready.passphrase, ReportWish("public", (), ready.folder / "page.html"))
    events = [json.loads(line) for line in log.read_bytes()[len(before) :].splitlines()]
    assert [event["type"] for event in events] == ["derive", "derive"]
    assert not {event["item"] for event in events} & set(items(ready))


def test_a_page_that_is_there_already_publishes_and_logs_nothing(ready):
    log, page = ready.folder / "desk" / "custody" / "log.jsonl", ready.folder / "there.html"
    before = log.read_bytes()
    page.write_text("mine")
    with pytest.raises(WitnesskitError) as caught:
        report(ready.desk, ready.passphrase, ReportWish("public", (), page))
    assert (caught.value.code, page.read_text(), log.read_bytes()) == ("OUTPUT-EXISTS", "mine", before)


def test_without_a_clean_copy_nothing_is_published(stage, device, stick):
    device.save(record_json())
    stage.take_in(device.pack(stick).path)
    with pytest.raises(WitnesskitError) as caught:
        sent(stage, "public")
    assert caught.value.code == "NO-ITEM"


@pytest.mark.parametrize(
    "wish",
    [
        {"audience": "court", "recipient": ""},
        {"audience": "", "recipient": READER.recipient},
        {"audience": "court", "recipient": "age1x"},
        {"audience": "court", "recipient": READER.recipient, "items": ("0000-00",)},
    ],
)
def test_a_wrong_wish_writes_and_logs_nothing(stage, device, stick, wish):
    stage.take_in(device.bundle(stick))
    before = stage.contents()
    out = stage.folder / "out"
    out.mkdir()
    with pytest.raises(WitnesskitError):
        bundle(stage.desk, BundleWish(out, stage.passphrase, **wish), silent)
    assert stage.contents() == before
    assert not list(out.iterdir())


def opened_transfer(path: Path) -> dict:
    """What bundle.json opens of the transfer; empty where it opens nothing."""
    with path.open("rb", buffering=0) as stream:
        meta = open_volume(stream, [READER]).meta
    texts = [text for opening in meta.openings for text in opening.disclosures]
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[1:] for text in texts)


def test_a_court_bundle_logs_its_transfer_and_tells_it_to_its_recipient_alone(desk):
    path, found = sent(desk, "court")
    told = opened_transfer(path)
    lines = found["lists"][2].splitlines(keepends=True)  # manifest-sha256.txt
    payload = b"".join(lines[len(found["chain"]) + len(found["checkpoint"]) :])
    assert told["manifest_sha256"] == hashlib.sha256(payload).hexdigest()
    assert (told["to"], told["counter"]) == (READER.recipient, 1)
    own = next(log for log in found["chain"] if desk.key.split("+")[0].encode() in log)
    assert json.loads(own.splitlines()[-1])["type"] == "transfer"
    assert state_of(path, desk, desk.key) == "UNCHANGED"
    shutil.rmtree(desk.folder / "out-court")
    _second, later = sent(desk, "court")
    assert READER.recipient.encode() in b"".join(later["lists"])  # of this bundle
    assert not any(event.get("bundle") == told["bundle"] for event in disclosed(later))


def test_a_public_copy_is_in_nobody_s_custody_and_no_transfer_is_logged(ready):
    path, found = sent(ready, "public")
    assert opened_transfer(path) == {}
    assert b'"type":"transfer"' not in b"".join(found["chain"])
    assert status(ready.desk).counts["unanswered"] == 0


def test_a_desk_names_the_bundles_that_nobody_acknowledged(desk):
    path, _found = sent(desk, "court")
    with path.open("rb", buffering=0) as stream:
        short = short_id(open_volume(stream, [READER]).meta.id)
    found = status(desk.desk)
    assert found.counts["unanswered"] == 1
    assert any("sent, not acknowledged" in warning and short in warning for warning in found.warnings)


def test_what_other_desks_answered_goes_to_a_court_and_never_to_the_public(ready):
    """A cosignature and a receipt name another desk, and tell that the two work together."""
    anchors = ready.desk.custody / "anchors"
    anchors.mkdir(exist_ok=True)
    size = max(Journal.open(ready.desk.custody, by="desk").sizes())
    for ending in ("cosig", "proof"):
        (anchors / f"{size}.north.{ending}").write_bytes(f"by north, {ending}".encode())
    path, court = sent(ready, "court")
    _path, public = sent(ready, "public")
    assert {b"by north, cosig", b"by north, proof"} <= set(court["anchor"])
    first = sum(len(court[kind]) for kind in ("chain", "checkpoint", "anchor"))
    payload = b"".join(court["lists"][2].splitlines(keepends=True)[first:])
    assert opened_transfer(path)["manifest_sha256"] == hashlib.sha256(payload).hexdigest()
    assert b"north" not in b"".join(data for kind in public.values() for data in kind)
