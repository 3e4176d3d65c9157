// SPDX-License-Identifier: GPL-3.0-or-later
// One response from the pages of a sheet. What each page said stands in its ledger entry for ever; the
// response's raw is put together from those anew whenever a page comes, so that their order, and when
// they come, makes no difference.
#include "forms/scan/keep.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/expr/node.h"
#include "survey/store/response.h"

#include <sodium.h>
#include <string.h>

enum { MOST_RAW = 16 << 20 };

// The readings of a sheet's pages, by page number.
struct readings {
    const struct survey_json *pages[64]; // by number, from 1; NULL where not read yet
    bool missing;
};

static bool load_readings(struct survey_store *store, struct survey_arena *arena, const struct scan_sheet *sheet,
                          struct readings *readings, struct survey_error *error)
{
    struct survey_query *query =
        survey_query(store, error, "SELECT number, reading FROM page WHERE sheet = ? AND state = 'ok' ORDER BY number", "i",
                     (int64_t)sheet->number);
    if (!query)
        return false;
    bool good = true;
    *readings = (struct readings){.missing = false};
    while (good && survey_query_next(query)) {
        int64_t number = survey_query_integer(query, 0);
        struct survey_json *json = NULL;
        const char *text = survey_arena_strdup(arena, survey_query_text(query, 1));
        good = survey_json_read(arena, "page", text, strlen(text), &json, error);
        if (good && number >= 1 && number <= 63)
            readings->pages[number] = json;
    }
    for (int number = 1; number <= sheet->pages && number <= 63; number++)
        readings->missing |= !readings->pages[number];
    return survey_query_end(query, good ? error : NULL) && good;
}

static const struct survey_json *first_question(const struct readings *readings, int number)
{
    const struct survey_json *questions = readings->pages[number] ? survey_json_get(readings->pages[number], "questions") : NULL;
    return questions ? questions->first : NULL;
}

// Whether anything was marked or written on the pages that came.
static bool is_filled(const struct readings *readings)
{
    for (int number = 1; number <= 63; number++)
        for (const struct survey_json *q = first_question(readings, number); q; q = q->next)
            if (strcmp(survey_json_text(q, "state", "blank"), "blank") != 0)
                return true;
    return false;
}

static void put_pages(const struct readings *readings, struct survey_json_writer *json)
{
    survey_json_key(json, "pages");
    survey_json_open(json, '[');
    for (int number = 1; number <= 63; number++)
        if (readings->pages[number])
            survey_json_put_integer(json, number);
    survey_json_close(json, ']');
}

static void put_doubtful(const struct readings *readings, struct survey_json_writer *json)
{
    survey_json_key(json, "doubtful");
    survey_json_open(json, '[');
    for (int number = 1; number <= 63; number++)
        for (const struct survey_json *q = first_question(readings, number); q; q = q->next) {
            if (strcmp(survey_json_text(q, "state", ""), "doubtful") != 0)
                continue;
            survey_json_open(json, '{');
            survey_json_member(json, "question", survey_json_text(q, "question", ""));
            survey_json_member(json, "why", survey_json_text(q, "why", ""));
            survey_json_close(json, '}');
        }
    survey_json_close(json, ']');
}

static void put_written(const struct readings *readings, struct survey_json_writer *json)
{
    survey_json_key(json, "writing");
    survey_json_open(json, '[');
    for (int number = 1; number <= 63; number++)
        for (const struct survey_json *q = first_question(readings, number); q; q = q->next)
            if (strcmp(survey_json_text(q, "state", ""), "written") == 0)
                survey_json_put_text(json, survey_json_text(q, "question", ""));
    survey_json_close(json, ']');
}

// A number without the zeros that the grid of digits led it with: -07 is -7, 00 is 0.
static const char *plain_number(const char *text, char plain[static 48])
{
    bool minus = *text == '-';
    const char *digits = text + minus;
    while (digits[0] == '0' && digits[1])
        digits++;
    survey_format_into(plain, 48, "%s%s", minus && strcmp(digits, "0") != 0 ? "-" : "", digits);
    return plain;
}

// As read, or as answers of the questionnaire.
static void put_answers(const struct readings *readings, bool as_read, struct survey_json_writer *json)
{
    for (int number = 1; number <= 63; number++)
        for (const struct survey_json *q = first_question(readings, number); q; q = q->next) {
            const char *value = survey_json_text(q, "value", NULL), *question = survey_json_text(q, "question", "");
            const struct survey_json *scores = survey_json_get(q, "scores");
            char plain[48];
            if (!value || strcmp(survey_json_text(q, "state", ""), "answered") != 0)
                continue;
            bool digits = scores && scores->first && strchr(scores->first->key, ':') &&
                          value[strspn(value, "-0123456789")] == '\0' && strlen(value) < 40;
            survey_json_member(json, question, digits && !as_read ? plain_number(value, plain) : value);
        }
}

// --- What the sheet itself answers ---

static const struct survey_node *sample_list(void *user, const char *id)
{
    return strcmp(id, "sample") == 0 ? user : NULL;
}

static bool asks_list(const struct survey_item *item)
{
    return item->calculation.text && !item->repeat && survey_item_has_value(item) &&
           (strstr(item->calculation.text, "pulldata") || strstr(item->calculation.text, "instance("));
}

static bool on_paper(const struct scan_sheet *sheet, const struct survey_item *item)
{
    for (size_t i = 0; i < sheet->layout->question_count; i++)
        if (strcmp(sheet->layout->questions[i].name, item->column) == 0)
            return true;
    return false;
}

// The question that a phone answers by scanning the code: the first barcode that is not on paper.
static const struct survey_item *code_item(const struct scan_sheet *sheet, const struct survey_form *form)
{
    for (size_t i = 0; i < form->item_count; i++)
        if (form->items[i]->type == SURVEY_TYPE_BARCODE && !form->items[i]->repeat && !on_paper(sheet, form->items[i]))
            return form->items[i];
    return NULL;
}

struct assembling {
    struct survey_store *store;
    const struct scan_context *context;
    const struct scan_sheet *sheet;
    const struct survey_form *form;
    const struct survey_actor *actor;
    struct survey_arena *arena;
    struct readings readings;
    struct survey_node *list;
};

// The raw; record (NULL at first) has what was calculated from the attached list.
static void put_raw(const struct assembling *a, struct survey_record *record, struct survey_buffer *raw)
{
    char name[PAPER_SHEET_LENGTH + 1], token[PAPER_TOKEN_LENGTH + 1];
    struct survey_json_writer json = survey_json_writer(raw, false);
    const struct survey_item *code = code_item(a->sheet, a->form), *key = survey_form_key(a->form);
    paper_sheet_text(a->sheet->number, name);
    survey_json_open(&json, '{');
    survey_json_member(&json, "sheet", name);
    survey_json_member(&json, "unit", a->sheet->unit);
    put_pages(&a->readings, &json);
    put_doubtful(&a->readings, &json);
    put_written(&a->readings, &json);
    survey_json_key(&json, "answers");
    survey_json_open(&json, '{');
    if (code && a->sheet->unit) {
        scan_sheet_token(a->context, a->sheet, token);
        survey_json_member(&json, code->column, token);
    }
    if (key && a->sheet->unit && !key->calculation.text && !on_paper(a->sheet, key))
        survey_json_member(&json, key->column, a->sheet->unit);
    put_answers(&a->readings, false, &json);
    for (size_t i = 0; record && i < a->form->item_count; i++) {
        const struct survey_item *item = a->form->items[i];
        const struct survey_node *node =
            asks_list(item) || (item == key && item->calculation.text) ? survey_record_node(record, item, NULL, 0) : NULL;
        const char *value = node ? node->value : "";
        if (item == key && !*value && item->calculation.text && a->sheet->unit)
            value = a->sheet->unit;
        if (*value && (node || item == key) && item->calculation.text)
            survey_json_member(&json, item->column, value);
    }
    survey_json_close(&json, '}');
    survey_json_close(&json, '}');
}

// A record with the list attached, filled from raw.
static struct survey_record *fill(const struct assembling *a, const struct survey_buffer *raw, struct survey_error *error)
{
    struct survey_record_env env = {.now = a->actor->now, .instance = sample_list, .user = a->list};
    struct survey_record *record = survey_record_new(a->form, &env);
    if (survey_response_fill(record, "scan", "scan", survey_buffer_string(raw), raw->length, error))
        return record;
    survey_record_free(record);
    return NULL;
}

void scan_response_id(const struct scan_sheet *sheet, char id[static 64])
{
    uint8_t hash[32], number[8];
    crypto_generichash_state state;
    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)(sheet->number >> (56 - 8 * i));
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const uint8_t *)"assay sheet", 12);
    crypto_generichash_update(&state, number, sizeof number);
    crypto_generichash_update(&state, (const uint8_t *)sheet->round, strlen(sheet->round) + 1);
    crypto_generichash_update(&state, (const uint8_t *)(sheet->unit ? sheet->unit : ""), strlen(sheet->unit ? sheet->unit : "") + 1);
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

static bool add_response(const struct assembling *a, const char *id, struct survey_record *record,
                         const struct survey_buffer *raw, struct survey_error *error)
{
    char made[64];
    enum survey_arrived arrived;
    struct survey_arrival arrival = {.id = id, .unit = a->sheet->unit, .round = a->sheet->round, .channel = "paper",
                                     .who = a->actor->who, .raw = survey_buffer_string(raw), .raw_length = raw->length,
                                     .raw_kind = "scan", .waiting = true};
    return survey_response_add(a->store, record, &arrival, a->actor, &arrived, made, error);
}

static bool renew_response(const struct assembling *a, const char *id, const struct survey_buffer *raw, struct survey_error *error)
{
    uint8_t hash[32];
    crypto_hash_sha256(hash, (const uint8_t *)survey_buffer_string(raw), raw->length);
    return survey_store_run(a->store, error, "UPDATE response SET raw = ?, raw_sha256 = ? WHERE id = ?", "bbt",
                            (const void *)survey_buffer_string(raw), raw->length, (const void *)hash, sizeof hash, id) &&
           survey_response_rebuild(a->store, id, error);
}

static bool store_sheet(const struct assembling *a, bool *made, struct survey_error *error)
{
    char id[64];
    struct survey_buffer first = SURVEY_BUFFER(MOST_RAW), raw = SURVEY_BUFFER(MOST_RAW);
    scan_response_id(a->sheet, id);
    *made = survey_store_count(a->store, 0, "SELECT count(*) FROM response WHERE id = ?", "t", id) == 0;
    put_raw(a, NULL, &first);
    struct survey_record *record = fill(a, &first, error);
    bool done = record != NULL;
    if (done) {
        put_raw(a, record, &raw);
        survey_record_free(record);
        record = fill(a, &raw, error); // what the list gave is kept, as it will be when it is loaded
        done = record && (*made ? add_response(a, id, record, &raw, error) : renew_response(a, id, &raw, error));
    }
    survey_record_free(record);
    survey_buffer_clear(&first);
    survey_buffer_clear(&raw);
    return done && survey_store_run(a->store, error, "UPDATE page SET response = ? WHERE sheet = ? AND state IN ('ok', 'duplicate')",
                                    "ti", id, (int64_t)a->sheet->number);
}

bool scan_assemble(struct survey_store *store, const struct scan_context *context, const struct scan_sheet *sheet,
                   const struct survey_actor *actor, bool *made, struct survey_error *error)
{
    char id[64];
    struct assembling a = {.store = store, .context = context, .sheet = sheet, .actor = actor, .arena = survey_arena_new()};
    a.form = survey_store_form(store, sheet->form, error);
    *made = false;
    scan_response_id(sheet, id);
    bool done = a.form && load_readings(store, a.arena, sheet, &a.readings, error);
    // A sheet that nobody filled in is no interview: it must not stand in the way of one.
    bool empty = done && !is_filled(&a.readings) &&
                 survey_store_count(store, 1, "SELECT count(*) FROM response WHERE id = ?", "t", id) == 0;
    done = done && (empty || (scan_sample_row(store, context, sheet, a.arena, &a.list, error) && store_sheet(&a, made, error)));
    survey_arena_free(a.arena);
    return done;
}

bool scan_response_settle(struct survey_store *store, const char *id, struct survey_error *error)
{
    return survey_store_run(store, error,
                            "UPDATE response SET state = CASE WHEN EXISTS (SELECT 1 FROM mark WHERE response = ?1 AND state = 'waiting') "
                            "OR (SELECT count(DISTINCT number) FROM page WHERE response = ?1 AND state = 'ok') < "
                            "(SELECT max(sheet.pages) FROM page JOIN sheet ON sheet.number = page.sheet WHERE page.response = ?1) "
                            "THEN 'waiting' ELSE 'complete' END WHERE id = ?1 AND channel = 'paper' AND state IN ('waiting', 'complete')",
                            "t", id);
}

bool scan_response_json(struct survey_store *store, const struct scan_sheet *sheet, struct survey_json_writer *json,
                        struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct readings readings;
    char name[PAPER_SHEET_LENGTH + 1];
    bool done = load_readings(store, arena, sheet, &readings, error);
    if (done) {
        paper_sheet_text(sheet->number, name);
        survey_json_open(json, '{');
        survey_json_member(json, "form", name);
        survey_json_member(json, "unit", sheet->unit);
        put_pages(&readings, json);
        survey_json_key(json, "answers");
        survey_json_open(json, '{');
        put_answers(&readings, true, json);
        survey_json_close(json, '}');
        put_doubtful(&readings, json);
        put_written(&readings, json);
        survey_json_close(json, '}');
    }
    survey_arena_free(arena);
    return done;
}
