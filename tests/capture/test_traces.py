"""What the worker shows and what moves it: a stock client on the wire, and nothing of this computer's settings."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.capture.conftest import PATIENCE
from tests.capture.seen import capture
from tests.oracles import require
from tests.simulators import authority
from tests.simulators import site as sites
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.user_agent import USER_AGENT
from witnesskit.capture.worker import prestart
from witnesskit.model import Outcome

LIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n"
BODIES = {
    "/p.html": ("text/html", b'<html><title>x</title><video src="/m.mp4"></video>'),
    "/l.m3u8": ("application/vnd.apple.mpegurl", LIST),
    "/": ("text/html", b"<p>front"),
    "/gone.html": ("text/html", b"<p>gone"),
}
MEDIA = ("video/mp4", b"\0\0\0\x18ftypmp42" + bytes(100))


@pytest.fixture
def wire():
    """(address, heads of requests as they came) of a server that keeps every byte it is sent."""
    heads: list[list[tuple[str, str]]] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(client):
        with client:
            data = b""
            while b"\r\n\r\n" not in data:
                piece = client.recv(65536)
                if not piece:
                    return
                data += piece
            lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            path = lines[0].split()[1]
            heads.append([("", lines[0]), *(tuple(line.split(": ", 1)) for line in lines[1:])])
            kind, body = BODIES.get(path, MEDIA)
            status = b"410 Gone" if path == "/gone.html" else b"200 OK"
            head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            client.sendall(head % (status, kind.encode(), len(body)) + body)

    def serve():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(client,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", heads
    listener.close()


def of(heads, path):
    return [head[1:] for head in heads if head[0][1].startswith(f"GET {path} ")]


def stock(url, folder):
    """The same link with the extractor's own program, as it comes."""
    script = (
        "import sys, yt_dlp\n"
        "yt_dlp.YoutubeDL({'quiet': True, 'outtmpl': 'film', 'test': True, 'fixup': 'never',"
        "'cachedir': False}).download([sys.stdin.readline().strip()])\n"
    )
    words = [sys.executable, "-c", script]
    subprocess.run(words, input=url + "\n", text=True, capture_output=True, check=False, cwd=folder)


@pytest.mark.parametrize(("page", "media"), [("/p.html", "/m.mp4"), ("/l.m3u8", "/1.ts")])
def test_on_the_wire_it_is_the_stock_extractor(wire, worker, page, media, tmp_path):
    url, heads = wire
    capture(worker, url + page)
    ours = list(heads)
    heads.clear()
    stock(url + page, tmp_path)
    for path in (page, media):
        one, other = of(ours, path)[0], of(heads, path)[0]
        names = [name for name, _value in other if name != "Range"]  # its trial asks for a part
        assert [name for name, _value in one] == names
        same = [pair for pair in other if pair[0] not in ("User-Agent", "Range")]
        assert [pair for pair in one if pair[0] != "User-Agent"] == same


def test_page_media_pieces_lists_and_control_bear_one_name_and_no_trace_of_a_library(wire, worker):
    url, heads = wire
    for path in ("/p.html", "/l.m3u8", "/gone.html"):
        capture(worker, url + path)
    asked = {head[0][1].split()[1] for head in heads}
    assert asked == {"/p.html", "/m.mp4", "/l.m3u8", "/1.ts", "/gone.html", "/"}
    assert {dict(head[1:])["User-Agent"] for head in heads} == {USER_AGENT}
    told = repr(heads).lower()
    assert not [word for word in ("yt-dlp", "python", "urllib", "requests/", "witnesskit") if word in told]
    assert len({tuple(name for name, _ in head[1:] if name != "Referer") for head in heads}) == 1


def test_an_authority_planted_in_the_environment_vouches_for_nobody(tmp_path, monkeypatch):
    planted = authority.make(tmp_path)
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "planted.pem").write_bytes(planted.root.read_bytes())
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(planted.root))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    with sites.serve(tls=planted.context()) as site:
        with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as worker:
            seen = capture(worker, site.url + "/p/good.html")
        assert seen.outcome is Outcome.TLS_INTERCEPTED
        assert site.requests == []
        monkeypatch.setattr(sys, "executable", str(planted.interpreter()))  # the same site, were it trusted
        with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as worker:
            assert capture(worker, site.url + "/p/good.html").outcome is Outcome.SAVED
    assert str(seen.started.libraries["authorities"]).startswith("certifi ")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home whose settings would change everything, were they read."""
    home = tmp_path / "home"
    for folder in (
        home / ".config/yt-dlp",
        home / ".cache/yt-dlp",
        home / ".config/yt-dlp/plugins/evil/yt_dlp_plugins/extractor",
    ):
        folder.mkdir(parents=True)
    (home / ".config/yt-dlp/config").write_text("--user-agent evil\n--proxy http://127.0.0.1:9\n--exec touch x\n")
    (home / "yt-dlp.conf").write_text("--user-agent evil\n")
    plugin = home / ".config/yt-dlp/plugins/evil/yt_dlp_plugins/extractor/evil.py"
    plugin.write_text("raise SystemExit('plugin code ran')\n")
    (home / ".netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / (".config" if "CONFIG" in name else ".cache")))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    return home


def test_no_setting_plugin_login_or_proxy_of_the_person_is_used(site, home):
    before = sorted(str(path) for path in home.rglob("*"))
    with prestart(parse_egress("direct"), allow_local=True, patience=PATIENCE) as worker:
        seen = capture(worker, site.url + "/p/good.html")
    assert seen.outcome is Outcome.SAVED
    assert {request.headers["User-Agent"] for request in site.requests} == {USER_AGENT}
    assert not [one for one in site.requests if "Authorization" in one.headers]
    assert sorted(str(path) for path in home.rglob("*")) == before


def test_no_such_file_is_even_looked_for(site, home, tmp_path):
    trace = tmp_path / "trace"
    script = (
        "import sys\nfrom witnesskit.capture.worker import prestart\nfrom witnesskit.capture.egress import parse_egress\n"
        "from witnesskit.capture.assignment import Assignment\n"
        "with prestart(parse_egress('direct'), allow_local=True) as worker:\n"
        "    list(worker.run(Assignment(sys.stdin.readline().strip())))\n"
    )
    words = [
        require("strace"),
        "-f",
        "-qq",
        "-e",
        "trace=%file",
        "-o",
        str(trace),
        sys.executable,
        "-B",
        "-c",
        script,
    ]
    subprocess.run(words, input=site.url + "/p/good.html\n", text=True, check=True, env={**os.environ})
    told = trace.read_text(errors="replace")
    assert "site-packages/yt_dlp" in told or "yt_dlp" in told  # the trace sees the worker
    for word in (
        str(home / ".config"),
        str(home / ".cache"),
        ".netrc",
        "yt-dlp.conf",
        "yt-dlp-plugins",
        "/etc/yt-dlp",
    ):
        assert word not in told
    assert Path(home, ".netrc").exists()
