"""How to check a report with stock tools: sha256sum, age, tar, bagit, openssl, ffmpeg, exiftool."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Final

from witnesskit.media_model import EssenceHash
from witnesskit.model import Audience
from witnesskit.report.model import Step

# an Ed25519 public key in DER is these twelve bytes and the 32 bytes of the key (RFC 8410 §4)
_DER: Final = r"\060\052\060\005\006\003\053\145\160\003\041\000"

_OPEN: Final = Step(
    "Open the bundle",
    ("age -d -i YOUR-KEY.txt -o bag.tar BUNDLE.age", "mkdir bag", "tar -xf bag.tar -C bag"),
    "nothing; age refuses a bundle of which one bit was changed or the end is cut off",
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
# definition of the essence hash -> what ffmpeg must do with the coded stream before hashing it
_FILTERS: Final = {
    "h264-vcl": " -bsf h264_mp4toannexb,filter_units=pass_types=1-5",
    "hevc-vcl": " -bsf hevc_mp4toannexb,filter_units=pass_types=0-31",
    "raw-packets": "",
}
_STREAM: Final = re.compile(r"(video|audio):([0-9]{1,2})")


def signature(vkey: str) -> Step:
    """Check the newest checkpoint's signature by one verifier key (``NAME+8 hex digits+base64``).

    Of a name's lines the first is the Ed25519 one; a second key's follows it.
    """
    name = vkey.partition("+")[0]
    pattern = shlex.quote(f"— {name} ")
    return Step(
        "Check a signature",
        (
            f"( printf '{_DER}'; printf %s {shlex.quote(vkey)} | cut -d+ -f3- | base64 -d | tail -c +2 )"
            " | openssl pkey -pubin -inform DER -out log.pem",
            "awk '/^$/{exit}{print}' NEWEST.note > text",
            f"grep -m 1 -F {pattern} NEWEST.note | cut -d' ' -f3 | base64 -d | tail -c +5 > sig",
            "openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in text -sigfile sig",
        ),
        "Signature Verified Successfully (OpenSSL 3.0 or later)",
    )


def essence(hashes: Sequence[EssenceHash]) -> tuple[Step, ...]:
    """How to recompute the essence of coded streams; nothing for definitions that no stock tool computes."""
    commands = []
    for found in hashes:
        stream = _STREAM.fullmatch(found.stream)
        if stream and found.definition in _FILTERS:
            place, bsf = f"0:{stream[1][0]}:{stream[2]}", _FILTERS[found.definition]
            commands.append(f"ffmpeg -v error -i FILE -map {place} -c copy{bsf} -f streamhash -hash sha256 -")
    if not commands:
        return ()
    expect = "the digests of coded picture and sound above; original and copy give the same"
    return (Step("Compare coded picture and sound", tuple(dict.fromkeys(commands)), expect),)


def steps(audience: Audience, vkeys: Sequence[str] = (), hashes: Sequence[EssenceHash] = ()) -> tuple[Step, ...]:
    """The steps for an audience.

    ``vkeys`` are the verifier keys whose notes the reader was given, ``hashes`` the essence that is shown.
    """
    own = (_FILE, _CLEAN, *essence(hashes), *(signature(vkey) for vkey in vkeys))
    return own if audience is Audience.PUBLIC else (_OPEN, _BAG, *own)
