"""Names of TIFF, Exif, GPS and DNG tags as people know them (TIFF 6.0, Exif 2.32, DNG 1.6)."""

from __future__ import annotations

from typing import Final

_TIFF: Final = {
    254: "NewSubfileType", 255: "SubfileType", 256: "ImageWidth", 257: "ImageLength", 258: "BitsPerSample",
    259: "Compression", 262: "PhotometricInterpretation", 263: "Threshholding", 266: "FillOrder", 269: "DocumentName",
    270: "ImageDescription", 271: "Make", 272: "Model", 273: "StripOffsets", 274: "Orientation",
    277: "SamplesPerPixel", 278: "RowsPerStrip", 279: "StripByteCounts", 282: "XResolution", 283: "YResolution",
    284: "PlanarConfiguration", 285: "PageName", 286: "XPosition", 287: "YPosition", 292: "T4Options",
    293: "T6Options", 296: "ResolutionUnit", 297: "PageNumber", 301: "TransferFunction", 305: "Software",
    306: "DateTime", 315: "Artist", 316: "HostComputer", 317: "Predictor", 318: "WhitePoint",
    319: "PrimaryChromaticities", 320: "ColorMap", 321: "HalftoneHints", 322: "TileWidth", 323: "TileLength",
    324: "TileOffsets", 325: "TileByteCounts", 330: "SubIFDs", 332: "InkSet", 333: "InkNames",
    334: "NumberOfInks", 337: "TargetPrinter", 338: "ExtraSamples", 339: "SampleFormat", 347: "JPEGTables",
    513: "JPEGInterchangeFormat", 514: "JPEGInterchangeFormatLength", 529: "YCbCrCoefficients",
    530: "YCbCrSubSampling", 531: "YCbCrPositioning", 532: "ReferenceBlackWhite", 700: "XMP", 18246: "Rating",
    32781: "ImageID", 33432: "Copyright", 33550: "ModelPixelScale (geo)", 33723: "IPTC",
    33922: "ModelTiepoint (geo)", 34264: "ModelTransformation (geo)", 34377: "Photoshop", 34665: "Exif",
    34675: "ICC profile", 34735: "GeoKeyDirectory", 34736: "GeoDoubleParams", 34737: "GeoAsciiParams",
    34853: "GPS", 37724: "editor's layers", 40965: "Interop", 42112: "GDAL metadata", 50341: "PrintIM",
    50838: "ImageJ metadata counts", 50839: "ImageJ metadata", 40091: "XPTitle", 40092: "XPComment",
    40093: "XPAuthor", 40094: "XPKeywords", 40095: "XPSubject", 52545: "content credentials",
}  # fmt: skip
_EXIF: Final = {
    33434: "ExposureTime", 33437: "FNumber", 34855: "ISO", 36867: "DateTimeOriginal", 36868: "DateTimeDigitized",
    36880: "OffsetTime", 36881: "OffsetTimeOriginal", 36882: "OffsetTimeDigitized", 37386: "FocalLength",
    37500: "MakerNote", 37510: "UserComment", 37520: "SubSecTime", 37521: "SubSecTimeOriginal",
    37522: "SubSecTimeDigitized", 40964: "RelatedSoundFile", 42016: "ImageUniqueID", 42032: "CameraOwnerName",
    42033: "BodySerialNumber", 42034: "LensSpecification", 42035: "LensMake", 42036: "LensModel",
    42037: "LensSerialNumber",
}  # fmt: skip
_DNG: Final = {
    50706: "DNGVersion", 50708: "UniqueCameraModel", 50709: "LocalizedCameraModel", 50735: "CameraSerialNumber",
    50736: "LensInfo", 50740: "DNGPrivateData", 50781: "RawDataUniqueID", 50827: "OriginalRawFileName",
    50828: "OriginalRawFileData", 50931: "CameraCalibrationSignature", 50932: "ProfileCalibrationSignature",
    50934: "AsShotProfileName", 50936: "ProfileName", 50942: "ProfileCopyright", 50966: "PreviewApplicationName",
    50967: "PreviewApplicationVersion", 50968: "PreviewSettingsName", 50971: "PreviewDateTime",
    50972: "RawImageDigest", 51081: "ReelName", 51105: "CameraLabel", 51111: "NewRawImageDigest",
}  # fmt: skip
_GPS: Final = {
    0: "GPSVersionID", 1: "GPSLatitudeRef", 2: "GPSLatitude", 3: "GPSLongitudeRef", 4: "GPSLongitude",
    5: "GPSAltitudeRef", 6: "GPSAltitude", 7: "GPSTimeStamp", 8: "GPSSatellites", 12: "GPSSpeedRef",
    13: "GPSSpeed", 16: "GPSImgDirectionRef", 17: "GPSImgDirection", 18: "GPSMapDatum",
    27: "GPSProcessingMethod", 28: "GPSAreaInformation", 29: "GPSDateStamp",
}  # fmt: skip
_ALL: Final = {**_TIFF, **_EXIF, **_DNG}


def tag_name(directory: str, tag: int) -> str:
    """The name of a tag in a directory, ``tag 12345`` for one nobody registered."""
    names = _GPS if directory.endswith("GPS") else _ALL
    return names.get(tag, f"GPS tag {tag}" if directory.endswith("GPS") else f"tag {tag}")
