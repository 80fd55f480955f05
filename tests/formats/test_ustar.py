"""Plain files in one form; every other archive is refused by name, one defect each."""

import io
import subprocess
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import require
from witnesskit.errors import WitnesskitError
from witnesskit.errors.container import InnerHeader, InnerName, InnerShort, InnerSlack, InnerTrailing, InnerType
from witnesskit.formats.ustar import BLOCK, END_SIZE, SIZE_MAX, Member, header, padded_size, parse_header, slack, walk

BAD_NAMES = (
    "",
    "/",
    "/etc/passwd",
    "..",
    ".",
    "../x",
    "a/..",
    "a/../b",
    "./a",
    "a/.",
    "a//b",
    "a/",
    "a b",
    "a\n",
    "a\0b",
    "a\\b",
    "é",
    "e\u0301",
    "\x1b[2J",
    "\u202etxt",
    "x" * 101,
    "~",
    "a:b",
    "-" + "*",
)


class Bytes:
    def __init__(self, data):
        self.data = data
        self.size = len(data)

    def read_at(self, offset, length):
        return self.data[offset : offset + length]


def archive(*members, end=bytes(END_SIZE)):
    return b"".join(header(name, len(data)) + data + bytes(slack(len(data))) for name, data in members) + end


def resummed(block):
    """The block with a right checksum, so that only the one defect is left."""
    blank = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(blank) + block[156:]


def patched(offset, value, *, name="a", size=5):
    block = header(name, size)
    return resummed(block[:offset] + value + block[offset + len(value) :])


def python_block(**changes):
    info = tarfile.TarInfo("a")
    info.size = 5
    for key, value in changes.items():
        setattr(info, key, value)
    return info.tobuf(format=changes.pop("format", tarfile.USTAR_FORMAT))[:BLOCK]


HOSTILE = {
    "hard link": (patched(156, b"1"), InnerType),
    "symlink": (patched(156, b"2"), InnerType),
    "character device": (patched(156, b"3"), InnerType),
    "block device": (patched(156, b"4"), InnerType),
    "folder": (patched(156, b"5"), InnerType),
    "pipe": (patched(156, b"6"), InnerType),
    "contiguous": (patched(156, b"7"), InnerType),
    "old style type": (patched(156, b"\0"), InnerType),
    "PAX": (patched(156, b"x"), InnerType),
    "PAX for all": (patched(156, b"g"), InnerType),
    "GNU long name": (patched(156, b"L"), InnerType),
    "GNU long link": (patched(156, b"K"), InnerType),
    "GNU sparse": (patched(156, b"S"), InnerType),
    "traversal": (patched(0, b"../x"), InnerName),
    "absolute": (patched(0, b"/x"), InnerName),
    "no name": (patched(0, b"\0"), InnerName),
    "bytes behind the name": (patched(0, b"a\0b"), InnerName),
    "not ASCII": (patched(0, b"\xc3\xa9"), InnerName),
    "line feed": (patched(0, b"a\n"), InnerName),
    "prefix": (patched(345, b"dir"), InnerName),
    "base-256 size": (patched(124, b"\x80" + bytes(10) + b"\5"), InnerHeader),
    "negative size": (patched(124, b"\xff" * 12), InnerHeader),
    "size with a sign": (patched(124, b"-0000000005\0"), InnerHeader),
    "size with spaces": (patched(124, b"          5\0"), InnerHeader),
    "size without end": (patched(124, b"000000000005"), InnerHeader),
    "checksum": (header("a", 5)[:148] + b"000000\0 " + header("a", 5)[156:], InnerHeader),
    "checksum in another form": (header("a", 5)[:148] + b" " * 8 + header("a", 5)[156:], InnerHeader),
    "zero block": (bytes(BLOCK), InnerHeader),
    "mode": (patched(100, b"0000755\0"), InnerHeader),
    "owner": (patched(108, b"0001750\0"), InnerHeader),
    "group": (patched(116, b"0001750\0"), InnerHeader),
    "time": (patched(136, b"14000000000\0"), InnerHeader),
    "link name": (patched(157, b"x"), InnerHeader),
    "GNU magic": (patched(257, b"ustar  \0"), InnerHeader),
    "no magic": (patched(257, bytes(8)), InnerHeader),
    "owner name": (patched(265, b"root"), InnerHeader),
    "group name": (patched(297, b"root"), InnerHeader),
    "device": (patched(329, b"0000001\0"), InnerHeader),
    "bytes behind the fields": (patched(500, b"x"), InnerHeader),
    "python's own": (python_block(mtime=5), InnerHeader),
    "short": (header("a", 5)[:-1], InnerShort),
    "empty": (b"", InnerShort),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_refused(name):
    block, expected = HOSTILE[name]
    with pytest.raises(WitnesskitError) as refused:
        parse_header(block)
    assert type(refused.value) is expected
    if len(block) == BLOCK and any(block):
        with pytest.raises(expected):
            list(walk(Bytes(block + b"12345" + bytes(507) + bytes(END_SIZE))))


ONE = archive(("a", b"12345"))
ARCHIVES = {
    "nothing": (b"", InnerShort),
    "no end": (ONE[:-END_SIZE], InnerShort),
    "half an end": (ONE[:-BLOCK], InnerShort),
    "cut inside the end": (ONE[:-1], InnerShort),
    "cut inside the member": (ONE[: BLOCK + 3], InnerShort),
    "cut inside the slack": (ONE[: BLOCK + 100], InnerShort),
    "cut inside the header": (ONE[:100], InnerShort),
    "size of 8 GiB": (header("a", SIZE_MAX) + b"x" * 5000, InnerShort),
    "slack": (ONE[:-END_SIZE].replace(b"12345\0", b"12345x") + bytes(END_SIZE), InnerSlack),
    "stray zero block": (ONE[:-END_SIZE] + bytes(BLOCK) + ONE, InnerHeader),
    "bytes in the end": (ONE[:-1] + b"x", InnerHeader),
    "bytes behind the end": (ONE + bytes(3_000_000) + b"x", InnerTrailing),
    "two archives": (ONE + ONE, InnerTrailing),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_archive_is_refused(name):
    data, expected = ARCHIVES[name]
    with pytest.raises(WitnesskitError) as refused:
        list(walk(Bytes(data)))
    assert type(refused.value) is expected


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_such_name_is_written(name):
    with pytest.raises(InnerName):
        header(name, 0)


@pytest.mark.parametrize("size", [-1, SIZE_MAX + 1])
def test_no_such_size_is_written(size):
    with pytest.raises(InnerHeader):
        header("a", size)


def test_stock_tar_reads_what_we_write(tmp_path):
    tar = require("tar")
    members = [("capsule.json", b"{}\n"), ("media/1/000001", b"x" * 512), ("x" * 100, b""), ("...a", b"y" * 513)]
    data = archive(*members) + bytes(5000)
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        assert [(info.name, opened.extractfile(info).read()) for info in opened] == members
    listing = subprocess.run([tar, "t"], input=data, capture_output=True, check=True)
    assert listing.stdout.decode().split() == [name for name, _ in members]
    assert not listing.stderr
    found = list(walk(Bytes(data)))
    assert [(member.name, data[member.offset :][: member.size]) for member in found] == members


def test_an_unfinished_archive_is_read_as_far_as_it_goes():
    whole = archive(("a", b"12345"), ("b", b"y" * 1000))
    for length in range(len(whole)):
        members = list(walk(Bytes(whole[:length]), unfinished=True))
        assert [member.name for member in members] == ["a", "b"][: (length >= 512) + (length >= 1536)]
        for member in members:
            assert member.whole == (length >= member.offset + {"a": 5, "b": 1000}[member.name])
            assert member.offset + member.size <= length


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ONE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_is_content(place, change):
    data = bytearray(ONE)
    data[place] ^= change
    try:
        members = list(walk(Bytes(bytes(data))))
    except WitnesskitError:
        return
    assert members == [Member("a", 5, 512)] and 512 <= place < 517


def test_sizes_fall_in_four_classes_an_octave():
    assert [padded_size(size) for size in (0, 1, 65536, 65537, 81921, 98305, 114689, 131072, 131073)] == [
        65536,
        65536,
        65536,
        81920,
        98304,
        114688,
        131072,
        131072,
        163840,
    ]
    classes = {padded_size(size) for size in range(1 << 20, 1 << 21, 997)} | {padded_size((1 << 20) + 1)}
    assert len(classes - {1 << 20}) == 4


@given(st.integers(0, 1 << 45))
def test_a_size_class_holds_its_sizes_and_wastes_at_most_a_quarter(size):
    padded = padded_size(size)
    assert padded >= size and padded_size(padded) == padded and padded % BLOCK == 0
    assert padded <= max(65536, size * 5 // 4 + 1)
    unit = padded
    while unit % 2 == 0 and unit > 7:
        unit //= 2
    assert unit in (1, 2, 3, 4, 5, 6, 7)
