"""What the control behind a ``removed`` is worth: pure; the asking is in control.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from witnesskit.digest import sha256_hex
from witnesskit.limits import CONTROL_READ_MAX

if TYPE_CHECKING:
    from witnesskit.capture.messages import Control


@dataclass(frozen=True)
class Gone:
    """The answer that says gone, with which the control is compared."""

    url: str
    body_sha256: str = ""  # of as many first bytes as a control reads


def front_page(url: str) -> str:
    """The front page of the site of a link; empty when the link is that page itself, which proves nothing."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}/"
    return "" if parts.path in ("", "/") and not parts.query else page


def digest(body: bytes) -> str:
    """The digest to compare with: of the same first bytes that a control reads."""
    return sha256_hex(body[:CONTROL_READ_MAX])


def worth(control: Control | None, gone: Gone) -> str | None:
    """None: there is no control. Empty: the site lives. Else why its front page counts for nothing."""
    if control is None:
        return None
    if not gone.url or control.url != front_page(gone.url):
        return "elsewhere"
    if control.error_kind:
        return f"no-answer-{control.error_kind}"
    if not 200 <= control.status < 400:
        return f"http-{control.status}"
    if control.login:
        return "login"
    if control.phrase:
        return "phrase"
    return "same-answer" if control.body_sha256 == gone.body_sha256 else ""
