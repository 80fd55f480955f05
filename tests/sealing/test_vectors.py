"""Every vector of C2SP/CCTV ends as it says, none left out, and releases exactly the bytes it says."""

import hashlib
import io
import zlib
from collections import Counter
from pathlib import Path

import pytest

from witnesskit.errors.sealing import (
    Armoured,
    ArmourMalformed,
    HeaderChanged,
    HeaderCut,
    HeaderFailure,
    HeaderMalformed,
    NewerAge,
    NotAge,
    PayloadFailure,
    WrongKey,
    WrongPassphrase,
)
from witnesskit.formats.age_armor import is_armoured, unarmoured
from witnesskit.sealing.identity import Identity, Passphrase
from witnesskit.sealing.open import open_sealed

FOLDER = Path(__file__).parents[1] / "vectors" / "age"
FILES = sorted(path for path in FOLDER.iterdir() if path.name not in ("README.md", "LICENSE"))
OUTCOMES = {
    "header failure": (HeaderMalformed, HeaderCut, NotAge, NewerAge),
    "HMAC failure": (HeaderChanged,),
    "no match": (WrongKey, WrongPassphrase),
    "payload failure": (PayloadFailure,),
    "armor failure": (ArmourMalformed,),
}
FAILURES = (HeaderFailure, NotAge, NewerAge, WrongKey, WrongPassphrase, PayloadFailure, ArmourMalformed)
EXPECTED = {
    "success": 26,
    "header failure": 62,
    "HMAC failure": 1,
    "no match": 13,
    "payload failure": 19,
    "armor failure": 22,
}
STEPS = (None, 1 << 20, 1000)


def parse(path):
    head, _, body = path.read_bytes().partition(b"\n\n")
    fields = [line.split(": ", 1) for line in head.decode().splitlines()]
    keys = [Identity.from_text(text) for key, text in fields if key == "identity"]
    keys += [Passphrase(text) for key, text in fields if key == "passphrase"]
    return dict(fields), keys, zlib.decompress(body) if ["compressed", "zlib"] in fields else body


def plain_file(fields, body, step):
    """The binary file; armour comes in pieces of ``step`` bytes."""
    if fields.get("armored") != "yes":
        return body
    size = step or len(body)
    return b"".join(unarmoured(body[start : start + size] for start in range(0, len(body), size)))


def named(*starts):
    chosen = [path for path in FILES if path.name.startswith(starts)]
    return pytest.mark.parametrize("path", chosen, ids=lambda path: path.name)


def test_none_is_missing():
    assert Counter(parse(path)[0]["expect"] for path in FILES) == EXPECTED
    assert len(FILES) == sum(EXPECTED.values()) == 143


@named("")
def test_ends_as_the_vector_says(path):
    fields, keys, body = parse(path)
    for step in STEPS:
        released = hashlib.sha256()
        try:
            reader = open_sealed(io.BytesIO(plain_file(fields, body, step)), keys)
            reading_all = step is None
            while piece := reader.read(1 << 30 if reading_all else step):
                released.update(piece)
            assert reader.complete
            outcome = None
        except FAILURES as error:
            outcome = error
        if fields["expect"] == "success":
            assert outcome is None
        else:
            assert isinstance(outcome, OUTCOMES[fields["expect"]])
        if "payload" in fields:
            assert released.hexdigest() == fields["payload"]


@named("stream_")
def test_reading_all_at_once_gives_all_or_raises(path):
    fields, keys, sealed = parse(path)
    try:
        data = open_sealed(io.BytesIO(sealed), keys).read()
    except (PayloadFailure, HeaderFailure):
        assert fields["expect"] != "success"
    else:
        assert fields["expect"] == "success"
        assert hashlib.sha256(data).hexdigest() == fields["payload"]


@named("armor_")
def test_armour_where_bytes_are_needed_is_named_and_never_opened(path):
    fields, keys, body = parse(path)
    if is_armoured(body):
        with pytest.raises(Armoured):
            open_sealed(io.BytesIO(body), keys)
    else:
        assert fields["expect"] == "armor failure"
        with pytest.raises(NotAge):
            open_sealed(io.BytesIO(body), keys)
