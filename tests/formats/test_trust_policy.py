"""Trust policies: the example of the C2SP specification with keys, and every refusal with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.errors.verify import BadTrustPolicy
from witnesskit.formats.quorum import Group
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.keys import COSIGNATURE, ED25519, ML_DSA_44, SIZES, VerifierKey
from witnesskit.limits import TRUST_POLICY_LINES_MAX


def key(number: int, kind: bytes = COSIGNATURE, name: str = "witness.example/w") -> VerifierKey:
    return VerifierKey(name, bytes([number]) * SIZES[kind], kind)


LOG, SECOND = key(1, ED25519, "wk1/desk000000000"), key(2, ML_DSA_44, "wk1/desk000000000")
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
WITNESSES = {name: key(10 + place) for place, name in enumerate(NAMES)}
EXAMPLE = "\n".join(
    [
        f"log {LOG.text}",
        "",
        *(f"witness {name} {WITNESSES[name].text}" for name in NAMES[:3]),
        "group X-witnesses 2 X1 X2 X3",
        "",
        *(f"witness {name} {WITNESSES[name].text}" for name in NAMES[3:]),
        "group Y-witnesses any Y1 Y2 Y3",
        "",
        "group X-and-Y all X-witnesses Y-witnesses",
        "quorum X-and-Y",
        "",
    ]
)
W = f"witness w {key(10).text}\n"
V = f"witness v {key(11).text}\n"
NONE = "quorum none\n"


def test_the_example_of_the_specification_is_read():
    """c2sp.org/tlog-policy, "Example policy", with keys in the place of <vkey>."""
    policy = parse_trust_policy(EXAMPLE.encode())
    assert policy.logs == (LOG,)
    assert policy.witnesses == WITNESSES
    assert policy.groups == {
        "X-witnesses": Group(2, ("X1", "X2", "X3")),
        "Y-witnesses": Group(1, ("Y1", "Y2", "Y3")),
        "X-and-Y": Group(2, ("X-witnesses", "Y-witnesses")),
    }
    assert policy.quorum == "X-and-Y"
    assert policy.met_by({"X1", "X3", "Y2"})
    assert not policy.met_by({"X1", "Y1", "Y2", "Y3"})
    assert not policy.met_by({"X1", "X2", "X3"})


def test_comments_white_space_addresses_and_a_missing_last_line_feed_are_allowed():
    text = f"  # жергілікті\n\t log \t {LOG.text} https://log.example \n{W.strip()} https://w.example\n \t\nquorum w"
    policy = parse_trust_policy(text.encode())
    assert policy.logs == (LOG,)
    assert policy.met_by({"w"})


def test_names_are_opaque_bytes():
    kelvin = f"witness \u212a {key(10).text}\nwitness K {key(11).text}\nquorum \u212a\n"
    policy = parse_trust_policy(kelvin.encode())
    assert policy.met_by({"\u212a"})
    assert not policy.met_by({"K"})
    assert parse_trust_policy(b"witness \xff " + key(10).text.encode() + b"\nquorum \xff\n").quorum == "\udcff"


def test_both_kinds_of_a_log_and_of_witnesses_are_taken():
    text = f"log {LOG.text}\nlog {SECOND.text}\n{W}witness q {key(12, ML_DSA_44).text}\nquorum none\n"
    policy = parse_trust_policy(text.encode())
    assert policy.logs == (LOG, SECOND)
    assert set(policy.witnesses) == {"w", "q"}
    assert policy.met_by(())


def test_as_many_as_the_specification_recommends_are_taken():
    logs = "".join(f"log {key(number, ED25519).text}\n" for number in range(1, 33))
    witnesses = "".join(f"witness w{number} {key(number).text}\n" for number in range(1, 33))
    groups = "".join(f"group g{number} 1 w{number}\n" for number in range(1, 33))
    policy = parse_trust_policy((logs + witnesses + groups + "quorum g32\n").encode())
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "there is no quorum line"),
        (W, "there is no quorum line"),
        (NONE + "\0", "a control character"),
        (NONE + "\r\n", "a control character"),
        (NONE + "\x7f", "a control character"),
        (NONE * 2, "line 2: not a line of a policy"),
        (NONE + "quorum w", "line 2: not a line of a policy"),
        ("quorum w\n" + W, "line 1: a name that no line before defines"),
        ("quorum", "line 1: not a line of a policy"),
        ("quorum none none", "line 1: not a line of a policy"),
        ("Quorum none", "line 1: not a line of a policy"),
        ("quorum none # nobody", "line 1: not a line of a policy"),
        ("trust me", "line 1: not a line of a policy"),
        ("log", "line 1: not a line of a policy"),
        (f"log {LOG.text} https://a https://b", "line 1: not a line of a policy"),
        (f"log {LOG.text[:-1]}", "line 1: "),
        (f"log {key(1).text}", "line 1: "),
        (f"log {LOG.text}\nlog {LOG.text}", "line 2: a key stands there twice"),
        (f"log {LOG.text}\nlog {key(1, ED25519, 'wk1/other').text}", "line 2: a key stands there twice"),
        ("witness w", "line 1: not a line of a policy"),
        (f"witness w {LOG.text}", "line 1: "),
        (f"witness none {key(10).text}", "line 1: a name is taken"),
        (W + f"witness w {key(11).text}", "line 2: a name is taken"),
        (W + f"witness v {key(10, name='other').text}", "line 2: a key stands there twice"),
        (W + "group w 1 w", "line 2: a name is taken"),
        (W + "group none 1 w", "line 2: a name is taken"),
        (W + "group g 1 w\nwitness g " + key(11).text, "line 3: a name is taken"),
        (W + "group g 1", "line 2: not a line of a policy"),
        (W + "group g 0 w", "line 2: how many members are needed"),
        (W + "group g 2 w", "line 2: how many members are needed"),
        (W + "group g -1 w", "line 2: how many members are needed"),
        (W + "group g 01 w", "line 2: how many members are needed"),
        (W + "group g ١ w", "line 2: how many members are needed"),
        (W + "group g most w", "line 2: how many members are needed"),
        (W + "group g any x", "line 2: a name that no line before defines"),
        (W + "group g any none", "line 2: a name that no line before defines"),
        (W + "group g any g", "line 2: a name that no line before defines"),
        (W + "group g 2 w w", "line 2: a name is a member twice"),
        (W + "group g any w\ngroup h any w", "line 3: a name is a member twice"),
        ("\n" * TRUST_POLICY_LINES_MAX + NONE, "more than 1000 lines"),
    ],
)
def test_a_policy_with_one_defect_is_refused_with_its_line(text, detail):
    with pytest.raises(BadTrustPolicy) as refused:
        parse_trust_policy(text.encode())
    assert refused.value.detail.startswith(detail)


def test_a_witness_and_a_log_may_share_a_key():
    """An operator who runs both: the kinds differ, and the specification forbids it within one list only."""
    assert parse_trust_policy(f"log {key(10, ED25519).text}\n{W}quorum w\n".encode()).met_by({"w"})


WORDS = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "w", "v", "all", "any", "1", "2", "#", "\t", LOG.text, key(10).text]
)


@settings(max_examples=300)
@given(
    st.lists(st.lists(WORDS, max_size=5).map(" ".join), max_size=8).map("\n".join).map(str.encode)
    | st.binary(max_size=200)
)
def test_no_bytes_fail_in_another_way(data):
    try:
        policy = parse_trust_policy(data)
    except BadTrustPolicy as refused:
        assert refused.detail
        return
    assert policy.quorum == "none" or policy.met_by(policy.witnesses)
