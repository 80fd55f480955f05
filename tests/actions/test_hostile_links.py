"""A device may write any type anywhere into its record: nothing that a desk does with links breaks at one of them."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.actions.stage import Quiet, record_json
from witnesskit.actions.assigning import Asked
from witnesskit.actions.export_web import WebWish, export_web
from witnesskit.actions.retry import RetryWish, retry
from witnesskit.actions.untrusted import line, mapping, number, objects, time
from witnesskit.actions.watch import WatchWish, add
from witnesskit.actions.watch_history import histories
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.worker import prestart
from witnesskit.errors import WitnesskitError
from witnesskit.formats.short_id import short_id

ODD = [
    "x",
    1,
    [],
    ["x"],
    [{}],
    {"a": 1},
    True,
    [{"stream": 1, "bytes": -5, "start": 3, "format_id": [], "role": "original"}],
]
PAGE = {"status": 200, "headers": [["a", "b\r\nInjected: yes"]], "url": "http://h/\r\nInjected: yes", "final_url": ""}
CAPTURE = {"outcome": "partial", "html": PAGE}
SOURCE = {"kind": "url", "url": "http://127.0.0.1:9/x"}


def records():
    for odd in ODD:
        for name in ("html", "served", "media", "resume", "attempts", "completeness", "outcome", "screenshot"):
            yield {"source": SOURCE, "capture": {**CAPTURE, name: odd}}
        for name in ("url", "kind", "retry_of", "title"):
            yield {"source": {**SOURCE, name: odd}, "capture": CAPTURE}
        for name in ("status", "headers", "peer", "complete", "decoded", "final_url"):
            yield {"source": SOURCE, "capture": {**CAPTURE, "html": {**PAGE, name: odd}}}


def test_no_record_of_a_device_breaks_what_a_desk_does_with_links(stage, tmp_path):
    device = stage.device("hostile")
    items = [device.save(record_json(**record)) for record in records()]
    stage.take_in(device.bundle(tmp_path / "stick"))
    shorts = tuple(short_id(item, 9) for item in items)
    for number_, short in enumerate(shorts):
        with suppress(WitnesskitError):
            add(stage.desk, stage.passphrase, WatchWish(items=(short,), asked=Asked(True)))
        if number_ % 5 == 0:  # each kind of record once; all of them together below
            with suppress(WitnesskitError):
                export_web(stage.desk, stage.passphrase, WebWish("wacz", (short,), tmp_path / f"{number_}.wacz"))
    with suppress(WitnesskitError):
        export_web(stage.desk, stage.passphrase, WebWish("warc", (), tmp_path / "all.warc"))
    histories(stage.desk, stage.passphrase, [])
    with prestart(parse_egress("direct")) as running, suppress(WitnesskitError):
        list(retry(stage.desk, stage.passphrase, RetryWish(), running, Quiet()))


@pytest.mark.parametrize("odd", [*ODD, None, "a\r\nb", "2026-01-01T00:00:00"])
def test_a_value_is_what_it_should_be_or_nothing(odd):
    assert isinstance(line(odd), str) and not set(line(odd)) & set("\r\n\0")
    assert isinstance(mapping(odd), dict) and isinstance(objects(odd), tuple)
    assert type(number(odd)) is int and number(odd) >= 0
    assert time(odd) == "1970-01-01T00:00:00Z"
