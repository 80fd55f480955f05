"""Which link is first: signs of the link above the country's risk, always with a reason, and nobody starves."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.capture.triage import FLAGS, FLOOR_EVERY, PRIORITIES, RISE_SECONDS, Signals, rank, unknown_flags

NOW = 1_324_000_000
COUNTRIES = {"MMR": 1041, "TCD": 813, "KAZ": 70, "FIN": 2}  # a table of 2025, in parts of 10,000

signals = st.builds(
    Signals,
    id=st.uuids().map(str),
    added_at=st.integers(NOW - 10_000_000, NOW),
    priority=st.sampled_from(PRIORITIES),
    country=st.sampled_from(["", "MMR", "KAZ", "FIN", "ATA"]),
    flags=st.lists(st.sampled_from([*FLAGS, "nonesuch"]), max_size=4).map(tuple),
    attempts=st.integers(0, 9),
)
queues = st.lists(signals, max_size=30, unique_by=lambda one: one.id)


def order(*waiting, countries=COUNTRIES, now=NOW):
    return [one.id for one in rank(waiting, countries, now)]


def test_a_reported_film_from_zhanaozen_goes_before_a_calm_one_from_the_country_at_the_top():
    """Kazakhstan is number 88 of the table; nobody would have looked there."""
    film = Signals("zhanaozen", NOW, country="KAZ", flags=("reported",))
    calm = Signals("calm", NOW - 86_400, country="MMR")
    assert order(calm, film) == ["zhanaozen", "calm"]


@pytest.mark.parametrize("flag", FLAGS)
def test_any_sign_of_the_link_stands_above_any_country(flag):
    signed = Signals("signed", NOW, country="FIN", flags=(flag,))
    calm = Signals("calm", NOW, country="XXX")
    assert order(calm, signed, countries={"XXX": 10_000, "FIN": 0}) == ["signed", "calm"]


def test_without_signs_the_country_decides():
    waiting = [Signals(country, NOW, country=country) for country in ("FIN", "KAZ", "MMR", "TCD")]
    assert order(*waiting) == ["MMR", "TCD", "KAZ", "FIN"]


def test_newer_forecasts_make_another_order():
    waiting = [Signals("a", NOW, country="KAZ"), Signals("b", NOW, country="FIN")]
    assert order(*waiting) == ["a", "b"]
    assert order(*waiting, countries={"KAZ": 70, "FIN": 500}) == ["b", "a"]


def test_what_a_person_says_stands_above_every_sign():
    said = Signals("said", NOW, priority="urgent")
    signed = Signals("signed", NOW - 86_400, country="MMR", flags=tuple(FLAGS))
    later = replace(signed, id="later", priority="later")
    assert order(later, signed, said) == ["said", "signed", "later"]


def test_more_signs_raise_the_chance_of_loss_and_one_reason_counts_once():
    (one,), (two,), (again,) = (
        rank([Signals("x", NOW, flags=flags)], {}, NOW)
        for flags in (("reported",), ("reported", "young-account"), ("reported", "flagged"))
    )
    assert two.score >= one.score == again.score
    assert two.why != one.why
    assert again.why == one.why


@given(queues)
def test_everybody_is_ranked_once_with_a_score_and_a_reason_on_one_line(waiting):
    ranked = rank(waiting, COUNTRIES, NOW)
    assert sorted(one.id for one in ranked) == sorted(one.id for one in waiting)
    for one in ranked:
        assert 0 <= one.score <= 1000
        assert "danger" in one.why and "chance of loss" in one.why and "waiting" in one.why
        assert "\n" not in one.why


@given(queues, st.integers(0, 100), st.randoms())
def test_the_same_links_in_any_order_rank_the_same(waiting, taken, shuffler):
    mixed = list(waiting)
    shuffler.shuffle(mixed)
    assert rank(waiting, COUNTRIES, NOW, taken) == rank(mixed, COUNTRIES, NOW, taken)


@given(queues, st.integers(1, 4))
def test_whatever_arrives_a_link_is_taken_when_all_that_waited_longer_had_their_turns(waiting, arriving):
    """Someone who floods the queue with what seems to be in danger holds nobody up."""
    if not waiting:
        return
    least = Signals("least", NOW, priority="later")
    queue = {one.id: replace(one, added_at=min(one.added_at, NOW - 1), attempts=0) for one in waiting} | {
        "least": least
    }
    bound = FLOOR_EVERY * len(queue)
    for taken in range(bound):
        for number in range(arriving):
            name = f"flood {taken} {number}"
            queue[name] = Signals(name, NOW + 1 + taken, "urgent", "MMR", tuple(FLAGS))
        first = rank(list(queue.values()), COUNTRIES, NOW + taken, taken)[0]
        del queue[first.id]
        if first.id == "least":
            return
    raise AssertionError("it was never taken")


@given(signals, signals)
def test_no_newcomer_stands_before_who_has_waited_through_the_scale(old, new):
    old, new = replace(old, id="old"), replace(new, id="new", added_at=old.added_at + RISE_SECONDS + 1)
    assert order(old, new) == ["old", "new"]


@given(queues, signals)
def test_waiting_longer_never_costs_a_place(waiting, one):
    waiting = [other for other in waiting if other.id != one.id]
    patient = replace(one, added_at=one.added_at - 86_400)
    places = [
        [ranked.id for ranked in rank([*waiting, each], COUNTRIES, NOW)].index(one.id) for each in (one, patient)
    ]
    assert places[1] <= places[0]


def test_a_link_that_keeps_failing_leaves_the_floor_to_others():
    failing = Signals("failing", NOW - 1000, priority="later", attempts=3)
    calm = Signals("calm", NOW - 500, priority="later")
    flood = [Signals(f"u{number}", NOW, "urgent") for number in range(9)]
    assert rank([failing, calm, *flood], {}, NOW, FLOOR_EVERY - 1)[0].id == "calm"


def test_the_reason_says_what_counted():
    (one,) = rank([Signals("x", NOW - 7200, "urgent", "KAZ", ("reported", "odd"), 2)], COUNTRIES, NOW)
    assert one.why == (
        "said to be urgent; reported: people report it to the platform; KAZ has a risk of 0.70 %; "
        "danger 700 x chance of loss 920 of 1000; waiting 2 h; tried 2 times; 1 unknown flags count for nothing"
    )
    (plain,) = rank([Signals("y", NOW)], COUNTRIES, NOW)
    assert plain.why.startswith("nothing is known of it; ")
    assert unknown_flags(("reported", "odd")) == ("odd",)


def test_the_page_lists_every_flag_with_its_weights():
    from tests.formats.test_risk_table import PAGE

    for name, flag in FLAGS.items():
        assert f"| `{name}` | {flag.danger} | {flag.loss} | {flag.reason} |" in PAGE


def test_a_long_queue_is_ranked_whole():
    chance = random.Random(5)
    waiting = [
        Signals(str(number), NOW - chance.randrange(10**7), chance.choice(PRIORITIES), "KAZ", ("viral",))
        for number in range(2000)
    ]
    assert len({one.id for one in rank(waiting, COUNTRIES, NOW)}) == 2000
