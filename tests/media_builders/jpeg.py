"""Tiny JPEG pictures made in code: baseline and progressive, valid for every decoder, with parts planted at will."""

import struct
from dataclasses import dataclass, field

_DC_COUNTS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
DC_TABLE = b"\x00" + _DC_COUNTS + bytes(range(12))
AC_TABLE = b"\x10" + bytes([0, 1, 2]) + bytes(13) + bytes([0x01, 0x00, 0xF0])  # "1 bit", end of block, 16 zeros
EOB, COMPONENTS = "010", 3


class Bits:
    def __init__(self):
        self.text = ""

    def put(self, bits):
        self.text += bits

    def done(self):
        padded = self.text + "1" * (-len(self.text) % 8)
        raw = bytes(int(padded[at : at + 8], 2) for at in range(0, len(padded), 8))
        return raw.replace(b"\xff", b"\xff\x00")


def _codes():
    codes, code = {}, 0
    values = iter(range(12))
    for length, count in enumerate(_DC_COUNTS, 1):
        for _ in range(count):
            codes[next(values)] = format(code, f"0{length}b")
            code += 1
        code <<= 1
    return codes


DC_CODES = _codes()


def dc(difference):
    size = abs(difference).bit_length()
    low = difference if difference > 0 else difference + (1 << size) - 1
    return DC_CODES[size] + (format(low, f"0{size}b") if size else "")


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def level(unit, component):
    return (unit * 37 + component * 61) % 97 - 48


@dataclass
class Plan:
    width: int = 40
    height: int = 24
    progressive: bool = False
    restart: int = 0
    head: list = field(default_factory=list)  # segments after SOI
    after_frame: list = field(default_factory=list)
    between: bytes = b""  # before each scan but the first
    before_end: bytes = b""
    tail: bytes = b""
    extra_tables: bytes = b""  # segments before the real tables

    @property
    def units(self):
        return -(-self.width // 8) * -(-self.height // 8)


def build(plan):
    table = segment(0xDB, b"\x00" + bytes([8] * 64))
    ids = b"".join(bytes([number, 0x11, 0]) for number in range(1, COMPONENTS + 1))
    frame = segment(0xC2 if plan.progressive else 0xC0, struct.pack(">BHHB", 8, plan.height, plan.width, 3) + ids)
    huffman = segment(0xC4, DC_TABLE + AC_TABLE)
    restart = segment(0xDD, struct.pack(">H", plan.restart)) if plan.restart else b""
    scans = plan.between.join(_progressive(plan) if plan.progressive else [_baseline(plan)])
    middle = table + frame + b"".join(plan.after_frame) + restart + huffman
    return (
        b"\xff\xd8"
        + b"".join(plan.head)
        + plan.extra_tables
        + middle
        + scans
        + plan.before_end
        + b"\xff\xd9"
        + plan.tail
    )


def scan_head(components, first, last, approximation):
    selectors = b"".join(bytes([number, 0x00]) for number in components)
    return segment(0xDA, bytes([len(components)]) + selectors + bytes([first, last, approximation]))


def _coded(plan, unit_bits, fresh):
    """Coded bytes of one scan; ``fresh()`` forgets the predictions at a restart."""
    out, bits = b"", Bits()
    for unit in range(plan.units):
        if plan.restart and unit and unit % plan.restart == 0:
            out += bits.done() + bytes([0xFF, 0xD0 + (unit // plan.restart - 1) % 8])
            bits = Bits()
            fresh()
        bits.put(unit_bits(unit))
    return out + bits.done()


def _dc_unit(shift, end):
    before = {}

    def one(unit):
        text = ""
        for component in range(COMPONENTS):
            value = level(unit, component) >> shift
            text += dc(value - before.get(component, 0)) + end
            before[component] = value
        return text

    return one, before.clear


def _baseline(plan):
    return scan_head([1, 2, 3], 0, 63, 0) + _coded(plan, *_dc_unit(0, EOB))


def _progressive(plan):
    first = scan_head([1, 2, 3], 0, 0, 0x01) + _coded(plan, *_dc_unit(1, ""))
    refine = scan_head([1, 2, 3], 0, 0, 0x10) + _coded(
        plan, lambda unit: "".join(str(level(unit, component) & 1) for component in range(COMPONENTS)), lambda: None
    )
    rest = [scan_head([number], 1, 63, 0) + _coded(plan, lambda unit: EOB, lambda: None) for number in (1, 2, 3)]
    return [first, refine, *rest]
