"""Exports of messengers: which message brought which file, whatever language the telephone speaks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesskit.errors.brought import BadChat
from witnesskit.formats import chat_export
from witnesskit.formats.chat_export import TELEGRAM, WHATSAPP, kind_of, read

IOS = """[16/12/2011, 14:03:22] Сәуле: \u200e<attached: 00000012-VIDEO-2011-12-16-14-03-22.mp4>
[16/12/2011, 14:04:00] +7 701 123 45 67: they shoot at the running
second line: with a colon
\u200e[16/12/2011, 14:05:01] Сәуле: \u200e<прикреплено: 00000014-PHOTO-2011-12-16-14-05-01.jpg>
"""
ANDROID = """16.12.2011, 14:01 - Messages and calls are end-to-end encrypted.
16.12.2011, 14:03 - Сәуле: VID-20111216-WA0001.mp4 (файл добавлен)
from the window
12/16/11, 2:05 PM - +7 701 123 45 67: IMG-20111216-WA0002.jpg (file attached)
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("_chat.txt", WHATSAPP),
        ("WhatsApp Chat with Сәуле.txt", WHATSAPP),
        ("Чат WhatsApp с контактом Сәуле.txt", WHATSAPP),
        ("result.json", TELEGRAM),
        ("notes.txt", ""),
        ("photo.jpg", ""),
    ],
)
def test_an_export_is_known_by_the_name_of_its_list(name, kind):
    assert kind_of(name) == kind


def test_whatsapp_of_an_iphone():
    names = ("00000012-VIDEO-2011-12-16-14-03-22.mp4", "00000014-PHOTO-2011-12-16-14-05-01.jpg")
    found = read(WHATSAPP, IOS.encode(), names)
    assert [(one.number, one.at, one.sender, one.files) for one in found] == [
        (1, "16/12/2011, 14:03:22", "Сәуле", (names[0],)),
        (2, "16/12/2011, 14:04:00", "+7 701 123 45 67", ()),
        (3, "16/12/2011, 14:05:01", "Сәуле", (names[1],)),
    ]
    assert found[1].text == "they shoot at the running\nsecond line: with a colon"


def test_whatsapp_of_an_android_telephone():
    names = ("VID-20111216-WA0001.mp4", "IMG-20111216-WA0002.jpg")
    found = read(WHATSAPP, ANDROID.encode(), names)
    assert [(one.at, one.sender, one.files) for one in found] == [
        ("16.12.2011, 14:03", "Сәуле", (names[0],)),
        ("12/16/11, 2:05 PM", "+7 701 123 45 67", (names[1],)),
    ]
    assert found[0].text.endswith("from the window")


def test_a_name_that_is_no_file_of_the_export_is_only_text():
    assert read(WHATSAPP, ANDROID.encode(), ())[0].files == ()


def telegram(*messages):
    return json.dumps({"name": "Group", "type": "private_group", "messages": list(messages)}).encode()


VIDEO = {
    "id": 7, "type": "message", "date": "2011-12-16T14:03:22", "from": "Сәуле", "from_id": "user540",
    "file": "video_files/video.mp4", "thumbnail": "video_files/video.mp4_thumb.jpg",
    "text": ["from ", {"type": "bold", "text": "the window"}],
}  # fmt: skip


def test_telegram():
    service = {"id": 1, "type": "service", "date": "2011-12-16T14:00:00", "action": "create_group"}
    (found,) = read(TELEGRAM, telegram(service, VIDEO), ())
    assert (found.number, found.at, found.sender) == (1, "2011-12-16T14:03:22", "Сәуле user540")
    assert (found.text, found.files, found.forwarded) == ("from the window", ("video_files/video.mp4",), False)


def test_telegram_of_a_whole_account_and_a_file_that_was_not_exported():
    absent = {**VIDEO, "file": "(File not included. Change data exporting settings to download.)"}
    whole = {
        "chats": {"list": [json.loads(telegram(absent)), json.loads(telegram({**VIDEO, "forwarded_from": "X"}))]}
    }
    found = read(TELEGRAM, json.dumps(whole).encode(), ())
    assert [(one.number, one.files, one.forwarded) for one in found] == [
        (1, (), False),
        (2, ("video_files/video.mp4",), True),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"[", b"[]", b"{}", b'{"chats": {"list": 5}}', b'{"messages": 7}', b"[" * 100_000, b"\xff"]
)
def test_what_is_no_list_of_telegram_is_refused(data):
    with pytest.raises(BadChat):
        read(TELEGRAM, data, ())


def test_a_list_that_is_no_text_is_refused():
    with pytest.raises(BadChat):
        read(WHATSAPP, b"\xff\xfe\x00", ())


def test_a_longer_list_is_refused(monkeypatch):
    monkeypatch.setattr(chat_export, "CHAT_MESSAGES_MAX", 1)
    with pytest.raises(BadChat, match="too many"):
        read(WHATSAPP, ANDROID.encode(), ())
    with pytest.raises(BadChat, match="too many"):
        read(TELEGRAM, telegram(VIDEO, VIDEO), ())


@given(st.text(max_size=400), st.sampled_from([TELEGRAM, WHATSAPP]))
def test_no_text_breaks_the_reader(text, kind):
    try:
        read(kind, text.encode("utf-8", "surrogatepass"), ["a.jpg"])
    except BadChat:
        return
