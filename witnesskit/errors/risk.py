"""Refusals of tables of forecasts and outcomes; ``detail`` names rows and columns, never what a cell holds."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadTable(WitnesskitError):
    """A table cannot be read, or a row of it is not what docs/spec/risk.md says."""

    code = "RISK-TABLE"
    status = ExitStatus.USAGE
    message = "the table cannot be taken as it is"
    hint = "nothing of it was stored; mend the place that is named and run it again (docs/spec/risk.md)"


class MissingColumn(WitnesskitError):
    """A column that is needed is not there, and no option says its value."""

    code = "RISK-COLUMN"
    status = ExitStatus.USAGE
    message = "a column is missing"
    hint = "nothing of it was stored; name the column with --map NAME=COLUMN, or give its value by an option"


class AmbiguousProbability(WitnesskitError):
    """Whether the numbers are parts of one or of a hundred cannot be told."""

    code = "RISK-PROBABILITY"
    status = ExitStatus.USAGE
    message = "whether the probabilities are parts of one or per cent cannot be told"
    hint = "nothing of it was stored; look into the source and say --unit fraction or --unit percent"


class UnknownCountry(WitnesskitError):
    """A cell names no country that is known."""

    code = "RISK-COUNTRY"
    status = ExitStatus.USAGE
    message = "a country is not known"
    hint = "nothing was stored; write the country as its ISO 3166 code of three letters"


class FutureForecast(WitnesskitError):
    """A forecast bears a date that has not come yet."""

    code = "RISK-FUTURE"
    status = ExitStatus.USAGE
    message = "a date lies in the future"
    hint = "nothing of it was stored; as_of is the day up to which the source knew the facts"


class DuplicateForecast(WitnesskitError):
    """Two rows say the same country, source, kind and day."""

    code = "RISK-DUPLICATE"
    status = ExitStatus.USAGE
    message = "two rows are about one country, source, kind and day"
    hint = "nothing of it was stored; leave one of them out"
