"""``HOW-TO-CHECK.txt``: the sheet in a bundle for a court, and the tables of the Berkeley Protocol beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from witnesskit.report import berkeley, words
from witnesskit.report.model import Step, Table
from witnesskit.report.plain_text import paragraph, step, table, title

NAME = "HOW-TO-CHECK.txt"


def sheet(steps: Sequence[Step], tables: Sequence[Table], verifier: tuple[str, str]) -> bytes:
    """The sheet, UTF-8. ``verifier``: name and SHA-256 of the second verifier in the bundle, or empty texts."""
    return _text(_sheet(steps, tables, verifier))


def berkeley_text(tables: Sequence[Table]) -> bytes:
    """The tables alone, UTF-8."""
    return _text(_tables(tables))


def _text(lines: Iterator[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _sheet(steps: Sequence[Step], tables: Sequence[Table], verifier: tuple[str, str]) -> Iterator[str]:
    yield "HOW TO CHECK THIS BUNDLE WITHOUT THE PROGRAM THAT MADE IT"
    yield ""
    yield from paragraph(
        "Every step uses tools that others made: age, tar, sha256sum, openssl (3.0 or later), ssh-keygen, python3, "
        "exiftool, ffmpeg. Type the commands in one terminal, one step after the other, from an empty folder that "
        "holds the bundle as BUNDLE.age and your key as YOUR-KEY.txt. No network is needed."
    )
    yield from paragraph(
        "Keys, root certificates and the second verifier prove something only if you got them, or their digests, "
        "over another way than this bundle: whoever could change the bundle could change them too."
    )
    for number, one in enumerate(steps, 1):
        yield from step(number, one)
    yield from title("The second verifier")
    yield from paragraph(_verifier(*verifier))
    yield from _tables(tables)
    yield from title("What no check proves")
    for sentence in words.UNPROVABLE:
        yield from paragraph(f"- {sentence}")


def _verifier(name: str, sha256: str) -> str:
    if not name:
        return "This bundle holds none; the program's documentation says where it is published."
    return (
        f"{name} in this bundle has the SHA-256 {sha256}. It should be got from elsewhere too, and compared with "
        "this digest: a verifier that comes only with what it verifies proves little."
    )


def _tables(tables: Sequence[Table]) -> Iterator[str]:
    for one in tables:
        yield from table(one)
    if tables:
        yield ""
        yield from paragraph(berkeley.NOTE)
