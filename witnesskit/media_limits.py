"""Every maximum of the media formats, its unit and its reason; no verifier of the chain needs them."""

from __future__ import annotations

from typing import Final

from witnesskit.limits import GIB, KIB, MIB

# JPEG
JPEG_MAX: Final = 128 * MIB  # bytes from the start to the end marker; held in memory at once, some times over
JPEG_PARTS_MAX: Final = 10_000  # segments and scans; extended XMP of 100 MB takes 1,600
JPEG_RESTARTS_MAX: Final = 4_000_000  # restart markers in one scan; each costs a step of the interpreter
JPEG_TRAILER_LOOKED_AT: Final = 64 * MIB  # bytes after the end marker searched for second files
ICC_MAX: Final = 4 * MIB  # bytes of one colour profile; printer profiles reach 2
ICC_TAGS_MAX: Final = 100  # entries of one colour profile; real ones hold up to 40
TIFF_ENTRIES_MAX: Final = 4_096  # directory entries of one Exif block, all directories together
EXIF_READS_MAX: Final = 12_000  # seeks and reads of one block; a tag takes about ten, real blocks hold some hundred

# content credentials (JUMBF)
JUMBF_BOXES_MAX: Final = 2_000  # boxes of one store; real ones hold some dozens for each step of editing
JUMBF_DEPTH_MAX: Final = 12  # levels of boxes, and of what is in them
JUMBF_VALUES_MAX: Final = 1_000  # texts told of one store

# films (ISO base media)
MOOV_MAX: Final = 64 * MIB  # bytes of a film's index; ten hours at 60 pictures a second take 40
FILM_BOXES_MAX: Final = 20_000  # boxes of one container; real ones hold dozens
FILM_TOP_MAX: Final = 200_000  # boxes of the file; fragments of a second come in threes, eighteen hours of them
FILM_RUNS_MAX: Final = 100_000  # runs of samples in one fragment; real ones hold some for each track
FILM_DEPTH_MAX: Final = 16  # levels of boxes an inspection follows; real ones have nine
FILM_TRACKS_MAX: Final = 64  # tracks of one film; action cameras write seven
FILM_ENTRIES_MAX: Final = 16  # sample descriptions of one track; real ones have one or two
FILM_SAMPLES_MAX: Final = 8_000_000  # coded pictures or packets of one track; 37 hours at 60 a second
FILM_SAMPLE_MAX: Final = 32 * MIB  # bytes of one coded picture, held in memory at once
FILM_OUT_OF_ORDER_MAX: Final = 200_000  # chunks of a film whose tracks do not lie in order; they must be sorted
FILM_WINDOW: Final = 4 * MIB  # bytes of samples handled at a time
NAL_SEI_MAX: Final = 256 * KIB  # bytes of one message unit; real ones stay under 4 KiB
NAL_STEADY_MAX: Final = 4  # values of one message that is the same for a whole film; films cut together have two
FILM_EDITS_MAX: Final = 4_096  # parts of an edit list; a film cut on a telephone has some dozens

# derivatives and second readers (PyAV, Pillow)
DERIVED_MAX: Final = 512 * MIB  # bytes of a derivative, held in memory until it is stripped; an hour and more
DERIVE_MEMORY: Final = 3 * GIB  # bytes of address space of the child: decoder, encoder and the derivative
DERIVE_CPU_SECONDS: Final = 48 * 3600  # seconds; a film of an hour takes about as long to code anew
DERIVE_WALL_SECONDS: Final = 72 * 3600  # seconds until the child is killed
FILM_PIXELS_MAX: Final = 40_000_000  # points of one decoded picture of a film; 8K has 33 million
PICTURE_PIXELS_MAX: Final = 220_000_000  # points of one decoded picture; the largest phone sensors have 200 million
BOXES_MAX: Final = 64  # boxes of one derivative
STILLS_MAX: Final = 100  # pictures made of one film
DERIVE_SPAN_MAX: Final = 100 * 3600 * 1000  # milliseconds; the latest point of time that is understood
SOUND_HOLE_MAX: Final = 3600  # seconds without sound inside a film; they are filled with silence
PREVIEWS_MAX: Final = 60  # embedded pictures written of one file
PREVIEW_MAX: Final = 32 * MIB  # bytes of one embedded picture
PREVIEWS_SIZE_MAX: Final = 256 * MIB  # bytes of all of them, held in memory by the parent
PREVIEW_SCAN_MAX: Final = 4 * GIB  # bytes of a file searched for embedded pictures
SHEET_PICTURES: Final = 24  # pictures of a contact sheet
SECOND_OPINION_SECONDS: Final = 120  # seconds exiftool may take
SECOND_OPINION_MAX: Final = 16 * MIB  # bytes of its answer
SECOND_OPINION_MEMORY: Final = 2 * GIB  # bytes of its address space
BROKEN_PACKETS_MAX: Final = 10_000  # packets of one film that may fail to decode before it is refused

# PNG
PNG_MAX: Final = 128 * MIB  # bytes up to the end chunk; held in memory at once, some times over
PNG_CHUNKS_MAX: Final = 100_000  # chunks of one file; 128 MiB in pieces of 8 KiB take 16,000
PNG_CHUNK: Final = 64 * KIB  # bytes of coded picture in one chunk of a copy; the same for all, so it names nobody
PNG_INFLATED_MAX: Final = 2 * GIB  # bytes of all pictures of one file, inflated; some seconds
PNG_ROW_MAX: Final = 16 * MIB  # bytes of one row, held in memory
PNG_SLOW_MAX: Final = 16 * MIB  # bytes of rows whose filters cost an interpreter's step for each byte
PNG_SLOW_LOOKED_MAX: Final = 256 * MIB  # the same where a copy is looked at again; these filters count eightfold
PNG_TEXT_MAX: Final = 8 * MIB  # bytes of one inflated text or profile
PNG_TEXTS_MAX: Final = 32 * MIB  # bytes of all inflated texts of one file; each packed byte can cost a thousand

# WebP and GIF
WEBP_MAX: Final = 128 * MIB  # bytes of the RIFF file; held in memory at once, some times over
WEBP_CHUNKS_MAX: Final = 100_000  # chunks of one file, frames among them
CODED_TEXT_MIN: Final = 32  # bytes of readable text in coded pictures that are no chance
CODED_TAIL_MIN: Final = 10  # the same at the very end of a coded picture, where text may be hung on
GIF_MAX: Final = 128 * MIB  # bytes up to the trailer; some ten seconds to look at
GIF_FRAMES_MAX: Final = 50_000  # frames of one file; half an hour at 25 a second
GIF_BLOCKS_MAX: Final = 120_000  # frames and extensions of one file
GIF_CLEARS_MAX: Final = 100_000  # times the codes of one file start anew; each costs some microseconds
# sound and films in RIFF chunks
RIFF_CHUNKS_MAX: Final = 100_000  # chunks of one level outside the coded pictures; real files have some tens
RIFF_TEXT_MAX: Final = 1 * MIB  # bytes of one chunk of texts that an inspection reads

# MP3
MP3_FRAMES_MAX: Final = 16_000_000  # frames of one sound; 100 hours
MP3_GAPS_MAX: Final = 10_000  # pieces of a sound with other bytes between; damaged downloads have some tens
MP3_TAGS_MAX: Final = 64  # tags at one end of a file; tagging programs leave two or three

# films in AVI
AVI_STREAMS_MAX: Final = 16  # streams of one film; real ones have two or three
AVI_CHUNKS_MAX: Final = 4_000_000  # chunks of pictures and sound; 18 hours at 30 pictures a second with sound
AVI_CHUNK_MAX: Final = 64 * MIB  # bytes of one coded picture, held in memory at once
AVI_REMOVED_MAX: Final = 200  # names of parts removed of one film, each told by itself
AVI_SIZE_MAX: Final = 4 * GIB - 1 * MIB  # bytes of a copy, which is one RIFF
# FLAC
FLAC_BLOCKS_MAX: Final = 10_000  # metadata blocks of one file; real ones have under 20
FLAC_TAGS_MAX: Final = 10_000  # fields of one comment block that are looked at
FLAC_FRAME_MAX: Final = 4 * MIB  # bytes of one frame; eight channels of 32 bits and 65,535 samples take 2.1
FLAC_FRAMES_MAX: Final = 1_000_000  # frames of one file; a day of sound at the usual block size

# Ogg
OGG_PAGES_MAX: Final = 4_000_000  # pages of one file; each costs a step of the interpreter
OGG_STREAMS_MAX: Final = 1_000  # streams of one file, those of chained links together
OGG_PACKET_MAX: Final = 32 * MIB  # bytes of one packet; a comment with a cover picture is the largest
OGG_SETUP_MAX: Final = 64 * KIB  # bytes of one setup header; real ones stay under 16 KiB
OGG_POSITION_MAX: Final = 1 << 44  # position of a page; years of sound
OGG_GAPS_MAX: Final = 10_000  # places between pages that are no page; each costs a search
OGG_BLANKS_MAX: Final = 4_000_000  # packets with padding that is blanked
# TIFF and camera raw
TIFF_DIRECTORIES_MAX: Final = 1_000  # pages of one file; a scanned book has some hundreds
TIFF_DIRECTORY_ENTRIES_MAX: Final = 1_000  # entries of one directory; real ones have under 120
TIFF_ALL_ENTRIES_MAX: Final = 30_000  # entries of all directories of one file; a thousand pages have some 25,000
TIFF_VALUE_MAX: Final = 16 * MIB  # bytes of one value held in memory; an editor's profile or a list of places
TIFF_CHUNKS_MAX: Final = 300_000  # strips or tiles of one file; a map of 140,000 pixels a side has that many
TIFF_CHUNK_MAX: Final = 128 * MIB  # coded bytes of one strip or tile held in memory at once
TIFF_EDGE_MAX: Final = (
    4 * MIB
)  # decoded bytes of an LZW tile that leaves the picture; its codes are followed one by one
TIFF_CLEARS_MAX: Final = 50_000  # times the codes of one LZW strip start anew; 128 MiB of real ones take half of it
TIFF_FAX_MAX: Final = 16 * MIB  # bytes of one fax-coded strip; its bits are searched as text
TIFF_DEPTH_MAX: Final = 4  # levels of directories below directories; camera raws have three
TIFF_EXIF_MAX: Final = 64 * MIB  # bytes of a file handed to the reader of maker notes
DNG_OPCODES_MAX: Final = 256  # corrections of one raw picture; real lists hold up to 30

# HEIF and AVIF pictures
HEIF_META_MAX: Final = 64 * MIB  # bytes of the box of items; a colour profile and pictures in idat lie in it
HEIF_ITEMS_MAX: Final = 10_000  # items of one file; a picture of 200 megapixels has 800 tiles
HEIF_EXTENTS_MAX: Final = 65_536  # parts of items, references or properties, all items together
HEIF_DATA_MAX: Final = 128 * MIB  # bytes of the coded pictures that are kept; held in memory at once, some times over
HEIF_UNITS_MAX: Final = 100_000  # units of one coded picture; slices of a large one are some hundreds
HEIF_EDITS_MAX: Final = 64  # parts of the edit list of a sequence; real ones have one or two
HEIF_SAMPLES_MAX: Final = 100_000  # pictures of one sequence; an hour of thirty a second
HEIF_DEPTH_MAX: Final = 8  # levels of pictures made of pictures; real ones have three
HEIF_SETS_MAX: Final = 96  # parameter sets of one picture: 16 of each sequence kind, 64 of pictures
HEIF_PARAMETERS_MAX: Final = 4_096  # bytes of one parameter set; scaling lists take two thousand
# films of Matroska and WebM
MATROSKA_HEAD_MAX: Final = 16 * MIB  # bytes of Info, of Tracks; real ones have some kilobytes
MATROSKA_ELEMENTS_MAX: Final = 200_000  # elements inside one, and outside clusters; a film of tags has thousands
MATROSKA_CLUSTERS_MAX: Final = 1_000_000  # clusters of a copy; a day of film in seconds takes 86,400
MATROSKA_SCAN_WINDOW: Final = 64 * KIB  # bytes read ahead where only heads are wanted; one chunk of a sealed file
MATROSKA_ADDITION_MAX: Final = 8 * MIB  # bytes of what lies beside one block (transparency)
MATROSKA_PRIVATE_MAX: Final = 1 * MIB  # bytes of a decoder's configuration; Theora's tables take 4 KiB
MATROSKA_CLUSTER_SECONDS: Final = 5  # seconds of one cluster of a copy; RFC 9559 clause 25.1 recommends no more
MATROSKA_CLUSTER_SIZE: Final = 5 * MIB  # bytes of one cluster of a copy; the same clause
MATROSKA_START_SECONDS: Final = 10  # seconds; a film that begins later is cut from a stream, and tells when
MATROSKA_DELAY_SECONDS: Final = 10  # seconds of run-in a decoder may need; real ones stay under one
DERIVE_HEIF_INDEX_MAX: Final = 16 * MIB  # bytes of the index of a HEIF picture; real ones have some kilobytes
DERIVE_HEIF_TILES_MAX: Final = 2_048  # tiles of one picture; telephones write up to 200
# MPEG transport streams
TS_WINDOW_PACKETS: Final = 8_192  # packets handled at a time, 1.5 MB
TS_PROGRAMS_MAX: Final = 16  # programs of one file; recordings of a whole channel group have ten
TS_STREAMS_MAX: Final = 64  # streams of one program
TS_PES_MAX: Final = 64 * MIB  # bytes of one PES packet, held in memory at once
TS_UNIT_MAX: Final = 32 * MIB  # bytes of one coded picture
TS_EDITS_MAX: Final = 2_000_000  # places that are blanked or rewritten
TS_EDITS_SIZE_MAX: Final = 128 * MIB  # bytes of them, held in memory at once
TS_GAPS_MAX: Final = 10_000  # places between packets where bytes are lost; each costs a search
TS_SKIPPED_MAX: Final = 1_000_000  # packets of streams that stay but are repeated or empty
TS_HEARD_MAX: Final = 64 * MIB  # bytes of other packets that an inspection looks into, all PIDs together
TS_FRAME_SEARCH: Final = 1 * MIB  # bytes searched for the next frame of sound at a time
# the judge of a copy
HELD_MAX: Final = 32 * MIB  # bytes of a file that the judge reads once and keeps; larger ones it reads again
