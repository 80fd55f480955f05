import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.capture import encoding, frames
from witnesskit.capture.messages import Attempt, Facts, Media, MediaEnd, Page, PageEnd, Started
from witnesskit.errors.capture import WorkerGarbage
from witnesskit.formats import strict_json

KINDS = st.sampled_from([frames.JOB, frames.MESSAGE, frames.PAGE, frames.WIRE, frames.MEDIA])
FRAMES = st.lists(st.tuples(KINDS, st.integers(0, 65535), st.binary(max_size=300)), max_size=6)


def read_all(data):
    stream, found = io.BytesIO(data), []
    while frame := frames.read(stream.read):
        found.append(frame)
        if not frame.whole:
            break
    return found


@settings(max_examples=80)
@given(FRAMES)
def test_what_is_written_is_read(written):
    data = b"".join(frames.head(kind, stream, len(payload)) + payload for kind, stream, payload in written)
    assert [(frame.kind, frame.stream, frame.payload) for frame in read_all(data)] == written


@settings(max_examples=80)
@given(FRAMES, st.data())
def test_a_cut_pipe_gives_whole_frames_and_raw_bytes_that_arrived(written, data):
    whole = b"".join(frames.head(kind, stream, len(payload)) + payload for kind, stream, payload in written)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    found = read_all(cut)
    for number, frame in enumerate(found):
        kind, stream, payload = written[number]
        assert (frame.kind, frame.stream) == (kind, stream)
        assert payload == frame.payload if frame.whole else payload.startswith(frame.payload)
        assert frame.whole or kind in (frames.PAGE, frames.WIRE, frames.MEDIA)


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_noise_is_frames_or_garbage_never_another_error(noise):
    try:
        read_all(noise)
    except WorkerGarbage:
        return


@pytest.mark.parametrize("kind", [frames.PAGE, frames.MEDIA, frames.MESSAGE, frames.JOB])
def test_too_long_a_frame_is_refused_before_it_is_read(kind):
    def read(length):
        assert length == frames.HEAD.size
        return frames.HEAD.pack(kind, 1, 2**32 - 1)

    with pytest.raises(WorkerGarbage):
        frames.read(read)
    with pytest.raises(ValueError, match="at most"):
        frames.head(kind, 1, 2**24)


MESSAGES = [
    Started("2026-01-01T00:00:00Z", "tool", "agent", "direct"),
    Attempt(
        1, "page", "GET", "http://h/", "2026-01-01T00:00:00Z", redirects=((302, "http://g/"),), headers=(("A", "b"),)
    ),
    Page("http://h/", status=200, headers=(("A", "b"), ("A", "c")), tls={"version": "TLSv1.3"}, decoded=True),
    PageEnd(True, 5, "00"),
    Facts(1, {"title": "Қазақ", "tags": ["a"], "view_count": 5}),
    Media(1, 1, "f", "http://h/", "video/mp4", None, "file"),
    Media(1, 1, "f", "http://h/", "video/mp4", 7, "segments", segments=3),
    MediaEnd(1, False, "gaps", 5, gaps=({"segment": 3},)),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_messages_come_back_as_they_were(message):
    assert encoding.decode(encoding.encode(message)) == message


def test_the_end_is_no_message():
    assert encoding.decode(encoding.encode(None)) is None


@pytest.mark.parametrize(
    "value",
    [
        [], {}, {"message": "Done"}, {"message": 5}, {"message": "End", "more": 1}, {"message": "PageEnd"},
        {"message": "PageEnd", "complete": 1, "size": 5, "sha256": ""},
        {"message": "PageEnd", "complete": True, "size": True, "sha256": ""},
        {"message": "PageEnd", "complete": True, "size": 5, "sha256": "", "strange": 1},
        {"message": "Page", "url": "u", "headers": [["a"]]},
        {"message": "Page", "url": "u", "headers": "ab"},
        {"message": "Page", "url": "u", "tls": []},
        {"message": "Page", "url": ["u"]},
        {"message": "Facts", "entry": "1", "values": {}},
    ],
)  # fmt: skip
def test_a_message_outside_its_type_is_garbage(value):
    with pytest.raises(WorkerGarbage):
        encoding.decode(strict_json.canonical(value))


JSON = st.recursive(
    st.booleans() | st.integers(-10, 10) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["url", "status", "headers", "tls", "stream", "entry", "values", "complete", "size", "sha256", "gaps"]
)


@settings(max_examples=150)
@given(
    st.sampled_from(["Started", "Attempt", "Page", "PageEnd", "Facts", "Media", "MediaEnd", "Failed", "End", "x"]),
    st.dictionaries(FIELDS, JSON, max_size=6),
)
def test_any_object_is_a_message_or_garbage(name, value):
    try:
        message = encoding.decode(strict_json.canonical({**value, "message": name}))
    except WorkerGarbage:
        return
    assert message is None or type(message).__name__ == name


@settings(max_examples=60)
@given(st.binary(max_size=60))
def test_noise_is_garbage(noise):
    with pytest.raises(WorkerGarbage):
        encoding.decode(noise)
