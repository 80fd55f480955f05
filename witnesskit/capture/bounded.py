"""What an extractor reads of an answer has an end: in bytes, also of packed ones that become many, and in time."""

from __future__ import annotations

import io
from typing import Any

from witnesskit.capture.budget import Budget
from witnesskit.limits import EXTRACT_BODY_MAX, READ_BLOCK


def bound(response: Any, budget: Budget | None, most: int = EXTRACT_BODY_MAX) -> None:
    """Let ``response.read`` end after ``most`` bytes or when the link's time is over, as if the answer ended there.

    ``response.cut_short`` tells then that there was more.
    """
    original = response.read
    left = most
    response.cut_short = False

    def read(amount: int | None = None) -> bytes:
        nonlocal left
        out, wanted = io.BytesIO(), None if amount is None or amount < 0 else amount
        while wanted is None or out.tell() < wanted:
            if not left or (budget is not None and not budget.left):
                response.cut_short = True
                break
            room = READ_BLOCK if wanted is None else wanted - out.tell()
            data: bytes = original(min(left, READ_BLOCK, room))
            if not data:
                break
            left -= len(data)
            out.write(data)
        return out.getvalue()

    response.read = read
