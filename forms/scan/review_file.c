// SPDX-License-Identifier: GPL-3.0-or-later
// The review queue as a spreadsheet: written to be filled in, and taken back.
#include "forms/scan/review.h"

#include "survey/base/arena.h"
#include "survey/base/map.h"
#include "survey/base/text.h"

#include <string.h>

static size_t language_of(const struct survey_form *form, const char *language)
{
    int index = language ? survey_form_language(form, language) : -1;
    return index >= 0 ? (size_t)index : form->default_language;
}

const char *review_label(struct survey_store *store, const struct review_mark *mark, const char *language)
{
    const struct survey_form *form = survey_store_form(store, mark->form, NULL);
    return form && mark->item ? survey_label(form, mark->item->labels, language_of(form, language)) : "";
}

const char *review_choices(struct survey_store *store, struct survey_arena *arena, const struct review_mark *mark,
                           const char *language)
{
    const struct survey_form *form = survey_store_form(store, mark->form, NULL);
    if (!form || !mark->item)
        return "";
    if (!mark->item->list)
        return mark->item->type == SURVEY_TYPE_INTEGER && mark->item->constraint.text ? mark->item->constraint.text : "";
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    for (size_t i = 0; i < mark->item->list->count; i++) {
        const struct survey_choice *choice = &mark->item->list->choices[i];
        survey_format(&text, "%s%s = %s", i ? "; " : "", choice->name, survey_label(form, choice->labels, language_of(form, language)));
    }
    const char *copy = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return copy;
}

void review_export(struct survey_store *store, struct survey_arena *arena, const struct review_list *list,
                   const char *language, bool crops, struct survey_buffer *csv)
{
    survey_buffer_text(csv, "\xef\xbb\xbf" // so that spreadsheets take it for UTF-8
                            "id,response,unit,form,question,label,kind,why,read,choices,crop,decision,value\n");
    for (size_t i = 0; i < list->count; i++) {
        const struct review_mark *mark = &list->marks[i];
        const char *id = review_short_id(arena, mark->id, list->short_length);
        const char *crop = crops ? survey_arena_format(arena, "%s.png", id) : "";
        // An id such as 12345678 or 123e4567 would come back from a spreadsheet as a number.
        const char *const cells[] = {survey_arena_format(arena, "uuid:%s", id), review_short_id(arena, mark->response, 0),
                                     mark->unit, mark->form_name, mark->question, review_label(store, mark, language), mark->kind,
                                     mark->why, mark->read ? mark->read : "", review_choices(store, arena, mark, language), crop, "", ""};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
            survey_csv_put_safe(csv, cells[c], c == 0);
        survey_buffer_byte(csv, '\n');
    }
}

struct taking {
    struct survey_store *store;
    const char *path;
    bool second;
    const struct survey_actor *actor;
    struct survey_report *report;
    struct review_batch *batch;
    struct survey_sheet sheet;
    int id, value, decision; // columns; -1 where there is none
    struct survey_map seen;  // id of a mark -> line
};

static const char *cell(const struct taking *taking, uint32_t row, int column)
{
    return column < 0 ? "" : survey_sheet_cell(&taking->sheet, row, (uint32_t)column);
}

static void refuse(struct taking *taking, uint32_t row, int column, const char *code, const char *message)
{
    survey_report_add(taking->report, &(struct survey_problem){
        .severity = SURVEY_FAULT, .code = code, .file = taking->path, .sheet = "", .message = message, .expected = "",
        .row = survey_sheet_line(&taking->sheet, row), .column = column < 0 ? 0 : (uint32_t)column + 1});
    struct survey_buffer *out = &taking->batch->refusals;
    if (taking->batch->refused++ == 0) {
        for (uint32_t c = 0; c < taking->sheet.columns; c++)
            survey_csv_put(out, survey_sheet_cell(&taking->sheet, 0, c), c == 0);
        survey_buffer_text(out, ",reason\n");
    }
    for (uint32_t c = 0; c < taking->sheet.columns; c++)
        survey_csv_put(out, survey_sheet_cell(&taking->sheet, row, c), c == 0);
    survey_csv_put(out, message, false);
    survey_buffer_byte(out, '\n');
}

// Reads what a row says; false where it says nothing, or (with a fault) nothing that is understood.
static bool read_verdict(struct taking *taking, uint32_t row, struct review_verdict *verdict)
{
    static const struct {
        const char *word;
        enum review_decision decision;
    } words[] = {{"", REVIEW_VALUE}, {"value", REVIEW_VALUE}, {"blank", REVIEW_BLANK}, {"read", REVIEW_READ}, {"skip", REVIEW_SKIP}};
    const char *word = cell(taking, row, taking->decision), *value = cell(taking, row, taking->value);
    if (!*word && !*value) {
        taking->batch->left += *cell(taking, row, taking->id) != '\0';
        return false;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) {
            *verdict = (struct review_verdict){.decision = words[i].decision, .value = value, .second = taking->second};
            if (verdict->decision == REVIEW_VALUE || !*value)
                return true;
            refuse(taking, row, taking->decision, "R103", _("the row has both a decision and a value"));
            return false;
        }
    struct survey_buffer message = SURVEY_BUFFER(1000);
    survey_format(&message, _("the decision '%s' is none of blank, read, skip"), word);
    refuse(taking, row, taking->decision, "R102", survey_buffer_string(&message));
    survey_buffer_clear(&message);
    return false;
}

// A fault of the input goes to the report; false for anything worse.
static bool take_row(struct taking *taking, struct survey_arena *arena, struct survey_arena *kept, uint32_t row,
                     struct survey_error *error)
{
    struct review_verdict verdict;
    struct review_mark mark;
    struct survey_error inner = {0};
    if (!read_verdict(taking, row, &verdict))
        return true;
    bool good = review_find(taking->store, arena, cell(taking, row, taking->id), &mark, &inner);
    int column = good ? taking->value : taking->id;
    if (good) {
        struct survey_map_entry *entry = survey_map_find(&taking->seen, mark.id);
        if (entry) {
            refuse(taking, row, taking->id, "R104",
                   survey_arena_format(arena, _("line %lld decides the same already"), (long long)entry->number));
            return true;
        }
        good = review_decide(taking->store, &mark, &verdict, taking->actor, &inner);
    }
    if (good) {
        survey_map_put(&taking->seen, kept, mark.id, NULL)->number = survey_sheet_line(&taking->sheet, row);
        taking->batch->decided++;
        taking->batch->completed += verdict.completed;
    } else if (inner.code == SURVEY_ERROR_INPUT) {
        refuse(taking, row, column, "R101", inner.message);
    } else {
        *error = inner;
        return false;
    }
    return true;
}

static bool find_columns(struct taking *taking, struct survey_error *error)
{
    taking->id = survey_sheet_column(&taking->sheet, "id");
    taking->value = survey_sheet_column(&taking->sheet, "value");
    taking->decision = survey_sheet_column(&taking->sheet, "decision");
    if (taking->id < 0 || taking->value < 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, taking->path, _("the column '%s' is missing; expected id and value"),
                           taking->id < 0 ? "id" : "value");
    return true;
}

bool review_take_csv(struct survey_store *store, const char *path, bool second, const struct survey_actor *actor,
                     struct survey_report *report, struct review_batch *batch, struct survey_error *error)
{
    struct survey_arena *kept = survey_arena_new();
    struct taking taking = {
        .store = store, .path = path, .second = second, .actor = actor, .report = report, .batch = batch};
    *batch = (struct review_batch){.refusals = SURVEY_BUFFER(256 << 20)};
    bool done = survey_csv_open(kept, path, &survey_workbook_default_limits, &taking.sheet, error) &&
                find_columns(&taking, error);
    for (uint32_t row = 1; done && row < taking.sheet.rows; row++) {
        struct survey_arena *arena = survey_arena_new();
        done = take_row(&taking, arena, kept, row, error);
        survey_arena_free(arena);
    }
    survey_map_clear(&taking.seen);
    survey_arena_free(kept);
    return done;
}
