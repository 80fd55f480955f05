"""Refusals of the catalogue, and of looking at what it lists."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class CatalogueUnreadable(WitnesskitError):
    """A kept catalogue that is damaged, or of another program; it is made anew and never a reason to stop."""

    code = "CATALOGUE-UNREADABLE"
    status = ExitStatus.STORAGE
    message = "the kept catalogue cannot be read"
    hint = "nothing is lost, it is made from the records; `witnesskit reindex` writes it anew"


class CatalogueFull(WitnesskitError):
    """More items than one catalogue in memory holds."""

    code = "CATALOGUE-FULL"
    status = ExitStatus.STORAGE
    message = "the catalogue is larger than this computer's memory allows"
    hint = "nothing is lost, every item is in the vault; look at single items with `witnesskit show ITEM`"


class NoDigest(WitnesskitError):
    """Neither 64 hex digits nor a file."""

    code = "NO-DIGEST"
    status = ExitStatus.USAGE
    message = "this is neither a SHA-256 nor a file here"
    hint = "nothing was looked for; give 64 hex digits, or a file whose digest is computed"


class BadDay(WitnesskitError):
    """A day in another form than YYYY-MM-DD."""

    code = "DAY"
    status = ExitStatus.USAGE
    message = "this is not a day"
    hint = "nothing was looked for; write it as 2026-01-31"


class NoSuchFile(WitnesskitError):
    """An item without a file of that name, or with several and none was named; ``detail`` names them."""

    code = "NO-FILE"
    status = ExitStatus.USAGE
    message = "name one of this item's files with --file"
    hint = "nothing was opened or logged; `witnesskit show ITEM` lists them"


class NotToTerminal(WitnesskitError):
    """Bytes of a file would be written to a screen."""

    code = "NOT-TO-TERMINAL"
    status = ExitStatus.USAGE
    message = "a file of an item is not written to a terminal, which could obey what is in it"
    hint = "nothing was opened or logged; give --to FOLDER, or send the output to a file or a program"


class NoPlaceForFile(WitnesskitError):
    """A machine's answer and the bytes of a file cannot share one stream."""

    code = "NEEDS-TO"
    status = ExitStatus.USAGE
    message = "with --json the file needs a place of its own"
    hint = "nothing was opened or logged; give --to FOLDER"
