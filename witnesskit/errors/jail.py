"""Refusals of the jail: the limited child could not answer. None of them changes what was saved."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError

_SAVED = "what was saved stays saved and sealed; treat this file as UNKNOWN and do not share it"


class JailDied(WitnesskitError):
    """The child ended without a reply: killed by a signal, or by a fault of ours or of a library."""

    code = "JAIL-DIED"
    status = ExitStatus.CANNOT_TELL
    message = "the limited process that opens media ended without an answer"
    hint = f"{_SAVED}; report it if it happens with every file"


class JailTimeout(WitnesskitError):
    """The child used up its seconds, of the wall or of the processor."""

    code = "JAIL-TIMEOUT"
    status = ExitStatus.CANNOT_TELL
    message = "the limited process that opens media took too long and was ended"
    hint = _SAVED


class JailMemory(WitnesskitError):
    """The child asked for more memory than it may have."""

    code = "JAIL-MEMORY"
    status = ExitStatus.CANNOT_TELL
    message = "the limited process that opens media wanted more memory than it may have"
    hint = _SAVED


class JailGarbage(WitnesskitError):
    """The child's answer breaks the rules of the pipe; it may be in other hands."""

    code = "JAIL-GARBAGE"
    status = ExitStatus.CANNOT_TELL
    message = "the limited process that opens media gave an answer outside the rules"
    hint = f"{_SAVED}; the file may be made to attack, keep the sealed original"


class JailRefused(WitnesskitError):
    """The called function refused; ``detail`` is the code of its own error, never its text."""

    code = "JAIL-REFUSED"
    status = ExitStatus.CANNOT_TELL
    message = "the file could not be read in the limited process"
    hint = _SAVED


class NoJail(WitnesskitError):
    """This system cannot limit a child process."""

    code = "NO-JAIL"
    status = ExitStatus.CANNOT_TELL
    message = "this system cannot limit a process, so media are not opened here"
    hint = "what was saved stays saved and sealed; open it at the desk"
