"""A seized field vault and everything a desk published share nothing but constants of the formats.

Whoever holds both must not be able to tell that they belong together: no digest, id, key, origin, size or byte.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import copy_of
from tests.journeys.program import Folder
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_sealed

DEMO = Path(__file__).resolve().parents[2] / "demo"
TOKENS = re.compile(
    rb"age1[0-9a-z]{20,}|wk1/[0-9a-z]{8,}|(?<![0-9a-f])[0-9a-f]{16,}(?![0-9a-f])"
    rb"|[A-Za-z0-9+/_-]{20,}={0,2}|[2-9a-z]{4}-[2-9a-z]{2}(?![0-9a-z])"
)
WINDOW = 16
CONSTANTS = re.compile(rb"witnesskit|age-encryption|org/v1|X25519|BagIt|protect-filmer|sha256", re.IGNORECASE)


@pytest.fixture(scope="module")
def seized(team, tmp_path_factory, site) -> Folder:
    """Two rounds of work in the field, published in between; the device is seized with its newest log."""
    folder = copy_of(team, tmp_path_factory.mktemp("seized"))
    folder.ok("add", DEMO / "photo.jpg", "--vault", "field")
    folder.archive("field", [site.url + "/p/good.html"])
    (folder.path / "stick").mkdir()
    folder.ok("bundle", "stick", "--vault", "field")
    folder.desk("import", *(folder.path / "stick").iterdir(), "--receipts", "receipts")
    folder.ok("receipt", *(folder.path / "receipts").iterdir(), "--vault", "field")
    _publish(folder)
    folder.ok("add", DEMO / "photo.jpg", "--vault", "field")
    return folder


def _publish(folder: Folder) -> None:
    """What anybody may get: the public report, the public bundle opened, the desk's log and key, the policy."""
    public = folder.path / "public"
    public.mkdir()
    assert folder.ready_for_the_public()
    folder.desk("report", "--audience", "public", "--out", public / "report.html")
    reader = Identity.generate()
    (folder.path / "out").mkdir()
    folder.desk("bundle", "out", "--audience", "public", "--to", reader.recipient)
    (bundle,) = (folder.path / "out").iterdir()
    with bundle.open("rb", buffering=0) as stream, tarfile.open(fileobj=open_sealed(stream, [reader])) as tar:
        tar.extractall(public / "bag", filter="data")
    shutil.copy(bundle, public)
    shutil.copytree(folder.path / "desk" / "custody" / "checkpoints", public / "checkpoints")
    shutil.copy(folder.path / "desk" / "custody" / "log.jsonl", public)
    shutil.copy(Path(__file__).resolve().parents[2] / "policies" / "public.toml", public)


def files(*places: Path) -> Iterator[tuple[str, bytes]]:
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(place)), path.read_bytes()


def is_text(data: bytes) -> bool:
    return b"\x00" not in data[:4096] and not data.startswith((b"\xff\xd8", b"age-encryption"))


def tokens(place: Path) -> set[bytes]:
    """Everything that could name something: hex, base64, recipients, origins, short ids; and names of files."""
    found = set()
    for name, data in files(place):
        text = data if is_text(data) else data[:2048].partition(b"\n--- ")[0]
        found |= {token for token in TOKENS.findall(text + b"\n" + name.encode()) if not CONSTANTS.search(token)}
    return found


def derived(place: Path) -> set[bytes]:
    """Digests that anybody can compute of the files that lie there, and their parts of the short kind."""
    found = set()
    for _name, data in files(place):
        found.add(hashlib.sha256(data).hexdigest().encode())
        found |= {
            hashlib.sha256(b"\x00" + line).hexdigest().encode()
            for line in data.splitlines()
            if 40 < len(line) < 65536
        }
    return found


def test_there_is_something_on_both_sides(seized):
    """Nothing shared among nothing would prove nothing."""
    field, public = seized.path / "field", seized.path / "public"
    assert len(tokens(field)) > 100
    assert len(tokens(public)) > 50
    kinds = {json.loads(line)["kind"] for line in (public / "bag" / "members.jsonl").read_text().splitlines()}
    assert {"copy", "report", "chain", "checkpoint", "openings"} <= kinds


def test_the_comparison_finds_what_does_join(seized):
    """A receipt is for the device it confirms: it names that device's log, and must never be published."""
    assert tokens(seized.path / "receipts") & (tokens(seized.path / "field") | derived(seized.path / "field"))


def test_no_token_is_on_both_sides(seized):
    field, public = seized.path / "field", seized.path / "public"
    both = tokens(field) & tokens(public)
    assert both <= tokens(Path(__file__).resolve().parents[2] / "policies"), sorted(both)


def test_no_digest_of_one_side_is_written_on_the_other(seized):
    field, public = seized.path / "field", seized.path / "public"
    assert not derived(field) & tokens(public)
    assert not derived(public) & tokens(field)
    assert not derived(public) & derived(field)


def test_no_run_of_sixteen_bytes_is_on_both_sides(seized):
    field, public = seized.path / "field", seized.path / "public"
    published = b"\x00".join(data for _name, data in files(public))
    windows = {
        data[start : start + WINDOW]
        for _name, data in files(field)
        if not is_text(data)
        for start in range(data.find(b"\n--- ") + 48, len(data) - WINDOW, WINDOW)
    }
    shared = {published[start : start + WINDOW] for start in range(len(published) - WINDOW)} & windows
    assert not shared


def test_sizes_and_times_do_not_join_either(seized):
    field, public = seized.path / "field", seized.path / "public"
    capsules = [path for path in (field / "capsules").rglob("*") if path.is_file()]
    assert {path.stat().st_mtime_ns for path in capsules} == {946_684_800 * 10**9}
    sizes = {path.stat().st_size for path in capsules}
    published = b" ".join(data for _name, data in files(public) if is_text(data))
    assert not [size for size in sizes if re.search(rb"(?<!\d)%d(?!\d)" % size, published)]


def test_what_is_published_does_not_tell_the_original(seized):
    public = b" ".join(data for _name, data in files(seized.path / "public"))
    for telling in (hashlib.sha256((DEMO / "photo.jpg").read_bytes()).hexdigest(), "photo.jpg", "Aisha", "127.0.0.1"):
        assert telling.encode() not in public


def test_two_seized_devices_of_one_desk_share_nothing(seized):
    (seized.path / "note.txt").write_text("x")
    unlock = ("--passphrase-file", "sec-locked/passphrase.txt")
    seized.ok("add", "note.txt", "--vault", "locked", *unlock)
    both = tokens(seized.path / "field") & tokens(seized.path / "locked")
    assert not both, sorted(both)


def test_the_seized_vault_names_no_desk_key_and_no_receipt_is_published(seized):
    field = b" ".join(data for _name, data in files(seized.path / "field"))
    desk = (seized.path / "desk" / "vault.toml").read_bytes()
    for token in TOKENS.findall(desk):
        if not CONSTANTS.search(token):
            assert token not in field
