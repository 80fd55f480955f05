"""Whatever is done to an honest case: no exception, and UNCHANGED only if nothing was changed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.custody_log.anchored import policy, standard
from tests.vectors.custody_log.honest import build
from witnesskit.formats.quorum import TrustPolicy
from witnesskit.formats.trust_policy import parse_trust_policy
from witnesskit.model import Opening
from witnesskit.verify import AnchorFile, CaseFiles, Expected, Found, LogFiles, State, Trust, examine

HONEST = build()
DESK_LOG = HONEST.case.logs[0].log


def _edit(draw, data: bytes) -> bytes:
    place = draw(st.integers(0, len(data)))
    end = draw(st.integers(place, min(len(data), place + 40)))
    return data[:place] + draw(st.binary(max_size=4)) + data[end:]


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_changed_byte_of_a_log_or_a_checkpoint_is_never_unchanged(data):
    number = data.draw(st.integers(0, 1))
    files = HONEST.case.logs[number]
    what = data.draw(st.sampled_from(["bytes", "lines", "note"]))
    if what == "bytes":
        changed = replace(files, log=_edit(data.draw, files.log))
    elif what == "lines":
        lines = files.log.splitlines(keepends=True)
        chosen = data.draw(st.lists(st.sampled_from(lines), max_size=8) | st.permutations(lines))
        changed = replace(files, log=b"".join(chosen))
    else:
        changed = replace(files, notes=(_edit(data.draw, files.notes[0]),))
    logs = [*HONEST.case.logs]
    logs[number] = changed
    verdict = examine(replace(HONEST.case, logs=tuple(logs)), HONEST.trust)
    assert (verdict.state is State.UNCHANGED) == (changed == files)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_changed_opening_or_digest_is_never_unchanged(data):
    openings, found = [*HONEST.case.openings], [*HONEST.case.found]
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(openings) - 1))
        one = openings[place]
        text = _edit(data.draw, one.disclosure.encode()).decode("utf-8", "replace")
        openings[place] = replace(one, disclosure=text, n=data.draw(st.sampled_from([one.n, -1, 3, 10**9])))
    else:
        place = data.draw(st.integers(0, len(found) - 1))
        found[place] = replace(found[place], sha256=data.draw(st.text("0123456789abcdef", min_size=64, max_size=64)))
    case = replace(HONEST.case, openings=tuple(openings), found=tuple(found))
    assert (examine(case, HONEST.trust).state is State.UNCHANGED) == (case == HONEST.case)


ANCHORED = standard()
_EVIDENCE = st.builds(
    AnchorFile,
    st.sampled_from(["4.a.tsr", "9.a.ots", "4.a.cosig", "1.a.proof", "", "../4.a.tsr", "0.a.tsr"])
    | st.text(max_size=9),
    st.binary(max_size=60) | st.sampled_from([file.data for file in ANCHORED.case.logs[0].anchors]),
)
_ID = st.sampled_from([HONEST.case.found[0].capsule, HONEST.case.openings[0].log, "", "x", "\ud800"])
_ANY = st.builds(
    CaseFiles,
    st.lists(
        st.builds(
            LogFiles,
            st.binary(max_size=80) | st.sampled_from([DESK_LOG, DESK_LOG[:900], b"\n" * 50, b"[" * 900 + b"\n"]),
            st.lists(st.binary(max_size=60) | st.just(HONEST.case.logs[0].notes[0]), max_size=2).map(tuple),
            st.lists(_EVIDENCE, max_size=3).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    st.lists(
        st.builds(Opening, _ID, st.integers(-3, 10), st.text(max_size=9)) | st.sampled_from(HONEST.case.openings),
        max_size=6,
    ).map(tuple),
    st.lists(
        st.builds(Found, st.text(max_size=5), _ID, st.integers(), st.none() | _ID, st.none() | _ID)
        | st.sampled_from(HONEST.case.found),
        max_size=4,
    ).map(tuple),
    st.builds(Expected, st.booleans(), st.frozensets(_ID, max_size=3)),
)
_TRUST = st.builds(
    Trust,
    st.lists(st.text(max_size=9) | st.just(HONEST.trust.keys[0]), max_size=2).map(tuple),
    st.dictionaries(st.just("wk1/desk000000000"), st.tuples(st.integers(-2, 9), st.text(max_size=4)), max_size=1),
    st.sampled_from([TrustPolicy(), parse_trust_policy(policy("both").encode())]),
    st.dictionaries(st.text(max_size=3), st.binary(max_size=9) | st.just(ANCHORED.trust.roots["alpha"]), max_size=2),
    st.lists(st.binary(max_size=9), max_size=1).map(tuple),
    st.dictionaries(st.integers(0, 9), st.binary(max_size=90), max_size=2),
    st.integers(-1, 2**70),
)


@settings(max_examples=250, deadline=None)
@given(_ANY, _TRUST)
def test_any_case_at_all_gets_an_answer(case, trust):
    verdict = examine(case, trust)
    assert verdict.state in State
    if not (case.logs and case.found and trust.keys):
        assert verdict.state is not State.UNCHANGED
