"""Real files that lie beside the repository on developers' machines; tests that use them skip without them."""

from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def jpegs():
    names = [
        *sorted(SAMPLES.glob("image/*.jpg")),
        SAMPLES / "camera" / "sony-gps.jpg",
        SAMPLES / "phone" / "pixel-motion-photo.jpg",
    ]
    return [path for path in names if path.exists()]
