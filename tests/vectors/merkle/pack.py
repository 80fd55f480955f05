"""Pack the RFC 6962 vectors of transparency-dev/merkle (a folder of JSON files) into one file beside this.

Run ``python tests/vectors/merkle/pack.py FOLDER``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(folder: Path) -> None:
    files = sorted(folder.rglob("*.json"))
    content = {str(path.relative_to(folder)): json.loads(path.read_text()) for path in files}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items()]
    Path(__file__).with_name("rfc6962.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
