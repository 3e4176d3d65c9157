// SPDX-License-Identifier: GPL-3.0-or-later
// Responses from files: headers to questions, rows to interviews, faults with their places.
#include "survey/store/import.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"
#include "survey/store/response_private.h"
#include "survey/workbook/workbook.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_SUBMISSION = 32 << 20, MOST_REFUSALS = 512 << 20, MOST_NAMED = 12 };

enum use { USE_QUESTION, USE_ID, USE_UNIT, USE_WHO, USE_START, USE_END, USE_NOTHING, USE_UNKNOWN };

struct column {
    enum use use;
    const struct survey_item *item;
    uint32_t occurrences[8];
    int depth;
};

struct importing {
    struct survey_store *store;
    const char *path;
    const struct survey_import *import;
    const struct survey_actor *actor;
    struct survey_report *report;
    struct survey_imported *imported;
    const struct survey_form *form;
    struct survey_sheet sheet;
    struct column *columns;
    const char *round;
};

// What other tools call what is not a question. Columns of no use here are left out in silence.
static enum use use_of(const char *header)
{
    static const struct {
        const char *name;
        enum use use;
    } known[] = {
        {"KEY", USE_ID}, {"instanceID", USE_ID}, {"meta-instanceID", USE_ID}, {"meta/instanceID", USE_ID},
        {"response", USE_ID}, {"unit", USE_UNIT}, {"who", USE_WHO}, {"SubmitterName", USE_WHO},
        {"start", USE_START}, {"started_at", USE_START}, {"end", USE_END}, {"ended_at", USE_END},
        {"SubmissionDate", USE_NOTHING}, {"SubmitterID", USE_NOTHING}, {"AttachmentsPresent", USE_NOTHING},
        {"AttachmentsExpected", USE_NOTHING}, {"Status", USE_NOTHING}, {"ReviewState", USE_NOTHING},
        {"DeviceID", USE_NOTHING}, {"Edits", USE_NOTHING}, {"FormVersion", USE_NOTHING},
        {"formhub/uuid", USE_NOTHING}, {"instanceName", USE_NOTHING}, {"meta-instanceName", USE_NOTHING},
        {"meta/instanceName", USE_NOTHING}, {"meta/rootUuid", USE_NOTHING}, {"reason", USE_NOTHING},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(known[i].name, header) == 0)
            return known[i].use;
    return *header == '_' || !*header ? USE_NOTHING : USE_UNKNOWN;
}

static void fault(struct importing *in, const char *code, uint32_t row, uint32_t column, const char *message,
                  const char *expected)
{
    struct survey_problem problem = {.severity = SURVEY_FAULT, .code = code, .file = in->path, .sheet = "",
                                     .row = survey_sheet_line(&in->sheet, row), .column = column + 1,
                                     .message = message, .expected = expected};
    survey_report_add(in->report, &problem);
}

// The questions' names, for what a misspelt one may have meant.
static const char *nearest_question(const struct importing *in, struct survey_arena *arena, const char *header)
{
    const char **names = survey_arena_array(arena, in->form->item_count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < in->form->item_count; i++) {
        if (!survey_item_has_value(in->form->items[i]))
            continue;
        if (strcasecmp(in->form->items[i]->column, header) == 0)
            return in->form->items[i]->column;
        names[count++] = in->form->items[i]->column;
    }
    return survey_nearest(header, names, count);
}

static bool map_columns(struct importing *in, struct survey_arena *arena)
{
    bool good = true;
    in->columns = survey_arena_array(arena, in->sheet.columns + 1, sizeof *in->columns);
    for (uint32_t c = 0; c < in->sheet.columns; c++) {
        struct column *column = &in->columns[c];
        const char *header = survey_sheet_cell(&in->sheet, 0, c);
        column->item = survey_response_question(in->form, header, column->occurrences, &column->depth);
        column->use = column->item ? USE_QUESTION : use_of(header);
        if (column->use == USE_UNKNOWN) {
            const char *near = nearest_question(in, arena, header);
            fault(in, "D101", 0, c, survey_arena_format(arena, _("'%s' is no question of form '%s'"), header, in->form->id),
                  near ? survey_arena_format(arena, _("did you mean '%s'?"), near)
                       : _("a question's name, one[2] for the second instance of a repeat, or KEY, unit, who, start, end"));
            good = false;
        }
        for (uint32_t before = 0; column->item && before < c; before++)
            if (in->columns[before].item == column->item && in->columns[before].depth == column->depth &&
                memcmp(in->columns[before].occurrences, column->occurrences, sizeof(uint32_t) * (size_t)column->depth) == 0) {
                fault(in, "D102", 0, c, survey_arena_format(arena, _("the question '%s' has a column already"), header), "");
                good = false;
            }
    }
    return good;
}

static const char *cell_used(const struct importing *in, uint32_t row, enum use use)
{
    for (uint32_t c = 0; c < in->sheet.columns; c++)
        if (in->columns[c].use == use && *survey_sheet_cell(&in->sheet, row, c))
            return survey_sheet_cell(&in->sheet, row, c);
    return NULL;
}

static bool is_blank(const struct importing *in, uint32_t row)
{
    for (uint32_t c = 0; c < in->sheet.columns; c++)
        if (*survey_sheet_cell(&in->sheet, row, c))
            return false;
    return true;
}

static void put_row(const struct importing *in, uint32_t row, struct survey_buffer *buffer)
{
    for (uint32_t c = 0; c < in->sheet.columns; c++)
        survey_csv_put(buffer, survey_sheet_cell(&in->sheet, row, c), c == 0);
}

// A row without an id gets one made of what it says and where it stands, so that the same file taken
// twice adds nothing.
static void derive_id(const struct importing *in, const void *raw, size_t length, uint32_t row, char id[static 64])
{
    uint8_t hash[32];
    uint32_t line = survey_sheet_line(&in->sheet, row);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const uint8_t *)in->form->id, strlen(in->form->id) + 1);
    crypto_generichash_update(&state, (const uint8_t *)in->round, strlen(in->round) + 1);
    for (int shift = 0; shift < 32; shift += 8)
        crypto_generichash_update(&state, &(uint8_t){(uint8_t)(line >> shift & 255)}, 1);
    crypto_generichash_update(&state, raw, length);
    crypto_generichash_final(&state, hash, sizeof hash);
    hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x80); // version 8: made by a rule of our own (RFC 9562)
    hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
    struct survey_buffer text = SURVEY_BUFFER(63);
    survey_buffer_text(&text, "uuid:");
    for (int i = 0; i < 16; i++)
        survey_format(&text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", hash[i]);
    survey_format_into(id, 64, "%s", survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

// How a value of the type is written, where people write it otherwise.
static const char *written_so(enum survey_type type)
{
    if (type == SURVEY_TYPE_INTEGER)
        return _("a whole number without separators and units, such as 1200");
    if (type == SURVEY_TYPE_DECIMAL || type == SURVEY_TYPE_RANGE)
        return _("a number without separators, units and percent signs, such as 1200.5");
    if (type == SURVEY_TYPE_DATE)
        return _("2016-12-31; in Excel, give the column the number format yyyy-mm-dd before saving");
    return "";
}

// The choices' names; first of all the one whose label this is.
static const char *choices_of(const struct importing *in, struct survey_arena *arena, const struct survey_item *item,
                              const char *value)
{
    const struct survey_choice_list *list = item->list;
    const char *text = "";
    for (size_t i = 0; list && i < list->count; i++)
        for (size_t language = 0; language < in->form->language_count; language++) {
            const char *label = list->choices[i].labels ? list->choices[i].labels[language] : NULL;
            if (label && strcasecmp(label, value) == 0)
                return survey_arena_format(arena, _("did you mean '%s'?"), list->choices[i].name);
        }
    for (size_t i = 0; list && i < list->count && i < MOST_NAMED; i++)
        text = survey_arena_format(arena, "%s%s%s", text, i ? ", " : _("one of: "), list->choices[i].name);
    if (list && list->count > MOST_NAMED)
        text = survey_arena_format(arena, "%s ...", text);
    return item->type == SURVEY_TYPE_SELECT_ONE || !*text
               ? text
               : survey_arena_format(arena, _("%s; several with spaces between them"), text);
}

// What is wrong with the unit is said while it can be put right.
static bool warn_of(struct importing *in, struct survey_arena *arena, const char *id, uint32_t row, struct survey_error *error)
{
    struct survey_query *query = survey_query(in->store, error,
                                              "SELECT kind, message, coalesce(unit, '') FROM violation JOIN response ON id = response "
                                              "WHERE response = ? AND kind IN ('unit', 'duplicate') ORDER BY kind", "t", id);
    if (!query)
        return false;
    while (survey_query_next(query)) {
        bool twice = strcmp(survey_query_text(query, 0), "duplicate") == 0;
        const char *unit = survey_query_text(query, 2);
        struct survey_problem problem = {
            .severity = SURVEY_WARNING, .code = twice ? "D206" : "D205", .file = in->path, .sheet = "",
            .row = survey_sheet_line(&in->sheet, row), .expected = "",
            .message = survey_arena_format(arena, twice ? _("'%s': %s; this one counts in no figure") : "'%s': %s",
                                           unit, survey_query_text(query, 1))};
        survey_report_add(in->report, &problem);
    }
    return survey_query_end(query, error);
}

// What cannot be an answer at all is a fault of the file; what breaks a rule of the questionnaire is a
// fact about the response.
static bool judge_row(struct importing *in, struct survey_arena *arena, struct survey_record *record, uint32_t row)
{
    bool good = true;
    for (uint32_t c = 0; c < in->sheet.columns; c++) {
        const struct column *column = &in->columns[c];
        const char *value = survey_sheet_cell(&in->sheet, row, c);
        if (column->use != USE_QUESTION || !*value || column->item->calculation.text)
            continue;
        struct survey_node *node = survey_record_node(record, column->item, column->depth ? column->occurrences : NULL,
                                                      (size_t)column->depth);
        enum survey_violation violation = node ? survey_record_fit(record, node) : SURVEY_WRONG_TYPE;
        if (violation == SURVEY_WRONG_TYPE)
            fault(in, "D201", row, c, survey_arena_format(arena, _("%s: '%s' is no value of type %s"), column->item->name,
                                                          value, survey_type_name(column->item->type)),
                  written_so(column->item->type));
        else if (violation == SURVEY_NOT_A_CHOICE)
            fault(in, "D202", row, c,
                  survey_arena_format(arena, _("%s: '%s' is not among the choices"), column->item->name, value),
                  choices_of(in, arena, column->item, value));
        else
            continue;
        good = false;
    }
    struct survey_time time;
    for (uint32_t c = 0; c < in->sheet.columns; c++) {
        const char *value = survey_sheet_cell(&in->sheet, row, c);
        if ((in->columns[c].use != USE_START && in->columns[c].use != USE_END) || !*value ||
            survey_time_parse(value, strlen(value), in->actor->now.offset, &time))
            continue;
        fault(in, "D204", row, c, survey_arena_format(arena, _("'%s' is no time"), value),
              _("2016-12-31T08:30:00+08:00"));
        good = false;
    }
    return good;
}

static void fill_row(const struct importing *in, struct survey_arena *arena, struct survey_record *record, uint32_t row)
{
    struct survey_received *received = survey_arena_array(arena, in->sheet.columns + 1, sizeof *received);
    size_t count = 0;
    for (uint32_t c = 0; c < in->sheet.columns; c++) {
        const struct column *column = &in->columns[c];
        const char *value = survey_sheet_cell(&in->sheet, row, c);
        if (column->use != USE_QUESTION || (column->depth > 0 && !*value))
            continue;
        received[count] = (struct survey_received){.item = column->item, .depth = (size_t)column->depth, .value = value};
        memcpy(received[count++].occurrences, column->occurrences, sizeof column->occurrences);
    }
    survey_received_fill(record, received, count);
}

static void count_arrival(struct importing *in, enum survey_arrived arrived, const char *id)
{
    if (arrived == SURVEY_ARRIVED_AGAIN)
        in->imported->again++;
    else if (arrived == SURVEY_ARRIVED_NEW)
        in->imported->added++;
    if (arrived == SURVEY_ARRIVED_NEW)
        in->imported->violations += (size_t)survey_store_count(
            in->store, 0, "SELECT count(*) FROM violation WHERE response = ? AND kind NOT IN ('unit', 'duplicate')", "t", id);
    if (arrived == SURVEY_ARRIVED_NEW && survey_response_is_duplicate(in->store, id))
        in->imported->duplicate++;
}

// *good says whether the row was taken; false with error where the evaluation file failed.
static bool take_row(struct importing *in, struct survey_arena *arena, struct survey_record *record, uint32_t row,
                     bool *good, struct survey_error *error)
{
    struct survey_buffer raw = SURVEY_BUFFER(64 << 20);
    char id[64];
    put_row(in, 0, &raw);
    survey_buffer_byte(&raw, '\n');
    put_row(in, row, &raw);
    survey_buffer_byte(&raw, '\n');
    const char *given = cell_used(in, row, USE_ID), *who = cell_used(in, row, USE_WHO);
    derive_id(in, survey_buffer_string(&raw), raw.length, row, id);
    struct survey_arrival arrival = {.id = given ? given : id, .unit = cell_used(in, row, USE_UNIT), .round = in->round,
                                     .channel = in->import->channel, .who = who ? who : in->actor->who,
                                     .raw = survey_buffer_string(&raw), .raw_length = raw.length, .raw_kind = "csv",
                                     .started = cell_used(in, row, USE_START), .ended = cell_used(in, row, USE_END)};
    enum survey_arrived arrived = SURVEY_ARRIVED_NEW;
    bool done = true;
    if (given && strlen(given) > 63) {
        fault(in, "D205", row, 0, survey_arena_format(arena, _("the id '%s' is longer than 63 bytes"), given), "");
        *good = false;
    } else {
        done = survey_response_add(in->store, record, &arrival, in->actor, &arrived, id, error);
    }
    if (done && arrived == SURVEY_ARRIVED_CONFLICT) {
        fault(in, "D203", row, 0, survey_arena_format(arena, _("another response has the id '%s' already"), id), "");
        *good = false;
    } else if (done && *good) {
        count_arrival(in, arrived, id);
        done = arrived != SURVEY_ARRIVED_NEW || warn_of(in, arena, id, row, error);
    }
    survey_buffer_clear(&raw);
    return done;
}

static void refuse_row(struct importing *in, uint32_t row, size_t from)
{
    struct survey_buffer *out = &in->imported->refusals, reasons = SURVEY_BUFFER(1 << 20);
    for (size_t i = from; i < survey_report_count(in->report); i++)
        survey_format(&reasons, "%s%s", i > from ? "; " : "", survey_report_at(in->report, i)->message);
    put_row(in, row, out);
    survey_csv_put(out, survey_buffer_string(&reasons), false);
    survey_buffer_byte(out, '\n');
    survey_buffer_clear(&reasons);
    in->imported->refused++;
}

static bool each_row(struct importing *in, struct survey_error *error)
{
    put_row(in, 0, &in->imported->refusals);
    survey_csv_put(&in->imported->refusals, "reason", false);
    survey_buffer_byte(&in->imported->refusals, '\n');
    for (uint32_t row = 1; row < in->sheet.rows; row++) {
        if (is_blank(in, row))
            continue;
        struct survey_arena *arena = survey_arena_new();
        struct survey_record_env env = {.now = in->actor->now};
        struct survey_record *record = survey_record_new(in->form, &env);
        size_t faults = survey_report_count(in->report);
        fill_row(in, arena, record, row);
        bool good = judge_row(in, arena, record, row);
        bool done = !good || take_row(in, arena, record, row, &good, error);
        if (done && !good)
            refuse_row(in, row, faults);
        survey_record_free(record);
        survey_arena_free(arena);
        if (!done)
            return false;
    }
    return true;
}

bool survey_import_csv(struct survey_store *store, const char *path, const struct survey_import *import,
                       const struct survey_actor *actor, struct survey_report *report,
                       struct survey_imported *imported, struct survey_error *error)
{
    struct importing in = {.store = store, .path = path, .import = import, .actor = actor, .report = report,
                           .imported = imported};
    imported->refusals.ceiling = MOST_REFUSALS;
    in.form = survey_store_current_form(store, import->form, NULL, error);
    if (!in.form)
        return false;
    in.round = survey_store_round(store, actor);
    struct survey_arena *arena = survey_arena_new();
    bool done = survey_csv_open(arena, path, &survey_workbook_default_limits, &in.sheet, error);
    if (done && map_columns(&in, arena)) // an unknown column is a fault of every row
        done = each_row(&in, error);
    survey_arena_free(arena);
    return done;
}

bool survey_import_submission(struct survey_store *store, const char *path, const struct survey_import *import,
                              const struct survey_actor *actor, struct survey_report *report,
                              struct survey_imported *imported, struct survey_error *error)
{
    struct importing in = {.store = store, .path = path, .import = import, .actor = actor, .report = report,
                           .imported = imported};
    char *xml = NULL, id[64] = "", deprecated[64] = "";
    size_t length = 0;
    struct survey_record *record = NULL;
    struct survey_error why = {0};
    enum survey_arrived arrived = SURVEY_ARRIVED_NEW;
    imported->refusals.ceiling = MOST_REFUSALS;
    if (!survey_file_read(path, MOST_SUBMISSION, &xml, &length, error))
        return false;
    bool good = survey_submission_read(store, path, xml, length, &actor->now, &record, id, deprecated, &why), done = true;
    if (good) {
        in.form = survey_record_form(record);
        in.round = survey_store_round(store, actor);
        if (!*id)
            derive_id(&in, xml, length, 0, id);
        struct survey_arrival arrival = {.id = id, .round = in.round, .channel = import->channel, .who = actor->who,
                                         .raw = xml, .raw_length = length, .raw_kind = "xml", .replaces = deprecated};
        done = survey_response_add(store, record, &arrival, actor, &arrived, id, &why);
        good = done && arrived != SURVEY_ARRIVED_CONFLICT;
        if (done && !good)
            survey_fail(&why, SURVEY_ERROR_INPUT, path, _("another response has the id '%s' already"), id);
    }
    if (good)
        count_arrival(&in, arrived, id);
    survey_record_free(record);
    free(xml);
    if (good)
        return true;
    if (why.code != SURVEY_ERROR_INPUT)
        return survey_fail(error, why.code, why.where, "%s", why.message);
    struct survey_problem problem = {.severity = SURVEY_FAULT, .code = "D301", .file = *why.where ? why.where : path,
                                     .sheet = "", .message = why.message, .expected = ""};
    survey_report_add(report, &problem);
    survey_csv_put(&imported->refusals, path, true);
    survey_csv_put(&imported->refusals, why.message, false);
    survey_buffer_byte(&imported->refusals, '\n');
    imported->refused++;
    return true;
}
