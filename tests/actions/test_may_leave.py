"""Marks and consents: what they keep back, before a byte is written or a line is logged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.stage import Device, Stage, copy_of, silent
from witnesskit.actions import consents, marks
from witnesskit.actions.audience_policy import tighten_audience
from witnesskit.actions.bundle import bundle
from witnesskit.actions.bundled import BundleWish
from witnesskit.actions.consents import ConsentWish
from witnesskit.actions.disclose import disclose
from witnesskit.actions.disclosed import DiscloseWish
from witnesskit.actions.export import ExportWish, export
from witnesskit.actions.export_web import WebWish, export_web
from witnesskit.actions.hand_out import HandOutWish, hand_out
from witnesskit.actions.marks import Mark
from witnesskit.actions.report import ReportWish, report
from witnesskit.actions.statements import CONSENT, Statement
from witnesskit.errors import WitnesskitError
from witnesskit.errors.leaving import ConsentWithdrawn, MarkKeepsBack, NoConsent
from witnesskit.formats import strict_json
from witnesskit.formats.short_id import short_id
from witnesskit.policy import load
from witnesskit.sealing.identity import Identity
from witnesskit.vault import state, store

PHOTO = Path(__file__).resolve().parents[2] / "demo" / "photo.jpg"
READER = Identity.generate().recipient


@pytest.fixture(scope="module")
def published(first_stage: Stage, tmp_path_factory) -> Stage:
    """A desk with one photo whose copy may be published."""
    stage = copy_of(first_stage, tmp_path_factory.mktemp("leaving") / "stage")
    device = Device(stage.folder / "a")
    device.add(PHOTO)
    stage.take_in(device.bundle(stage.folder / "stick"))
    stage.make_public()
    return stage


@pytest.fixture
def desk(published: Stage, tmp_path) -> Stage:
    return copy_of(published, tmp_path / "stage")


def only(desk: Stage) -> str:
    found = state.load_state(desk.desk).items
    (item,) = (item for item, one in found.items() if not one.paper)
    return short_id(item)


def bundled(desk: Stage, audience: str, **wish):
    out = desk.folder / "out"
    out.mkdir(exist_ok=True)
    return bundle(desk.desk, BundleWish(out, desk.passphrase, audience, READER, **wish), silent)


WAYS = {
    "bundle for a court": lambda desk, **who: bundled(desk, "court", **_named(who)),
    "bundle for the public": lambda desk, **who: bundled(desk, "public", **_named(who)),
    "report for a court": lambda desk, **who: report(
        desk.desk, desk.passphrase, ReportWish("court", (), desk.folder / "page.html", **who)
    ),
    "report for the public": lambda desk, **who: report(
        desk.desk, desk.passphrase, ReportWish("public", (), desk.folder / "page.html", **who)
    ),
    "export": lambda desk, **who: export(
        desk.desk, desk.passphrase, ExportWish("premis-json", (), desk.folder / "events.json", **who)
    ),
    "warc": lambda desk, **who: export_web(
        desk.desk, desk.passphrase, WebWish("warc", (), desk.folder / "all.warc", **who)
    ),
    "disclose to the public": lambda desk, **who: disclose(
        desk.desk, desk.passphrase, DiscloseWish(only(desk), ("day",), desk.folder, **who)
    ),
    "disclose to a court": lambda desk, **who: disclose(
        desk.desk, desk.passphrase, DiscloseWish(only(desk), ("day",), desk.folder, "court", **who)
    ),
}


def _named(who):
    return {"name" if key == "recipient" else key: value for key, value in who.items()}


def withdrawn(desk: Stage, recipient: str = "") -> None:
    consents.consent(desk.desk, desk.passphrase, [only(desk)], ConsentWish(recipient, withdraw=True))


def given_to(desk: Stage, recipient: str, *scope: str) -> None:
    consents.consent(desk.desk, desk.passphrase, [only(desk)], ConsentWish(recipient, scope))


def marked(desk: Stage, level: str, *because: str) -> None:
    marks.mark(desk.desk, desk.passphrase, [only(desk)], Mark(level=level, because=because))


def refused(desk: Stage, way: str, **who) -> str:
    """The code of the refusal; nothing of the desk and nothing beside it changed."""
    (desk.folder / "out").mkdir(exist_ok=True)
    before, beside = desk.contents(), sorted(desk.folder.rglob("*"))
    with pytest.raises(WitnesskitError) as caught:
        WAYS[way](desk, **who)
    assert desk.contents() == before
    assert sorted(desk.folder.rglob("*")) == beside
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize("way", WAYS)
def test_what_was_withdrawn_for_everybody_leaves_by_no_way(desk, way):
    withdrawn(desk)
    assert refused(desk, way, recipient="The Gazette") == "CONSENT-WITHDRAWN"


@pytest.mark.parametrize("way", WAYS)
def test_what_is_marked_secret_leaves_by_no_way(desk, way):
    marked(desk, "secret", "minor")
    assert refused(desk, way) == "MARKED"


def test_a_withdrawal_for_a_name_that_had_no_consent_tells_the_names_that_had(desk):
    item = [only(desk)]
    given_to(desk, "The Tribunal", "copy")
    for name, told in (("Tribunal", ("The Tribunal",)), ("the tribunal", ()), ("", ())):
        wish = ConsentWish(name, withdraw=True)
        assert consents.consent(desk.desk, desk.passphrase, item, wish).named_before == told


@pytest.mark.parametrize("way", ["bundle for the public", "report for the public", "disclose to the public"])
@pytest.mark.parametrize("level", ["restricted", "secret"])
def test_the_public_gets_nothing_that_is_marked_though_somebody_asks_for_it(desk, way, level):
    marked(desk, level)
    assert refused(desk, way, secret=True) == "MARKED"


def test_a_court_gets_what_is_secret_where_the_person_says_so(desk):
    marked(desk, "secret")
    assert refused(desk, "bundle for a court") == "MARKED"
    assert bundled(desk, "court", secret=True).items == 1


def test_a_withdrawal_is_for_one_recipient_whatever_way_the_name_is_typed(desk):
    given_to(desk, "The  Gazette", "copy", "record", "original")
    withdrawn(desk, "ＴＨＥ gazette")
    assert refused(desk, "bundle for a court", recipient=" the GAZETTE ") == "CONSENT-WITHDRAWN"
    assert bundled(desk, "court", name="The Tribunal").items == 1


SPELLINGS = (
    "the\u200b gazette", "The Gaz\u00adette", "\u200eThe Gazette\u200f", "\ufeffThe Gazette", "The-Gazette", "The\u2011Gazette.",
    "«The Gazette»", "THEGAZETTE", "The Gaze\u0301tte", "The Gazétte", "The\u180e Gazette", "𝐓𝐡𝐞 𝐆𝐚𝐳𝐞𝐭𝐭𝐞",
)  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS, ids=range(len(SPELLINGS)))
def test_no_sign_between_the_letters_of_a_name_gets_around_a_withdrawal(desk, name):
    withdrawn(desk, "The Gazette")
    assert refused(desk, "bundle for a court", recipient=name) == "CONSENT-WITHDRAWN"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Комитет «Ёлка»", "комитет елка", True),
        ("İstanbul Barosu", "ıstanbul barosu", True),
        ("Straße", "STRASSE", True),
        ("Court 1", "Court 2", False),
        ("कि", "की", False),
        ("Committee", "Комитет", False),
        ("✊", "", False),
    ],
    ids=["accent", "dotless", "sharp s", "number", "vowel signs", "scripts", "no letter"],
)
def test_names_are_the_same_by_their_letters(one, other, same):
    assert (consents.folded(one) == consents.folded(other)) is same


@pytest.mark.parametrize("way", WAYS)
def test_where_nobody_says_for_whom_it_is_a_withdrawal_refuses(desk, way):
    withdrawn(desk, "The Gazette")
    assert refused(desk, way) == "CONSENT-WITHDRAWN"


def test_publishing_gives_it_to_whoever_lost_it_too(desk):
    given_to(desk, "public", "copy", "record")
    withdrawn(desk, "The Gazette")
    assert refused(desk, "bundle for the public") == "CONSENT-WITHDRAWN"
    given_to(desk, "public", "copy", "record")
    assert bundled(desk, "public").items == 1


def test_a_consent_given_again_counts_and_the_history_stays(desk):
    given_to(desk, "The Gazette", "copy")
    withdrawn(desk)
    given_to(desk, "The Gazette", "copy", "record", "original")
    assert bundled(desk, "court", name="the gazette").items == 1
    told = consents.consents(desk.desk, desk.passphrase, ())
    assert [(one.recipient, one.state) for one in told] == [
        ("The Gazette", "given"), ("", "withdrawn"), ("The Gazette", "given"),
    ]  # fmt: skip


def demanded(desk: Stage, audience: str = "court") -> None:
    text = load.shipped_bytes(audience).decode().replace('consent = "not-withdrawn"', 'consent = "required"')
    file = desk.folder / "ours.toml"
    file.write_text(text)
    tighten_audience(desk.desk, file)


@pytest.mark.parametrize("way", WAYS)
def test_where_the_rules_demand_a_consent_not_knowing_refuses(desk, way):
    for audience in ("court", "public"):
        demanded(desk, audience)
    assert refused(desk, way, recipient="The Tribunal") == "NO-CONSENT"


def test_a_demanded_consent_is_for_that_recipient_and_for_all_that_goes(desk):
    demanded(desk)
    given_to(desk, "The Gazette", "copy", "record", "original")
    given_to(desk, "The Tribunal", "copy", "record")
    assert refused(desk, "bundle for a court", recipient="The Tribunal") == "NO-CONSENT"
    given_to(desk, "The Tribunal", "copy", "record", "original")
    assert bundled(desk, "court", name="The Tribunal").items == 1


def test_a_desk_s_own_rules_never_loosen(desk):
    text = (
        load.shipped_bytes("public").decode().replace('["unanswered", "unsure"]', '["unanswered", "unsure", "yes"]')
    )
    file = desk.folder / "ours.toml"
    file.write_text(text.replace("min = 2", "min = 1"))
    rules = tighten_audience(desk.desk, file).rules
    assert (rules.copies_min, "yes" in rules.release_exposure_refuse) == (2, True)


def test_a_lost_paper_is_no_way_round_a_withdrawal(desk):
    before = state.load_state(desk.desk).capsules().keys()
    withdrawn(desk)
    (paper,) = state.load_state(desk.desk).capsules().keys() - before
    store.erase(desk.desk, paper)
    assert refused(desk, "bundle for a court", recipient="The Tribunal") == "STATEMENTS-SHUT"


def test_the_newest_mark_counts_and_the_report_for_the_desk_tells_it(desk):
    marked(desk, "secret", "minor")
    marked(desk, "restricted", "graphic_violence")
    told = marks.history(desk.desk, desk.passphrase, ())
    assert [(one.level, one.because) for one in told] == [
        ("secret", ("minor",)),
        ("restricted", ("graphic_violence",)),
    ]
    page = desk.folder / "desk.html"
    report(desk.desk, desk.passphrase, ReportWish("desk", (), page))
    assert f"{only(desk)}: marked restricted (graphic_violence)" in page.read_text()
    assert "marked secret" not in page.read_text()


def test_statements_are_sealed_and_the_log_tells_nothing_of_them(desk):
    marks.mark(desk.desk, desk.passphrase, [only(desk)], Mark(level="secret", why="named-witness-text"))
    given_to(desk, "named-recipient", "copy")
    for data in desk.contents().values():
        assert b"named-" not in data
        assert b"secret" not in data or b"[release]" in data


@pytest.mark.parametrize(
    "wish",
    [
        ConsentWish("", ("copy",)),
        ConsentWish("The Gazette"),
        ConsentWish("The Gazette", ("everything",)),
        ConsentWish("The Gazette", ("copy",), withdraw=True),
        ConsentWish("x" * 5000, ("copy",)),
        ConsentWish("\udcff", ("copy",)),
        ConsentWish("\u200b", withdraw=True),
        ConsentWish("—", ("copy",)),
    ],
)
def test_a_consent_that_says_nothing_clear_is_not_recorded(desk, wish):
    before = desk.contents()
    with pytest.raises(WitnesskitError) as caught:
        consents.consent(desk.desk, desk.passphrase, [only(desk)], wish)
    assert (caught.value.code, desk.contents()) == ("STATEMENT", before)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "public"]), st.booleans()), max_size=8))
def test_the_last_word_of_a_recipient_counts(said):
    found = [
        Statement(
            n,
            "i",
            CONSENT,
            "",
            {"recipient": name, "state": "given" if yes and name else "withdrawn", "scope": ["copy"]},
        )
        for n, (name, yes) in enumerate(said)
    ]
    last = [(name, yes and bool(name)) for name, yes in said if name in ("a", "")]
    state_of_a, _scope = consents.standing(found, "i", "a")
    assert state_of_a == ({True: "given", False: "withdrawn"}[last[-1][1]] if last else "unknown")
    if said and not (said[-1][0] and said[-1][1]):
        assert consents.standing(found, "i", "public")[0] == "withdrawn"
        assert consents.standing(found, "i", "")[0] in ("withdrawn", "unclear")


@pytest.mark.parametrize("said", [{}, {"level": 7}, {"level": "later"}, {"level": ["public"]}])
def test_a_mark_that_cannot_be_read_keeps_the_item_back(said):
    one = Statement(1, "00" * 16, "mark", "2026-01-02", strict_json.loads(strict_json.canonical(said)))
    level = marks.newest([one])[one.item].level
    assert level not in load.shipped("court").rules.release_marks


@pytest.fixture
def twins(desk) -> tuple[Stage, str, str]:
    """The same photo from a second device: (desk, the first one's item, the second one's)."""
    first = only(desk)
    device = Device(desk.folder / "b")
    device.add(PHOTO)
    desk.take_in(device.bundle(desk.folder / "stick-b"))
    every = {short_id(item) for item, one in state.load_state(desk.desk).items.items() if not one.paper}
    (second,) = every - {first}
    return desk, first, second


def handed(desk: Stage, short: str, **wish):
    out = desk.folder / f"handed-{len(list(desk.folder.glob('handed-*')))}"
    return hand_out(desk.desk, desk.passphrase, HandOutWish("folder", (short,), out, "court", **wish), silent)


def test_a_mark_keeps_back_the_same_content_under_another_item(twins):
    desk, first, second = twins
    assert handed(desk, second).items == 1
    marks.mark(desk.desk, desk.passphrase, [first], Mark(level="secret", because=("minor",)))
    with pytest.raises(MarkKeepsBack) as caught:
        handed(desk, second)
    assert f"{second} (the same as {first}: marked secret" in str(caught.value)
    assert handed(desk, second, secret=True).items == 1


@pytest.mark.parametrize("recipient", ["", "The Gazette"], ids=["everybody", "one"])
def test_a_withdrawal_keeps_back_the_same_content_under_another_item(twins, recipient):
    desk, first, second = twins
    consents.consent(desk.desk, desk.passphrase, [first], ConsentWish(recipient, withdraw=True))
    with pytest.raises(ConsentWithdrawn):
        handed(desk, second, recipient="the gazette")
    with pytest.raises(ConsentWithdrawn):
        handed(desk, second)


def test_what_was_said_later_of_the_item_itself_counts(twins):
    desk, first, second = twins
    marks.mark(desk.desk, desk.passphrase, [second], Mark(level="restricted"))
    marks.mark(desk.desk, desk.passphrase, [first], Mark(level="secret"))
    with pytest.raises(MarkKeepsBack):
        handed(desk, second)
    marks.mark(desk.desk, desk.passphrase, [second], Mark(level="restricted"))
    assert handed(desk, second).items == 1
    with pytest.raises(MarkKeepsBack):
        handed(desk, first)


def test_a_consent_for_another_item_lets_nothing_out(twins):
    desk, first, second = twins
    demanded(desk)
    consents.consent(desk.desk, desk.passphrase, [first], ConsentWish("T", ("copy", "record", "original")))
    with pytest.raises(NoConsent):
        handed(desk, second, recipient="T")
