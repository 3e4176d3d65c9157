// SPDX-License-Identifier: GPL-3.0-or-later
// What a reader made of simulated scans, against the truth.
#include "forms/scan/simulate_job.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/map.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_FILE = 1 << 30, MOST_WORDS = 256 };

static bool open_json(struct survey_arena *arena, const char *path, enum survey_json_kind kind, struct survey_json **json,
                      struct survey_error *error)
{
    char *bytes;
    size_t length;
    if (!survey_file_read(path, MOST_FILE, &bytes, &length, error))
        return false;
    bool done = survey_json_read(arena, path, bytes, length, json, error);
    free(bytes);
    if (done && (*json)->kind != kind)
        return survey_fail(error, SURVEY_ERROR_INPUT, path, kind == SURVEY_JSON_ARRAY ? _("expected what 'assay scan --json' printed")
                                                                                     : _("expected the truth.json of 'assay simulate'"));
    return done;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The words of text in alphabetical order, for choices whose order says nothing.
static const char *sorted_words(struct survey_arena *arena, const char *text)
{
    const char *words[MOST_WORDS];
    size_t count = 0;
    char *copy = survey_arena_strdup(arena, text), *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word && count < MOST_WORDS; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    qsort(words, count, sizeof *words, by_text);
    struct survey_buffer joined = SURVEY_BUFFER(1 << 16);
    for (size_t i = 0; i < count; i++)
        survey_format(&joined, "%s%s", i ? " " : "", words[i]);
    const char *sorted = survey_arena_strdup(arena, survey_buffer_string(&joined));
    survey_buffer_clear(&joined);
    return sorted;
}

struct scoring {
    struct survey_arena *arena;
    struct survey_map doubles; // "form question"
    struct simulate_score *score;
};

static const char *pair(struct scoring *scoring, const char *form, const char *question)
{
    return survey_arena_format(scoring->arena, "%s %s", form, question);
}

static void judge(struct scoring *scoring, const char *form, const char *question, const char *expected, const struct survey_json *response)
{
    struct simulate_score *score = scoring->score;
    score->questions++;
    if (!response) {
        score->missing++;
        return;
    }
    bool twice = survey_map_find(&scoring->doubles, pair(scoring, form, question)) != NULL, doubtful = false;
    const struct survey_json *list = survey_json_get(response, "doubtful");
    for (const struct survey_json *one = list ? list->first : NULL; one; one = one->next)
        doubtful = doubtful || strcmp(survey_json_text(one, "question", ""), question) == 0;
    const char *got = survey_json_text(survey_json_get(response, "answers"), question, "");
    if (doubtful && twice)
        score->right++;
    else if (doubtful)
        score->doubtful++;
    else if (!twice && strcmp(sorted_words(scoring->arena, expected), sorted_words(scoring->arena, got)) == 0)
        score->right++;
    else {
        score->wrong++;
        survey_format(&score->wrongs, "%s\t%s\t%s\t%s\n", form, question, twice ? _("two marks") : expected, got);
    }
}

static void score_forms(struct scoring *scoring, const struct survey_json *truth, const struct survey_json *reading)
{
    struct survey_map read = {0};
    for (const struct survey_json *one = reading->first; one; one = one->next) {
        const char *form = survey_json_text(one, "form", NULL);
        if (form)
            survey_map_put(&read, scoring->arena, form, NULL)->value = (void *)(uintptr_t)one;
        else
            scoring->score->unread++;
    }
    const struct survey_json *pairs = survey_json_get(truth, "double"), *forms = survey_json_get(truth, "answers");
    for (const struct survey_json *one = pairs ? pairs->first : NULL; one; one = one->next)
        if (one->count == 2)
            survey_map_put(&scoring->doubles, scoring->arena, pair(scoring, one->first->text ? one->first->text : "",
                                                                   one->first->next->text ? one->first->next->text : ""), NULL);
    for (const struct survey_json *form = forms ? forms->first : NULL; form; form = form->next) {
        const struct survey_map_entry *entry = survey_map_find(&read, form->key);
        for (const struct survey_json *answer = form->first; answer; answer = answer->next)
            judge(scoring, form->key, answer->key, answer->text ? answer->text : "", entry ? entry->value : NULL);
    }
    pairs = survey_json_get(truth, "blank");
    for (const struct survey_json *one = pairs ? pairs->first : NULL; one; one = one->next)
        if (one->count == 2 && one->first->text && one->first->next->text) {
            const struct survey_map_entry *entry = survey_map_find(&read, one->first->text);
            judge(scoring, one->first->text, one->first->next->text, "", entry ? entry->value : NULL);
        }
    survey_map_clear(&read);
}

bool simulate_score_read(const char *truth_path, const char *reading_path, struct simulate_score *score, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *truth, *reading;
    *score = (struct simulate_score){.wrongs = SURVEY_BUFFER(64 << 20)};
    bool done = open_json(arena, truth_path, SURVEY_JSON_OBJECT, &truth, error) &&
                open_json(arena, reading_path, SURVEY_JSON_ARRAY, &reading, error);
    if (done) {
        struct scoring scoring = {.arena = arena, .score = score};
        const struct survey_json *pages = survey_json_get(truth, "pages");
        score->pages = pages ? pages->count : 0;
        score_forms(&scoring, truth, reading);
        survey_map_clear(&scoring.doubles);
    }
    survey_arena_free(arena);
    return done;
}
