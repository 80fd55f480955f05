"""Refusals of the command line."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class Usage(WitnesskitError):
    """The command was called in a way it does not know."""

    code = "USAGE"
    status = ExitStatus.USAGE
    message = "the command was not understood"
    hint = "nothing was done; run `witnesskit COMMAND --help`"


class UrlAsArgument(WitnesskitError):
    """A URL was given as an argument on a field vault."""

    code = "URL-AS-ARGUMENT"
    status = ExitStatus.REFUSED
    message = "a link as an argument stays in the shell history of this computer"
    hint = "nothing was fetched; run `witnesskit archive` and paste the link at the prompt, or give it on stdin"


class PlaceAsArgument(WitnesskitError):
    """A place was given as an argument on a field vault."""

    code = "PLACE-AS-ARGUMENT"
    status = ExitStatus.REFUSED
    message = "a place as an argument stays in the shell history of this computer"
    hint = "nothing was saved; say `--place -` and type the town at the prompt, or give it as the first line of stdin"


class NeedsAnswer(WitnesskitError):
    """A prompt is needed and nobody is there to answer it."""

    code = "NEEDS-ANSWER"
    status = ExitStatus.USAGE
    message = "a question must be answered and there is no terminal"
    hint = "nothing was done; give the answer by its flag, see `witnesskit COMMAND --help`"


class WrongVaultKind(WitnesskitError):
    """This kind of vault cannot do that."""

    code = "VAULT-KIND"
    status = ExitStatus.REFUSED
    message = "this kind of vault cannot do that"
    hint = "nothing was changed; run it in a vault of the other kind"


class Interrupted(WitnesskitError):
    """Ctrl-C."""

    code = "INTERRUPTED"
    status = ExitStatus.INTERRUPTED
    message = "interrupted"
    hint = "nothing that was saved is lost; run the same command again to go on"


class InternalError(WitnesskitError):
    """A fault of ours; only type and place are shown."""

    code = "BUG"
    status = ExitStatus.BUG
    message = "a fault in witnesskit"
    hint = "what was saved before is safe; report the type and place shown, they hold nothing of your data"


class FileUnreadable(WitnesskitError):
    """A file named on the command line cannot be read."""

    code = "FILE-UNREADABLE"
    status = ExitStatus.USAGE
    message = "a file that was named cannot be read"
    hint = "nothing of it was taken; check that it exists and that you may read it"


class OutputExists(WitnesskitError):
    """An output file is there already."""

    code = "OUTPUT-EXISTS"
    status = ExitStatus.USAGE
    message = "the output file exists already"
    hint = "it was left as it is; name a file that does not exist yet"


class NoFolder(WitnesskitError):
    """The folder to write into is not there: a stick that is not connected, or a slip."""

    code = "NO-FOLDER"
    status = ExitStatus.USAGE
    message = "the folder to write into is not there"
    hint = "nothing was written or logged; connect the stick or make the folder, then run it again"
