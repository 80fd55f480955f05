"""Links that open only for whoever holds them: asked for over a direct connection, they show the site who holds them.

A table of shapes; what no shape tells (an unlisted film) the extractor tells later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Shape:
    """A host with those below it, and what its path, query or fragment look like when they are a key."""

    hosts: tuple[str, ...]
    path: str = ""  # pattern of the whole path
    query: str = ""  # name of a parameter that is a key
    fragment: bool = False  # the part behind # is a key


SHAPES: Final = (
    Shape(("t.me", "telegram.me", "telegram.dog"), r"/(?:\+|joinchat/)[\w-]+"),
    Shape(("t.me", "telegram.me"), r"/c/\d+/\d+.*"),
    Shape(("chat.whatsapp.com",), r"/(?:invite/)?\w{10,}"),
    Shape(("signal.group",), fragment=True),
    Shape(("discord.gg",), r"/\w+"),
    Shape(("discord.com",), r"/invite/\w+"),
    Shape(("drive.google.com", "docs.google.com"), r"/.*/d/[\w-]+.*"),
    Shape(("drive.google.com", "docs.google.com"), query="resourcekey"),
    Shape(("drive.google.com",), r"/(?:open|uc)", query="id"),
    Shape(("photos.app.goo.gl",), r"/\w+"),
    Shape(("photos.google.com",), r"/share/.+"),
    Shape(("dropbox.com",), r"/(?:s|sh|scl|t)/.+"),
    Shape(("1drv.ms",), r"/.+"),
    Shape(("onedrive.live.com",), query="authkey"),
    Shape(("sharepoint.com",), r"/:\w:/.+"),
    Shape(("we.tl",), r"/.+"),
    Shape(("wetransfer.com",), r"/downloads/.+"),
    Shape(("mega.nz", "mega.io"), fragment=True),
    Shape(("vimeo.com",), r"/\d+/[0-9a-f]{8,}"),
    Shape(("vimeo.com",), query="h"),
    Shape(("icloud.com",), r"/(?:share|photos|iclouddrive|sharedalbum)/.*", fragment=True),
    Shape(("share.icloud.com",), r"/.+"),
    Shape(("disk.yandex.ru", "disk.yandex.com", "disk.yandex.kz", "yadi.sk"), r"/(?:d|i)/.+"),
    Shape(("cloud.mail.ru",), r"/public/.+"),
    Shape(("facebook.com", "fb.watch"), r"/share/(?:v|r|p|g)?/?.+"),
    Shape(("send.vis.ee", "onionshare.org"), fragment=True),
)


def is_unlisted(url: str) -> bool:
    """Whether a link is a key by its shape."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return any(_fits(shape, host, parts.path, parse_qs(parts.query), parts.fragment) for shape in SHAPES)


def _fits(shape: Shape, host: str, path: str, query: dict[str, list[str]], fragment: str) -> bool:
    if not any(host == one or host.endswith(f".{one}") for one in shape.hosts):
        return False
    if shape.path and not re.fullmatch(shape.path, path):
        return False
    if shape.query and shape.query not in query:
        return False
    return bool(fragment) if shape.fragment else bool(shape.path or shape.query)
