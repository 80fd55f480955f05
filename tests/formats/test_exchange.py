"""A file of seen logs has one form; its page's example and commands are run."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.oracles import require
from witnesskit.custody.signer import Signer
from witnesskit.errors import WitnesskitError
from witnesskit.formats.checkpoint import Checkpoint
from witnesskit.formats.exchange import Exchange, Head, exchange_bytes, parse_exchange

PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "exchange.md").read_text(encoding="utf-8")
B, A = Signer("wk1/deskb00000000", b"\x0b" * 32), Signer("wk1/deska00000000", b"\x0a" * 32)
OWN = Head("bb" * 32, B.note(Checkpoint(B.origin, 12, b"\x0b" * 32).text))
OTHER = Head("aa" * 32, A.note(Checkpoint(A.origin, 40, b"\x0a" * 32).text))
GOOD = Exchange(B.vkey, "2026-11-26", (OWN, OTHER))


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    return found


def code(data: bytes) -> str:
    with pytest.raises(WitnesskitError) as caught:
        parse_exchange(data)
    return caught.value.code


def test_the_example_of_the_page_is_what_is_written_and_read():
    assert exchange_bytes(GOOD, B.sign_note).decode() == block("exchange")
    assert parse_exchange(block("exchange").encode()) == GOOD


@pytest.mark.parametrize("old", ["", "2026-11-26"])
def test_the_commands_of_the_page_check_it(tmp_path, old):
    require("openssl")
    (tmp_path / "vkey").write_text(B.vkey + "\n")
    (tmp_path / "file").write_text(block("exchange").replace(old, "2026-11-25", 1) if old else block("exchange"))
    done = subprocess.run(["sh", "-e", "-c", block("sh")], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode == 0) is (not old), done.stderr
    assert ("Signature Verified Successfully" in done.stdout) is (not old)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOOD, day="today"),
        replace(GOOD, heads=()),
        replace(GOOD, heads=(OTHER, OWN)),
        replace(GOOD, heads=(OWN, replace(OTHER, log="AA" * 32))),
        replace(GOOD, heads=(OWN, replace(OTHER, note=b"x"))),
        replace(GOOD, heads=(OWN, Head("aa" * 32, A.note(Checkpoint(A.origin, 0, bytes(32)).text)))),
        replace(GOOD, heads=(Head("bb" * 32, A.note(Checkpoint(B.origin, 12, bytes(32)).text)),)),
        replace(GOOD, sender="x"),
        replace(GOOD, sender=B.vkey + " "),
    ],
)
def test_another_form_is_refused(wrong):
    assert code(exchange_bytes(wrong, B.sign_note)) == "EXCHANGE-FORM"


def test_another_signer_and_a_second_signature_are_refused():
    assert code(exchange_bytes(GOOD, A.sign_note)) == "EXCHANGE-SIGNATURE"
    assert code(exchange_bytes(GOOD, lambda text: B.sign_note(text) + A.sign_note(text))) == "EXCHANGE-SIGNATURE"
    assert code(exchange_bytes(replace(GOOD, sender=A.vkey), B.sign_note)) == "EXCHANGE-SIGNATURE"


@pytest.mark.parametrize("cut", range(0, 1200, 97))
def test_a_cut_file_is_refused(cut):
    data = exchange_bytes(GOOD, B.sign_note)
    assert code(data[: len(data) - 1 - cut]) in ("EXCHANGE-FORM", "EXCHANGE-SIGNATURE")
