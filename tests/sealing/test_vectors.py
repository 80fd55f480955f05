"""Every vendored vector of C2SP/CCTV ends as it says, and releases exactly the bytes it says."""

import hashlib
import io
import zlib
from pathlib import Path

import pytest

from witnesskit.errors.sealing import (
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
from witnesskit.sealing.identity import Identity, Passphrase
from witnesskit.sealing.open import open_sealed

FOLDER = Path(__file__).parents[1] / "vectors" / "age"
FILES = sorted(path for path in FOLDER.iterdir() if path.name not in ("README.md", "LICENSE"))
OUTCOMES = {
    "header failure": (HeaderMalformed, HeaderCut, NotAge, NewerAge),
    "HMAC failure": (HeaderChanged,),
    "no match": (WrongKey, WrongPassphrase),
    "payload failure": (PayloadFailure,),
}
STEPS = (None, 1 << 20, 1000)


def parse(path):
    head, _, body = path.read_bytes().partition(b"\n\n")
    fields = [line.split(": ", 1) for line in head.decode().splitlines()]
    keys = [Identity.from_text(text) for key, text in fields if key == "identity"]
    keys += [Passphrase(text) for key, text in fields if key == "passphrase"]
    return dict(fields), keys, zlib.decompress(body) if ["compressed", "zlib"] in fields else body


def test_none_is_missing():
    assert len(FILES) == 92


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_ends_as_the_vector_says(path):
    fields, keys, sealed = parse(path)
    for step in STEPS:
        released = hashlib.sha256()
        try:
            reader = open_sealed(io.BytesIO(sealed), keys)
            reading_all = step is None
            while piece := reader.read(1 << 30 if reading_all else step):
                released.update(piece)
            assert reader.complete
            outcome = None
        except (HeaderFailure, NotAge, NewerAge, WrongKey, WrongPassphrase, PayloadFailure) as error:
            outcome = error
        if fields["expect"] == "success":
            assert outcome is None
        else:
            assert isinstance(outcome, OUTCOMES[fields["expect"]])
        if "payload" in fields:
            assert released.hexdigest() == fields["payload"]


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name.startswith("stream_")], ids=lambda path: path.name
)
def test_reading_all_at_once_gives_all_or_raises(path):
    fields, keys, sealed = parse(path)
    try:
        data = open_sealed(io.BytesIO(sealed), keys).read()
    except (PayloadFailure, HeaderFailure):
        assert fields["expect"] != "success"
    else:
        assert fields["expect"] == "success"
        assert hashlib.sha256(data).hexdigest() == fields["payload"]
