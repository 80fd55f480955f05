"""A log's name is public: whoever uses it first, or takes a key that its owner revokes, silences nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.desks import Desk, refusal
from tests.actions.stage import data_member
from tests.actions.test_exchange import told_by
from tests.actions.test_peers import forged_log, signer_of
from witnesskit.actions import heads, seen, witnessing
from witnesskit.actions.chain_members import log_copy
from witnesskit.actions.change_key import KeyWish, change_key
from witnesskit.actions.history import History
from witnesskit.actions.seen import SeenLog
from witnesskit.bundle.pack import write_volume
from witnesskit.bundle.plan import BundlePlan
from witnesskit.custody.journal import Journal, utc_day
from witnesskit.custody.prepare import prepare
from witnesskit.custody.signer import Signer
from witnesskit.digest import sha256_hex
from witnesskit.formats.checkpoint import Checkpoint
from witnesskit.formats.exchange import Head
from witnesskit.formats.strict_json import canonical


def brings(liar: Desk, to: Desk, forged: Journal, folder: Path, *, behind: bytes = b"") -> None:
    """A trusted desk says that it received a log, and brings it, with a file of its own; ``behind``: lines after it."""
    told = {"origin": forged.origin, "log": forged.log, "size": forged.size, "root": forged.root, "day": "2026-01-02"}
    item, file = "1" * 32, b"a file"
    with liar.session() as session:
        events = [
            prepare("receipt", told),
            prepare("ingest", {"item": item, "day": "2026-01-02", "sha256": sha256_hex(file)}, item=item),
        ]
        session.journal.append_all([(event, {}) for event in events])
        session.journal.checkpoint(session.signer)
    brought = log_copy(forged)
    logs = [log_copy(liar.journal), replace(brought, lines=brought.lines + behind)]
    opened = b"".join(
        canonical({"deferred": {}, "disclosures": [*event.disclosures], "event": ""}) + b"\n" for event in events
    )
    members = [
        *(data_member("chain", log.lines, origin=log.origin) for log in logs),
        *(data_member("checkpoint", log.note, origin=log.origin) for log in logs),
        data_member("openings", opened),
        data_member("media", file, item=item),
    ]
    signer = signer_of(liar)
    plan = BundlePlan(signer.vkey, 1, "", "court", members, chain=tuple(log.head for log in logs))
    to.receive(write_volume(folder, plan, [to.keys.recipient], signer.sign_note).path)


def known(journal: Journal) -> SeenLog:
    newest, *earlier = reversed(journal.notes())
    return SeenLog(journal.log_bytes(), newest, tuple(earlier))


def fork(desk: Desk, size: int, signer: Signer) -> Head:
    return Head(desk.journal.log, signer.note(Checkpoint(desk.journal.origin, size, bytes(32)).text))


@pytest.fixture
def squatted(desks, tmp_path) -> tuple[Desk, Desk, Desk]:
    """c took in of b a log under a's name, by a key of b's, and trusts a after that."""
    a, b, c = desks
    c.trust(b)
    brings(b, c, forged_log(tmp_path / "forged", a.journal.origin), tmp_path)
    c.trust(a)
    return a, b, c


def test_a_log_under_a_desks_name_that_came_first_keeps_that_desk_from_nothing(squatted):
    a, _b, c = squatted
    assert c.receive(a.send(c))[0].unpacked.complete
    a.more()
    assert c.receive(a.send(c))[0].unpacked.complete


def test_nor_does_it_hide_what_others_saw_of_that_desk(squatted, tmp_path):
    a, b, c = squatted
    longer = fork(a, a.journal.size + 9, signer_of(a))
    found = c.hear(told_by(b, tmp_path / "told", longer))
    assert found.unsigned == 0
    assert longer in [one.head for one in heads.load(c.desk)]
    assert "ROLLBACK" in str(refusal(c.receive, a.send(c)))


def test_nor_two_heads_of_that_desk_that_contradict_each_other(squatted, tmp_path):
    a, b, c = squatted
    key = signer_of(a)
    one, two = (Head(a.journal.log, key.note(Checkpoint(key.origin, 50, bytes([n]) * 32).text)) for n in (1, 2))
    assert refusal(c.hear, told_by(b, tmp_path / "told", one, two)).code == "FORK"


@pytest.fixture
def robbed(desks) -> tuple[Desk, Desk, Signer]:
    """a's key was stolen, and a has revoked it; b has not heard of it yet."""
    a, b, _c = desks
    b.receive(a.send(b))
    thief = signer_of(a)
    for _ in range(3):
        a.more()
    return a, b, thief


def test_a_stolen_key_cannot_have_its_owner_refused_for_ever(robbed, tmp_path):
    a, b, thief = robbed
    false = fork(a, a.journal.size, thief)
    b.hear(told_by(a, tmp_path / "told", own=false, signer=thief))
    change_key(a.desk, a.passphrase, KeyWish(a.recovery_sheet, since=utc_day()))
    honest = History(a.journal.log_bytes())
    heads.demand(b.desk, [honest], a.journal.notes()[-1:], frozenset())
    heads.settle(b.desk, [honest])
    assert false.note in b.conflicts()
    assert false not in [one.head for one in heads.load(b.desk)]
    with b.session() as session:
        seen.remember(b.desk, session.keyring, [known(a.journal)], from_a_desk=True)
        assert witnessing.is_of_a_replaced_key(session, a.peer, false)


def test_a_key_that_was_replaced_without_a_theft_is_still_held_to_its_word(robbed, tmp_path):
    a, b, key = robbed
    b.hear(told_by(a, tmp_path / "told", own=fork(a, a.journal.size, key), signer=key))
    change_key(a.desk, a.passphrase, KeyWish(a.recovery_sheet))
    assert "FORK" in str(refusal(b.receive, a.send(b)))


def test_lines_that_another_desk_wrote_behind_a_log_are_not_what_that_log_says(desks, tmp_path):
    """Else the lines that its owner really writes there would contradict them for ever."""
    a, b, c = desks
    c.trust(a, b)
    line = prepare("note", {"day": "2026-01-02"})
    with b.session() as session:
        made = [session.journal._make(a.journal.size + n, line, {}) for n in range(5)]
    behind = b"".join(one.replace(b.journal.log.encode(), a.journal.log.encode()) + b"\n" for one in made)
    brings(b, c, a.journal, tmp_path, behind=behind)
    for _ in range(3):
        a.more()
    told = told_by(a, tmp_path / "told")
    assert c.hear(told).ahead == 1
    assert c.receive(a.send(c))[0].unpacked.complete
    assert not c.conflicts()
