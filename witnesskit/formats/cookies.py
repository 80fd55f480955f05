"""A Netscape cookie file, as browsers export it; checked before anything is done with it, and repeated nowhere."""

from __future__ import annotations

import re
from typing import Final

from witnesskit.errors.brought import BadCookies
from witnesskit.limits import COOKIES_MAX

_FIELDS: Final = 7  # domain, below it too, path, secure, expires, name, value
_HTTP_ONLY: Final = "#HttpOnly_"
_DOMAIN = re.compile(r"\.?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_HEADER: Final = "# Netscape HTTP Cookie File\n"


def read_cookies(untrusted_data: bytes) -> str:
    """The file's text with its header; raises BadCookies naming a line by its number only."""
    if len(untrusted_data) > COOKIES_MAX:
        raise BadCookies(f"more than {COOKIES_MAX} bytes")
    try:
        text = untrusted_data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadCookies("it is not text") from None
    kept = [line for number, line in enumerate(text.splitlines(), 1) if _is_cookie(line, number)]
    if not kept:
        raise BadCookies("it holds none")
    return _HEADER + "".join(f"{line}\n" for line in kept)


def _is_cookie(line: str, number: int) -> bool:
    bare = line.removeprefix(_HTTP_ONLY)
    if not bare.strip() or bare.startswith("#"):
        return False
    fields = bare.split("\t")
    flags = {"TRUE", "FALSE"}
    if len(fields) != _FIELDS or fields[1] not in flags or fields[3] not in flags:
        raise BadCookies(f"line {number}")
    if not _DOMAIN.fullmatch(fields[0]) or not re.fullmatch(r"-?\d{1,15}(?:\.\d+)?", fields[4]):
        raise BadCookies(f"line {number}")
    if any(ord(character) < 32 for character in "".join(fields)):
        raise BadCookies(f"line {number}")
    return True
