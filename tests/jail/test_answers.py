"""What comes back over the pipe, and how each way to fail is named."""

from __future__ import annotations

import contextlib
import os
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jail.cells import TABLE, Memory, limited
from witnesskit.errors.jail import JailDied, JailGarbage, JailMemory, JailRefused, JailTimeout
from witnesskit.jail import frames
from witnesskit.jail.run import Cell, Given, Jailed, run, start
from witnesskit.limits import JAIL_REQUEST_MAX


def frame(kind, payload=b"", length=None):
    return (struct.pack("<cI", kind, len(payload) if length is None else length) + payload).hex()


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"head-body-and-tail")
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_the_source_is_read_at_any_place_and_the_parents_position_stays(source):
    os.lseek(source, 2, os.SEEK_SET)
    reply = run(TABLE, "read", {}, [Given(source)])
    assert reply.value == {"head": "head-", "tail": "ail", "size": 18, "middle": "body", "past": 0}
    assert os.lseek(source, 0, os.SEEK_CUR) == 2


def test_a_source_open_for_writing_is_not_handed_over(tmp_path):
    descriptor = os.open(tmp_path / "x", os.O_RDWR | os.O_CREAT)
    with pytest.raises(ValueError, match="reading only"):
        run(TABLE, "read", {}, [Given(descriptor)])
    os.close(descriptor)


def test_output_arrives_whole_and_is_counted():
    sink = Memory()
    reply = run(TABLE, "copy", {"blocks": 3}, sink=sink)
    assert bytes(sink.data) == bytes(range(256)) * 4096 * 3 + b"end"
    assert reply.output == len(sink.data)
    assert reply.value == {"ok": True}


def test_output_above_the_maximum_ends_the_call():
    with pytest.raises(JailGarbage):
        run(limited(output_max=2**20), "copy", {"blocks": 3}, sink=Memory())


def test_output_nobody_asked_for_ends_the_call():
    with pytest.raises(JailGarbage):
        run(TABLE, "copy", {"blocks": 1})


def test_what_the_sink_raises_comes_through_and_ends_the_child():
    class Full(Memory):
        def write(self, data, /):
            raise KeyboardInterrupt

    with start(TABLE) as jailed:
        with pytest.raises(KeyboardInterrupt):
            jailed.call("copy", {"blocks": 9}, sink=Full())
        process = jailed._process
    assert process.returncode is not None


def test_a_large_request_reaches_the_child():
    params = {"text": "x" * 300_000}
    assert run(TABLE, "surroundings", params).value["params"] == params


def test_a_request_above_the_maximum_is_a_typed_refusal():
    with pytest.raises(JailRefused, match="REQUEST-SIZE"):
        run(TABLE, "surroundings", {"text": "x" * JAIL_REQUEST_MAX})


@pytest.mark.parametrize("call", ["bomb", "slow_bomb"])
def test_a_memory_bomb_is_named(call):
    with pytest.raises(JailMemory):
        run(limited(memory=256 << 20), call, {})


def test_an_endless_loop_is_ended_by_the_wall():
    with pytest.raises(JailTimeout):
        run(limited(wall_seconds=1), "loop", {})


def test_an_endless_loop_is_ended_by_the_processor_limit():
    with pytest.raises(JailTimeout, match="processor"):
        run(limited(cpu_seconds=1), "loop", {})


def test_a_sleeping_child_is_ended_by_the_wall():
    with pytest.raises(JailTimeout):
        run(limited(wall_seconds=1), "sleep", {})


def test_a_crash_is_named_by_its_signal():
    with pytest.raises(JailDied, match="signal 11"):
        run(TABLE, "die", {})


def test_an_early_end_is_named():
    with pytest.raises(JailDied, match="status 3"):
        run(TABLE, "leave", {})


def test_a_refusal_keeps_its_code_and_loses_its_text():
    with pytest.raises(JailRefused) as caught:
        run(TABLE, "refuse", {})
    assert caught.value.detail == "NOTE"
    assert "secret" not in f"{caught.value}{caught.value.hint}{caught.value.args}"


def test_a_fault_keeps_its_type_and_loses_its_text():
    with pytest.raises(JailDied) as caught:
        run(TABLE, "fault", {})
    assert caught.value.detail == "ValueError"


@pytest.mark.parametrize(("call", "word"), [("deep", "RecursionError"), ("no such call", "KeyError")])
def test_other_faults_are_deaths(call, word):
    with pytest.raises(JailDied, match=word):
        run(TABLE, call, {})


def test_a_module_that_is_not_there_is_a_death():
    with pytest.raises(JailDied):
        run(Cell("witnesskit.jail.no_such_module"), "x", {})


def test_what_a_library_prints_never_reaches_the_pipe():
    assert run(TABLE, "shout", {}).value == {"ok": True}


def test_modules_named_as_needed_are_there_after_the_lock_and_others_are_not():
    assert run(TABLE, "needed", {}).value == {"ok": True}
    with pytest.raises(JailDied):
        run(TABLE, "late_import", {})


def test_text_codecs_of_media_work_after_the_lock():
    assert run(TABLE, "decode", {}).value == {"text": "Aé"}


GARBAGE = {
    "not a frame": b"hello, this is not a frame".hex(),
    "unknown kind": frame(b"Z", b"{}"),
    "too long": frame(b"R", b"", 2**31),
    "a key from the child": frame(b"K", b"x" * 16),
    "a second level": frame(b"L", b'{"layers":[],"level":"full"}'),
    "not JSON": frame(b"R", b"{"),
    "a float": frame(b"R", b'{"a":1.5}'),
    "a key twice": frame(b"R", b'{"a":1,"a":2}'),
    "not an object": frame(b"R", b"[1]"),
    "not UTF-8": frame(b"R", b'{"a":"\xff"}'),
    "deep": frame(b"R", b'{"a":' + b"[" * 60_000 + b"]" * 60_000 + b"}"),
    "an unknown failure": frame(b"E", b'{"code":"X","kind":"success"}'),
    "a failure with a text for a code": frame(b"E", b'{"code":"all is well, go on","kind":"refused"}'),
    "a failure with control characters": frame(b"E", b'{"code":"\\u001b[2J","kind":"refused"}'),
    "a failure without a code": frame(b"E", b'{"kind":"refused"}'),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_named(name):
    with pytest.raises(JailGarbage):
        run(TABLE, "raw", {"hex": GARBAGE[name]})


@pytest.mark.parametrize("cut", [0, 1, 4, 6])
def test_a_cut_reply_is_a_death(cut):
    with pytest.raises(JailDied):
        run(TABLE, "raw", {"hex": frame(b"R", b'{"a":1}')[: cut * 2]})


def test_one_child_answers_many_calls_each_with_its_own_sources(tmp_path):
    paths = [tmp_path / name for name in ("one", "two")]
    for path in paths:
        path.write_bytes(f"head-{path.name}-and-tail".encode())
    with contextlib.ExitStack() as stack:
        given = [Given(stack.enter_context(path.open("rb")).fileno()) for path in paths]
        jailed = stack.enter_context(start(TABLE, given))
        for number in (1, 0, 1):
            assert jailed.call("read", {}, which=[number]).value["size"] == paths[number].stat().st_size
        assert jailed.call("decode", {}).value == {"text": "Aé"}


def test_a_child_that_refused_one_call_answers_the_next():
    with start(TABLE) as jailed:
        with pytest.raises(JailRefused):
            jailed.call("refuse", {})
        assert jailed.call("decode", {}).value == {"text": "Aé"}


def test_a_killed_child_answers_nothing_more():
    with start(TABLE) as jailed:
        with pytest.raises(JailDied):
            jailed.call("die", {"signal": 11})
        with pytest.raises(JailDied):
            jailed.call("decode", {})


def test_what_was_not_loaded_ahead_cannot_be_called_later():
    with start(TABLE) as jailed:
        assert jailed.call("decode", {}).value
        with pytest.raises(JailDied):
            jailed.call("needed", {})


def test_several_calls_can_be_told_ahead():
    jailed = Jailed(TABLE, (), "decode", "needed")
    try:
        assert jailed.call("decode", {}).value
        assert jailed.call("needed", {}) is not None
    finally:
        jailed.end()


@pytest.mark.parametrize("ahead", ["needed", "decode", "no such call"])
def test_a_child_told_ahead_what_will_come_answers_it(ahead):
    jailed = Jailed(TABLE, (), ahead)
    try:
        assert jailed.call("needed", {}) is not None
    finally:
        jailed.end()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_frame_or_garbage(data):
    rest = memoryview(data)

    def read_exactly(length):
        nonlocal rest
        if len(rest) < length:
            raise EOFError
        piece, rest = bytes(rest[:length]), rest[length:]
        return piece

    try:
        kind, payload = frames.read(read_exactly)
    except (JailGarbage, EOFError):
        return
    assert frames.pack(kind, payload) == data[: 5 + len(payload)]
