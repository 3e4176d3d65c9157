// SPDX-License-Identifier: GPL-3.0-or-later
// Back from what was received (submission XML, a CSV row, the JSON of a scan) to its answers.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <string.h>

const struct survey_item *survey_response_question(const struct survey_form *form, const char *header,
                                                   uint32_t occurrences[static 8], int *depth)
{
    char name[512];
    const char *bracket = strchr(header, '[');
    size_t length = bracket ? (size_t)(bracket - header) : strlen(header);
    *depth = 0;
    if (length == 0 || length >= sizeof name)
        return NULL;
    memcpy(name, header, length);
    name[length] = '\0';
    if (bracket) {
        char within[64];
        size_t inside = strcspn(bracket + 1, "]");
        if (inside >= sizeof within || strcmp(bracket + 1 + inside, "]") != 0)
            return NULL;
        memcpy(within, bracket + 1, inside);
        within[inside] = '\0';
        if ((*depth = survey_occurrence_parse(within, occurrences)) < 1)
            return NULL;
    }
    const struct survey_item *item = survey_form_find(form, name);
    // Exports of other tools lead with the groups: ga/stratum (Kobo), ga-stratum (ODK Central).
    for (const char *at = name; !item && (at = strpbrk(at, "/-"));)
        item = survey_form_find(form, ++at);
    if (!item || !survey_item_has_value(item))
        return NULL;
    int repeats = 0;
    for (const struct survey_item *repeat = item->repeat; repeat; repeat = repeat->repeat)
        repeats++;
    return repeats == *depth ? item : NULL;
}

static void add_received(struct survey_received *at, const struct survey_item *item, const uint32_t *occurrences,
                         int depth, const char *value)
{
    *at = (struct survey_received){.item = item, .depth = (size_t)depth, .value = value};
    memcpy(at->occurrences, occurrences, (size_t)depth * sizeof *occurrences);
}

static bool read_csv(struct survey_arena *arena, const struct survey_form *form, const char *name, const char *raw,
                     size_t length, struct survey_received **received, size_t *count, struct survey_error *error)
{
    struct survey_sheet sheet;
    if (!survey_csv_read(arena, name, raw, length, &survey_workbook_default_limits, &sheet, error))
        return false;
    if (sheet.rows != 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, name, _("the row as received is damaged"));
    *received = survey_arena_array(arena, sheet.columns + 1, sizeof **received);
    *count = 0;
    for (uint32_t column = 0; column < sheet.columns; column++) {
        uint32_t occurrences[8];
        int depth;
        const struct survey_item *item =
            survey_response_question(form, survey_sheet_cell(&sheet, 0, column), occurrences, &depth);
        const char *value = survey_sheet_cell(&sheet, 1, column);
        if (item && (depth == 0 || *value)) // a blank in a repeat makes no instance
            add_received(&(*received)[(*count)++], item, occurrences, depth, value);
    }
    return true;
}

static bool read_scan(struct survey_arena *arena, const struct survey_form *form, const char *name, const char *raw,
                      size_t length, struct survey_received **received, size_t *count, struct survey_error *error)
{
    struct survey_json *json;
    if (!survey_json_read(arena, name, raw, length, &json, error))
        return false;
    const struct survey_json *answers = survey_json_get(json, "answers");
    if (!answers)
        answers = json;
    *received = survey_arena_array(arena, answers->count + 1, sizeof **received);
    *count = 0;
    if (answers->kind != SURVEY_JSON_OBJECT)
        return survey_fail(error, SURVEY_ERROR_INPUT, name, _("the reading as received is damaged"));
    for (const struct survey_json *answer = answers->first; answer; answer = answer->next) {
        uint32_t occurrences[8];
        int depth;
        const struct survey_item *item = survey_response_question(form, answer->key, occurrences, &depth);
        if (item && (answer->kind == SURVEY_JSON_STRING || answer->kind == SURVEY_JSON_NUMBER))
            add_received(&(*received)[(*count)++], item, occurrences, depth, answer->text);
    }
    return true;
}

bool survey_raw_read(struct survey_arena *arena, const struct survey_form *form, const char *name, const char *kind,
                     const char *raw, size_t length, struct survey_received **received, size_t *count,
                     struct survey_error *error)
{
    if (strcmp(kind, "xml") == 0)
        return survey_submission_answers(arena, form, name, raw, length, received, count, error);
    if (strcmp(kind, "csv") == 0)
        return read_csv(arena, form, name, raw, length, received, count, error);
    return read_scan(arena, form, name, raw, length, received, count, error);
}

struct survey_time survey_received_time(const struct survey_received *received, size_t count,
                                        const struct survey_time *fallback)
{
    struct survey_time best = *fallback, time;
    int rank = 0;
    for (size_t i = 0; i < count; i++) {
        enum survey_type type = received[i].item->type;
        int of = type == SURVEY_TYPE_END ? 3 : type == SURVEY_TYPE_START ? 2 : type == SURVEY_TYPE_TODAY ? 1 : 0;
        if (of > rank && survey_time_parse(received[i].value, strlen(received[i].value), fallback->offset, &time)) {
            rank = of;
            best = time;
        }
    }
    return best;
}

// Defaults are for the one who asks; what was received without an answer has none. Constants that the
// questionnaire carries for its own logic stay.
static void clear_defaults(struct survey_record *record)
{
    const struct survey_form *form = survey_record_form(record);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        if (item->repeat || !survey_item_has_value(item) || item->type == SURVEY_TYPE_CALCULATE ||
            item->type == SURVEY_TYPE_HIDDEN || item->calculation.text || item->read_only.text)
            continue;
        struct survey_node *node = survey_record_node(record, item, NULL, 0);
        if (node && *node->value)
            survey_record_put(record, node, "");
    }
}

bool survey_received_fill(struct survey_record *record, const struct survey_received *received, size_t count)
{
    bool all = true;
    clear_defaults(record);
    for (size_t i = 0; i < count; i++) {
        const struct survey_received *one = &received[i];
        struct survey_node *node =
            survey_record_node(record, one->item, one->depth ? one->occurrences : NULL, one->depth);
        if (node && !one->item->calculation.text)
            survey_record_put(record, node, one->value);
        all &= node != NULL;
    }
    survey_record_update(record);
    for (size_t i = 0; i < count; i++) {
        const struct survey_received *one = &received[i];
        if (!one->item->calculation.text)
            continue;
        struct survey_node *node =
            survey_record_node(record, one->item, one->depth ? one->occurrences : NULL, one->depth);
        if (node && strcmp(node->value, one->value) != 0)
            survey_record_keep(record, node, one->value);
    }
    return all;
}
