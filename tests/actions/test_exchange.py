"""Two desks that never meet compare by a file what they saw; whoever showed them two histories is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.desks import Desk, copy_desk, device_of, refusal
from witnesskit.actions import heads, seen
from witnesskit.actions.change_key import KeyWish, change_key
from witnesskit.actions.ownership import is_name_of_another
from witnesskit.custody.signer import Signer
from witnesskit.digest import sha256_hex
from witnesskit.formats.checkpoint import Checkpoint, note_bytes, parse_checkpoint, parse_note
from witnesskit.formats.exchange import Exchange, Head, exchange_bytes, parse_exchange
from witnesskit.keys import parse_verifier_key
from witnesskit.limits import EXCHANGE_MAX
from witnesskit.sealing.open import open_bytes
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.keyring_file import open_keyring


@pytest.fixture
def trio(desks) -> tuple[Desk, Desk, Desk]:
    """a is trusted by b and c, and these trust each other."""
    a, b, c = desks
    c.trust(a, b)
    b.trust(c)
    return a, b, c


def names(path: Path) -> list[str]:
    return [head.checkpoint.origin for head in parse_exchange(path.read_bytes()).heads]


def signer_of(desk: Desk) -> Signer:
    return open_keyring(desk.desk, desk.passphrase).signer(desk.desk.config.origin)


def told_by(desk: Desk, path: Path, *more: Head, own: Head | None = None, signer: Signer | None = None) -> Path:
    """A file that a desk signs, whatever it says."""
    signer = signer or signer_of(desk)
    first = own or Head(desk.journal.log, desk.journal.notes()[-1])
    path.write_bytes(exchange_bytes(Exchange(signer.vkey, "2026-01-02", (first, *more)), signer.sign_note))
    return path


def unchanged_by(desk: Desk, path: Path):
    before = desk.contents()
    error = refusal(desk.hear, path)
    assert desk.contents() == before
    return error


def test_a_file_names_this_desk_first_and_every_desk_that_it_saw(trio, tmp_path):
    a, b, c = trio
    b.receive(a.send(b))
    assert names(b.tell(tmp_path / "plain")) == [b.journal.origin, a.journal.origin]
    found = c.hear(tmp_path / "plain")
    assert (found.peer, found.agreed, found.ahead, found.unknown, found.older) == ("b", 0, 0, 2, False)


def test_an_open_file_names_no_device_and_a_sealed_one_does(trio, tmp_path):
    """Found beside a device, an open file would tell whose it is."""
    a, b, c = trio
    device = device_of(a, "field").vault.config.origin
    b.receive(a.send(b))
    plain, sealed = b.tell(tmp_path / "plain"), b.tell(tmp_path / "sealed", to=c)
    assert device.encode() not in plain.read_bytes()
    assert b"wk1/" not in sealed.read_bytes()
    opened = open_bytes(sealed.read_bytes(), desk_identities(open_keyring(c.desk, c.passphrase)))
    assert {head.checkpoint.origin for head in parse_exchange(opened).heads} == {
        b.journal.origin, a.journal.origin, device,
    }  # fmt: skip
    assert b"field" not in opened  # and no human name
    assert c.hear(sealed).unknown == 3
    assert unchanged_by(a, sealed).code == "NOT-FOR-US"


def test_a_sealed_file_may_travel_as_text(trio, tmp_path):
    a, b, c = trio
    b.receive(a.send(b))
    text = b.tell(tmp_path / "text", to=c, armour=True)
    assert text.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert text.read_bytes().isascii()
    mailed = tmp_path / "mailed"
    mailed.write_bytes(b"\r\n" + text.read_bytes().replace(b"\n", b"\r\n"))
    assert c.hear(mailed).unknown == c.hear(text).unknown == 3
    mailed.write_bytes(text.read_bytes()[:-40])
    assert unchanged_by(c, mailed).code == "ARMOUR"


def test_an_existing_file_is_not_written_over(trio, tmp_path):
    _a, b, _c = trio
    path = b.tell(tmp_path / "told")
    before = path.read_bytes()
    assert refusal(b.tell, path).code == "OUTPUT-EXISTS"
    assert path.read_bytes() == before


@pytest.mark.parametrize("longer", ["b", "c"])
def test_two_desks_that_never_meet_find_whoever_showed_them_two_histories(trio, tmp_path, longer):
    a, b, c = trio
    twin = copy_desk(a, tmp_path / "twin")
    for _ in range(3):
        (a if longer == "b" else twin).more()
    b.receive(a.send(b))
    c.receive(twin.send(c))
    files = b.tell(tmp_path / "of-b"), c.tell(tmp_path / "of-c")
    with_more, with_fewer, file = (b, c, files[1]) if longer == "b" else (c, b, files[0])
    error = refusal(with_more.hear, file)
    assert (error.code, error.status) == ("FORK", 7)
    assert a.journal.origin in str(error)
    assert file.read_bytes() in with_more.conflicts()
    notes = [data for data in with_more.conflicts() if data.startswith(a.journal.origin.encode())]
    assert len(notes) == 2  # both sides, each signed by a's key
    other = files[0] if file is files[1] else files[1]
    assert with_fewer.hear(other).ahead == 1  # it cannot tell yet, and will not take a's shorter history again
    later = twin if longer == "b" else a
    for _ in range(6):
        later.more()
    again = refusal(with_fewer.receive, later.send(with_fewer))
    assert (again.code, again.status) == ("CHAIN-REFUSED", 7)
    assert "FORK" in str(again)
    assert with_fewer.conflicts()


def test_two_desks_that_saw_one_history_at_different_times_agree(trio, tmp_path):
    a, b, c = trio
    b.receive(a.send(b))
    a.more()
    c.receive(a.send(c))
    assert c.hear(b.tell(tmp_path / "of-b")).agreed == 1
    assert b.hear(c.tell(tmp_path / "of-c")).ahead == 1
    assert len(heads.load(b.desk)) == 2  # of a, and c's own
    assert b.hear(tmp_path / "of-c").ahead == 1
    assert len(heads.load(b.desk)) == 2
    a.more()
    (done,) = b.receive(a.send(b))
    assert done.unpacked.complete
    assert [one.head.checkpoint.origin for one in heads.load(b.desk)] == [c.journal.origin]


def test_a_history_that_stops_before_what_another_desk_saw_is_refused(trio, tmp_path):
    """The sender rolled back; or an honest bundle came late, and a fresh one is asked for."""
    a, b, c = trio
    old = a.send(b)
    for _ in range(3):
        a.more()
    c.receive(a.send(c))
    b.hear(c.tell(tmp_path / "of-c"))
    error = refusal(b.receive, old)
    assert (error.code, "ROLLBACK" in str(error)) == ("CHAIN-REFUSED", True)
    assert b.receive(a.send(b))[0].unpacked.complete


def test_nothing_is_cosigned_while_more_was_seen_elsewhere(trio, tmp_path):
    a, b, c = trio
    first = a.send(b)
    b.receive(first)
    a.more()
    c.receive(a.send(c))
    b.hear(c.tell(tmp_path / "of-c"))
    (again,) = b.receive(first)
    assert [Path(answer).suffix for answer in again.answers] == [".proof"]


def test_a_device_s_log_must_reach_what_another_desk_saw_of_it(desks, tmp_path):
    """A device's own desk imports it; another desk saw more of it through a copy of that desk."""
    a, b, _c = desks
    old = copy_desk(a, tmp_path / "old")
    device = device_of(a, "field")
    (a.folder / "more.txt").write_text("more")
    device.add(a.folder / "more.txt")
    device.add(a.folder / "more.txt")
    a.take_in(device.bundle(a.folder / "stick-later"))
    b.receive(a.send(b))
    told = b.tell(tmp_path / "of-b", to=a)
    restored = old  # a's vault from a backup: it forgot what the device had sent
    restored_device = device_of(restored, "field")
    error = refusal(restored.hear, told)
    assert (error.code, error.status) == ("FORK", 7)  # b saw more of a's own log than the backup holds
    (restored.folder / "less.txt").write_text("less")
    restored_device.add(restored.folder / "less.txt")
    shorter = restored_device.bundle(restored.folder / "stick-less")
    late = refusal(restored.take_in, shorter)
    assert (late.code, late.status) == ("CHAIN-REFUSED", 7)
    assert "ROLLBACK" in str(late)
    for _ in range(8):
        restored_device.add(restored.folder / "less.txt")
    error = refusal(restored.take_in, restored_device.bundle(restored.folder / "stick-fork"))
    assert (error.code, "FORK" in str(error)) == ("CHAIN-REFUSED", True)
    assert len(restored.conflicts()) >= 2


def test_a_desk_that_nobody_trusts_is_not_heard(desks, tmp_path):
    _a, b, c = desks
    error = unchanged_by(b, c.tell(tmp_path / "told"))
    assert (error.code, error.status) == ("EXCHANGE-UNKNOWN", 8)


def test_a_trusted_name_with_another_key_is_not_heard(trio, tmp_path):
    _a, b, c = trio
    forged = Signer.generate(c.journal.origin)
    assert is_name_of_another([c.key], forged.key)
    own = Head(c.journal.log, forged.note(Checkpoint(c.journal.origin, 3, bytes(32)).text))
    path = told_by(c, tmp_path / "told", own=own, signer=forged)
    assert unchanged_by(b, path).code == "EXCHANGE-UNKNOWN"


@pytest.mark.parametrize("place", ["day", "sender", "note", "signature", "end"])
def test_an_edited_file_is_refused(trio, tmp_path, place):
    _a, b, c = trio
    path = c.tell(tmp_path / "told")
    data = path.read_bytes()
    edited = {
        "day": data.replace(b'"day":"20', b'"day":"19', 1),
        "sender": data.replace(c.key.encode(), b.key.encode(), 1),
        "note": data.replace(b"\\n", b"\\n\\n", 1),
        "signature": data[:-6] + b"AAAA=\n",
        "end": data + b"x",
    }[place]
    assert edited != data
    path.write_bytes(edited)
    assert unchanged_by(b, path).code in ("EXCHANGE-SIGNATURE", "EXCHANGE-FORM")


def test_a_file_of_another_form_or_size_is_refused(trio, tmp_path):
    _a, b, c = trio
    path = tmp_path / "told"
    line = c.tell(tmp_path / "good").read_bytes().split(b"\n", 1)[0] + b"\n"
    text = f"witnesskit exchange v1\n{sha256_hex(line)}\n"
    for data in (b"", b"\n", b"x" * 100, line, line + b"\n", b"[]\n" + line, b"x" * (EXCHANGE_MAX + 2**20 + 1)):
        path.write_bytes(data)
        assert unchanged_by(b, path).code == "EXCHANGE-FORM", data[:20]
    newer = line.replace(b"exchange/1", b"exchange/2")
    path.write_bytes(newer + note_bytes(text, signer_of(c).sign_note(text)))
    assert unchanged_by(b, path).code == "NEWER-FORMAT"


def test_a_file_without_the_sender_s_own_log_is_refused(trio, tmp_path):
    a, b, c = trio
    b.receive(a.send(b))
    other = next(Head(log.log, log.note) for log in seen.known_logs(b.desk))
    path = told_by(c, tmp_path / "told", own=other)
    assert unchanged_by(b, path).code == "EXCHANGE-FORM"


def test_an_older_file_is_said_to_be_older_and_takes_nothing_back(trio, tmp_path):
    _a, b, c = trio
    older = c.tell(tmp_path / "older")
    c.more()
    newer = c.tell(tmp_path / "newer")
    assert b.hear(newer).older is False
    kept = heads.load(b.desk)
    assert b.hear(older).older is True
    assert set(kept) <= set(heads.load(b.desk))


def test_a_lying_desk_cannot_make_another_s_honest_log_be_refused(trio, tmp_path):
    """It may invent a head; without the signature of the log's key it counts for nothing."""
    a, b, c = trio
    b.receive(a.send(b))
    liar = signer_of(c)
    invented = Checkpoint(a.journal.origin, a.journal.size, bytes(32))
    longer = Checkpoint(a.journal.origin, 999, bytes(32))
    strange = Checkpoint("wk1/nobody0000000", 999, bytes(32))
    lies = [Head(a.journal.log, liar.note(one.text)) for one in (invented, longer)]
    good_name = Signer(a.journal.origin, liar.to_bytes())
    lies += [Head(a.journal.log, good_name.note(one.text)) for one in (invented, longer)]
    found = b.hear(told_by(c, tmp_path / "told", *lies, Head("0" * 64, liar.note(strange.text))))
    assert (found.unsigned, found.unknown) == (4, 2)
    a.more()
    assert b.receive(a.send(b))[0].unpacked.complete


def test_a_head_of_an_unknown_log_counts_when_the_log_arrives(trio, tmp_path):
    a, b, c = trio
    twin = copy_desk(a, tmp_path / "twin")
    twin.more()
    c.receive(twin.send(c))
    assert b.hear(c.tell(tmp_path / "of-c")).unknown == 2
    for _ in range(5):
        a.more()
    error = refusal(b.receive, a.send(b))
    assert (error.code, "FORK" in str(error)) == ("CHAIN-REFUSED", True)
    assert len(b.conflicts()) == 2


def test_two_heads_of_one_size_are_a_fork_even_where_no_line_is_held(trio, tmp_path):
    a, b, c = trio
    key = signer_of(a)
    assert parse_verifier_key(key.vkey) == a.keys.log
    one, two = (Head(a.journal.log, key.note(Checkpoint(key.origin, 50, bytes([n]) * 32).text)) for n in (1, 2))
    assert b.hear(told_by(c, tmp_path / "one", one)).unknown == 2
    error = refusal(b.hear, told_by(c, tmp_path / "two", two))
    assert error.code == "FORK"
    assert {one.note, two.note} <= set(b.conflicts())


def test_more_heads_than_can_be_kept_are_refused(trio, tmp_path, monkeypatch):
    _a, b, c = trio
    monkeypatch.setattr("witnesskit.actions.heads.HEADS_MAX", 2)
    liar = signer_of(c)
    many = [Head("0" * 64, liar.note(Checkpoint(f"wk1/x{n}", 9, bytes(32)).text)) for n in range(3)]
    assert unchanged_by(b, told_by(c, tmp_path / "told", *many)).code == "EXCHANGE-FORM"


def test_one_desk_that_fills_the_memory_hides_no_fork_and_silences_no_other(trio, tmp_path, monkeypatch):
    a, b, c = trio
    monkeypatch.setattr("witnesskit.actions.heads.HEADS_MAX", 2)
    liar, key = signer_of(c), signer_of(a)
    many = [Head("0" * 64, liar.note(Checkpoint(f"wk1/x{n}", 9, bytes(32)).text)) for n in range(3)]
    b.hear(told_by(c, tmp_path / "full", many[0]))
    b.hear(told_by(a, tmp_path / "of-a"))
    one, two = (Head(a.journal.log, key.note(Checkpoint(key.origin, 50, bytes([n]) * 32).text)) for n in (1, 2))
    error = refusal(b.hear, told_by(c, tmp_path / "both", one, two, *many))
    assert error.code == "FORK"
    assert {one.note, two.note} <= set(b.conflicts())


def test_checkpoints_with_many_signatures_crowd_out_nobody(trio, tmp_path, monkeypatch):
    a, b, c = trio
    monkeypatch.setattr("witnesskit.actions.heads.HEADS_BYTES_MAX", 2000)
    liar = signer_of(c)
    one = liar.note(Checkpoint("wk1/x000000000000", 9, bytes(32)).text)
    heavy = Head("0" * 64, one + one.partition(b"\n\n")[2] * 20)
    assert unchanged_by(b, told_by(c, tmp_path / "heavy", heavy)).code == "EXCHANGE-FORM"
    assert b.hear(told_by(a, tmp_path / "of-a", Head("0" * 64, one))).unknown == 2


def test_a_key_that_was_replaced_speaks_for_nobody(trio, tmp_path):
    """The log that is held here says that another key signs so many lines."""
    a, b, _c = trio
    thief = signer_of(a)
    change_key(a.desk, a.passphrase, KeyWish(a.recovery_sheet))
    b.receive(a.send(b))
    made_up = Head(a.journal.log, thief.note(Checkpoint(thief.origin, a.journal.size + 5, bytes(32)).text))
    assert unchanged_by(b, told_by(a, tmp_path / "old", own=made_up, signer=thief)).code == "EXCHANGE-UNKNOWN"
    honest = next(note for note in a.journal.notes() if parse_checkpoint(parse_note(note).text).size == 1)
    assert b.hear(told_by(a, tmp_path / "older", own=Head(a.journal.log, honest), signer=thief)).older
    assert not b.hear(a.tell(tmp_path / "new")).older
