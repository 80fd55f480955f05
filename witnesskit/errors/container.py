"""Refusals of the tar file inside a sealed one (docs/spec/capsule.md, docs/spec/bundle.md)."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class InnerFailure(WitnesskitError):
    """Group of what can be wrong with the tar file inside a sealed one; never raised itself."""

    status = ExitStatus.CANNOT_TELL
    hint = "nothing of it was stored; keep this copy and tell the sender which program made it"


class InnerType(InnerFailure):
    """Anything but a regular file: link, device, folder, PAX, GNU."""

    code = "INNER-TYPE"
    message = "a sealed container holds something that is not a plain file"


class InnerName(InnerFailure):
    """A name outside the grammar, or twice the same; ``detail`` never holds it."""

    code = "INNER-NAME"
    message = "a sealed container holds a file whose name is not allowed"


class InnerHeader(InnerFailure):
    """A header that is not in the one form of docs/spec/capsule.md."""

    code = "INNER-HEADER"
    message = "a sealed container holds a header that is not in its one form"


class InnerSlack(InnerFailure):
    """Bytes hidden between the end of a file and the next header."""

    code = "INNER-SLACK"
    message = "a sealed container hides bytes between its files"


class InnerTrailing(InnerFailure):
    """Bytes hidden behind the end, or more padding than the size class asks for."""

    code = "INNER-TRAILING"
    message = "a sealed container holds something behind its end"


class InnerShort(InnerFailure):
    """It ends before its own headers say."""

    code = "INNER-SHORT"
    message = "a sealed container ends too early"
