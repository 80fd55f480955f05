"""What people bring: cards, exported chats, proof archives, tables of reports; all kept, nobody who sent it shown."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.journeys.opened import capsules
from witnesskit.formats.commitment import line as commitment_line
from witnesskit.formats.commitment import parse as parse_commitment
from witnesskit.formats.merkle_tree import Tree, leaf_hash
from witnesskit.formats.short_id import short_id

DEMO = Path(__file__).resolve().parents[2] / "demo"
SENDER = "Сәуле Жұмабаева"
PHONE = "+7 701 123 45 67"
SAID = "from the window of the fourth floor"
CHAT = f"""16.12.2011, 14:03 - {SENDER}: VID-20111216-WA0001.mp4 (файл добавлен)
{SAID}
16.12.2011, 14:05 - {PHONE}: IMG-20111216-WA0002.jpg (файл добавлен)
"""


def chat_files(folder: Path) -> Path:
    folder.mkdir(parents=True)
    shutil.copy(DEMO / "camera.mp4", folder / "VID-20111216-WA0001.mp4")
    shutil.copy(DEMO / "photo.jpg", folder / "IMG-20111216-WA0002.jpg")
    (folder / "_chat.txt").write_text(CHAT, encoding="utf-8")
    (folder / "Thumbs.db").write_bytes(b"system")
    (folder / "link").symlink_to(folder.parent)
    return folder


def add(folder, vault, *arguments):
    unlock = ("--passphrase-file", "sec/passphrase.txt") if vault == "desk" else ()
    return folder.run("add", *arguments, "--vault", vault, "--json", *unlock)


def of_items(folder, vault, ran):
    """Capsules of the items of one run, by item."""
    found = {}
    for capsule in capsules(folder, vault):
        found.setdefault(capsule.item, []).append(capsule)
    shown = {item["id"] for item in ran.json()["items"]}
    return [parts for item, parts in found.items() if short_id(item) in shown]


def record_of(parts):
    return next(one.documents["record.json"] for one in parts if "record.json" in one.documents)


def original_of(parts):
    return next(one for one in parts if one.role == "original")


def desk_text(parts):
    """Everything that the desk ring reads."""
    return json.dumps([one.documents for one in parts if one.role == "record"], ensure_ascii=False)


@pytest.fixture(scope="module")
def added(folder):
    chat_files(folder.path / "export")
    return add(folder, "field", "export")


def test_a_folder_is_taken_whole_and_its_counts_add_up(folder, added):
    counts = added.json()["counts"]
    assert (added.status, counts["in"], counts["saved"]) == (0, 3, 3)
    assert (counts["skipped_system"], counts["skipped_links"]) == (1, 1)
    for telling in (SENDER, "+7 701", "WA0001", "export", SAID):
        assert telling not in added.both


def test_each_film_of_a_chat_is_tied_to_its_message_and_its_sender_is_a_pseudonym(folder, added):
    items = of_items(folder, "field", added)
    records = [record_of(parts) for parts in items]
    exported = sorted(
        (one["source"]["export"] for one in records if "export" in one["source"]), key=lambda one: one["message"]
    )
    assert [(one["kind"], one["message"], one["at"]) for one in exported] == [
        ("whatsapp", 1, "16.12.2011, 14:03"), ("whatsapp", 2, "16.12.2011, 14:05"),
    ]  # fmt: skip
    assert len({one["sender"] for one in exported}) == 2
    assert len({one["source"]["batch"] for one in records}) == 1
    for parts in items:
        for telling in (SENDER, "+7 701", SAID, "WA0001"):
            assert telling not in desk_text(parts)
    custodian = json.dumps([original_of(parts).documents["original.json"] for parts in items], ensure_ascii=False)
    for kept in (SENDER, PHONE, SAID, "export/VID-20111216-WA0001.mp4"):
        assert kept in custodian


def test_the_films_of_a_folder_get_their_copies(folder, added):
    assert [item["copy"] for item in added.json()["items"]].count("clean") == 2


def test_where_there_is_a_passphrase_a_folder_is_not_sealed_twice(own):
    chat_files(own.path / "export")
    first = add(own, "desk", "export").json()
    again = add(own, "desk", "export")
    assert (first["counts"]["saved"], again.status, again.json()["items"]) == (3, 0, [])
    assert again.json()["counts"]["known"] == 3


@pytest.fixture(scope="module")
def proof(folder):
    film = (DEMO / "camera.mp4").read_bytes()
    digest = hashlib.sha256(film).hexdigest()
    table = f"File Hash SHA256,DeviceID\n{digest},device-540\n".encode()
    with zipfile.ZipFile(folder.path / "proof.zip", "w") as out:
        out.writestr("window.mp4", film)
        out.writestr(f"{digest}.proof.csv", table)
        for name in (f"{digest}.asc", "pubkey.asc"):
            out.writestr(name, b"none")
    return add(folder, "field", "proof.zip"), film


def test_a_proof_archive_is_sealed_whole_and_its_film_once_more(folder, proof):
    ran, film = proof
    (parts,) = of_items(folder, "field", ran)
    original = original_of(parts)
    assert original.streams["media/1"] == (folder.path / "proof.zip").read_bytes()
    assert original.streams["media/2"] == film
    record = record_of(parts)
    assert [(one["role"], one["mime"]) for one in record["capture"]["media"]] == [
        ("container", "application/zip"), ("original", "video/mp4"),
    ]  # fmt: skip
    said = record["source"]["archive"]
    assert (said["kind"], said["members"], said["media"], said["unread"]) == ("proof", 4, 1, 0)
    assert said["films"][0]["proof"]["table"] == "names this film's SHA-256"
    assert not said["films"][0]["proof"]["signature"].startswith("good")
    assert ran.json()["items"][0]["copy"] == "clean"
    for telling in ("window.mp4", "device-540"):
        assert telling not in desk_text(parts)
        assert telling not in ran.both


def test_an_archive_that_is_damaged_is_kept_whole(folder):
    whole = folder.path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as out:
        out.writestr("a.jpg", (DEMO / "photo.jpg").read_bytes())
    data = bytearray(whole.read_bytes())
    data[60_000] ^= 1
    (folder.path / "damaged.zip").write_bytes(data)
    (folder.path / "cut.zip").write_bytes(whole.read_bytes()[:1000])
    ran = add(folder, "field", "damaged.zip", "cut.zip")
    assert [item["outcome"] for item in ran.json()["items"]] == ["saved", "saved"]
    assert sum(item["received"] for item in ran.json()["items"]) >= len(data) + 1000
    said = [record_of(parts)["source"]["archive"] for parts in of_items(folder, "field", ran)]
    assert sorted((one.get("unread"), one.get("members")) for one in said if "members" in one) == [(1, 1)]
    assert [one["unread"] for one in said if "members" not in one] == ["its list cannot be read"]


def test_reports_are_read_without_their_senders_and_a_commitment_finds_its_log(folder):
    lines = (folder.path / "desk" / "custody" / "log.jsonl").read_bytes().split(b"\n")[:-1]
    good = commitment_line("2011-12-16", 1, Tree(map(leaf_hash, lines[:1])).root())
    wrong = good[:-4] + f"{(int(good[-4]) + 1) % 10}" + good[-3:]
    (folder.path / "reports.csv").write_text(
        "from;date;message\n"
        f"{PHONE};2011-12-16 15:00;{SENDER} says they shoot, call {PHONE}\n"
        f"{PHONE};2011-12-16 15:01;{good}\n+77770000000;2011-12-16 15:02;{wrong}\n",
        encoding="utf-8",
    )
    ran = add(folder, "desk", "--reports", "reports.csv")
    assert ran.status == 0
    (parts,) = of_items(folder, "desk", ran)
    record = record_of(parts)
    rows = record["capture"]["reports"]
    assert record["source"]["reports"] == {"rows": 3, "senders": 2}
    assert rows[0]["sender"] == rows[1]["sender"] != rows[2]["sender"]
    assert rows[0]["text"].endswith("they shoot, call [number]")
    assert len(rows[1]["commitment"]["log"]) == 64
    assert "group" in rows[2]["commitment_refused"] or "order" in rows[2]["commitment_refused"]
    for telling in ("+7 701", "701 123", "7011234567"):
        assert telling not in desk_text(parts)
    assert any(PHONE.encode() in data for data in original_of(parts).streams.values())


def test_the_line_that_a_device_shows_fits_its_log(folder):
    shown = folder.run("status", "--commitment", "--vault", "field", "--quiet")
    assert shown.status == 0
    found = parse_commitment(shown.out)
    lines = (folder.path / "field" / "custody" / "log.jsonl").read_bytes().split(b"\n")[:-1]
    assert found.size == len(lines)
    assert found.fits(Tree(map(leaf_hash, lines)).root())


def test_a_table_that_cannot_be_read_is_refused_and_the_files_beside_it_are_kept(folder):
    (folder.path / "bad.csv").write_bytes(b"a\0b")
    ran = add(folder, "field", DEMO / "photo.jpg", "--reports", "bad.csv")
    found = ran.json()
    assert (ran.status, [error["code"] for error in found["errors"]]) == (3, ["TABLE"])
    assert (found["counts"]["in"], found["counts"]["saved"], found["counts"]["refused"]) == (2, 1, 1)


def test_nothing_named_is_a_wrong_call(folder):
    assert add(folder, "field").status == 2
