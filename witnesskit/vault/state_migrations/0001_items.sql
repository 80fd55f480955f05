-- What a desk lists. Ids and digests are bytes; `changed` is the number of the write that touched an item last.
CREATE TABLE item (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  delivered BLOB NOT NULL CHECK (length(delivered) IN (0, 16)),
  receipted BLOB NOT NULL CHECK (length(receipted) IN (0, 16)),
  paper INTEGER NOT NULL CHECK (paper IN (0, 1)),
  events TEXT NOT NULL,           -- of a paper: types of the events that it opens, each before and behind a space
  size INTEGER NOT NULL,          -- of all its capsules
  sender INTEGER,                 -- whose bundle brought it first
  changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX item_sender ON item (sender, size) WHERE sender IS NOT NULL;
CREATE INDEX item_paper ON item (events) WHERE paper = 1;
CREATE INDEX item_changed ON item (changed);

CREATE TABLE capsule (
  item BLOB NOT NULL CHECK (length(item) = 16),
  place INTEGER NOT NULL,         -- among the capsules of its item
  id BLOB NOT NULL CHECK (length(id) = 16),
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  role TEXT NOT NULL,
  part INTEGER NOT NULL CHECK (part >= 1),
  size INTEGER NOT NULL CHECK (size >= 0),
  PRIMARY KEY (item, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX capsule_id ON capsule (id);

CREATE TABLE sender (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE bundle (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  sender TEXT NOT NULL,           -- empty for one that was written here
  counter INTEGER NOT NULL,
  facts TEXT NOT NULL             -- the rest of it, as the state file of a device has it, without its items
) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_sender ON bundle (sender, counter);

CREATE TABLE carried (
  bundle BLOB NOT NULL CHECK (length(bundle) = 16),
  place INTEGER NOT NULL,
  item BLOB NOT NULL CHECK (length(item) = 16),
  PRIMARY KEY (bundle, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_item ON carried (item);

CREATE TABLE write (number INTEGER PRIMARY KEY, token BLOB NOT NULL) STRICT;

CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
