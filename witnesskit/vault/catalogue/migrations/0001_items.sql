-- One row for each item; seq orders them, the largest is the newest.
CREATE TABLE item (
  seq INTEGER PRIMARY KEY,
  item BLOB NOT NULL UNIQUE,
  mark INTEGER NOT NULL,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  host TEXT NOT NULL,
  source TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  account TEXT NOT NULL,
  captured TEXT NOT NULL,
  place TEXT NOT NULL,
  imported TEXT NOT NULL,
  outcome TEXT NOT NULL,
  missing TEXT NOT NULL,
  sender TEXT NOT NULL,
  sensitivity TEXT NOT NULL DEFAULT 'unmarked',
  faults TEXT NOT NULL,
  digests BLOB NOT NULL -- 33 bytes each: the number of its kind, then the SHA-256
) STRICT;

CREATE INDEX item_source ON item (source);
CREATE INDEX item_place ON item (place) WHERE place <> '';
CREATE INDEX item_sensitivity ON item (sensitivity) WHERE sensitivity <> 'unmarked';

-- The first eight bytes of each digest lead to its items; the whole digest is compared in the item's row.
CREATE TABLE digest (
  head INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (head, seq)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE words USING fts5 (
  title, text, url, account, content = 'item', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
