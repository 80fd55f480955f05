"""Refusals of the capture room: links, files and egress that cannot be used, and a worker that cannot run.

What happened to a link is never an error but an outcome (capture/outcome.py).
"""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadUrl(WitnesskitError):
    """Not a link that can be archived; ``detail`` names the rule, never the link."""

    code = "BAD-URL"
    status = ExitStatus.USAGE
    message = "this is not a link that can be archived"
    hint = "nothing was sent; give the whole link, beginning with http:// or https://"


class BadEgress(WitnesskitError):
    """Not a way out of this computer that we know."""

    code = "BAD-EGRESS"
    status = ExitStatus.USAGE
    message = "the way to the network is not one that is known"
    hint = "nothing was sent; use direct, tor, socks5h://HOST:PORT or http://HOST:PORT"


class NoWorker(WitnesskitError):
    """The capture process could not be started."""

    code = "NO-WORKER"
    status = ExitStatus.NOTHING_SAVED
    message = "the process that fetches could not be started"
    hint = "nothing was sent; free some memory and run the command again"


class WorkerGarbage(WitnesskitError):
    """The capture process broke the rules of its pipe; it may be in other hands."""

    code = "WORKER-GARBAGE"
    status = ExitStatus.NOTHING_SAVED
    message = "the process that fetches answered outside the rules"
    hint = "what had arrived before is kept and sealed; run the command again"


class NotAFile(WitnesskitError):
    """A folder, link, device or pipe was given where a file is needed."""

    code = "NOT-A-FILE"
    status = ExitStatus.USAGE
    message = "this is not an ordinary file"
    hint = "nothing was touched; name the file itself, not a folder, a link or a device"


class NoReply(WitnesskitError):
    """A question over HTTP had no usable answer; ``detail`` says of which kind, never the link."""

    code = "NO-REPLY"
    status = ExitStatus.NETWORK
    message = "no usable answer came"
    hint = "nothing was stored; check the address, the proxy and the network, then run it again"


class FolderTooLarge(WitnesskitError):
    """A folder with more files or levels than are taken at once; ``detail`` says which."""

    code = "FOLDER-TOO-LARGE"
    status = ExitStatus.USAGE
    message = "this folder holds too much to be added at once"
    hint = "nothing was touched; add its folders one after the other"


class BadArchive(WitnesskitError):
    """A zip archive, or a file of it, that cannot be read; ``detail`` says why, never a name."""

    code = "BAD-ARCHIVE"
    status = ExitStatus.INCOMPLETE
    message = "this archive cannot be read as one"
    hint = "it is kept and sealed whole; unpack it with another program and add the files too"


class NothingBrought(WitnesskitError):
    """The folders that were named hold no file."""

    code = "NOTHING-BROUGHT"
    status = ExitStatus.USAGE
    message = "there is no file in what was named"
    hint = "nothing was sealed; name the files, or the folder that holds them"


class UnlistedDirect(WitnesskitError):
    """A link that opens only for whoever holds it, over a connection that shows this computer's address."""

    code = "UNLISTED-DIRECT"
    status = ExitStatus.REFUSED
    message = "this link is a key of its own, and a direct connection shows the site who holds it"
    hint = "nothing was sent; use a vault whose egress is tor or a proxy, or say --unlisted if that is no danger"


class ScreenshotOnField(WitnesskitError):
    """A browser on a device that could be searched."""

    code = "SCREENSHOT-ON-FIELD"
    status = ExitStatus.REFUSED
    message = "a field device takes no picture of a page: a browser runs whatever the page brings"
    hint = "nothing was sent; save the link without, and let the desk take the picture"


class NoJsRuntime(WitnesskitError):
    """Not the program of a JavaScript runtime that is known."""

    code = "NO-JS-RUNTIME"
    status = ExitStatus.USAGE
    message = "this is not the program of a JavaScript runtime that is known"
    hint = "nothing was sent; name the whole path of deno (2.3 or newer) or node (22 or newer)"


class JsRuntimeOnField(WitnesskitError):
    """JavaScript of sites on a device that could be searched."""

    code = "JS-RUNTIME-ON-FIELD"
    status = ExitStatus.REFUSED
    message = "a field device runs no JavaScript of sites"
    hint = "nothing was sent; save the link without, and let the desk try again with it"


class CookiesOnField(WitnesskitError):
    """Cookies on a device that could be searched."""

    code = "COOKIES-ON-FIELD"
    status = ExitStatus.REFUSED
    message = "a field device uses no cookies: they name an account"
    hint = "nothing was sent; save the link without, and let the desk try again with cookies"
