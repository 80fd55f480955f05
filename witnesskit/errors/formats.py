"""Refusals of parsers that every room shares."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadJson(WitnesskitError):
    """A JSON document is outside the profile (docs/spec/record.md, "JSON profile")."""

    code = "JSON"
    status = ExitStatus.CANNOT_TELL
    message = "a JSON document is not in the form the specification demands"
    hint = "nothing was changed; ask the sender for a fresh copy and keep this one"


class DuplicateKey(BadJson):
    """An object holds one key twice: two readers could understand two things."""

    code = "DUPKEY"
    message = "a JSON object holds one key twice"


class BadNumber(BadJson):
    """A number is a float, minus zero, or 2**53 and more: readers differ on its value."""

    code = "NUMBER"
    message = "a JSON number is not one that every reader understands alike"


class NotCanonical(BadJson):
    """A document that must be in RFC 8785 form is not."""

    code = "CANON"
    message = "a JSON document is not in its one canonical form"


class BadKey(WitnesskitError):
    """A public key's text form cannot be read."""

    code = "KEY-TEXT"
    status = ExitStatus.USAGE
    message = "this is not a public key in a form we know"
    hint = "copy the whole line again; a verifier key looks like NAME+8 hex digits+base64"


class BadNote(WitnesskitError):
    """A signed note is not in the form of the C2SP signed-note specification."""

    code = "NOTE"
    status = ExitStatus.CANNOT_TELL
    message = "a signed note is not in the form the specification demands"
    hint = "nothing was changed; ask for a fresh copy and keep this one"


class NewerFormat(WitnesskitError):
    """A file was written by a later witnesskit."""

    code = "NEWER-FORMAT"
    status = ExitStatus.NEWER_FORMAT
    message = "this was written by a newer witnesskit"
    hint = "nothing was changed; install a newer witnesskit and run the command again"
