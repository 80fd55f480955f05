"""What messengers write when a chat is exported: WhatsApp's text file, Telegram's ``result.json``.

Only what ties a file to its message is read: number, time as written, sender, text. All of it is telling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from witnesskit.errors.brought import BadChat
from witnesskit.limits import CHAT_EXPORT_MAX, CHAT_MESSAGES_MAX

WHATSAPP: Final = "whatsapp"
TELEGRAM: Final = "telegram"
TELEGRAM_FILE: Final = "result.json"
_WHATSAPP_NAMES: Final = re.compile(r"_chat\.txt|WhatsApp .{1,200}\.txt|.{1,100} WhatsApp.{0,100}\.txt")
_TIME = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[\s\u202f\u00a0]?[AaPp]\.?[Mm]\.?)?"
_LINE = re.compile(rf"[\u200e\u200f\ufeff]?\[?({_TIME})\]?(?: -)? ([^:\n]{{1,200}}): (.*)", re.DOTALL)
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202c\u2068\u2069"))
_FILE_KEYS: Final = ("photo", "file")  # the thumbnail is Telegram's own work


@dataclass(frozen=True)
class Message:
    """One message; ``files`` are names as the export writes them."""

    number: int  # from 1, in the order of the export
    at: str  # as written: no zone is known
    sender: str = field(repr=False)
    text: str = field(default="", repr=False)
    files: tuple[str, ...] = field(default=(), repr=False)
    forwarded: bool = False


def kind_of(name: str) -> str:
    """Which export a file of this name (without folders) belongs to; empty for none."""
    if name == TELEGRAM_FILE:
        return TELEGRAM
    return WHATSAPP if _WHATSAPP_NAMES.fullmatch(name) else ""


def read(kind: str, untrusted_data: bytes, names: Iterable[str]) -> tuple[Message, ...]:
    """The messages that bring one of the files ``names`` (without folders for WhatsApp); raises BadChat."""
    if len(untrusted_data) > CHAT_EXPORT_MAX:
        raise BadChat("it is too long")
    if kind == TELEGRAM:
        return tuple(_telegram(untrusted_data))
    return tuple(_whatsapp(untrusted_data, frozenset(names)))


def _whatsapp(data: bytes, names: frozenset[str]) -> Iterator[Message]:
    """Names are looked for in the text: what stands around them is in the telephone's language."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadChat("it is not UTF-8") from None
    whole: list[str] = []
    number = 0
    for line in [*lines, None]:
        if line is not None and not _LINE.fullmatch(line):
            whole.append(line)
            continue
        if whole and (found := _LINE.fullmatch("\n".join(whole))):
            number += 1
            if number > CHAT_MESSAGES_MAX:
                raise BadChat("it has too many messages")
            text = found[3].translate(_MARKS)
            files = tuple(word for word in _words(text) if word in names)
            yield Message(number, found[1], found[2].translate(_MARKS).strip(), text, files)
        whole = [line] if line is not None else []


def _words(text: str) -> Iterator[str]:
    """Everything in a message that can be a file's name."""
    first = text.split("\n", 1)[0]
    for found in re.finditer(r"<[^<>:]{1,40}: ([^<>]{1,255})>", text):
        yield found[1].strip()
    yield re.sub(r" \([^()]{1,60}\)$", "", first).strip()


def _telegram(data: bytes) -> Iterator[Message]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise BadChat("it is not JSON") from None
    for number, message in enumerate(_telegram_messages(document), 1):
        if number > CHAT_MESSAGES_MAX:
            raise BadChat("it has too many messages")
        named = (_text(message.get(key)) for key in _FILE_KEYS)
        files = tuple(name for name in named if name and not name.startswith("("))
        yield Message(
            number, _text(message.get("date")), _sender(message), _plain(message.get("text")), files,
            forwarded="forwarded_from" in message,
        )  # fmt: skip


def _telegram_messages(document: Any) -> Iterator[Mapping[str, Any]]:
    """Of one chat, or of all in a whole account's export."""
    if not isinstance(document, dict):
        raise BadChat("it is no export of Telegram")
    chats = document.get("chats")
    listed = chats.get("list", []) if isinstance(chats, dict) else [document]
    if not isinstance(listed, list):
        raise BadChat("it is no export of Telegram")
    for chat in listed:
        messages = chat.get("messages") if isinstance(chat, dict) else None
        if not isinstance(messages, list):
            raise BadChat("it is no export of Telegram")
        yield from (one for one in messages if isinstance(one, dict) and one.get("type") == "message")


def _sender(message: Mapping[str, Any]) -> str:
    """Name and number together: two people may bear one name."""
    found = [_text(message.get(key)) for key in ("from", "from_id")]
    return " ".join(word for word in found if word)


def _plain(text: Any) -> str:
    if isinstance(text, list):
        return "".join(_plain(part.get("text") if isinstance(part, dict) else part) for part in text)
    return _text(text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
