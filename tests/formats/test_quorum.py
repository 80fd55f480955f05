"""Quorums: thresholds of groups in groups, against the definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from witnesskit.formats.quorum import Group, TrustPolicy
from witnesskit.keys import COSIGNATURE, VerifierKey

KEYS = {f"w{number}": VerifierKey("w", bytes([number]) * 32, COSIGNATURE) for number in range(6)}


def policy(groups: dict[str, Group], quorum: str) -> TrustPolicy:
    return TrustPolicy(witnesses=KEYS, groups=groups, quorum=quorum)


def test_without_a_quorum_nobody_is_needed():
    assert TrustPolicy().met_by(())


def test_one_witness_can_be_the_quorum():
    assert policy({}, "w1").met_by(["w1", "w2"])
    assert not policy({}, "w1").met_by(["w2"])


def test_a_name_that_nothing_defines_is_never_met():
    assert not policy({}, "stranger").met_by(["stranger", *KEYS])


def test_a_witness_that_cosigned_twice_counts_once():
    assert not policy({"g": Group(2, ("w0", "w1"))}, "g").met_by(["w0", "w0"])


def test_somebody_who_is_no_witness_does_not_count_as_a_member_or_a_group():
    groups = {"g": Group(1, ("w0", "stranger")), "h": Group(1, ("g",))}
    assert not policy(groups, "h").met_by(["stranger", "g", "h"])


def test_groups_in_a_thousand_groups_end():
    groups = {"g0": Group(1, ("w0",))} | {f"g{n}": Group(1, (f"g{n - 1}",)) for n in range(1, 1000)}
    assert policy(groups, "g999").met_by(["w0"])
    assert not policy(groups, "g999").met_by(["w1"])


@st.composite
def policies(draw):
    groups: dict[str, Group] = {}
    for number in range(draw(st.integers(1, 5))):
        members = draw(st.lists(st.sampled_from([*KEYS, *groups]), min_size=1, max_size=4, unique=True))
        groups[f"g{number}"] = Group(draw(st.integers(1, len(members))), tuple(members))
    return policy(groups, draw(st.sampled_from(list(groups))))


def met(trust: TrustPolicy, name: str, cosigners: set[str]) -> bool:
    """The definition, c2sp.org/tlog-policy, "Defining a witness group"."""
    if name in trust.witnesses:
        return name in cosigners
    group = trust.groups[name]
    return len([member for member in group.members if met(trust, member, cosigners)]) >= group.needed


@given(policies(), st.sets(st.sampled_from(list(KEYS))))
def test_every_policy_is_met_as_the_definition_says(trust, cosigners):
    assert trust.met_by(cosigners) == met(trust, trust.quorum, cosigners)


@given(policies(), st.sets(st.sampled_from(list(KEYS))), st.sampled_from(list(KEYS)))
def test_another_cosigner_never_takes_a_quorum_away(trust, cosigners, other):
    assert trust.met_by({*cosigners, other}) or not trust.met_by(cosigners)
