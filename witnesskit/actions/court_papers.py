"""The papers of a bundle for a court: report, sheet, exports, drafts, and what a second verifier needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from witnesskit.actions.audience_members import data_member
from witnesskit.actions.court_facts import CourtParts, checkable
from witnesskit.actions.court_view import CourtView
from witnesskit.actions.report import court_report
from witnesskit.actions.session import Session
from witnesskit.actions.shipped_pages import VERIFIER, shipped_pages
from witnesskit.bundle.plan import PlannedMember
from witnesskit.digest import sha256_hex
from witnesskit.media_model import EssenceHash
from witnesskit.policy.schema import Policy
from witnesskit.report import case_uco, court_sheet, fre_902, how_to, html, premis

PREMIS_XML, PREMIS_JSON, CASE_UCO = "premis.xml", "premis.json", "case.jsonld"
FRE_902, BERKELEY = "fre-902-draft.txt", "berkeley.txt"


@dataclass(frozen=True)
class Wrapped:
    """What goes in beside the papers: each file of an item with the short id it belongs to."""

    short: str
    member: PlannedMember


def court_papers(
    session: Session, policy: Policy, view: CourtView, files: Sequence[Wrapped]
) -> Iterator[PlannedMember]:
    """Every paper as a member; no event commits one, and the verifier asks for none."""
    pages = dict(shipped_pages())
    yield from (data_member("spec", data, name=name) for name, data in pages.items())
    own = view.logs[0]
    signature = session.signer.ssh_signature(own.note)
    yield data_member("report", own.note, name=f"{own.size}.note")  # the log grows by the entry of this bundle
    yield data_member("report", signature, name=f"{own.size}.note.sshsig")
    verifier = (VERIFIER, sha256_hex(pages[VERIFIER])) if VERIFIER in pages else ("", "")
    parts = CourtParts(
        logs=view.logs,
        events=view.events,
        openings=view.openings,
        members=[(one.short, one.member) for one in files],
        essences=_essences(view),
        ssh_signatures={own.origin: signature},
        witnesses=tuple(view.trust.policy.witnesses.values()),
        verifier=verifier,
    )
    steps = how_to.for_bundle(checkable(parts))
    page = html.render(court_report(policy, view, steps))
    yield data_member("report", page.encode(), name="report.html")
    yield data_member("report", court_sheet.sheet(steps, view.tables, verifier), name=court_sheet.NAME)
    yield from (data_member("report", data, name=name) for name, data in exports(view))


def exports(view: CourtView) -> Iterator[tuple[str, bytes]]:
    """Every export with the name it bears in a bundle."""
    yield PREMIS_XML, premis.as_xml(view.story)
    yield PREMIS_JSON, premis.as_json(view.story)
    yield CASE_UCO, case_uco.render(view.story)
    yield FRE_902, fre_902.render(view.story)
    yield BERKELEY, court_sheet.berkeley_text(view.tables)


def _essences(view: CourtView) -> dict[str, tuple[EssenceHash, ...]]:
    """SHA-256 of a file -> the essence that an opened event commits for it."""
    found = {}
    for one in view.events:
        told, sha256 = one.fields.get("essence"), one.fields.get("sha256")
        if isinstance(told, list) and isinstance(sha256, str):
            found[sha256] = tuple(EssenceHash(**part) for part in told if isinstance(part, dict))
    return found
