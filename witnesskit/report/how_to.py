"""How to check a report with stock tools: sha256sum, age, tar, bagit, openssl, ffmpeg, exiftool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from witnesskit.media_model import EssenceHash
from witnesskit.model import Audience
from witnesskit.report import court_steps, shell
from witnesskit.report.checkable import Checkable
from witnesskit.report.model import Step

_OPEN: Final = Step(
    "Open the bundle",
    ("age -d -i YOUR-KEY.txt -o bag.tar BUNDLE.age", "mkdir bag", "tar -xf bag.tar -C bag"),
    "nothing; age refuses a bundle of which one bit was changed or the end is cut off. Several files are volumes of "
    "one bundle: for these type what stands in bundle.md under “A set with stock tools” instead",
)
_BAG: Final = Step(
    "Check every file of the bundle",
    ("cd bag && sha256sum -c manifest-sha256.txt && cd ..", "bagit.py --validate bag"),
    "OK behind every name, and “bag is valid”",
)
_FILE: Final = Step(
    "Check a file",
    ("sha256sum FILE",),
    "the SHA-256 that stands above for this file; one different digit means another file",
)
_CLEAN: Final = Step(
    "Look for metadata yourself",
    ("exiftool -a -G1 -ee FILE",),
    "no place, device, name or time of recording; technical values such as width and duration remain",
)


def signature(vkey: str) -> Step:
    """Check the newest checkpoint's signature by one verifier key (``NAME+8 hex digits+base64``)."""
    return Step(
        "Check a signature",
        (
            shell.public_key(vkey, "log.pem"),
            "awk '/^$/{exit}{print}' NEWEST.note > text",
            f"{shell.signature_line(vkey, 'NEWEST.note')} | tail -c +5 > sig",
            "openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in text -sigfile sig",
        ),
        "Signature Verified Successfully (OpenSSL 3.0 or later)",
    )


def essence(hashes: Sequence[EssenceHash]) -> tuple[Step, ...]:
    """How to recompute the essence of coded streams; nothing for definitions that no stock tool computes."""
    commands = shell.essence_commands("FILE", hashes)
    if not commands:
        return ()
    expect = "the digests of coded picture and sound above; original and copy give the same"
    return (Step("Compare coded picture and sound", commands, expect),)


def for_bundle(checkable: Checkable) -> tuple[Step, ...]:
    """Every step for the reader of a bundle for a court, filled with its own digests, keys and times."""
    return (_OPEN, _BAG, *court_steps.steps(checkable))


def steps(audience: Audience, vkeys: Sequence[str] = (), hashes: Sequence[EssenceHash] = ()) -> tuple[Step, ...]:
    """The steps for an audience.

    ``vkeys`` are the verifier keys whose notes the reader was given, ``hashes`` the essence that is shown.
    """
    own = (_FILE, _CLEAN, *essence(hashes), *(signature(vkey) for vkey in vkeys))
    return own if audience is Audience.PUBLIC else (_OPEN, _BAG, *own)
