"""``demo --server``: the fault server of our own tests, for any archiving tool; on loopback alone.

It is shipped as files and loaded from them (docs/decisions/0019): it is no room of this program, and imports none.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from witnesskit.actions.demo import refuse_beside_field
from witnesskit.errors.actions import PortTaken
from witnesskit.errors.cli import InternalError
from witnesskit.model import Json

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = (_PACKAGE / "_faults", _PACKAGE.parent / "tests" / "simulators" / "faults")  # installed; editable
_NAME: Final = "witnesskit_faults"


@dataclass(frozen=True)
class Serving:
    """A server that runs. ``bases``: beginning of the URLs by listener; ``cases``: as ``/cases.json`` gives them."""

    bases: Mapping[str, str]
    cases: Sequence[Mapping[str, Json]]
    _site: Any

    @property
    def asked(self) -> int:
        """Requests since the start, or since ``/reset``."""
        return len(self._site.requests)


@contextmanager
def serving(port: int) -> Iterator[Serving]:
    """Serve every case until the block ends; 0 is a free port. Raises DemoBesideField, PortTaken."""
    refuse_beside_field()
    server, index = _loaded("server"), _loaded("index")
    running = server.serve_all(port=port)
    try:
        site = running.__enter__()
    except OSError:
        raise PortTaken from None
    try:
        yield Serving(dict(site.bases), index.listed(site.bases), site)
    finally:
        running.__exit__(None, None, None)


def _loaded(part: str) -> Any:
    """A module of the shipped package; raises InternalError where it is not there."""
    if _NAME not in sys.modules:
        folder = next((one for one in _FOLDERS if (one / "__init__.py").is_file()), None)
        spec = folder and spec_from_file_location(
            _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if not spec or spec.loader is None:
            raise InternalError("the fault server is not installed")
        sys.modules[_NAME] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
    return importlib.import_module(f"{_NAME}.{part}")
