// SPDX-License-Identifier: GPL-3.0-or-later
// Administrative values from CSV, checked whole before any is written, and looked up.
#include "survey/store/admin.h"

#include "survey/base/json.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"
#include "survey/store/rows_hash.h"
#include "survey/store/store_private.h"
#include "survey/workbook/workbook.h"

#include <string.h>
#include <strings.h>

enum column { UNIT, NAME, VALUE, ROUND, SOURCE, DATE, COLUMNS };

static const char *const headers[COLUMNS] = {"unit", "name", "value", "round", "source", "date"};

struct loading {
    struct survey_store *store;
    struct survey_arena *arena;
    const char *file;
    struct survey_sheet sheet;
    struct survey_report *report;
    int columns[COLUMNS];
    struct survey_map seen; // unit, name and round -> number: row
    struct survey_map rounds;
    struct survey_map framed; // values of the frame's columns that are units of the file
    bool has_frame;
    struct survey_map used; // names that the workbook's expressions ask for
    struct survey_map told; // names of the file that they do not ask for
    bool any_name;          // an expression makes the name up
};

static const char *cell(const struct loading *in, uint32_t row, enum column column)
{
    return in->columns[column] < 0
               ? ""
               : survey_sheet_cell(&in->sheet, row, (uint32_t)in->columns[column]);
}

static void say(struct loading *in, enum survey_severity severity, const char *code, uint32_t row,
                enum column column, const char *message, const char *expected)
{
    struct survey_problem problem = {.severity = severity,
                                     .code = code,
                                     .file = in->file,
                                     .sheet = "",
                                     .row = survey_sheet_line(&in->sheet, row),
                                     .column = (uint32_t)(in->columns[column] + 1),
                                     .message = message,
                                     .expected = expected};
    survey_report_add(in->report, &problem);
}

static void fault(struct loading *in, const char *code, uint32_t row, enum column column,
                  const char *message, const char *expected)
{
    say(in, SURVEY_FAULT, code, row, column, message, expected);
}

static bool map_columns(struct loading *in)
{
    bool good = true;
    for (int column = 0; column < COLUMNS; column++)
        in->columns[column] = survey_sheet_column(&in->sheet, headers[column]);
    for (int column = UNIT; column <= VALUE; column++)
        if (in->columns[column] < 0) {
            fault(in, "D401", 0, (enum column)column,
                  survey_arena_format(in->arena, _("the column '%s' is missing"), headers[column]),
                  "unit, name, value, round, source, date");
            good = false;
        }
    for (uint32_t c = 0; c < in->sheet.columns; c++) {
        const char *header = survey_sheet_cell(&in->sheet, 0, c);
        bool known = !*header;
        for (int column = 0; column < COLUMNS; column++)
            known |= in->columns[column] == (int)c;
        if (!known) {
            in->columns[UNIT] = (int)c;
            fault(in, "D402", 0, UNIT,
                  survey_arena_format(in->arena, _("'%s' is no column of administrative values"),
                                      header),
                  "unit, name, value, round, source, date");
            good = false;
        }
    }
    return good;
}

static void read_rounds(struct loading *in)
{
    const struct survey_sheet *sheet = survey_store_plan(in->store, "rounds");
    int column = sheet ? survey_sheet_column(sheet, "round") : -1;
    for (uint32_t row = 1; column >= 0 && row < sheet->rows; row++)
        if (*survey_sheet_cell(sheet, row, (uint32_t)column))
            survey_map_put(&in->rounds, in->arena, survey_sheet_cell(sheet, row, (uint32_t)column),
                           NULL);
}

// The names in admin('name') of a cell.
static void read_calls(struct loading *in, const char *text)
{
    for (const char *at = text; (at = strstr(at, "admin("));) {
        at += strlen("admin(");
        at += strspn(at, " \n");
        const char *close = *at == '\'' || *at == '"' ? strchr(at + 1, *at) : NULL;
        in->any_name |= !close;
        if (close)
            survey_map_put(&in->used, in->arena,
                           survey_arena_strndup(in->arena, at + 1, (size_t)(close - at - 1)), NULL);
    }
}

static void read_used(struct loading *in)
{
    const struct survey_form *form = survey_store_current_form(in->store, NULL, NULL, NULL);
    for (size_t i = 0; form && i < form->workbook->sheet_count; i++) {
        const struct survey_sheet *sheet = &form->workbook->sheets[i];
        if (strcasecmp(sheet->name, "survey") == 0 || strcasecmp(sheet->name, "choices") == 0)
            continue;
        for (uint32_t row = 1; row < sheet->rows; row++)
            for (uint32_t column = 0; column < sheet->columns; column++)
                read_calls(in, survey_sheet_cell(sheet, row, column));
    }
}

// Which units of the file are values of the frame: one way through it.
static bool read_frame(struct loading *in, struct survey_error *error)
{
    struct survey_map units = {0};
    for (uint32_t row = 1; row < in->sheet.rows; row++)
        if (*cell(in, row, UNIT))
            survey_map_put(&units, in->arena, cell(in, row, UNIT), NULL);
    struct survey_query *query = survey_query(in->store, error, "SELECT * FROM frame", "");
    while (query && in->framed.count < units.count && survey_query_next(query)) {
        in->has_frame = true;
        for (int column = 0; column < survey_query_columns(query); column++) {
            const struct survey_map_entry *entry =
                survey_map_find(&units, survey_query_text(query, column));
            if (entry && strcmp(survey_query_column(query, column), "position") != 0 &&
                strcmp(survey_query_column(query, column), "members") != 0)
                survey_map_put(&in->framed, in->arena, entry->key, NULL);
        }
    }
    survey_map_clear(&units);
    return query && survey_query_end(query, error);
}

// A name is told of once; the nearest of those asked for is looked for among the first few that are not.
static void warn_of_name(struct loading *in, uint32_t row)
{
    enum { MOST_NEAR = 100 };
    bool added;
    const char *name = cell(in, row, NAME), *near = NULL;
    if (in->any_name || !*name || survey_map_find(&in->used, name))
        return;
    survey_map_put(&in->told, in->arena, name, &added);
    if (!added)
        return;
    if (in->told.count <= MOST_NEAR) {
        const char **names = survey_arena_array(in->arena, in->used.count + 1, sizeof *names);
        for (size_t i = 0; i < in->used.count; i++)
            names[i] = in->used.entries[i].key;
        near = survey_nearest(name, names, in->used.count);
    }
    say(in, SURVEY_WARNING, "D409", row, NAME,
        survey_arena_format(in->arena, _("no sheet of the workbook asks for admin('%s')"), name),
        near ? survey_arena_format(in->arena, _("did you mean '%s'?"), near) : "");
}

// What would be missing later without a word.
static void warn_of_row(struct loading *in, uint32_t row)
{
    const char *unit = cell(in, row, UNIT), *value = cell(in, row, VALUE);
    double number;
    if (in->has_frame && *unit && !survey_map_find(&in->framed, unit))
        say(in, SURVEY_WARNING, "D407", row, UNIT,
            survey_arena_format(in->arena, _("the unit '%s' stands in no column of the frame"),
                                unit),
            "");
    if (*value && !survey_number_parse(value, strlen(value), &number))
        say(in, SURVEY_WARNING, "D408", row, VALUE,
            survey_arena_format(in->arena, _("'%s' is no number"), value),
            _("a number without separators, units and percent signs, such as 1200.5"));
    warn_of_name(in, row);
}

static void check_row(struct loading *in, uint32_t row)
{
    for (int column = UNIT; column <= VALUE; column++)
        if (!*cell(in, row, (enum column)column))
            fault(in, "D403", row, (enum column)column,
                  survey_arena_format(in->arena, _("the row has no %s"), headers[column]), "");
    const char *round = cell(in, row, ROUND), *date = cell(in, row, DATE);
    int64_t days;
    if (*round && in->rounds.count && !survey_map_find(&in->rounds, round))
        fault(in, "D404", row, ROUND,
              survey_arena_format(in->arena, _("'%s' is no round of the evaluation"), round),
              _("a round of the rounds sheet, or nothing where it holds for all"));
    if (*date && !survey_date_parse(date, strlen(date), &days))
        fault(in, "D405", row, DATE, survey_arena_format(in->arena, _("'%s' is no date"), date),
              "2016-12-31");
    bool added;
    const char *key = survey_arena_format(in->arena, "%s\x1f%s\x1f%s", cell(in, row, UNIT),
                                          cell(in, row, NAME), round);
    struct survey_map_entry *entry = survey_map_put(&in->seen, in->arena, key, &added);
    if (!added && strcmp(cell(in, (uint32_t)entry->number, VALUE), cell(in, row, VALUE)) != 0)
        fault(in, "D406", row, VALUE,
              survey_arena_format(in->arena, _("'%s' of unit '%s' has another value at line %u"),
                                  cell(in, row, NAME), cell(in, row, UNIT),
                                  survey_sheet_line(&in->sheet, (uint32_t)entry->number)),
              _("one value a unit, name and round"));
    if (added)
        entry->number = row;
}

static bool is_blank(const struct loading *in, uint32_t row)
{
    for (uint32_t c = 0; c < in->sheet.columns; c++)
        if (*survey_sheet_cell(&in->sheet, row, c))
            return false;
    return true;
}

static void put_json(struct survey_buffer *json, const char *value, const char *source,
                     const char *date)
{
    struct survey_json_writer writer = survey_json_writer(json, false);
    survey_json_open(&writer, '{');
    survey_json_member(&writer, "value", value);
    survey_json_member(&writer, "source", source);
    survey_json_member(&writer, "date", date);
    survey_json_close(&writer, '}');
}

// What stands there already as JSON; "" where nothing does. *same says that nothing would change.
static bool read_before(struct loading *in, uint32_t row, struct survey_buffer *before, bool *same,
                        struct survey_error *error)
{
    struct survey_query *query = survey_query(
        in->store, error,
        "SELECT value, source, date FROM admin WHERE unit = ? AND name = ? AND round = ?", "ttt",
        cell(in, row, UNIT), cell(in, row, NAME), cell(in, row, ROUND));
    *same = false;
    if (!query)
        return false;
    if (survey_query_next(query)) {
        put_json(before, survey_query_text(query, 0), survey_query_text(query, 1),
                 survey_query_text(query, 2));
        *same = strcmp(survey_query_text(query, 0), cell(in, row, VALUE)) == 0 &&
                strcmp(survey_query_text(query, 1), cell(in, row, SOURCE)) == 0 &&
                strcmp(survey_query_text(query, 2), cell(in, row, DATE)) == 0;
    }
    return survey_query_end(query, error);
}

static bool write_row(struct loading *in, uint32_t row, const struct survey_actor *actor,
                      size_t *changed, struct survey_error *error)
{
    struct survey_buffer before = SURVEY_BUFFER(1 << 20), after = SURVEY_BUFFER(1 << 20);
    bool same, done = read_before(in, row, &before, &same, error);
    if (done && !same) {
        ++*changed;
        put_json(&after, cell(in, row, VALUE), cell(in, row, SOURCE), cell(in, row, DATE));
        done = survey_store_run(in->store, error,
                                "INSERT OR REPLACE INTO admin (unit, name, round, value, source, "
                                "date) VALUES (?, ?, ?, ?, ?, ?)",
                                "tttttt", cell(in, row, UNIT), cell(in, row, NAME),
                                cell(in, row, ROUND), cell(in, row, VALUE), cell(in, row, SOURCE),
                                cell(in, row, DATE));
        if (done && before.length) // a first value is told by the entry of the file
            done = survey_store_log(in->store, actor, "admin",
                                    survey_arena_format(in->arena, "%s %s %s", cell(in, row, UNIT),
                                                        cell(in, row, NAME), cell(in, row, ROUND)),
                                    survey_buffer_string(&before), survey_buffer_string(&after),
                                    error);
    }
    survey_buffer_clear(&before);
    survey_buffer_clear(&after);
    return done;
}

static bool write_rows(struct loading *in, const struct survey_actor *actor, size_t *count,
                       struct survey_error *error)
{
    size_t changed = 0;
    for (uint32_t row = 1; row < in->sheet.rows; row++) {
        if (is_blank(in, row))
            continue;
        if (!write_row(in, row, actor, &changed, error))
            return false;
        ++*count;
    }
    if (!changed)
        return true;
    char hash[65];
    if (!survey_admin_hash(in->store, hash, error))
        return false;
    const char *after = survey_arena_format(in->arena, "{\"rows\": %zu, \"changed\": %zu, \"admin_hash\": \"%s\"}", *count, changed, hash);
    return survey_store_log(in->store, actor, "import", in->file, "", after, error);
}

bool survey_admin_import(struct survey_store *store, const char *file,
                         const struct survey_actor *actor, struct survey_report *report,
                         size_t *count, struct survey_error *error)
{
    struct loading in = {
        .store = store, .arena = survey_arena_new(), .file = file, .report = report};
    size_t faults = survey_report_count_of(report, SURVEY_FAULT);
    *count = 0;
    bool done = survey_csv_open(in.arena, file, &survey_workbook_default_limits, &in.sheet, error);
    if (done && map_columns(&in) && (done = read_frame(&in, error))) {
        read_rounds(&in);
        read_used(&in);
        for (uint32_t row = 1; row < in.sheet.rows; row++)
            if (!is_blank(&in, row)) {
                check_row(&in, row);
                warn_of_row(&in, row);
            }
        if (survey_report_count_of(report, SURVEY_FAULT) == faults)
            done = write_rows(&in, actor, count, error);
    }
    survey_map_clear(&in.seen);
    survey_map_clear(&in.rounds);
    survey_map_clear(&in.framed);
    survey_map_clear(&in.used);
    survey_map_clear(&in.told);
    survey_arena_free(in.arena);
    return done;
}

const char *survey_admin_value(struct survey_store *store, const char *unit, const char *name,
                               const char *round)
{
    struct survey_query *query =
        survey_query(store, NULL,
                     "SELECT value FROM admin WHERE unit = ? AND name = ? AND round IN (?, '') "
                     "ORDER BY round = '' LIMIT 1",
                     "ttt", unit, name, round);
    const char *value = query && survey_query_next(query)
                            ? survey_arena_strdup(store->arena, survey_query_text(query, 0))
                            : NULL;
    if (query)
        survey_query_end(query, NULL);
    return value;
}

bool survey_admin_number(struct survey_store *store, const char *unit, const char *name,
                         const char *round, double *value)
{
    const char *text = survey_admin_value(store, unit, name, round);
    return text && survey_number_parse(text, strlen(text), value);
}
