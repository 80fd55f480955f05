"""Lines in other forms under a good signature: only the line profile decides, and both verifiers read it alike."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.simulators import tsa
from tests.vectors.custody_log import generate
from tests.vectors.custody_log.anchored import HOUR, LATER_RECOVERY, NOON, NORTH, change_of, one_item, policy, stamp
from tests.vectors.custody_log.catalogue import Vector, desk_lines, joined
from tests.vectors.custody_log.honest import DESK, Example, build, resigned
from tests.vectors.custody_log.sentences import SENTENCES
from tests.verifier.both import first_says, second, second_says
from tests.verifier.mutations import typo
from witnesskit.formats import key_change

HONEST = build()
X = b'"x":{}'
FORMS = {
    "a role that there is not": (5, b'"by":"desk"', b'"by":"dusk"'),
    "a desk's line by the field": (5, b'"by":"desk"', b'"by":"field"'),
    "no such month": (5, b'"t":"2026-11-23"', b'"t":"2026-29-23"'),
    "a time": (5, b'"t":"2026-11-23"', b'"t":"2026-11-23T05:00:00Z"'),
    "an hour too late": (5, b'"t":"2026-11-23"', b'"t":"2026-11-23T35:00:00Z"'),
    "a type with a dash": (5, b'"type":"close"', b'"type":"a-b"'),
    "a type that begins with a line": (5, b'"type":"close"', b'"type":"_b"'),
    "four levels": (5, X, b'"x":{"a":{"b":{"c":1}}}'),
    "four levels, the last empty": (5, X, b'"x":{"a":{"b":{}}}'),
    "five levels": (5, X, b'"x":{"a":{"b":{"c":{}}}}'),
    "a list at the fifth level": (5, X, b'"x":{"a":[[[]]]}'),
    "a key in capitals": (5, X, b'"x":{"A":1}'),
    "a key in a list": (5, X, b'"x":{"a":[{"B":1}]}'),
    "true, and an accent": (5, X, b'"x":{"a":true,"b":[1,"\xc3\xa9"]}'),
    "a picture": (5, X, b'"x":{"a":"\xf0\x9f\x98\x80"}'),
    "minus zero": (5, X, b'"x":{"a":-0}'),
    "minus one": (5, X, b'"x":{"a":-1}'),
    "no number": (5, X, b'"x":{"a":NaN}'),
    "an exponent": (5, X, b'"x":{"a":1e3}'),
    "a leading zero": (5, X, b'"x":{"a":01}'),
    "the greatest number": (5, X, b'"x":{"a":9007199254740991}'),
    "one more": (5, X, b'"x":{"a":9007199254740992}'),
    "five thousand digits": (5, X, b'"x":{"a":' + b"7" * 5000 + b"}"),
    "half a pair": (5, X, b'"x":{"a":"\\ud800"}'),
    "a whole pair as escapes": (5, X, b'"x":{"a":"\\ud83d\\ude00"}'),
    "delete": (5, X, b'"x":{"a":"\x7f"}'),
    "a tab": (5, X, b'"x":{"a":"\\t"}'),
    "a tab, long": (5, X, b'"x":{"a":"\\u0009"}'),
    "a control character": (5, X, b'"x":{"a":"\\u001f"}'),
    "the same in capitals": (5, X, b'"x":{"a":"\\u001F"}'),
    "a raw control character": (5, X, b'"x":{"a":"\x01"}'),
    "an escaped stroke": (5, X, b'"x":{"a":"\\/"}'),
    "bytes that are no text": (5, X, b'"x":{"a":"\xff"}'),
    "a byte order mark": (5, b'{"by"', b'\xef\xbb\xbf{"by"'),
    "an item where none may be": (5, b'"log"', b'"item":"' + b"0" * 32 + b'","log"'),
    "no item where one must be": (2, b'"item":"', b'"itom":"'),
    "a line too long": (5, X, b'"x":{"a":"' + b"a" * 70000 + b'"}'),
    "version 0": (5, b'"v":1', b'"v":0'),
    "version true": (5, b'"v":1', b'"v":true'),
    "version as text": (5, b'"v":1', b'"v":"2"'),
    "version 2 with an item behind it": (1, b'"v":1', b'"v":2'),
    "version 2 of an item": (2, b'"v":1', b'"v":2'),
    "n as text": (5, b'"n":5', b'"n":"5"'),
    "n is 0": (5, b'"n":5', b'"n":0'),
    "n is less than 0": (5, b'"n":5', b'"n":-5'),
    "a digest with a letter more": (5, b'"sd":["', b'"sd":["0'),
    "a member of genesis more": (0, b'"x":{', b'"x":{"a":1,'),
    "the next key one digit longer": (0, b'"next":"', b'"next":"0'),
    "another origin": (0, b'"origin":"wk1', b'"origin":"wk2'),
    "an array": (5, b'{"by"', b'[{"by"'),
    "nothing": (5, b"", b""),
}


def vector_of(example: Example) -> dict[str, Any]:
    SENTENCES.setdefault("", {})
    return json.loads(generate.as_json(Vector("", "", "", (), example)))


@pytest.mark.parametrize("form", FORMS)
def test_a_line_in_another_form_and_signed_ends_alike(form):
    place, old, new = FORMS[form]
    lines = desk_lines(HONEST)
    assert old in lines[place]
    lines[place] = lines[place].replace(old, new, 1)
    if b"\xff" in new:
        pytest.skip("a vector is a text")
    vector = vector_of(resigned(HONEST, joined(lines)))
    assert second_says(vector) == first_says(vector)


@pytest.mark.parametrize("seed", range(60))
def test_slips_in_a_signed_line_end_alike(seed):
    chance = random.Random(seed)
    lines = desk_lines(HONEST)
    place = chance.randrange(len(lines))
    lines[place] = typo(lines[place].decode(), chance).replace("\n", "").encode()
    vector = vector_of(resigned(HONEST, joined(lines)))
    assert (second_says(vector)[0] == "UNCHANGED") == (first_says(vector)[0] == "UNCHANGED")


def test_a_later_witness_in_the_note_contradicts_no_stamp():
    """Its line is in no file that an anchor event could name."""
    with one_item("stamped") as made:
        made.notes[0] += NORTH.line(made.notes[0], NOON + HOUR).encode()
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        vector = vector_of(made.example(policy=policy()))
    assert second_says(vector) == first_says(vector) == ("UNCHANGED", [])


def test_one_name_opened_twice_with_one_value_is_refused():
    vector = vector_of(HONEST)
    vector["openings"].append(vector["openings"][0])
    assert second_says(vector) == first_says(vector) == ("CHANGED", ["OPENING"])


@pytest.mark.parametrize("count", [1000, 1001])
def test_a_log_with_more_changes_of_keys_than_anybody_makes_is_unknown(count):
    with one_item("stamped") as made:
        made.log(change_of(made, "rotate", by=LATER_RECOVERY))
        *before, change = made.team.journal.lines()
        example = made.example()
    (first, *rest), following = before, hashlib.sha256(LATER_RECOVERY.vkey.encode()).hexdigest()
    first = first.replace(json.loads(first)["x"]["next"].encode(), following.encode())
    log = hashlib.sha256(b"\0" + first).hexdigest()
    lines = [first, *(line.replace(json.loads(line)["log"].encode(), log.encode()) for line in rest)]
    old, key = json.loads(change), Ed25519PrivateKey.from_private_bytes(LATER_RECOVERY.to_bytes())
    for n in range(len(lines), len(lines) + count):
        text = key_change.signed_text(log, n, "rotate", DESK.vkey, following, "")
        auth = base64.b64encode(key.sign(text.encode())).decode()
        x = old["x"] | {"key": DESK.vkey, "auth": auth, "auth_key": LATER_RECOVERY.vkey, "next": following}
        lines.append(json.dumps(old | {"n": n, "log": log, "x": x}, sort_keys=True, separators=(",", ":")).encode())
    vector = vector_of(resigned(example, joined(lines)))
    vector["openings"] = []
    one, two = first_says(vector), second_says(vector)
    assert one == two
    assert ("SIZE" in two[1]) == (count > 1000) and "ROTATE" not in two[1]


def test_a_signer_that_is_not_in_the_stamp_is_the_one_of_the_chain_that_was_given():
    """Its key, and that of who certifies it, tell whether two stamps are one party's word."""
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON, certificates=()), logged=False)
        vector = vector_of(made.example(intermediates=(tsa.pem("intermediate"), tsa.pem("signer"))))
    assert second_says(vector) == first_says(vector) == ("UNCHANGED", [])
    (data,) = [base64.b64decode(file["data"]) for log in vector["logs"] for file in log["anchors"]]
    notes, trust = vector["logs"][0]["notes"], vector["trust"]
    told = second.stamp(data, notes, trust["roots"], trust["intermediates"])
    assert told[0] == {"time authority alpha"} and len(told[1]) == 2


def test_of_a_stamp_without_a_root_it_says_that_no_authority_was_named():
    with one_item("stamped") as made:
        made.anchor("4.alpha.tsr", stamp(made.notes[0], NOON), logged=False)
        vector = vector_of(made.example(roots={}))
    assert second_says(vector) == first_says(vector) == ("UNCHANGED", ["TSA"])
    case = second.Case(vector["trust"])
    case.examine(vector)
    (about,) = (subject for _, _, code, subject in case.findings if code == "TSA")
    assert about.endswith("4.alpha.tsr: no authority was named from outside")


def test_a_capsule_that_lies_there_twice_once_without_its_id_is_no_stranger():
    vector = vector_of(HONEST)
    twin = next(found for found in vector["found"] if found.get("capsule"))
    vector["found"].append({name: value for name, value in twin.items() if name != "capsule"})
    assert second_says(vector) == first_says(vector) == ("UNCHANGED", [])
