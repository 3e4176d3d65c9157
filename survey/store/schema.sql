-- The evaluation file. A person who opens it with the sqlite3 shell should find their way: one table
-- a thing, columns named as in the field. Times are ISO 8601 with offset; ids are random and unique
-- everywhere, so that copies merge. See docs/evaluation-file.md.

CREATE TABLE evaluation (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Definitions, every version. definition is the canonical JSON of all sheets of the workbook.
CREATE TABLE form (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,                 -- form_id
    version TEXT NOT NULL,
    position INTEGER NOT NULL,          -- 1: the main form, whose workbook carries the plan
    current INTEGER NOT NULL DEFAULT 1, -- 0: a newer version of the same name took its place
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of definition
    definition TEXT NOT NULL,
    source_name TEXT NOT NULL,
    added_at TEXT NOT NULL,
    UNIQUE (name, version)
) STRICT;

-- Questions that a later version calls otherwise: their answers stand in both columns.
CREATE TABLE renamed (
    form TEXT NOT NULL,                 -- form_id
    before TEXT NOT NULL,               -- column name in earlier versions
    after TEXT NOT NULL,                -- column name from then on
    PRIMARY KEY (form, before)
) STRICT, WITHOUT ROWID;

-- The frame: one row a household (or whatever the lowest unit is). The columns of the CSV are added
-- beside these, as they are named there; identities are in the private file.
CREATE TABLE frame (
    unit TEXT PRIMARY KEY,
    position INTEGER NOT NULL,          -- order in the file
    members INTEGER                     -- persons folded into this row, where it was one row a person
) STRICT;

-- One draw: what was asked and with which seed. A second one in a round supersedes the first.
CREATE TABLE draw (
    id TEXT PRIMARY KEY,
    round TEXT NOT NULL,
    seed INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    current INTEGER NOT NULL DEFAULT 1,
    plan TEXT NOT NULL                  -- the sample sheet's rows as they were, JSON
) STRICT;

-- The sample: units of every stage, selected or in reserve.
CREATE TABLE sample (
    draw TEXT NOT NULL REFERENCES draw,
    round TEXT NOT NULL,
    stage INTEGER NOT NULL,
    unit TEXT NOT NULL,                 -- value of the stage's unit column; the household at the last stage
    parent TEXT,                        -- unit of the stage above; NULL at stage 1
    stratum TEXT NOT NULL,              -- the stage's stratum columns, joined with '|'; '' where none
    plan_row INTEGER NOT NULL,          -- row of the sample sheet that drew it
    method TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('selected', 'reserve', 'replaced')),
    position INTEGER NOT NULL,          -- order of selection; reserves in the order to use them
    probability REAL NOT NULL,          -- of selection at this stage, given the stages above
    population INTEGER NOT NULL,        -- units in the stratum (within the parent)
    taken INTEGER NOT NULL,             -- units selected there
    chain REAL NOT NULL,                -- product of the probabilities down to this stage
    form TEXT NOT NULL DEFAULT '',      -- form_id to use
    replaces TEXT,                      -- the selected unit that this reserve stands for
    PRIMARY KEY (draw, stage, unit)
) STRICT;
CREATE INDEX sample_by_unit ON sample (round, stage, unit);

-- Geometry as printed: the layout JSON of one form version in one language, kept so that a scan never
-- depends on fonts.
CREATE TABLE layout (
    id INTEGER PRIMARY KEY,
    form INTEGER NOT NULL REFERENCES form,
    language TEXT NOT NULL,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    geometry TEXT NOT NULL
) STRICT;

-- What was printed for whom. number is random (40 bits) and is what the QR says.
CREATE TABLE sheet (
    number INTEGER PRIMARY KEY,
    unit TEXT,                          -- NULL: a blank form
    round TEXT NOT NULL,
    form INTEGER NOT NULL REFERENCES form,
    layout INTEGER NOT NULL REFERENCES layout,
    pages INTEGER NOT NULL,
    printed_at TEXT NOT NULL,
    who TEXT NOT NULL,
    first_page INTEGER NOT NULL DEFAULT 1 -- where it starts in what was printed at once, from 1
) STRICT;
CREATE INDEX sheet_by_unit ON sheet (round, unit);

-- Scanned images, each kept once, and the one state of each page (the ledger).
CREATE TABLE image (
    id TEXT PRIMARY KEY,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    file TEXT NOT NULL,                 -- as it was named
    page INTEGER NOT NULL,              -- page within the file, from 1
    kind TEXT NOT NULL,                 -- jpeg, png, tiff, gray (8-bit PNG made from a render)
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    dpi REAL NOT NULL,
    bytes BLOB NOT NULL,
    received_at TEXT NOT NULL,
    UNIQUE (sha256, page)
) STRICT;
CREATE TABLE page (
    id TEXT PRIMARY KEY,
    image TEXT REFERENCES image,        -- NULL where no image could be decoded
    file TEXT NOT NULL,
    file_page INTEGER NOT NULL,
    state TEXT NOT NULL,                -- ok, blank, foreign, forged, duplicate, not_issued, version, low_contrast ...
    reason TEXT NOT NULL DEFAULT '',
    sheet INTEGER REFERENCES sheet,
    number INTEGER,                     -- page of the sheet, from 1
    response TEXT REFERENCES response,
    turned INTEGER NOT NULL DEFAULT 0,  -- degrees
    transform TEXT NOT NULL DEFAULT '', -- page millimetres to image pixels, JSON
    scanned_at TEXT NOT NULL,
    who TEXT NOT NULL,
    reading TEXT NOT NULL DEFAULT ''    -- what was read, with scores and places, JSON; never changed later
) STRICT;
CREATE INDEX page_by_sheet ON page (sheet, number);

-- What a person must look at: doubtful marks and writing boxes, with the crop that shows them.
CREATE TABLE mark (
    id TEXT PRIMARY KEY,
    page TEXT NOT NULL REFERENCES page,
    response TEXT NOT NULL REFERENCES response,
    question TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('doubtful', 'writing')),
    why TEXT NOT NULL,
    read TEXT,                          -- what the reader would have said; NULL where nothing
    scores TEXT NOT NULL DEFAULT '',    -- JSON: value -> share of ink
    x REAL NOT NULL, y REAL NOT NULL, w REAL NOT NULL, h REAL NOT NULL, -- millimetres on the page
    crop BLOB,                          -- PNG
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'decided')),
    value TEXT,
    who TEXT, decided_at TEXT
) STRICT;
CREATE INDEX mark_by_state ON mark (state, response);

-- Each decision of a reviewer, in the order in which they were made, never changed: the first; a second one, given without
-- seeing it (double review); the third, which settles a difference. The mark says what holds.
CREATE TABLE decision (
    id TEXT PRIMARY KEY,
    mark TEXT NOT NULL REFERENCES mark,
    turn TEXT NOT NULL CHECK (turn IN ('first', 'second', 'third')),
    value TEXT,                         -- several choices in the order of the list; '' blank, NULL could not be told
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
CREATE INDEX decision_by_mark ON decision (mark);

-- Responses, whichever way they came. Wide answers are in answers_FORM, made with the form.
CREATE TABLE response (
    id TEXT PRIMARY KEY,                -- instance id, "uuid:..."
    form INTEGER NOT NULL REFERENCES form,
    unit TEXT,                          -- the sampled unit; NULL where none could be told
    round TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('paper', 'phone', 'import')),
    who TEXT NOT NULL,                  -- enumerator or importer
    received_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('received', 'waiting', 'complete', 'duplicate', 'superseded', 'rejected')),
    disposition TEXT,                   -- result code of the visit; '' where none was given, NULL where the form
                                        -- does not ask for one
    raw BLOB NOT NULL,                  -- exactly as received (XML, CSV row or scan reading as JSON)
    raw_kind TEXT NOT NULL CHECK (raw_kind IN ('xml', 'csv', 'scan')),
    raw_sha256 BLOB NOT NULL CHECK (length(raw_sha256) = 32)
) STRICT;
CREATE INDEX response_by_unit ON response (round, unit);

CREATE TABLE attachment (
    response TEXT NOT NULL REFERENCES response,
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (response, name)
) STRICT;

-- Sparse: why an answer is missing. occurrence is '' outside repeats, '2' or '2.1' within.
CREATE TABLE missing (
    response TEXT NOT NULL REFERENCES response,
    question TEXT NOT NULL,
    occurrence TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL CHECK (kind IN ('not_asked', 'dont_know', 'refused', 'blank')),
    PRIMARY KEY (response, question, occurrence)
) STRICT, WITHOUT ROWID;

-- What validation found in a response: facts beside the data, never a reason to drop it.
CREATE TABLE violation (
    response TEXT NOT NULL REFERENCES response,
    question TEXT NOT NULL,
    occurrence TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,                 -- type, choice, constraint, required, not_relevant, too_much_work
    message TEXT NOT NULL,
    PRIMARY KEY (response, question, occurrence, kind)
) STRICT, WITHOUT ROWID;

-- Corrections beside what was received. The answers table holds the value as corrected.
CREATE TABLE edit (
    id TEXT PRIMARY KEY,
    response TEXT NOT NULL REFERENCES response,
    question TEXT NOT NULL,
    occurrence TEXT NOT NULL DEFAULT '',
    before TEXT,
    after TEXT,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    made_at TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT 'edit' CHECK (source IN ('edit', 'review', 'merge'))
) STRICT;

CREATE TABLE weight (
    round TEXT NOT NULL,
    response TEXT NOT NULL REFERENCES response,
    step INTEGER NOT NULL,
    method TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (round, response, step)
) STRICT, WITHOUT ROWID;

-- Suspected cases and their chain of decisions; only 'confirmed' ones count in an indicator.
CREATE TABLE "case" (
    id TEXT PRIMARY KEY,
    round TEXT NOT NULL,
    type TEXT NOT NULL,                 -- wrong_exit, missed ...
    unit TEXT,
    response TEXT REFERENCES response,
    persons REAL NOT NULL DEFAULT 1,    -- persons concerned
    rules TEXT NOT NULL,                -- the rules that flagged it, space separated
    state TEXT NOT NULL,                -- flagged, confirmed, dismissed
    opened_at TEXT NOT NULL,
    UNIQUE (round, type, response)
) STRICT;
CREATE TABLE case_step (
    id TEXT PRIMARY KEY,
    "case" TEXT NOT NULL REFERENCES "case",
    state TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    evidence TEXT NOT NULL DEFAULT '',
    made_at TEXT NOT NULL
) STRICT;

-- Administrative values by unit of any level.
CREATE TABLE admin (
    unit TEXT NOT NULL,
    name TEXT NOT NULL,
    round TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    date TEXT NOT NULL,
    PRIMARY KEY (unit, name, round)
) STRICT, WITHOUT ROWID;

-- Results as last scored, by unit and indicator or node; the whole of it as JSON beside the main figures.
CREATE TABLE indicator (
    round TEXT NOT NULL,
    unit TEXT NOT NULL,
    code TEXT NOT NULL,
    value REAL,                         -- plain ratio of the rules
    estimate REAL, se REAL, low REAL, high REAL, -- weighted
    base INTEGER,
    score REAL,
    verdict TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL,
    computed_at TEXT NOT NULL,
    PRIMARY KEY (round, unit, code)
) STRICT, WITHOUT ROWID;

-- Enumerators and their tokens (hashed; the token itself is shown once).
CREATE TABLE team (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('enumerator', 'supervisor', 'evaluator')),
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    active INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What another copy of the evaluation had otherwise (see `merge`): kept, so that nothing is lost, and
-- left to a person.
CREATE TABLE conflict (
    id INTEGER PRIMARY KEY,
    thing TEXT NOT NULL,                -- response, edit, case, sheet, admin ...
    subject TEXT NOT NULL,              -- which one
    ours TEXT NOT NULL,
    theirs TEXT NOT NULL,
    file TEXT NOT NULL,                 -- the other copy
    found_at TEXT NOT NULL,
    UNIQUE (thing, subject, theirs)
) STRICT;

-- Append-only and chained: hash = BLAKE2b-256(prev, then each column length-prefixed).
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    action TEXT NOT NULL,               -- new, revise, frame, sample, print, scan, import, edit ...
    subject TEXT NOT NULL,
    round TEXT NOT NULL,
    before TEXT NOT NULL,               -- JSON, '' where none
    after TEXT NOT NULL,
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_chained BEFORE INSERT ON log
WHEN NEW.prev IS NOT coalesce((SELECT hash FROM log ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'the log is chained'); END;

-- Entries of the logs of copies that were merged in, with their own chain.
CREATE TABLE log_merged (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    round TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    prev BLOB NOT NULL CHECK (length(prev) = 32)
) STRICT, WITHOUT ROWID;

-- Changes with whatever figures rest on, in the same transaction and whoever writes: a snapshot of the columns
-- beside this file tells by it whether it still holds. Tables of answers have such triggers of their own.
CREATE TABLE change (token BLOB NOT NULL CHECK (length(token) = 16)) STRICT;
INSERT INTO change VALUES (randomblob(16));
CREATE TRIGGER "form_insert" AFTER INSERT ON "form" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "form_update" AFTER UPDATE ON "form" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "form_delete" AFTER DELETE ON "form" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "frame_insert" AFTER INSERT ON "frame" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "frame_update" AFTER UPDATE ON "frame" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "frame_delete" AFTER DELETE ON "frame" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "draw_insert" AFTER INSERT ON "draw" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "draw_update" AFTER UPDATE ON "draw" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "draw_delete" AFTER DELETE ON "draw" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "sample_insert" AFTER INSERT ON "sample" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "sample_update" AFTER UPDATE ON "sample" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "sample_delete" AFTER DELETE ON "sample" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "response_insert" AFTER INSERT ON "response" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "response_update" AFTER UPDATE ON "response" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "response_delete" AFTER DELETE ON "response" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "missing_insert" AFTER INSERT ON "missing" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "missing_update" AFTER UPDATE ON "missing" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "missing_delete" AFTER DELETE ON "missing" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "weight_insert" AFTER INSERT ON "weight" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "weight_update" AFTER UPDATE ON "weight" BEGIN UPDATE change SET token = randomblob(16); END;
CREATE TRIGGER "weight_delete" AFTER DELETE ON "weight" BEGIN UPDATE change SET token = randomblob(16); END;
