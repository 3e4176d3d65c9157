// SPDX-License-Identifier: GPL-3.0-or-later
// Loading the frame: checked whole, folded into units, identities kept apart.
#include "survey/sample/frame.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"

#include <string.h>
#include <strings.h>

struct loader {
    struct survey_store *store;
    struct survey_arena *arena;
    struct survey_sheet sheet;
    const char *path;
    struct survey_report *report;
    uint32_t unit;       // column of the unit
    int relation;        // column of the relation to the head; -1
    bool *identity;      // by column
    bool *bad;           // by row
    struct survey_map units; // unit -> number: row that stands for it; value: struct fold
};

struct fold {
    uint32_t row;
    int64_t persons;
    bool headed;
};

static void say(struct loader *loader, uint32_t row, const char *code, const char *expected, const char *message)
{
    loader->bad[row] = true;
    survey_report_add(loader->report, &(struct survey_problem){.severity = SURVEY_FAULT, .code = code, .file = loader->path, .sheet = "",
                                                               .row = survey_sheet_line(&loader->sheet, row), .message = message,
                                                               .expected = expected});
}

static const char *unit_column(struct survey_store *store)
{
    const char *levels = survey_store_setting(store, "levels", INT64_MAX);
    if (!levels || !*levels)
        return "household_id";
    const char *space = strrchr(levels, ' ');
    return space ? space + 1 : levels;
}

static bool names_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length) {
        bool starts = at == list || strchr(" ,;", at[-1]);
        if (starts && (!at[length] || strchr(" ,;", at[length])))
            return true;
    }
    return false;
}

static bool is_identity(const char *setting, const char *header)
{
    static const char *const known[] = {"head_name", "name", "phone", "telephone", "id_number", "id_no", "姓名", "户主姓名", "证件号码", "身份证号", "联系电话", "电话"};
    if (setting && *setting)
        return names_word(setting, header);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(known[i], header) == 0)
            return true;
    return false;
}

static bool read_headers(struct loader *loader, struct survey_error *error)
{
    const char *unit = unit_column(loader->store), *identity = survey_store_setting(loader->store, "identity", INT64_MAX);
    int found = survey_sheet_column(&loader->sheet, unit);
    static const char *const relations[] = {"relation", "relation_to_head", "与户主关系"};
    if (found < 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, loader->path, _("the frame has no column '%s', the unit that 'levels' names"), unit);
    loader->unit = (uint32_t)found;
    loader->relation = -1;
    for (size_t i = 0; i < sizeof relations / sizeof *relations && loader->relation < 0; i++)
        loader->relation = survey_sheet_column(&loader->sheet, relations[i]);
    loader->identity = survey_arena_array(loader->arena, loader->sheet.columns + 1u, 1);
    for (uint32_t column = 0; column < loader->sheet.columns; column++) {
        const char *header = survey_sheet_cell(&loader->sheet, 0, column);
        loader->identity[column] = column != loader->unit && is_identity(identity, header);
        for (uint32_t other = 0; other < column; other++)
            if (*header && strcasecmp(header, survey_sheet_cell(&loader->sheet, 0, other)) == 0)
                return survey_fail(error, SURVEY_ERROR_INPUT, loader->path, _("the frame has column '%s' twice"), header);
        if (strcasecmp(header, "unit") == 0 || strcasecmp(header, "position") == 0 || strcasecmp(header, "members") == 0)
            return survey_fail(error, SURVEY_ERROR_INPUT, loader->path, _("'%s' is a column of the evaluation file; give the frame's another name"), header);
    }
    return true;
}

static bool is_head(const struct loader *loader, uint32_t row)
{
    const char *relation = loader->relation < 0 ? "" : survey_sheet_cell(&loader->sheet, row, (uint32_t)loader->relation);
    return strcasecmp(relation, "head") == 0 || strcmp(relation, "户主") == 0 || strcmp(relation, "户主本人") == 0;
}

static void fold_rows(struct loader *loader)
{
    for (uint32_t row = 1; row < loader->sheet.rows; row++) {
        const char *unit = survey_sheet_cell(&loader->sheet, row, loader->unit);
        bool blank = true, added;
        for (uint32_t column = 0; blank && column < loader->sheet.columns; column++)
            blank = !survey_sheet_cell(&loader->sheet, row, column)[0];
        if (blank) {
            loader->bad[row] = true; // a blank line is no fault
            continue;
        }
        if (!*unit) {
            say(loader, row, "E301", survey_sheet_cell(&loader->sheet, 0, loader->unit), _("the row has no unit id"));
            continue;
        }
        struct survey_map_entry *entry = survey_map_put(&loader->units, loader->arena, unit, &added);
        if (!added && loader->relation < 0) {
            char message[300];
            survey_format_into(message, sizeof message, _("unit '%s' stands in the frame twice"), unit);
            say(loader, row, "E302", _("one row a unit, or a column 'relation' where a row is a person"), message);
            continue;
        }
        if (added)
            entry->value = survey_arena_alloc(loader->arena, sizeof(struct fold));
        struct fold *fold = entry->value;
        if (added || (is_head(loader, row) && !fold->headed)) {
            fold->row = row;
            fold->headed = is_head(loader, row);
        }
        fold->persons++;
    }
}

static bool add_columns(struct loader *loader, struct survey_error *error)
{
    for (uint32_t column = 0; column < loader->sheet.columns; column++) {
        const char *header = survey_sheet_cell(&loader->sheet, 0, column);
        if (!*header || loader->identity[column] ||
            survey_store_count(loader->store, 0, "SELECT count(*) FROM pragma_table_info('frame') WHERE lower(name) = lower(?)", "t", header))
            continue;
        struct survey_buffer sql = SURVEY_BUFFER(4096);
        survey_buffer_text(&sql, "ALTER TABLE frame ADD COLUMN ");
        survey_sql_name(&sql, header);
        survey_buffer_text(&sql, " TEXT");
        bool done = survey_store_run(loader->store, error, survey_buffer_string(&sql), "");
        survey_buffer_clear(&sql);
        if (!done)
            return false;
    }
    return true;
}

// One row's statement takes its values as one JSON array, so that its text is the same for all rows.
static void upsert_sql(const struct loader *loader, struct survey_buffer *sql)
{
    struct survey_buffer values = SURVEY_BUFFER(1 << 20), sets = SURVEY_BUFFER(1 << 20);
    survey_buffer_text(sql, "INSERT INTO frame (unit, position, members");
    for (uint32_t column = 0, place = 0; column < loader->sheet.columns; column++) {
        const char *header = survey_sheet_cell(&loader->sheet, 0, column);
        if (!*header || loader->identity[column])
            continue;
        survey_buffer_text(sql, ", ");
        survey_sql_name(sql, header);
        survey_format(&values, ", json_extract(?4, '$[%u]')", place++);
        survey_buffer_text(&sets, ", ");
        survey_sql_name(&sets, header);
        survey_buffer_text(&sets, " = excluded.");
        survey_sql_name(&sets, header);
    }
    survey_format(sql, ") VALUES (?1, ?2, ?3%s) ON CONFLICT (unit) DO UPDATE SET position = excluded.position, members = excluded.members%s",
                  survey_buffer_string(&values), survey_buffer_string(&sets));
    survey_buffer_clear(&values);
    survey_buffer_clear(&sets);
}

static void row_json(const struct loader *loader, uint32_t row, struct survey_buffer *json)
{
    struct survey_json_writer writer = survey_json_writer(json, false);
    survey_json_open(&writer, '[');
    for (uint32_t column = 0; column < loader->sheet.columns; column++) {
        const char *cell = survey_sheet_cell(&loader->sheet, row, column);
        if (survey_sheet_cell(&loader->sheet, 0, column)[0] && !loader->identity[column])
            survey_json_put_text(&writer, *cell ? cell : NULL);
    }
    survey_json_close(&writer, ']');
}

static bool put_identities(struct loader *loader, const char *unit, uint32_t row, size_t *count, struct survey_error *error)
{
    for (uint32_t column = 0; column < loader->sheet.columns; column++) {
        const char *cell = survey_sheet_cell(&loader->sheet, row, column);
        if (!loader->identity[column] || !*cell)
            continue;
        if (!survey_store_run(loader->store, error, "INSERT OR REPLACE INTO private.identity VALUES (?, ?, ?)", "ttt", unit,
                              survey_sheet_cell(&loader->sheet, 0, column), cell))
            return false;
        (*count)++;
    }
    return true;
}

// members stays unknown where a row is a household.
static bool put_unit(struct loader *loader, const char *sql, const struct survey_map_entry *entry, int64_t position, const char *json,
                     struct survey_error *error)
{
    const struct fold *fold = entry->value;
    if (loader->relation < 0)
        return survey_store_run(loader->store, error, sql, "tint", entry->key, position, json);
    return survey_store_run(loader->store, error, sql, "tiit", entry->key, position, fold->persons, json);
}

static bool write_units(struct loader *loader, struct survey_frame_result *result, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 22), json = SURVEY_BUFFER(1 << 22);
    int64_t before = survey_store_count(loader->store, 0, "SELECT count(*) FROM frame", "");
    bool done = true;
    upsert_sql(loader, &sql);
    for (size_t i = 0; done && i < loader->units.count; i++) {
        const struct survey_map_entry *entry = &loader->units.entries[i];
        const struct fold *fold = entry->value;
        survey_buffer_clear(&json);
        row_json(loader, fold->row, &json);
        if (json.overflow) {
            char line[32];
            survey_format_into(line, sizeof line, _("line %u"), loader->sheet.lines[fold->row]);
            done = survey_fail(error, SURVEY_ERROR_INPUT, loader->path, _("%s: the row is too long"), line);
            break;
        }
        done = put_unit(loader, survey_buffer_string(&sql), entry, (int64_t)i + 1, survey_buffer_string(&json), error) &&
               put_identities(loader, entry->key, fold->row, &result->identities, error);
    }
    int64_t after = survey_store_count(loader->store, 0, "SELECT count(*) FROM frame", "");
    result->added = (size_t)(after - before);
    result->changed = loader->units.count - result->added;
    survey_buffer_clear(&sql);
    survey_buffer_clear(&json);
    return done;
}

// The columns of the frame as it is now, and those that this file gave to the private one.
static void list_columns(struct loader *loader, struct survey_map *columns)
{
    struct survey_query *query =
        survey_query(loader->store, NULL, "SELECT name FROM pragma_table_info('frame') WHERE name NOT IN ('unit', 'position', 'members')", "");
    while (query && survey_query_next(query))
        survey_map_put(columns, loader->arena, survey_query_text(query, 0), NULL);
    if (query)
        survey_query_end(query, NULL);
    for (uint32_t column = 0; column < loader->sheet.columns; column++)
        if (loader->identity[column])
            survey_map_put(columns, loader->arena, survey_sheet_cell(&loader->sheet, 0, column), NULL);
}

static void check_name(struct loader *loader, const struct survey_sheet *sheet, uint32_t row, const char *const *names, size_t count,
                       const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i], name) == 0)
            return;
    const char *near = survey_nearest(name, names, count);
    const struct survey_form *form = survey_store_current_form(loader->store, NULL, NULL, NULL);
    survey_report_add(loader->report,
                      &(struct survey_problem){.severity = SURVEY_WARNING, .code = "W311", .file = form ? form->path : "", .sheet = sheet->name,
                                               .row = survey_sheet_line(sheet, row),
                                               .column = (uint32_t)(survey_sheet_column(sheet, "value") + 1),
                                               .message = survey_arena_format(loader->arena, _("the frame has no column '%s'"), name),
                                               .expected = near ? survey_arena_format(loader->arena, _("did you mean '%s'?"), near) : ""});
}

// Settings that name columns: one that names none leaves a report without its units, or a phone number in the open.
static void check_settings(struct loader *loader)
{
    static const char *const keys[] = {"assessed_unit", "class", "levels", "identity"};
    const struct survey_sheet *sheet = survey_store_plan(loader->store, "evaluation");
    int key = sheet ? survey_sheet_column(sheet, "key") : -1, value = sheet ? survey_sheet_column(sheet, "value") : -1;
    struct survey_map columns = {0};
    list_columns(loader, &columns);
    const char **names = survey_arena_array(loader->arena, columns.count + 1, sizeof *names);
    for (size_t i = 0; i < columns.count; i++)
        names[i] = columns.entries[i].key;
    for (uint32_t row = 1; key >= 0 && value >= 0 && row < sheet->rows; row++) {
        bool ours = false;
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            ours |= strcmp(survey_sheet_cell(sheet, row, (uint32_t)key), keys[i]) == 0;
        const char *at = ours ? survey_sheet_cell(sheet, row, (uint32_t)value) : "";
        for (; *(at += strspn(at, " ,;")); at += strcspn(at, " ,;"))
            check_name(loader, sheet, row, names, columns.count, survey_arena_strndup(loader->arena, at, strcspn(at, " ,;")));
    }
    survey_map_clear(&columns);
}

static bool load(struct loader *loader, bool partial, const struct survey_actor *actor, struct survey_frame_result *result,
                 struct survey_error *error)
{
    if (!read_headers(loader, error))
        return false;
    fold_rows(loader);
    size_t faults = survey_report_count_of(loader->report, SURVEY_FAULT);
    result->rows = loader->sheet.rows ? loader->sheet.rows - 1 : 0;
    result->refused = faults;
    if (faults && !partial)
        return survey_fail(error, SURVEY_ERROR_INPUT, loader->path, _("%zu rows have faults; nothing was loaded"), faults);
    if (!loader->units.count)
        return survey_fail(error, SURVEY_ERROR_INPUT, loader->path, "%s", _("the frame has no rows"));
    char after[128];
    if (!survey_store_begin_both(loader->store, error) || !add_columns(loader, error) || !write_units(loader, result, error))
        return false;
    survey_format_into(after, sizeof after, "{\"units\": %zu,\"added\": %zu}", loader->units.count, result->added);
    if (!survey_store_log(loader->store, actor, "frame", loader->path, "", after, error) || !survey_store_commit(loader->store, error))
        return false;
    check_settings(loader);
    return true;
}

bool survey_frame_load(struct survey_store *store, const char *path, bool partial, const struct survey_actor *actor,
                       struct survey_report *report, struct survey_frame_result *result, struct survey_error *error)
{
    struct loader loader = {.store = store, .arena = survey_arena_new(), .path = path, .report = report};
    *result = (struct survey_frame_result){0};
    bool done = survey_csv_open(loader.arena, path, &survey_workbook_default_limits, &loader.sheet, error);
    if (done) {
        loader.bad = survey_arena_array(loader.arena, loader.sheet.rows + 1u, 1);
        done = load(&loader, partial, actor, result, error);
        if (!done)
            survey_store_rollback(store);
    }
    survey_map_clear(&loader.units);
    survey_arena_free(loader.arena);
    return done;
}
