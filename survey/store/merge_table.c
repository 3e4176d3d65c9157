// SPDX-License-Identifier: GPL-3.0-or-later
// How each table of another copy is taken over. The other file is attached as "other". Local numbers of
// forms and layouts, and ids of images, are found again by the hash of their content.
#include "survey/store/merge_private.h"

#include <stddef.h>
#include <stdint.h>

#define FORM_OF(row) "(SELECT f.id FROM main.form f JOIN other.form o ON o.sha256 = f.sha256 WHERE o.id = " row ".form)"
#define SAME_PLACE "m.draw = t.draw AND m.stage = t.stage"
#define IMAGE_OF(row) \
    "(SELECT i.id FROM main.image i JOIN other.image o ON o.sha256 = i.sha256 AND o.page = i.page WHERE o.id = " row ".image)"
#define CASE_OF(row) \
    "(SELECT c.id FROM main.\"case\" c JOIN other.\"case\" o ON c.id = o.id OR (c.round = o.round AND c.type = o.type AND " \
    "c.response = o.response) WHERE o.id = " row ".\"case\")"

#define LAST_DECISION(turn) \
    "(SELECT d.value FROM main.decision d WHERE d.mark = mark.id AND d.turn = '" turn "' ORDER BY d.rowid DESC LIMIT 1)"

enum { UNCOUNTED = 0 }; // struct survey_merged begins with responses, which no plain step adds

const struct merge_step merge_steps[] = {
    {"form",
     "SELECT t.name || ' ' || t.version, hex(m.sha256), hex(t.sha256) FROM other.form t JOIN main.form m "
     "ON m.name = t.name AND m.version = t.version WHERE m.sha256 <> t.sha256",
     NULL, UNCOUNTED},
    {"draw",
     "SELECT t.round, m.id, t.id FROM other.draw t JOIN main.draw m ON m.round = t.round AND m.current AND t.current "
     "WHERE m.id <> t.id",
     "INSERT INTO main.draw SELECT id, round, seed, made_at, who, why, current AND NOT EXISTS (SELECT 1 FROM main.draw m "
     "WHERE m.round = t.round AND m.current), plan FROM other.draw t WHERE id NOT IN (SELECT id FROM main.draw)",
     offsetof(struct survey_merged, draws)},
    // Reserves that the copies called up. One for two units, or two for one, is a conflict, and what is here stays.
    {"sample",
     "SELECT t.round || ' ' || t.stage || ' ' || t.unit, m.replaces, t.replaces FROM other.sample t JOIN main.sample m ON " SAME_PLACE
     " AND m.unit = t.unit WHERE m.replaces <> t.replaces UNION ALL SELECT t.round || ' ' || t.stage || ' ' || t.replaces, m.unit, t.unit FROM "
     "other.sample t JOIN main.sample m ON " SAME_PLACE " AND m.replaces = t.replaces WHERE m.unit <> t.unit",
     "INSERT INTO main.sample SELECT * FROM other.sample t WHERE NOT EXISTS (SELECT 1 FROM main.sample m WHERE " SAME_PLACE
     " AND m.unit = t.unit)",
     UNCOUNTED},
    {"sample", NULL,
     "DELETE FROM main.weight WHERE round IN (SELECT t.round FROM other.sample t JOIN main.sample m ON " SAME_PLACE " AND m.unit = t.unit "
     "WHERE m.status = 'reserve' AND t.replaces IS NOT NULL)",
     UNCOUNTED},
    {"sample", NULL,
     "UPDATE main.sample SET status = t.status, replaces = t.replaces FROM other.sample t WHERE t.draw = sample.draw AND t.stage = "
     "sample.stage AND t.unit = sample.unit AND t.replaces IS NOT NULL AND sample.status = 'reserve' AND NOT EXISTS (SELECT 1 FROM "
     "main.sample m WHERE " SAME_PLACE " AND m.replaces = t.replaces)",
     UNCOUNTED},
    {"sample", NULL,
     "UPDATE main.sample SET status = 'replaced' WHERE status = 'selected' AND EXISTS (SELECT 1 FROM main.sample m WHERE m.draw = "
     "sample.draw AND m.stage = sample.stage AND m.replaces = sample.unit)",
     UNCOUNTED},
    {"layout", NULL,
     "INSERT INTO main.layout (form, language, sha256, geometry) SELECT " FORM_OF("t") ", language, sha256, geometry FROM "
     "other.layout t WHERE sha256 NOT IN (SELECT sha256 FROM main.layout) AND " FORM_OF("t") " IS NOT NULL",
     UNCOUNTED},
    {"sheet",
     "SELECT t.number, coalesce(m.unit, ''), coalesce(t.unit, '') FROM other.sheet t JOIN main.sheet m ON m.number = t.number "
     "WHERE m.unit IS NOT t.unit OR m.round <> t.round",
     "INSERT INTO main.sheet SELECT number, unit, round, " FORM_OF("t") ", (SELECT l.id FROM main.layout l JOIN other.layout o "
     "ON o.sha256 = l.sha256 WHERE o.id = t.layout), pages, printed_at, who, first_page FROM other.sheet t WHERE number NOT IN "
     "(SELECT number FROM main.sheet) AND " FORM_OF("t") " IS NOT NULL",
     offsetof(struct survey_merged, sheets)},
    {"image", NULL,
     "INSERT INTO main.image SELECT * FROM other.image t WHERE NOT EXISTS (SELECT 1 FROM main.image m WHERE m.sha256 = "
     "t.sha256 AND m.page = t.page)",
     offsetof(struct survey_merged, images)},
    // The same page of a sheet, scanned on both sides: the one that was here first stays the one that counts.
    {"page",
     "SELECT t.sheet || ' ' || t.number, m.file || ' ' || m.file_page, t.file || ' ' || t.file_page FROM other.page t JOIN "
     "main.page m ON m.sheet = t.sheet AND m.number = t.number AND m.state = 'ok' AND t.state = 'ok' WHERE m.id <> t.id AND "
     "m.reading <> t.reading",
     "INSERT INTO main.page SELECT id, " IMAGE_OF("t") ", file, file_page, iif(state = 'ok' AND EXISTS (SELECT 1 FROM main.page m "
     "WHERE m.sheet = t.sheet AND m.number = t.number AND m.state = 'ok'), 'duplicate', state), reason, (SELECT number FROM main.sheet WHERE "
     "number = t.sheet), number, (SELECT id FROM main.response WHERE id = t.response), turned, transform, scanned_at, who, "
     "reading FROM other.page t WHERE id NOT IN (SELECT id FROM main.page)",
     offsetof(struct survey_merged, pages)},
    {"mark",
     "SELECT t.response || ' ' || t.question, coalesce(m.value, ''), coalesce(t.value, '') FROM other.mark t JOIN main.mark m "
     "ON m.id = t.id WHERE m.state = 'decided' AND t.state = 'decided' AND m.value IS NOT t.value",
     "INSERT INTO main.mark SELECT * FROM other.mark t WHERE id NOT IN (SELECT id FROM main.mark) AND response IN (SELECT id "
     "FROM main.response) AND page IN (SELECT id FROM main.page WHERE state = 'ok')",
     offsetof(struct survey_merged, marks)},
    {"mark", NULL,
     "UPDATE main.mark SET state = 'decided', value = t.value, who = t.who, decided_at = t.decided_at FROM other.mark t WHERE "
     "t.id = mark.id AND mark.state = 'waiting' AND t.state = 'decided'",
     offsetof(struct survey_merged, decisions)},
    {"decision", NULL,
     "INSERT INTO main.decision SELECT * FROM other.decision t WHERE turn = 'first' AND id NOT IN (SELECT id FROM main.decision) AND "
     "mark IN (SELECT id FROM main.mark) ORDER BY t.rowid",
     UNCOUNTED}, // the mark was counted
    {"decision", NULL,
     "INSERT INTO main.decision SELECT * FROM other.decision t WHERE id NOT IN (SELECT id FROM main.decision) AND mark IN (SELECT "
     "id FROM main.mark) ORDER BY t.rowid",
     offsetof(struct survey_merged, decisions)},
    // Two reviewers who differ, whichever copies they worked on: it waits for a third.
    {"decision", NULL,
     "UPDATE main.mark SET state = 'waiting' WHERE state = 'decided' AND id IN (SELECT mark FROM other.decision) AND 'third' NOT IN "
     "(SELECT turn FROM main.decision WHERE mark = mark.id) AND 'second' IN (SELECT turn FROM main.decision WHERE mark = mark.id) AND "
     LAST_DECISION("first") " IS NOT " LAST_DECISION("second"),
     UNCOUNTED},
    {"decision", NULL,
     "UPDATE main.response SET state = 'waiting' WHERE state = 'complete' AND id IN (SELECT response FROM main.mark WHERE state = "
     "'waiting')",
     UNCOUNTED},
    {"attachment",
     "SELECT t.response || ' ' || t.name, hex(m.sha256), hex(t.sha256) FROM other.attachment t JOIN main.attachment m ON "
     "m.response = t.response AND m.name = t.name WHERE m.sha256 <> t.sha256",
     "INSERT INTO main.attachment SELECT * FROM other.attachment t WHERE response IN (SELECT id FROM main.response) AND NOT "
     "EXISTS (SELECT 1 FROM main.attachment m WHERE m.response = t.response AND m.name = t.name)",
     UNCOUNTED},
    // Corrections that neither copy knew of the other's: both stay, the later one holds, a person looks.
    {"edit",
     "SELECT t.response || ' ' || t.question || iif(t.occurrence = '', '', '[' || t.occurrence || ']'), coalesce(m.after, ''), "
     "coalesce(t.after, '') FROM other.edit t JOIN main.edit m ON m.response = t.response AND m.question = t.question AND "
     "m.occurrence = t.occurrence WHERE t.id NOT IN (SELECT id FROM main.edit) AND m.id NOT IN (SELECT id FROM other.edit) "
     "AND m.after IS NOT t.after",
     "INSERT INTO main.edit SELECT * FROM other.edit t WHERE id NOT IN (SELECT id FROM main.edit) AND response IN (SELECT id "
     "FROM main.response)",
     offsetof(struct survey_merged, edits)},
    {"case", NULL,
     "INSERT INTO main.\"case\" SELECT * FROM other.\"case\" t WHERE NOT EXISTS (SELECT 1 FROM main.\"case\" m WHERE m.id = t.id "
     "OR (m.round = t.round AND m.type = t.type AND m.response = t.response)) AND (response IS NULL OR response IN (SELECT id "
     "FROM main.response))",
     offsetof(struct survey_merged, cases)},
    {"case", NULL,
     "INSERT INTO main.case_step SELECT id, " CASE_OF("t") ", state, who, why, evidence, made_at FROM other.case_step t WHERE "
     "id NOT IN (SELECT id FROM main.case_step) AND " CASE_OF("t") " IS NOT NULL",
     UNCOUNTED},
    // A case that one copy decided is decided; where the two decided differently, nobody has.
    {"case", NULL,
     "UPDATE main.\"case\" SET state = t.state FROM other.\"case\" t WHERE (t.id = \"case\".id OR (t.round = \"case\".round AND "
     "t.type = \"case\".type AND t.response = \"case\".response)) AND \"case\".state = 'flagged' AND t.state <> 'flagged'",
     UNCOUNTED},
    {"case",
     "SELECT m.type || ' ' || coalesce(m.response, m.unit), m.state, t.state FROM other.\"case\" t JOIN main.\"case\" m ON "
     "t.id = m.id OR (t.round = m.round AND t.type = m.type AND t.response = m.response) WHERE m.state <> t.state AND "
     "m.state <> 'flagged' AND t.state <> 'flagged'",
     "UPDATE main.\"case\" SET state = 'flagged' FROM other.\"case\" t WHERE (t.id = \"case\".id OR (t.round = \"case\".round AND "
     "t.type = \"case\".type AND t.response = \"case\".response)) AND \"case\".state <> t.state AND t.state <> 'flagged'",
     UNCOUNTED},
    {"admin",
     "SELECT t.unit || ' ' || t.name || ' ' || t.round, m.value, t.value FROM other.admin t JOIN main.admin m ON m.unit = t.unit "
     "AND m.name = t.name AND m.round = t.round WHERE m.value <> t.value",
     "INSERT INTO main.admin SELECT * FROM other.admin t WHERE NOT EXISTS (SELECT 1 FROM main.admin m WHERE m.unit = t.unit AND "
     "m.name = t.name AND m.round = t.round)",
     offsetof(struct survey_merged, admin)},
    {"team",
     "SELECT t.name, m.role, t.role FROM other.team t JOIN main.team m ON m.name = t.name WHERE m.id <> t.id",
     "INSERT INTO main.team SELECT * FROM other.team t WHERE id NOT IN (SELECT id FROM main.team) AND name NOT IN (SELECT name "
     "FROM main.team)",
     UNCOUNTED},
    {"conflict", NULL,
     "INSERT OR IGNORE INTO main.conflict (thing, subject, ours, theirs, file, found_at) SELECT thing, subject, ours, theirs, "
     "file, found_at FROM other.conflict",
     UNCOUNTED},
    {"log", NULL,
     "INSERT INTO main.log_merged SELECT hash, seq, at, who, why, action, subject, round, before, after, prev FROM other.log t "
     "WHERE hash NOT IN (SELECT hash FROM main.log) AND hash NOT IN (SELECT hash FROM main.log_merged)",
     UNCOUNTED},
    {"log", NULL,
     "INSERT INTO main.log_merged SELECT * FROM other.log_merged t WHERE hash NOT IN (SELECT hash FROM main.log) AND hash NOT IN "
     "(SELECT hash FROM main.log_merged)",
     UNCOUNTED},
};

const size_t merge_step_count = sizeof merge_steps / sizeof *merge_steps;
