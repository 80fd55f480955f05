"""Programs that are not ours agree: the same pixels are shown, nothing identifying is left, the essence is the same."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media_builders.readers import Bytes, Kept
from tests.media_builders.samples import SAMPLES
from tests.media_builders.tiff import dng, grey, jpeg_page, make, rgb
from tests.media_builders.tiff_hiding import hiding, hiding_dng
from tests.oracles import require
from witnesskit.media.essence_tiff import essence_tiff
from witnesskit.media.residue import inspect_again
from witnesskit.media_model import Finding
from witnesskit.strip.tiff import strip_tiff

image = pytest.importorskip("PIL.Image")
SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "essence-tiff.md"
COMPRESSIONS = ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group3", "group4", "tiff_ccitt"]
MODES = {"RGB": 0, "L": 0, "P": 0, "1": 0, "CMYK": 0, "RGBA": 0, "LAB": 0, "I;16": 0, "F": 0, "YCbCr": 0}
STRUCTURE = {
    "ExifTool", "File", "System", "SourceFile", "Composite", "ICC_Profile", "ICC-header",
}  # fmt: skip
TAGS_OF_A_COPY = {
    "SubfileType", "ImageWidth", "ImageHeight", "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets",
    "StripByteCounts", "TileOffsets", "TileByteCounts", "RowsPerStrip", "TileWidth", "TileLength", "SamplesPerPixel",
    "PlanarConfiguration", "Orientation", "Predictor", "ColorMap", "ExtraSamples", "SampleFormat", "FillOrder", "T4Options",
    "T6Options", "YCbCrSubSampling", "YCbCrPositioning", "YCbCrCoefficients", "ReferenceBlackWhite", "XResolution", "YResolution",
    "ResolutionUnit", "ICC_Profile", "WhitePoint", "DNGVersion", "DNGBackwardVersion", "UniqueCameraModel", "ColorMatrix1",
    "AsShotNeutral", "CalibrationIlluminant1", "BaselineExposure", "CFARepeatPatternDim", "CFAPattern", "CFAPattern2", "BlackLevel",
    "WhiteLevel", "LinearizationTable", "BlackLevelRepeatDim", "DefaultScale", "DefaultCropOrigin", "DefaultCropSize",
    "AnalogBalance", "AsShotWhiteXY", "BaselineNoise", "BaselineSharpness", "LinearResponseLimit", "ChromaBlurRadius",
    "AntiAliasStrength", "ShadowScale", "BestQualityScale", "ActiveArea", "ColorimetricReference", "ProfileEmbedPolicy",
    "RawImageSegmentation", "PreviewImageStart", "PreviewImageLength",
}  # fmt: skip


def picture(mode):
    import PIL.Image

    made = PIL.Image.radial_gradient("L").resize((101, 70))
    if mode in ("RGB", "CMYK", "RGBA", "LAB", "YCbCr"):
        made = PIL.Image.merge("RGB", [made, made.rotate(90), made.rotate(180)])
    return made.quantize(20) if mode == "P" else made.convert(mode)


def saved(mode, compression):
    out = io.BytesIO()
    try:
        picture(mode).save(
            out, "TIFF", compression=compression, description="by Saule", software="Scan 9", dpi=(300, 300)
        )
    except (OSError, ValueError, KeyError, RuntimeError):
        return b""
    return out.getvalue()


def every():
    made = {f"{mode} {kind}": saved(mode, kind) for mode in MODES for kind in COMPRESSIONS}
    made |= {"canary": hiding()[0], "raw": dng(), "lossless": dng("lossless"), "canary raw": hiding_dng()[0]}
    made |= {
        "jpeg": make([jpeg_page()]),
        "tables": make([jpeg_page(tables=True)]),
        "pages": make([rgb(), grey()], order=">"),
    }
    made |= {"big": make([rgb()], big=True), "old subfile": make([rgb(), rgb(tags={255: (3, [2])})])}
    for path in (SAMPLES / "image" / "scan.tiff", SAMPLES / "image" / "c2pa.dng"):
        if path.exists():
            made[path.name] = path.read_bytes()
    return {name: data for name, data in made.items() if data}


FILES = every()


def copied(data):
    kept = Kept()
    return strip_tiff(Bytes(data), kept), kept.data


def pixels(data):
    with image.open(io.BytesIO(data)) as opened:
        shown = []
        for number in range(opened.n_frames):
            opened.seek(number)
            colours = opened.convert("RGBA").tobytes() if opened.mode == "P" else opened.tobytes()
            shown.append((opened.size, opened.mode, colours, opened.getexif().get(274, 1)))
        return shown


@pytest.mark.parametrize(
    "name", [name for name in FILES if not name.endswith((".dng", "raw", "lossless", "canary", "subfile"))]
)
def test_another_decoder_shows_the_same_pixels(name):
    data = FILES[name]
    result, copy = copied(data)
    assert pixels(data) == pixels(copy)
    assert result.essence == essence_tiff(Bytes(data)) == essence_tiff(Bytes(copy))
    again = inspect_again(Bytes(data), Bytes(copy))
    assert (again.finding, again.revelations, again.reason) == (Finding.CLEAN, (), "")


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


def test_the_program_of_the_specification_gives_the_same_essence(tmp_path):
    program = tmp_path / "essence.py"
    program.write_text(re.search(r"```python\n(.*?)```", SPEC.read_text(encoding="utf-8"), re.DOTALL).group(1))
    for name in ("RGB tiff_lzw", "P packbits", "1 group3", "1 group4", "L jpeg", "F tiff_adobe_deflate", "canary", "canary raw", "big", "pages", "old subfile", "scan.tiff", "c2pa.dng"):  # fmt: skip
        if name not in FILES:
            continue
        result, copy = copied(FILES[name])
        for data in (FILES[name], copy):
            path = tmp_path / "picture"
            path.write_bytes(data)
            printed = run(sys.executable, "-I", str(program), str(path)).split()
            assert printed == [one.sha256 for one in result.essence], name


def test_exiftool_finds_only_what_is_on_the_list(tmp_path):
    tool = require("exiftool")
    for number, data in enumerate(FILES.values()):
        (tmp_path / f"{number}.tif").write_bytes(copied(data)[1])
    found = json.loads(run(tool, "-json", "-G1", "-a", "-u", "-ee3", str(tmp_path)))
    assert len(found) == len(FILES)
    for one in found:
        for name, value in one.items():
            group, _, tag = name.rpartition(":")
            known = (
                group in STRUCTURE
                or name == "SourceFile"
                or (re.fullmatch(r"IFD\d+", group) and tag in TAGS_OF_A_COPY)
            )
            assert known, (one["SourceFile"], name, value)
            assert "Saule" not in str(value)
        assert not one.get("ExifTool:Warning"), one
