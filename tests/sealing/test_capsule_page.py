"""The page of the capsule cannot drift: its example is the vector, its commands are run with stock tools."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.oracles import require
from witnesskit.errors.sealing import WrongKey
from witnesskit.formats.capsule import header_bytes
from witnesskit.sealing.capsule import CapsuleReader
from witnesskit.sealing.identity import Identity
from witnesskit.sealing.open import open_bytes

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "spec" / "capsule.md").read_text(encoding="utf-8")
VECTORS = ROOT / "tests" / "vectors" / "capsule"
SEALED = (VECTORS / "ok.capsule").read_bytes()
RING, RECOVERY = (Identity.from_text((VECTORS / f"{name}.key").read_text()) for name in ("ring", "recovery"))


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("key", [RING, RECOVERY])
def test_the_vector_is_what_the_page_says(key):
    with (VECTORS / "ok.capsule").open("rb") as file:
        reader = CapsuleReader(file, [key])
        assert header_bytes(reader.header).decode() == blocks("json")[0]
        assert reader.file_key.hex() == (VECTORS / "file-key.hex").read_text().strip()
        streams = [reader.read(name) for name in ("media/1", "media/2")]
    found = [SEALED, open_bytes(SEALED, [key]), *streams]
    assert re.findall(r"`([0-9a-f]{64})`", PAGE) == [digest(data) for data in found]
    assert f"({len(SEALED):,} bytes)" in PAGE


def test_others_do_not_open_the_vector():
    with pytest.raises(WrongKey), (VECTORS / "ok.capsule").open("rb") as file:
        CapsuleReader(file, [Identity.generate()])


def test_the_commands_of_the_page_give_what_it_shows(tmp_path):
    require("age")
    require("tar")
    for name in ("ok.capsule", "ring.key"):
        shutil.copy(VECTORS / name, tmp_path)
    shown = blocks("text")
    for script, expected in zip(blocks("sh"), [*shown, "a part, or damaged\n"], strict=True):
        done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == expected
