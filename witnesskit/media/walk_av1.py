"""The inspector's own look at an AV1 sequence header: whether anything stands behind it (AV1 clause 5.5)."""

from __future__ import annotations


class _CutError(Exception):
    """The bits end early; never leaves this file."""


class _Flow:
    """Bits of a payload, first to last."""

    def __init__(self, payload: bytes) -> None:
        self.text = "".join(f"{byte:08b}" for byte in payload[:256])
        self.at = 0

    def skip(self, count: int) -> None:
        self.take(count)

    def take(self, count: int) -> int:
        self.at += count
        if self.at > len(self.text):
            raise _CutError
        return int(self.text[self.at - count : self.at] or "0", 2)

    def on(self) -> bool:
        return self.take(1) == 1


def behind_header(payload: bytes) -> bool:
    """True if the payload of a sequence header holds more than it, or cannot be read."""
    flow = _Flow(payload)
    try:
        _walk(flow)
    except _CutError:
        return True
    tail = flow.text[flow.at :]
    return len(payload) > 256 or not tail.startswith("1") or "1" in tail[1:]


def _walk(flow: _Flow) -> None:
    profile = flow.take(3)
    flow.skip(1)
    still = flow.on()
    if still:
        flow.skip(5)
    else:
        _timing(flow)
    across = flow.take(4)
    down = flow.take(4)
    flow.skip(across + 1 + down + 1)
    if not still and flow.on():
        flow.skip(4 + 3)
    flow.skip(3)
    if not still:
        flow.skip(4)
        hints = flow.on()
        flow.skip(2 if hints else 0)
        if (flow.on() or flow.on()) and not flow.on():
            flow.skip(1)
        flow.skip(3 if hints else 0)
    flow.skip(3)
    _colour(flow, profile)
    flow.skip(1)


def _timing(flow: _Flow) -> None:
    model = 0
    if flow.on():
        flow.skip(32 + 32)
        if flow.on():
            one = flow.text.find("1", flow.at)
            zeros = one - flow.at
            if one < 0 or zeros > 32:
                raise _CutError
            flow.skip(2 * zeros + 1)
        if flow.on():
            model = flow.take(5) + 1
            flow.skip(32 + 5 + 5)
    delays = flow.on()
    for _ in range(flow.take(5) + 1):
        flow.skip(12)
        if flow.take(5) > 7:
            flow.skip(1)
        if model and flow.on():
            flow.skip(model + model + 1)
        if delays and flow.on():
            flow.skip(4)


def _colour(flow: _Flow, profile: int) -> None:
    deep = flow.on()
    twelve = profile == 2 and deep and flow.on()
    grey = profile != 1 and flow.on()
    named = (flow.take(8), flow.take(8), flow.take(8)) if flow.on() else (2, 2, 2)
    if grey:
        flow.skip(1)
        return
    if named != (1, 13, 0):
        flow.skip(1)
        half = (flow.on() and flow.on()) if twelve else profile == 0
        flow.skip(2 if half else 0)
    flow.skip(1)
