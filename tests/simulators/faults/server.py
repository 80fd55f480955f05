"""The listeners, all on 127.0.0.1: the site, one that is gone altogether, three with odd certificates, a SOCKS trap."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import ThreadingHTTPServer

from . import index, media, pages, pieces, socks, tls
from .asked import Site
from .cases import REFUSED_NAME, TRAP_NAME
from .handler import Handler

LOOPBACK = "127.0.0.1"
ROUTES = (media.route, index.route, pages.route, pieces.route)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *arguments: object) -> None:
        """Clients that go away are part of the play."""


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on a free loopback port; with TLS its name is ``localhost``."""
    site = Site()
    with _listening(site, "http", tls) as url:
        site.url = url
        yield site


@contextmanager
def serve_all(port: int = 0, silence: float = 600, keep: int = 0) -> Iterator[Site]:
    """Every listener of the table; ``port`` is that of the site, 0 a free one. Raises OSError where it is taken.

    ``site.bases`` holds the beginning of the URLs of each ``Case.via``, and under ``trap`` the SOCKS trap itself.
    """
    site = Site(silence=silence, keep=keep)
    with ExitStack() as stack:
        site.url = stack.enter_context(_listening(site, "http", port=port))
        dead = stack.enter_context(_listening(site, "dead"))
        secured = {via: stack.enter_context(_listening(site, via, made)) for via, made in tls.contexts().items()}
        closed = stack.enter_context(_bound())
        refused = frozenset({REFUSED_NAME.removeprefix("http://")})
        trap = stack.enter_context(socks.serve(site.url, site=site, refused=refused))
        site.bases = {
            "http": site.url, "dead": dead, "refused": closed, **secured,
            "tls-not-spoken": site.url.replace("http:", "https:"),
            "socks": TRAP_NAME, "socks-direct": site.url, "socks-refused": REFUSED_NAME, "trap": trap.url,
        }  # fmt: skip
        yield site


@contextmanager
def _listening(site: Site, listener: str, secured: ssl.SSLContext | None = None, port: int = 0) -> Iterator[str]:
    handler = type("Handler", (Handler,), {"site": site, "listener": listener, "routes": ROUTES})
    server = _Server((LOOPBACK, port), handler)
    url = f"http://{LOOPBACK}:{server.server_port}"
    if secured is not None:  # the handshake is the handler's: a client that says nothing must not hold the others
        server.socket = secured.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        url = f"https://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _bound() -> Iterator[str]:
    """An address that is taken and where nobody listens."""
    with socket.socket() as closed:
        closed.bind((LOOPBACK, 0))
        yield f"http://{LOOPBACK}:{closed.getsockname()[1]}"
