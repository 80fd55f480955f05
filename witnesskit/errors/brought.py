"""Refusals of what people bring: tables, workbooks, chats, cookies, lines of digits."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadCommitment(WitnesskitError):
    """A line of digits that is no commitment, or has a digit wrong; ``detail`` names the place."""

    code = "COMMITMENT"
    status = ExitStatus.USAGE
    message = "this line of digits is not a commitment, or a digit of it is wrong"
    hint = "nothing was changed; ask the sender for the part that is named, or compare it with the telephone"


class PlaceTooFine(WitnesskitError):
    """What is finer than a town or district leads to the window from which it was filmed."""

    code = "PLACE-TOO-FINE"
    status = ExitStatus.USAGE
    message = "a place is the name of a town or a district, in letters alone"
    hint = "nothing was saved; leave out coordinates, numbers of houses and codes, and name the town"


class BadChat(WitnesskitError):
    """A messenger's export whose list of messages cannot be read; ``detail`` says why, never what it holds."""

    code = "CHAT-EXPORT"
    status = ExitStatus.INCOMPLETE
    message = "the list of messages of this export cannot be read"
    hint = "its files are kept and sealed; only which message brought which file is not known"


class BadTable(WitnesskitError):
    """A table (CSV) that cannot be read; ``detail`` says why and in which row, never what stands there."""

    code = "TABLE"
    status = ExitStatus.USAGE
    message = "this table cannot be read"
    hint = "nothing was taken from it; save it anew as CSV in UTF-8 and run the command again"


class BadCookies(WitnesskitError):
    """A file that is no Netscape cookie file; ``detail`` is the number of a line."""

    code = "COOKIES"
    status = ExitStatus.USAGE
    message = "this is not a cookie file as browsers export it (Netscape format)"
    hint = "nothing was sent and nothing of it was kept; export the cookies anew"


class NoSheets(WitnesskitError):
    """A workbook was given, and what reads workbooks is not installed."""

    code = "NO-SHEETS"
    status = ExitStatus.USAGE
    message = "workbooks cannot be read by this installation"
    hint = "nothing was taken from it; save it as CSV, or install witnesskit[sheets]"


class NoWarc(WitnesskitError):
    """The library that writes archives of the web is not installed."""

    code = "NO-WARC"
    status = ExitStatus.REFUSED
    message = "this installation writes no archives of the web"
    hint = "nothing was written; install witnesskit[warc]"


class NothingOfTheWeb(WitnesskitError):
    """None of the items came from a link, or nothing of them can be opened."""

    code = "NOTHING-OF-THE-WEB"
    status = ExitStatus.USAGE
    message = "none of these items holds a page or media that came from a link"
    hint = "nothing was written; name items that were archived by link"
