"""A report as JSON: schema ``witnesskit.report/1``, for programs. Codes and field names are never translated."""

from __future__ import annotations

import json
from dataclasses import asdict

from witnesskit.report.model import Item, Report, guarded, withheld


def render(report: Report) -> str:
    """One JSON object in ASCII, keys sorted; every hidden character is an escape by itself."""
    seen = guarded(report)
    document = {
        "schema": "witnesskit.report/1",
        "audience": str(seen.audience),
        "policy": seen.policy,
        "made": seen.made,
        "tool": seen.tool,
        "answer": asdict(seen.answer),
        "checks": [asdict(check) for check in seen.checks],
        "items": [_item(item) for item in seen.items],
        "withheld": withheld(seen),
        "notes": seen.notes,
        "validated": seen.validated,
        "steps": [asdict(step) for step in seen.steps],
        "tables": [asdict(table) for table in seen.tables],
    }
    return json.dumps(document, ensure_ascii=True, indent=1, sort_keys=True) + "\n"


def _item(item: Item) -> dict[str, object]:
    described: dict[str, object] = {
        "item": item.short,
        "values": dict(item.values),
        "withheld": item.withheld,
        "kept": item.kept,
    }
    if item.parts:
        described["parts"] = [asdict(part) for part in item.parts]
        described["berkeley_minimum"] = item.berkeley_minimum
    return described
