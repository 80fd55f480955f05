"""The counted stream that exifread is given reads as ``io.BytesIO`` does, and ends."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesskit.limits import EXIF_READS_MAX
from witnesskit.media.exif import _Counted, _ReadsSpentError

STEP = st.one_of(
    st.tuples(st.just("seek"), st.integers(-5, 40), st.sampled_from([0, 1, 2])),
    st.tuples(st.just("read"), st.integers(-1, 40)),
    st.tuples(st.just("read")),
    st.tuples(st.just("tell")),
)


def _done(stream, name, *arguments):
    try:
        return getattr(stream, name)(*arguments)
    except ValueError:
        return ValueError


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=30), steps=st.lists(STEP, max_size=12))
def test_it_reads_as_a_stream_does(data, steps):
    ours, peer = _Counted(data), io.BytesIO(data)
    for step in steps:
        assert _done(ours, *step) == _done(peer, *step)


def test_it_ends_what_never_ends():
    stream = _Counted(b"ab")
    with pytest.raises(_ReadsSpentError):
        for _ in range(EXIF_READS_MAX + 1):
            stream.read(1)
