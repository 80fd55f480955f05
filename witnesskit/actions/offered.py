"""Which formats a site offered, which were taken, and why: facts for the desk ring, never a link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from witnesskit.model import Json

_KEYS: Final = (
    "format_id", "ext", "container", "protocol", "vcodec", "acodec", "width", "height", "fps", "tbr", "filesize",
    "filesize_approx",
)  # fmt: skip
_ONLY: Final = "it was the only one offered"


def formats_of(entry: int, facts: Mapping[str, Json], selector: str) -> Json:
    """The formats of one video: those offered, the chosen ones, and by which rule."""
    offered, chosen = _listed(facts.get("formats_offered")), _listed(facts.get("formats_chosen"))
    total = facts.get("formats_offered_total")
    by_rule = f"the rule {selector}: the best picture and the best sound apart, else the best whole, as served"
    return {
        "entry": entry,
        "chosen": chosen,
        "offered": offered,
        "offered_total": total if isinstance(total, int) else len(offered),
        "reason": _ONLY if len(offered) <= 1 else by_rule,
    }


def _listed(untrusted: Json) -> list[Json]:
    found = untrusted if isinstance(untrusted, list) else []
    return [{key: one[key] for key in _KEYS if key in one} for one in found if isinstance(one, dict)]
