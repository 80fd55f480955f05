"""Links that are keys are known by their shapes, and ordinary links are not taken for them."""

from __future__ import annotations

import pytest

from witnesskit.capture.unlisted import SHAPES, is_unlisted

KEYS = [
    "https://t.me/+AbCdEf123", "https://t.me/joinchat/AAAAA", "https://t.me/c/1234567/89", "https://chat.whatsapp.com/AbCdEfGhIjK123",
    "https://signal.group/#CjQKIF", "https://discord.gg/abc", "https://discord.com/invite/abc",
    "https://drive.google.com/file/d/1AbC/view", "https://docs.google.com/document/u/0/?resourcekey=0-x", "https://drive.google.com/open?id=1x",
    "https://photos.app.goo.gl/x1", "https://photos.google.com/share/AF1Q?key=z", "https://www.dropbox.com/s/abc/film.mp4",
    "https://1drv.ms/v/s!Ab", "https://onedrive.live.com/?authkey=x", "https://org-my.sharepoint.com/:v:/g/x", "https://we.tl/t-abc",
    "https://wetransfer.com/downloads/abc/def", "https://mega.nz/file/abc#key", "https://vimeo.com/123456/0123456789",
    "https://player.vimeo.com/video/123?h=abcdef", "https://www.icloud.com/sharedalbum/#B0a", "https://share.icloud.com/photos/0x",
    "https://disk.yandex.ru/d/abc", "https://cloud.mail.ru/public/a/b", "https://www.facebook.com/share/v/abc/", "https://send.vis.ee/download/a#k",
]  # fmt: skip
PLAIN = [
    "https://t.me/channel/123", "https://vimeo.com/123456", "https://www.youtube.com/watch?v=abc", "https://mega.nz/", "https://evil-t.me/+abc",
    "https://discord.com/channels/1", "https://www.dropbox.com/business", "https://www.facebook.com/watch?v=1", "https://x.com/a/status/1",
    "https://notdropbox.com/s/abc", "https://signal.group/",
]  # fmt: skip


@pytest.mark.parametrize("url", KEYS)
def test_a_link_that_is_a_key_is_known(url):
    assert is_unlisted(url)


@pytest.mark.parametrize("url", PLAIN)
def test_an_ordinary_link_is_none(url):
    assert not is_unlisted(url)


def test_every_shape_is_shown_by_a_link():
    for shape in SHAPES:
        assert any(any(host in url for host in shape.hosts) for url in KEYS), shape.hosts
