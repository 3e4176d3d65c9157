// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's person at the screen: decides what the reader left open, from what can be seen; and a check of
// what the reader settled by itself against what the pen wrote.
#include "output/demo/paper.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/store/response.h"
#include "survey/workbook/workbook.h"

#include <stdlib.h>
#include <string.h>

static const struct demo_sheet *sheet_of(const struct demo_papers *papers, const char *unit)
{
    size_t low = 0, high = papers->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(papers->sheets[middle].household->id, unit);
        if (order == 0)
            return &papers->sheets[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int question_of(const struct paper_layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->question_count; i++)
        if (strcmp(layout->questions[i].name, name) == 0)
            return (int)i;
    return -1;
}

static enum simulate_fate fate_of(const struct demo *demo, const struct demo_sheet *sheet, size_t question)
{
    return simulate_fate_of(&demo_profile(demo, sheet->household)->pen, demo->seed, sheet->text, &sheet->layout->questions[question]);
}

// What a person sees in the box: what was written, nothing, or two marks of which none can be told.
static void key_one(struct demo *demo, const struct demo_papers *papers, struct survey_query *query, struct survey_buffer *csv)
{
    const struct demo_sheet *sheet = sheet_of(papers, survey_query_text(query, 1));
    int question = sheet ? question_of(sheet->layout, survey_query_text(query, 2)) : -1;
    if (question < 0)
        return;
    enum simulate_fate fate = fate_of(demo, sheet, (size_t)question);
    struct survey_record *record = demo_interview(demo, papers->form, sheet->household, NULL);
    const char *value = fate == SIMULATE_BLANK ? "" : demo_paper_answer(sheet->layout, (size_t)question, record);
    survey_csv_put(csv, survey_query_text(query, 0), true);
    survey_csv_put(csv, fate == SIMULATE_TWICE ? "skip" : *value ? "" : "blank", false);
    survey_csv_put(csv, fate == SIMULATE_TWICE ? "" : value, false);
    survey_buffer_byte(csv, '\n');
    survey_record_free(record);
    demo->tally->waiting++;
    demo->tally->keyed += strcmp(survey_query_text(query, 3), "writing") == 0;
}

bool demo_paper_key(struct demo *demo, const struct demo_papers *papers, struct survey_store *store, struct survey_error *error)
{
    struct survey_buffer csv = SURVEY_BUFFER(256 << 20);
    struct survey_query *query = survey_query(store, error,
                                              "SELECT mark.id, response.unit, mark.question, mark.kind FROM mark JOIN response ON "
                                              "response.id = mark.response WHERE mark.state = 'waiting' ORDER BY unit, mark.y, mark.id", "");
    if (!query)
        return false;
    survey_buffer_text(&csv, "id,decision,value\n");
    while (survey_query_next(query))
        key_one(demo, papers, query, &csv);
    bool done = survey_query_end(query, error) &&
                survey_file_write(demo_path(demo, "keyed.csv"), survey_buffer_string(&csv), csv.length, error);
    survey_buffer_clear(&csv);
    return done;
}

// Choices in any order.
static bool same_choices(const char *written, const char *read)
{
    if (strlen(written) != strlen(read))
        return false;
    for (size_t length; *written; written += length + (written[length] == ' ')) {
        length = strcspn(written, " ");
        const char *at = read;
        while (*at && !(strncmp(at, written, length) == 0 && (at[length] == ' ' || !at[length])))
            at += strcspn(at, " ") + (at[strcspn(at, " ")] == ' ');
        if (!*at)
            return false;
    }
    return true;
}

static bool same_answer(const char *written, const char *read)
{
    int64_t one, other;
    if (survey_integer_parse(written, strlen(written), &one) && survey_integer_parse(read, strlen(read), &other))
        return one == other; // a grid has leading zeros
    return same_choices(written, read);
}

static bool waits(struct survey_store *store, const char *response, const char *question)
{
    return survey_store_count(store, 0, "SELECT count(*) FROM mark WHERE response = ? AND question = ?", "tt", response, question) > 0;
}

static bool check_one(struct demo *demo, const struct demo_papers *papers, struct survey_store *store, const char *id,
                      const struct demo_sheet *sheet, struct survey_error *error)
{
    struct survey_record *read = NULL, *written = demo_interview(demo, papers->form, sheet->household, NULL);
    bool done = survey_response_load(store, id, &read, error);
    for (size_t i = 0; done && i < sheet->layout->question_count; i++) {
        const struct paper_question *question = &sheet->layout->questions[i];
        enum simulate_fate fate = fate_of(demo, sheet, i);
        const struct survey_node *node = survey_record_find(read, question->name);
        if (question->kind == PAPER_WRITING || fate == SIMULATE_TWICE || !node || waits(store, id, question->name))
            continue;
        const char *value = fate == SIMULATE_BLANK ? "" : demo_paper_answer(sheet->layout, i, written);
        demo->tally->marks++;
        demo->tally->wrong += !same_answer(value, node->value);
    }
    survey_record_free(read);
    survey_record_free(written);
    return done;
}

bool demo_paper_check(struct demo *demo, const struct demo_papers *papers, struct survey_store *store, struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, "SELECT id, unit FROM response WHERE channel = 'paper' ORDER BY unit", "");
    bool done = query != NULL;
    while (done && survey_query_next(query)) {
        const struct demo_sheet *sheet = sheet_of(papers, survey_query_text(query, 1));
        if (sheet)
            done = check_one(demo, papers, store, survey_query_text(query, 0), sheet, error);
    }
    return query && survey_query_end(query, done ? error : NULL) && done;
}
