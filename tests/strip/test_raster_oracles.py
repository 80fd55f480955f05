"""Programs that are not ours agree: the same pixels are decoded and shown, and nothing identifying is left."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media_builders import gif, png, webp
from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.oracles import require
from witnesskit.media.probe import media_type
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.registry import strip

SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "essence-raster.md"
ENDINGS = {"image/png": "png", "image/webp": "webp", "image/gif": "gif"}
TAGS = ("-Artist=Saule of flat 12", "-Comment=Zhanaozen", "-XMP:City=Zhanaozen", "-GPSLatitude=43.3", "-GPSLongitude=52.8",
        "-GPSLatitudeRef=N", "-GPSLongitudeRef=E", "-Make=Maker", "-Model=Model", "-DateTimeOriginal=2022:01:04 10:00:00",
        "-Orientation#=6")  # fmt: skip
ALLOWED_GROUPS = {
    "ExifTool",
    "System",
    "File",
    "PNG",
    "PNG-cICP",
    "APNG",
    "RIFF",
    "GIF",
    "ICC-header",
    "ICC_Profile",
    "Composite",
}
ALLOWED_PNG = re.compile(
    "ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace|Palette|Transparency|Gamma|SRGBRendering|White"
    "Point[XY]|(Red|Green|Blue)[XY]|BackgroundColor|PixelsPerUnit[XY]|PixelUnits|ProfileName|Animation.*|AnimationFrames"
)


def run(*command):
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def picture(name, folder):
    """A real picture made by a program that is not ours, tagged by exiftool where it can."""
    path = folder / f"{name}.{KINDS[name][0]}"
    KINDS[name][1](path)
    run(require("exiftool"), "-q", "-m", "-overwrite_original", *TAGS, str(path))
    return path.read_bytes()


def pillow(path, mode="RGB", frames=1, **options):
    image = pytest.importorskip("PIL.Image")
    chops = pytest.importorskip("PIL.ImageChops")
    made = []
    for number in range(frames):
        across = image.linear_gradient("L").resize((60, 40))
        down = image.radial_gradient("L").resize((60, 40)).rotate(20 * number)
        colours = image.merge("RGB", (across, down, chops.difference(across, down)))
        if mode in ("RGBA", "LA"):
            colours.putalpha(down)
        made.append(colours.quantize(23) if mode == "P" else colours.convert(mode))
    if frames > 1:
        options |= {"save_all": True, "append_images": made[1:], "duration": [70, 130, 90][:frames], "loop": 3}
    made[0].save(path, **options)


def magick(path, *options):
    run(require("convert"), "-size", "61x43", "plasma:red-blue", "-seed", "7", *options, str(path))


def encoded(path, *options):
    run(require("ffmpeg"), "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=62x44:r=5:d=0.8", *options, str(path))


KINDS = {
    "png-rgb": ("png", pillow), "png-rgba": ("png", lambda path: pillow(path, "RGBA")), "png-la": ("png", lambda path: pillow(path, "LA")),
    "png-indexed": ("png", lambda path: pillow(path, "P")), "png-bits": ("png", lambda path: pillow(path, "1")),
    "png-transparent": ("png", lambda path: pillow(path, "P", transparency=3)),
    "png-interlaced": ("png", lambda path: magick(path, "-interlace", "PNG")),
    "png-interlaced-indexed": ("png", lambda path: magick(path, "-colors", "13", "-interlace", "PNG")),
    "png-16": ("png", lambda path: magick(path, "-depth", "16")), "png-grey-2": ("png", lambda path: magick(path, "-colorspace", "Gray", "-depth", "2")),
    "png-ffmpeg": ("png", lambda path: encoded(path, "-frames:v", "1", "-pred", "mixed")),
    "png-animated": ("png", lambda path: pillow(path, "RGBA", 3)),
    "webp-lossy": ("webp", pillow), "webp-lossless": ("webp", lambda path: pillow(path, lossless=True)),
    "webp-alpha": ("webp", lambda path: pillow(path, "RGBA")), "webp-alpha-lossless": ("webp", lambda path: pillow(path, "RGBA", lossless=True)),
    "webp-animated": ("webp", lambda path: pillow(path, "RGBA", 3)), "webp-mixed": ("webp", lambda path: pillow(path, "RGB", 3, allow_mixed=True)),
    "gif-still": ("gif", lambda path: pillow(path, "P")), "gif-animated": ("gif", lambda path: pillow(path, "RGB", 3, disposal=2)),
    "gif-transparent": ("gif", lambda path: pillow(path, "P", 3, transparency=2)), "gif-interlaced": ("gif", lambda path: pillow(path, "P", interlace=1)),
    "gif-ffmpeg": ("gif", lambda path: encoded(path)), "gif-grey": ("gif", lambda path: magick(path, "-colorspace", "Gray")),
    "png-apng": ("png", lambda path: encoded(path, "-f", "apng", "-plays", "2")),
}  # fmt: skip
MADE = {
    "canary": png.hiding()[0],
    "canary indexed": png.hiding(True)[0],
    "two frames": png.animated(),
    "gif canary": gif.hiding()[0],
    "webp canary": webp.hiding()[0],
    "webp canary moving": webp.hiding(True)[0],
}
REAL = [path for ending in ENDINGS.values() for path in sorted(SAMPLES.glob(f"image/*.{ending}"))]


@pytest.fixture(
    params=[*KINDS, *MADE, *REAL], ids=lambda one: one if isinstance(one, str) else one.name, scope="module"
)
def pair(request, tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("pair")
    if request.param in KINDS:
        data = picture(request.param, tmp_path)
    else:
        data = MADE[request.param] if isinstance(request.param, str) else request.param.read_bytes()
    kind, kept = media_type(data[:1024]), Kept()
    result = strip(Bytes(data), kind, kept)
    assert inspect_again(Bytes(data), Bytes(kept.data)).finding is Finding.CLEAN
    before, after = (tmp_path / f"{name}.{ENDINGS[kind]}" for name in ("before", "after"))
    before.write_bytes(data)
    after.write_bytes(kept.data)
    return before, after, result


def displayed(path):
    """Every frame as it is shown, turned as Exif says, with its time and the loop count."""
    image, ops = pytest.importorskip("PIL.Image"), pytest.importorskip("PIL.ImageOps")
    with image.open(io.BytesIO(path.read_bytes())) as opened:
        loop = opened.info.get("loop")
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            turned = (
                ops.exif_transpose(opened.convert("RGBA")) if number else ops.exif_transpose(opened).convert("RGBA")
            )
            yield turned.size, turned.tobytes(), opened.info.get("duration"), loop


def test_pillow_shows_the_same(pair):
    before, after, _ = pair
    if before.read_bytes().count(b"Zq"):
        pytest.skip("the canary breaks rules on purpose")
    assert list(displayed(before)) == list(displayed(after))


def decoded(path):
    done = subprocess.run(
        [require("ffmpeg"), "-v", "quiet", "-i", str(path), "-pix_fmt", "rgba64be", "-f", "framehash", "-"],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return [line for line in done.stdout.splitlines() if b"#" not in line]


def test_ffmpeg_decodes_the_same(pair):
    before, after, _ = pair
    expected = decoded(before)
    if not expected:
        pytest.skip("this ffmpeg does not read the original, a tagged APNG")
    assert decoded(after) == expected


def test_exiftool_finds_only_what_is_on_the_list(pair):
    _, after, _ = pair
    found = json.loads(run(require("exiftool"), "-json", "-G1", "-a", "-u", "-ee3", "-n", str(after)))[0]
    for name, value in found.items():
        group, _, tag = name.rpartition(":")
        allowed = group in ALLOWED_GROUPS or name == "SourceFile" or (group, tag) == ("IFD0", "Orientation")
        assert allowed and (group != "PNG" or ALLOWED_PNG.fullmatch(tag)), name
        if tag in ("ProfileDescription", "ProfileCopyright", "ProfileName"):
            assert value == "colour profile"
        assert "Unknown" not in tag and "Saule" not in str(value) and "Zhanaozen" not in str(value), name
    assert not found.get("ExifTool:Warning"), found["ExifTool:Warning"]


def test_the_program_of_the_specification_gives_the_same_essence(pair, tmp_path):
    before, after, result = pair
    programs = re.findall(r"```python\n(.*?)```", SPEC.read_text(encoding="utf-8"), re.DOTALL)
    program = tmp_path / "essence.py"
    program.write_text(programs[["image/png", "image/webp", "image/gif"].index(result.media_type)])
    for path in (before, after):
        assert run(sys.executable, "-I", str(program), str(path)).decode().strip() == result.essence[0].sha256
