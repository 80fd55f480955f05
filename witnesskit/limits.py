"""Every maximum we accept, its unit and its reason, in one place; a verifier's are in custody_limits.py."""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

READ_BLOCK: Final = 1 * MIB  # bytes; large enough that the interpreter is not the cost

# sealing (age v1)
AGE_CHUNK: Final = 64 * KIB  # bytes of plaintext in one chunk; fixed by the age specification
AGE_HEADER_MAX: Final = 64 * KIB  # bytes; 256 classical stanzas fit, of post-quantum ones (1,557) forty-two
AGE_ARMOUR_SPACE_MAX: Final = 1 * KIB  # bytes of space before and after armour; mail adds a line or two
AGE_LINE_MAX: Final = 4 * KIB  # bytes of one header line; hostile headers carry lines of megabytes
AGE_STANZAS_MAX: Final = 256  # a header of thousands costs minutes elsewhere
SCRYPT_LOG_N: Final = 20  # work factor we write: 1 GiB, some seconds; key files only
AGE_KEY_TEXT_MAX: Final = 4 * KIB  # characters; a post-quantum recipient has 1,959
AGE_ENDS_SOUGHT_MAX: Final = 16  # bad chunks of one file searched for an end inside them; each costs 0.1 s
SCRYPT_LOG_N_MAX: Final = 20  # work factor we accept: 22 would take 4 GiB before the first answer

# capsules
CAPSULE_MEMBER_MAX: Final = 1 * MIB  # bytes; what may be lost when the machine dies
CAPSULE_HEADER_MAX: Final = 4 * KIB  # bytes of capsule.json; ours has 143
CAPSULE_SIZE_MIN: Final = 64 * KIB  # bytes; the smallest of the size classes
CAPSULE_MEMBERS_MAX: Final = 8 * MIB  # members, 8 TiB of media

# custody
TRUST_POLICY_LINES_MAX: Final = 1000  # lines of a trust policy; 32 logs, witnesses and groups take a hundred
ASK_SECONDS_MAX: Final = 60  # seconds of one question to an authority, from the connection to the last byte
ANCHOR_TIMES_DIFFER_MAX: Final = 300  # seconds between clocks of authorities (docs/spec/custody-log.md, TIMEORDER)
EVIDENCE_MAX: Final = 256 * MIB  # bytes of evidence of one bundle kept in memory; 4,096 long tokens fit
AUTHORITIES_MAX: Final = 32  # authorities of time of one desk; each is asked at every anchoring
CERTIFICATES_MAX: Final = 64 * KIB  # bytes of one PEM file; a certificate has some 2,000

# bundles
VOLUME_MAX: Final = 4 * GIB - 1  # bytes; FAT32 sticks
BUNDLE_TAG_FILE_MAX: Final = 64 * MIB  # bytes of one tag file, read before anything is stored
BUNDLE_MEMBERS_MAX: Final = 200_000  # members of one volume
BUNDLE_SEGMENTS_MAX: Final = 64  # of them cut; ours has two. A desk's journal of 9,999 such volumes can still be read
WHOLE_FILE_MAX: Final = 2**46  # bytes of a file that is cut into segments over many volumes: 64 TiB
VOLUMES_MAX: Final = 9_999  # volumes of one set
VOLUME_DEFAULT: Final = 1 * GIB  # bytes of content; beyond it a bundle becomes a set of volumes
VOLUME_LEAST: Final = 256 * KIB  # bytes of content of the smallest volumes
SENDER_QUOTA: Final = 1024 * GIB  # bytes that one device may have at a desk, unless `import --quota` says otherwise
QUARANTINE_MAX: Final = 64 * GIB  # bytes of files set aside; past it nothing more of unknown senders is kept
IMPORT_FILES_MAX: Final = 1_000_000  # files of one run; each is named in memory
PARITY_FILE_MAX: Final = 2 * GIB  # bytes of one PAR2 file that is looked at before a repair
PARITY_SECONDS: Final = 4 * 3600  # seconds of one call of par2; a volume of 4 GiB on a slow computer takes minutes
STANZAS_SHOWN: Final = 8  # stanzas of every bundle: keys and decoys, so that the number of readers does not show
INVITE_MAX: Final = 40 * KIB  # bytes; twelve post-quantum recipients take 24,000, policy and checkpoint have the rest

# capture
PAGE_MAX: Final = 64 * MIB  # bytes of HTML kept; longer pages are cut and marked
STALL_SECONDS: Final = 20  # seconds without a byte before a connection counts as dead
RETRIES_WITHOUT_PROGRESS: Final = 5  # attempts; progress resets the count
OVERLAP: Final = 64 * KIB  # bytes fetched twice at a resume to see that the file is the same
BACKOFF_SECONDS_MAX: Final = 8  # seconds between two attempts without progress
URL_MAX: Final = 8 * KIB  # characters of a link; longer ones are refused by servers too
CAPTURE_SECONDS: Final = 12 * 3600  # seconds for one link; a film over a line of 20 kB/s fits
CAPTURE_SIZE_MAX: Final = 64 * GIB  # bytes of media of one link
LIVE_SECONDS: Final = 3600  # seconds that a broadcast is followed
EXTRACT_BODY_MAX: Final = 16 * MIB  # bytes that an extractor is given of one answer; it searches them with patterns
ERROR_BODY_MAX: Final = 1 * MIB  # bytes kept of the page that comes with an HTTP error
SIGNS_MAX: Final = 256 * KIB  # bytes of a page that are looked at for what it shows of itself
SIGNS_TEXT_MAX: Final = 4 * KIB  # characters of its text that phrases are looked for in
FEW_WORDS: Final = 150  # words of a page that has little to say; an article has many hundred
BESIDE_TITLE_MAX: Final = 20  # characters beside a phrase in one part of a title; a headline about it has more
BESIDE_TEXT_MAX: Final = 60  # characters beside a phrase in one sentence of a short page
CONTROL_SECONDS: Final = 30  # seconds of reading that front page; a byte now and then holds nobody
CONTROL_MAX: Final = 64 * KIB  # bytes of the front page that is asked for as a control
MESSAGE_TEXT_MAX: Final = 2000  # characters of what the extractor said went wrong
RETRY_AFTER_MAX: Final = 7 * 24 * 3600  # seconds that a site may ask us to wait; more is its whim
ENTRIES_MAX: Final = 20  # videos taken from one link; a channel is not one item
SEGMENTS_MAX: Final = 100_000  # pieces of one stream; days of video
PLAYLIST_MAX: Final = 16 * MIB  # bytes of one segment list
PIECES_MAX: Final = 4 * SEGMENTS_MAX  # pieces told of all streams of one link
TARGET_SECONDS_MAX: Final = 60.0  # seconds between two looks at a broadcast's list
LIVE_IDLE_TURNS: Final = 5  # looks at a broadcast's list without anything new until it counts as over
DOCUMENT_MAX: Final = 2 * MIB  # bytes kept of one playlist or manifest
DOCUMENTS_MAX: Final = 16  # of them kept of one link
KEY_BYTES_MAX: Final = 4 * KIB  # bytes of an answer that should be a key of 16
KEYS_MAX: Final = 10_000  # keys of one stream; some change them with every piece
VERSIONS_MAX: Final = 3  # of one file that changes while it is fetched
PIECES_DOCUMENT: Final = 512 * KIB  # bytes told of pieces until they are sealed
SYNC_EVERY: Final = 16 * MIB  # bytes of media until the disk is asked to have them
REQUEST_LOG_MAX: Final = 2 * MIB  # bytes of requests told of one link; the record holds them beside all else
CONNECTIONS_MAX: Final = 64  # ends whose TLS is told of one link; an honest site has a handful
RANGES_MAX: Final = 256  # requests of one stream told with their ranges; a cut film resumes some dozen times
CHAIN_CERTIFICATES_MAX: Final = 16  # certificates of one chain; OpenSSL itself verifies some hundred
CERTIFICATE_TEXT_MAX: Final = 1024  # characters of a subject or an issuer; a certificate may hold megabytes
VALIDATOR_MAX: Final = 256  # characters kept of an ETag or a Last-Modified beside its range
DATES_MAX: Final = 10_000  # Date headers of one link that the clock is compared with
CLOCK_APART_SECONDS: Final = 300  # between this computer's clock and a site's; more is said as a warning
SUBTITLES_MAX: Final = 100  # languages of one video
COMMENTS_MAX: Final = 2000  # comments asked for of one video; each page of them is a request
COOKIES_MAX: Final = 1 * MIB  # bytes of a cookie file
FACTS_MAX: Final = 3 * MIB  # bytes of what the extractor told of one link; must fit into one opening
CAPTURE_FRAME_MAX: Final = 1 * MIB  # bytes of one piece of media or page on the pipe
CAPTURE_JOB_MAX: Final = 2 * MIB  # bytes of one assignment on the pipe; a browser's cookies are the largest
CAPTURE_MESSAGE_MAX: Final = 8 * MIB  # bytes of one message on the pipe; facts are the largest
WORKER_SILENCE_SECONDS: Final = 300  # seconds without a message until the capture process is ended

# files brought by hand
FOLDER_FILES_MAX: Final = 200_000  # files of one folder that is added; a telephone holds some ten thousand
FOLDER_DEPTH_MAX: Final = 64  # levels of folders
ZIP_MEMBERS_MAX: Final = 100_000  # files of one archive
ZIP_DIRECTORY_MAX: Final = 64 * MIB  # bytes of its list
ZIP_RATIO_MAX: Final = 1100  # bytes that one packed byte may become; deflate reaches 1,032
ARCHIVE_STREAMS_MAX: Final = 10_000  # films of one archive; each is examined by itself
CHAT_EXPORT_MAX: Final = 256 * MIB  # bytes of a messenger's list of messages
CHAT_MESSAGES_MAX: Final = 2_000_000  # messages of one export
PROOF_FILE_MAX: Final = 1 * MIB  # bytes of one signature, key or table beside a file
TABLE_MAX: Final = 64 * MIB  # bytes of one table that a person brings
TABLE_ROWS_MAX: Final = 100_000  # rows of it
TABLE_CELL_MAX: Final = 64 * KIB  # characters of one cell; office programs hold 32,767
REPORTS_BYTES_MAX: Final = 8 * MIB  # bytes of the rows of one table in a record
LOCALITY_MAX: Final = 80  # characters of the name of a town or district
STATEMENT_TEXT_MAX: Final = 4 * KIB  # characters of one text that a person says of an item
REPORT_TEXT_MAX: Final = 4 * KIB  # characters of a report that the desk is shown
PROOF_SIGNED_MAX: Final = 256 * MIB  # bytes of a file whose signature is checked; it is held in memory for that

# JavaScript of sites
JS_CPU_SECONDS: Final = 60  # seconds of processor time for one puzzle; they take one or two

# the browser
BROWSER_SECONDS: Final = 60.0  # seconds until the picture is taken of what has loaded
BROWSER_HEIGHT_MAX: Final = 16_384  # pixels of a picture; taller ones the browser itself cannot draw
BROWSER_MESSAGE_MAX: Final = 128 * MIB  # bytes of one message of the browser; a picture is one
BROWSER_PICTURE_MAX: Final = 96 * MIB  # bytes of a picture; 1280 by 16384 pixels of noise have 63
BROWSER_BYTES_MAX: Final = 512 * MIB  # bytes that a page may load
BROWSER_CONNECTIONS_MAX: Final = 1000  # connections that a page may ask for
BROWSER_TOLD_MAX: Final = 256  # of them that the record tells

# the queue
LINKS_MAX: Final = 100_000  # links of one list
QUEUE_JOBS_MAX: Final = 200_000  # jobs of one queue; at one a second they last two days
QUEUE_SEGMENT: Final = 128  # jobs of one sealed file: a change of one costs one file of 64 KiB
QUEUE_SEGMENT_DEPTH_MAX: Final = 6  # levels of a segment
QUEUE_ATTEMPTS_KEPT: Final = 8  # newest attempts of one job that are told
QUEUE_ATTEMPTS_MAX: Final = 5  # attempts without an answer until a job is given up
QUEUE_FLAGS_MAX: Final = 16  # words of one row
HOST_INTERVAL: Final = 2.0  # seconds between two links of one site; people do not click faster
HOST_JITTER: Final = 0.5  # of the interval, either way: a beat tells a program from a person
HOST_BACKOFF: Final = 30  # seconds after a first refusal; each further one doubles it
HOST_BACKOFF_MAX: Final = 6 * 3600  # seconds
QUEUE_SPARES: Final = 2  # children of the jail started ahead in a run: one for each of two processors
QUEUE_WAIT_MAX: Final = 300  # seconds that a run waits for the next link; for a longer time it ends and says so
ARCHIVE_WAIT_MAX: Final = 10  # seconds that `archive --file` waits for a site; the rest is left to the queue
SILENT_SITES: Final = 3  # sites in a row without an answer: the network is down, not they
SHEET_SIZE_MAX: Final = 256 * MIB  # bytes of all members of a workbook, opened
SHEET_MEMBERS_MAX: Final = 2000  # members of its container; ours have some dozen
SHEETS_MAX: Final = 64  # sheets of it that are looked at
SHEET_COLUMNS_MAX: Final = 256  # cells of one row

# folders to strip
STRIP_FILES_MAX: Final = 1_000_000  # files of one run; each is named in memory

# the jail
JAIL_MEMORY: Final = 1 * GIB  # bytes of address space of the child
JAIL_CPU_SECONDS: Final = 600  # seconds of processor time
JAIL_WALL_SECONDS: Final = 1800  # seconds until the child is killed
JAIL_FRAME_MAX: Final = 1 * MIB  # bytes of one piece of output on the pipe
JAIL_REQUEST_MAX: Final = 8 * MIB  # bytes of a request; the values to look for in a copy are the largest
JAIL_REPLY_MAX: Final = 8 * MIB  # bytes of a reply; a hostile file can hold many long values
JAIL_OUTPUT_MAX: Final = 64 * GIB  # bytes of a copy; a child in other hands must not fill the disk for ever

# watched links
WATCHED_MAX: Final = 10_000  # links of one desk; at one look in six hours one in two seconds
WATCH_EVERY_MAX: Final = 30 * 86_400  # seconds between two looks
WATCH_CONFIRM_SECONDS: Final = 86_400  # between the two removals that confirm one; maintenance of a site ends sooner
WATCH_BACKOFF_SECONDS: Final = 900  # until the next look where nothing was reached; doubled each time
WATCH_HOST_SECONDS: Final = 10  # between two looks at one host

# tables of forecasts
TABLE_COLUMNS_MAX: Final = 1000  # a model's whole working table has some fifty
RISK_VERSIONS_MAX: Final = 9999  # tables kept by one vault; each is a sealed file
RISK_WINDOW_DAYS: Final = 731  # an older forecast takes no part in the average; the longest look two years ahead

# policies
POLICY_MAX: Final = 64 * KIB  # bytes of one policy file; ours have one

# the vault, invites and sheets
INVITE_RING_MAX: Final = 4  # recipients of one list of an invite; every one costs a stanza in every capsule
INVITE_POOL: Final = 64  # invites whose offline public halves are prepared in one ceremony
INVITE_NUMBER_MAX: Final = 2**32 - 1  # four bytes in the derivation
KEY_FILE_MAX: Final = 64 * KIB  # bytes of a file of age identities, or of a verifier key
SHEET_TEXT_MAX: Final = 16 * KIB  # characters of what is typed from a sheet; a sheet has 63
SHARES_MAX: Final = 7  # custodians of one key; every way to choose them is tried before a share is shown
SHARE_TEXT_MAX: Final = 16 * KIB  # characters of what is typed from a share; a share has some two hundred
SHARE_EXPONENT_MAX: Final = 4  # of the work that a share asks for; each step doubles it, and 15 would take an hour
VAULT_CONFIG_MAX: Final = 64 * KIB  # bytes of vault.toml
STATE_MAX: Final = 256 * MIB  # bytes of a device's state file; half a million items
FIXED_TIME: Final = 946_684_800  # 2000-01-01T00:00:00Z of every file, also where no earlier year is known
STATE_WAIT: Final = 60  # seconds that a reader of a desk's state waits for a writer, and the other way round
STATE_DEPTH_MAX: Final = 6  # levels of the state file
OPERATOR_FILE_MAX: Final = 16 * KIB  # bytes of an operator's key, sealed; ours have some hundreds
KEYRING_MAX: Final = 16 * MIB  # bytes of the opened keyring; thousands of invites
SEALED_FILE_MAX: Final = 256 * MIB  # bytes of one sealed file: a queue of half a million links
ROOM_RESERVE: Final = 16 * MIB  # bytes kept free for record, log, checkpoint and state
SYNC_MARKERS_MAX: Final = 10_000  # names looked at in one folder for marks of synchronising programs

# the catalogue
CATALOGUE_HEAD_MAX: Final = 1 * KIB  # bytes of the first line of its files; ours have some hundred
CATALOGUE_CHANGES_MIN: Final = 4 * MIB  # bytes of sealed changes kept beside any snapshot: some sixty small ones
CATALOGUE_CHANGES_PART: Final = 16  # changes above this part of the snapshot are put into a new one
CATALOGUE_BATCH: Final = 500  # items read from their capsules until they are put into it
CATALOGUE_KEEP: Final = 10_000  # items read until they are kept, so that an interrupted first reading goes on there
CATALOGUE_PAGE_MAX: Final = 10_000  # items of one page
CATALOGUE_TEXT_MAX: Final = 4 * KIB  # characters of one text in it; a title has a hundred
CATALOGUE_WORDS_MAX: Final = 64 * KIB  # characters of one item that are searched; a table of reports may have more
CATALOGUE_DIGESTS_MAX: Final = 1000  # digests of one item in it; an archive holds many films

# bundles, the parcel's own lists
BUNDLE_JSON_MAX: Final = 8 * MIB  # bytes of bundle.json; the disclosures of the transfer event are the largest
BUNDLE_JSON_DEPTH_MAX: Final = 4  # levels: object, openings, opening, disclosures
BUNDLE_SIGNATURE_MAX: Final = 4 * KIB  # bytes of bundle.sig; ours have 240
BUNDLE_NAME_MAX: Final = 1024  # characters of a file's name given as data
BUNDLE_RECIPIENTS_MAX: Final = 64  # keys one volume is sealed to; each costs a stanza
BUNDLE_CHAINS_MAX: Final = 64  # logs one bundle tells the state of
BUNDLE_BAD_CHUNKS_MAX: Final = 64  # damaged chunks looked at one by one; telling what ails one takes 0.3 s
EXCHANGE_MAX: Final = 16 * MIB  # bytes of a file of seen logs; ten thousand have some six
EXCHANGE_HEADS_MAX: Final = 10_000  # logs that one file of seen logs names
HEADS_MAX: Final = 20_000  # heads that a desk keeps of what one other desk saw; each is looked at in every import
HEADS_BYTES_MAX: Final = 6 * MIB  # bytes of their checkpoints; twenty thousand with one signature have some four
HEADS_FILE_MAX: Final = 64 * MIB  # bytes of the file that keeps them
RECEIPT_NUMBER_MAX: Final = 2**53 - 1  # counts in a receipt; the numbers every JSON reader understands alike
