"""A desk gathers evidence of time: what is stored and logged, what is refused, and what a crash leaves."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest

from tests.simulators import authorities, tsa
from witnesskit.actions import anchor_files, case_vault
from witnesskit.actions.anchor import anchor, ask_one
from witnesskit.actions.anchored import anchored
from witnesskit.actions.authorities import AuthorityWish, drop_authority, name_authority, shown_authorities
from witnesskit.actions.status import status
from witnesskit.capture.egress import Egress
from witnesskit.custody.journal import Journal
from witnesskit.custody.signer import Signer
from witnesskit.digest import sha256_hex
from witnesskit.errors import ExitStatus
from witnesskit.errors.actions import AuthorityKnown, BadAuthority, BadAuthorityName, NoAuthority
from witnesskit.errors.cli import WrongVaultKind
from witnesskit.errors.custody import LogNotWritten
from witnesskit.errors.vault import AuthorityUnknown
from witnesskit.formats import custody_event
from witnesskit.formats.checkpoint import parse_checkpoint, parse_note
from witnesskit.formats.timestamp_token import checked
from witnesskit.vault.authorities import load_authorities


@pytest.fixture
def pair(tmp_path: Path):
    with authorities.pair(tmp_path / "roots") as found:
        yield found


@pytest.fixture
def named(stage, pair):
    """The stage's desk asks both authorities."""
    for name in ("north", "south"):
        name_authority(stage.desk, wish(pair, name))
    return pair


def wish(pair, of: str, /, **changes) -> AuthorityWish:
    made = AuthorityWish(of, getattr(pair, of).url, pair.folder / f"{of}.pem")
    return dataclasses.replace(made, **changes)


def journal(stage) -> Journal:
    return Journal.open(stage.desk.custody, by="desk")


def anchor_lines(stage) -> list[custody_event.Event]:
    return [event for event in map(custody_event.parse, journal(stage).lines()) if event.type == "anchor"]


def stored(stage) -> list[str]:
    place = stage.desk.custody / "anchors"
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


def run(stage):
    return anchor(stage.desk, stage.passphrase)


# whom a desk asks


def test_authorities_are_kept_as_a_folder_that_a_verifier_can_be_given(stage, named):
    shown = shown_authorities(stage.desk)
    assert [(one.name, one.url) for one in shown] == [("north", named.north.url), ("south", named.south.url)]
    trust = stage.folder / "desk" / "trust"
    assert sorted(str(path.relative_to(trust)) for path in trust.rglob("*.pem")) == ["tsa/north.pem", "tsa/south.pem"]
    assert (trust / "tsa" / "north.pem").read_bytes() == tsa.pem("root")


def test_intermediates_lie_one_in_each_file_and_go_with_their_authority(stage, pair):
    (pair.folder / "chain.pem").write_bytes(tsa.pem("intermediate") + tsa.pem("signer"))
    name_authority(stage.desk, wish(pair, "north", intermediates=(pair.folder / "chain.pem",)))
    name_authority(stage.desk, wish(pair, "south", name="north-1"))
    between = stage.folder / "desk" / "trust" / "tsa-int"
    assert (between / "north-1.pem").read_bytes() == tsa.pem("intermediate")
    assert (between / "north-2.pem").read_bytes() == tsa.pem("signer")
    drop_authority(stage.desk, "north")
    assert list(between.iterdir()) == []
    assert [one.name for one in shown_authorities(stage.desk)] == ["north-1"]


def test_a_second_name_for_the_same_root_is_refused(stage, named):
    with pytest.raises(AuthorityKnown, match="north"):
        name_authority(stage.desk, wish(named, "north", name="third"))
    with pytest.raises(AuthorityKnown, match="taken"):
        name_authority(stage.desk, wish(named, "north", name="south"))


def test_a_root_as_der_is_kept_as_pem(stage, pair):
    (pair.folder / "north.der").write_bytes(tsa.der_of("root"))
    name_authority(stage.desk, wish(pair, "north", root=pair.folder / "north.der"))
    (kept,) = load_authorities(stage.desk)
    assert kept.root == tsa.pem("root")


def test_a_root_issued_anew_for_the_same_key_is_the_same_authority(stage, named):
    (named.folder / "again.pem").write_bytes(tsa.pem("root-expired"))
    with pytest.raises(AuthorityKnown, match="north"):
        name_authority(stage.desk, wish(named, "north", name="third", root=named.folder / "again.pem"))


@pytest.mark.parametrize(
    ("changes", "data", "why"),
    [
        ({}, tsa.pem("intermediate"), "not signed by itself"),
        ({}, tsa.pem("root") + tsa.pem("intermediate"), "one certificate"),
        ({}, b"no certificate", "PEM"),
        ({}, b"\x30\x82\x01\x00" + bytes(256), "PEM"),
    ],
)
def test_what_cannot_stand_for_an_authority_is_refused(stage, pair, changes, data, why):
    root = pair.folder / "given.pem"
    root.write_bytes(data or tsa.pem("root"))
    with pytest.raises(BadAuthority, match=why):
        name_authority(stage.desk, wish(pair, "north", root=root, **changes))
    assert shown_authorities(stage.desk) == ()


@pytest.mark.parametrize("name", ["North", "../x", "-north", "n" * 33, ""])
def test_a_name_that_no_file_could_have_is_refused_with_what_names_may_be(stage, pair, name):
    with pytest.raises(BadAuthorityName) as refused:
        name_authority(stage.desk, wish(pair, "north", name=name))
    assert "small letters, digits and hyphens" in refused.value.hint
    assert shown_authorities(stage.desk) == ()


def test_an_intermediate_that_is_signed_by_itself_is_refused(stage, pair):
    (pair.folder / "chain.pem").write_bytes(tsa.pem("south-root"))
    with pytest.raises(BadAuthority, match="signed by itself"):
        name_authority(stage.desk, wish(pair, "north", intermediates=(pair.folder / "chain.pem",)))


def test_only_a_named_authority_can_be_removed(stage, pair):
    with pytest.raises(AuthorityUnknown):
        drop_authority(stage.desk, "north")


def test_a_field_vault_asks_nobody(stage, pair, device):
    with pytest.raises(WrongVaultKind):
        name_authority(device.vault, wish(pair, "north"))
    with pytest.raises(WrongVaultKind):
        anchor(device.vault, "")


# asking


def test_each_answer_is_stored_as_it_came_and_logged_with_its_digest(stage, named):
    before = journal(stage).size
    done = run(stage)
    assert (done.status, [one.name for one in done.good], done.size) == (ExitStatus.DONE, ["north", "south"], before)
    assert stored(stage) == [f"{before}.north.tsr", f"{before}.south.tsr"]
    note = (stage.desk.custody / "checkpoints" / f"{before}.note").read_bytes()
    for event, name in zip(anchor_lines(stage), ("north", "south"), strict=True):
        data = (stage.desk.custody / "anchors" / f"{before}.{name}.tsr").read_bytes()
        assert event.x == {"kind": "rfc3161", "size": before, "file": sha256_hex(data)}
        assert checked(data, note, named.roots[name], ()).time == getattr(named, name).recipe.time
    assert parse_checkpoint(parse_note(journal(stage).notes()[-1]).text).size == before + 2


def test_what_an_authority_learns_is_a_digest_and_no_name_of_a_program(stage, named):
    run(stage)
    (headers,) = named.north.headers
    assert sorted(headers) == ["Accept", "Accept-Encoding", "Connection", "Content-Length", "Content-Type", "Host"]
    assert stage.desk.config.origin.encode() not in named.north.requests[0]


def test_lines_without_a_checkpoint_get_one_that_is_asked_about(stage, named, device):
    with stage_session(stage) as session:
        from witnesskit.custody.prepare import prepare

        session.journal.append(prepare("note", {"day": "2026-01-02", "kind": "exposure"}))
        size = session.journal.size
    assert run(stage).size == size
    assert (stage.desk.custody / "checkpoints" / f"{size}.note").is_file()


def stage_session(stage):
    from witnesskit.actions.opening import open_for_saving

    return open_for_saving(stage.desk, stage.passphrase)


def test_the_openings_tell_provider_and_day_to_the_desk(stage, named):
    run(stage)
    with stage_session(stage) as session:
        lines = list(case_vault.paper_openings(session))
        from witnesskit.actions.own_events import own_events

        told = [event.fields for event in own_events(session, lines) if event.type == "anchor"]
    assert [fields["provider"] for fields in told] == ["north", "south"]
    assert all(set(fields) == {"provider", "day", "policy"} for fields in told)


def test_each_run_has_something_new_to_anchor(stage, named):
    first, second = run(stage), run(stage)
    assert second.size == first.size + 2
    assert len(stored(stage)) == 4


def test_a_desk_tells_when_it_was_last_anchored(stage, named):
    before = status(stage.desk)
    assert before.anchored == ""
    assert "never anchored" in before.anchor_sentence
    run(stage)
    after = status(stage.desk)
    day = anchor_lines(stage)[-1].t[:10]
    assert (after.anchored, after.anchor_sentence) == (day, f"last anchored on {day}")


def test_a_desk_whose_log_cannot_be_read_still_counts_and_says_so(stage, named):
    run(stage)
    (stage.desk.custody / "log.jsonl").write_bytes(b"")
    told = status(stage.desk)
    assert (told.anchored, told.anchor_sentence) == (None, "")
    assert "run `witnesskit doctor`" in " ".join(told.warnings)


def test_a_field_vault_says_nothing_of_anchors(stage, device):
    told = status(device.vault)
    assert (told.anchored, told.anchor_sentence) == (None, "")


def test_nobody_to_ask_is_an_error(stage):
    with pytest.raises(NoAuthority):
        run(stage)


@pytest.mark.parametrize("behaviour", ["500", "type", "empty", "huge", "drop"])
def test_where_one_authority_fails_the_other_still_counts(stage, named, behaviour):
    named.south.behaviour = behaviour
    done = run(stage)
    assert (done.status, done.alone, [one.name for one in done.good]) == (ExitStatus.PARTIAL, True, ["north"])
    assert len(anchor_lines(stage)) == len(stored(stage)) == 1


def test_where_all_fail_nothing_is_logged(stage, named):
    named.north.behaviour, named.south.behaviour = "500", "drop"
    before = journal(stage).log_bytes()
    done = run(stage)
    assert (done.status, done.good) == (ExitStatus.NETWORK, ())
    assert journal(stage).log_bytes() == before
    assert stored(stage) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": 12345},
        {"imprint": bytes(32)},
        {"broken": True},
        {"status": 2},
        {"signer": "rogue-signer", "certificates": ("rogue-signer", "rogue-root")},
        {"signer": "server", "certificates": ("server", "intermediate")},
        {"signer": "south-signer", "certificates": ("south-signer",)},
    ],
)
def test_a_lie_is_stored_never(stage, named, lie):
    named.north.recipe = dataclasses.replace(named.north.recipe, **lie)
    done = run(stage)
    assert [answer.error is None for answer in done.answers] == [False, True]
    assert [name.split(".")[1] for name in stored(stage)] == ["south"]


def test_a_time_that_is_nobody_elses_is_stored_never(stage, named):
    named.south.recipe = dataclasses.replace(named.south.recipe, time=named.south.recipe.time + 86_000)
    done = run(stage)
    assert [one.error.code if one.error else "" for one in done.answers] == ["", "TIME-DIFFERS"]
    assert [name.split(".")[1] for name in stored(stage)] == ["north"]


def test_two_authorities_that_agree_outweigh_a_wrong_clock(stage, named):
    named.tell(int(time.time()) + 500_000)
    assert run(stage).status is ExitStatus.DONE


def test_one_authority_against_the_clock_is_not_stored(stage, named):
    named.tell(int(time.time()) - 500_000)
    named.south.behaviour = "drop"
    done = run(stage)
    assert (done.good, done.status) == ((), ExitStatus.CANNOT_TELL)
    assert stored(stage) == []


def test_what_a_crash_left_between_file_and_event_is_logged_by_the_next_run(stage, named, monkeypatch):
    def full(*_: object) -> None:
        raise LogNotWritten

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append_all", full)
        with pytest.raises(LogNotWritten):
            run(stage)
    assert (len(stored(stage)), anchor_lines(stage)) == (2, [])
    done = run(stage)
    assert (done.resumed, len(done.good)) == (2, 2)
    files = {path.name: sha256_hex(path.read_bytes()) for path in (stage.desk.custody / "anchors").iterdir()}
    assert sorted(event.x["file"] for event in anchor_lines(stage)) == sorted(files.values())


@pytest.mark.parametrize("left", ["north", "south"])
def test_a_crash_between_two_files_leaves_one_that_the_next_run_logs(stage, named, left):
    run(stage)
    size = journal(stage).size
    answered = ask_one(
        Egress(), next(one for one in load_authorities(stage.desk) if one.name == left), journal_note(stage, size)
    )
    (stage.desk.custody / "anchors" / f"{size}.{left}.tsr").write_bytes(answered.data)
    assert run(stage).resumed == 1
    assert len(anchor_lines(stage)) == len(stored(stage)) == 5


def test_a_crash_between_the_events_and_their_checkpoint_logs_nothing_twice(stage, named, monkeypatch):
    signed, real = [], Journal.checkpoint

    def once(self, signer):
        signed.append(self.size)
        if len(signed) == 2:
            raise LogNotWritten
        return real(self, signer)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "checkpoint", once)
        with pytest.raises(LogNotWritten):
            run(stage)
    assert len(anchor_lines(stage)) == 2
    done = run(stage)
    assert (done.resumed, done.size) == (0, signed[1])
    assert len(anchor_lines(stage)) == len(stored(stage)) == 4


def test_a_file_that_proves_nothing_is_not_logged_and_is_told(stage, named):
    run(stage)
    place = stage.desk.custody / "anchors"
    size = journal(stage).size
    (place / f"{size}.north.tsr").write_bytes(b"forged")
    (place / "notes.txt").write_text("mine")
    assert run(stage).resumed == 0
    assert anchor_files.strangers(stage.desk) == 1
    assert checked((place / f"{size}.north.tsr").read_bytes(), journal_note(stage, size), named.roots["north"], ())


def journal_note(stage, size: int) -> bytes:
    return (stage.desk.custody / "checkpoints" / f"{size}.note").read_bytes()


# since when a desk is anchored


def test_a_desk_is_anchored_once_two_authorities_are_in_its_newest_checkpoint(stage, named):
    assert anchored(stage.desk) == ""
    named.south.behaviour = "drop"
    run(stage)
    assert anchored(stage.desk) == ""
    named.south.behaviour = ""
    run(stage)
    assert anchored(stage.desk).encode() == journal(stage).notes()[-1]


def test_of_a_checkpoint_that_others_signed_too_only_the_desk_s_own_line_is_handed_on(stage, named):
    run(stage)
    path = stage.desk.custody / "checkpoints" / f"{journal(stage).size}.note"
    own = path.read_bytes()
    path.write_bytes(own + Signer.generate("witness.example").note("x\n").split(b"\n\n")[1])
    assert anchored(stage.desk).encode() == own


def test_who_is_believed_no_longer_anchors_nothing(stage, named):
    run(stage)
    drop_authority(stage.desk, "south")
    assert anchored(stage.desk) == ""
