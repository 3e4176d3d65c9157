// SPDX-License-Identifier: GPL-3.0-or-later
// Recalculation by dependency leaves nothing stale: after every few random answers, calculating everything
// anew must change nothing.
#include "survey/base/arena.h"
#include "survey/base/random.h"
#include "survey/record/instance.h"
#include "survey/record/state.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

#include <stdlib.h>

enum { ANSWERS = 400, LOOK_EVERY = 20 };

static char *state_of(struct survey_record *record)
{
    struct survey_buffer text = SURVEY_BUFFER(64 << 20);
    struct survey_json_writer writer = survey_json_writer(&text, false);
    survey_record_write_json(record, &writer);
    return text.at;
}

// Any question, also one that is not asked now; repeats get up to four instances.
static void answer(struct survey_record *record, struct survey_random *random)
{
    static const char *const words[] = {"yes", "no", "1", "2", "3", "12", "a", "b", "dk", "2016-12-31", "x y", ""};
    const struct survey_form *form = survey_record_form(record);
    const struct survey_item *item = form->items[survey_random_below(random, (uint32_t)form->item_count)];
    uint32_t numbers[RECORD_DEPTH_MAX];
    if (!survey_item_is_asked(item))
        return;
    for (size_t i = 0; i < RECORD_DEPTH_MAX; i++)
        numbers[i] = 1 + survey_random_below(random, 4);
    struct survey_node *node = survey_record_node(record, item, numbers, RECORD_DEPTH_MAX);
    const char *value = words[survey_random_below(random, sizeof words / sizeof *words)];
    if (item->list && item->list->count && survey_random_below(random, 8))
        value = item->list->choices[survey_random_below(random, (uint32_t)item->list->count)].name;
    if (node)
        survey_record_set(record, node, value);
}

static bool is_fresh(struct survey_record *record)
{
    char *before = state_of(record);
    for (size_t i = 0; i < record->form->item_count; i++)
        record_stale(record, record->form->items[i]);
    record->changes.any = true;
    survey_record_update(record);
    char *after = state_of(record);
    bool same = before && after && strcmp(before, after) == 0;
    size_t at = 0;
    while (!same && before && after && before[at] && before[at] == after[at])
        at++;
    if (!same && before && after)
        fprintf(stderr, "%.200s\n%.200s\n", before + (at > 100 ? at - 100 : 0), after + (at > 100 ? at - 100 : 0));
    free(before);
    free(after);
    return same;
}

static void form_stays_fresh(struct survey_form *form)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct survey_record_env env = {.now = {1480000000, 0, 0}, .seed = seed};
        struct survey_random random = survey_random_at(seed, "depend", form->id);
        struct survey_record *record = survey_record_new(form, &env);
        bool fresh = is_fresh(record);
        for (int i = 1; fresh && i <= ANSWERS; i++) {
            answer(record, &random);
            fresh = i % LOOK_EVERY || is_fresh(record);
        }
        CHECK(fresh);
        survey_record_free(record);
    }
    survey_form_free(form);
}

static void stays_fresh(const char *path)
{
    struct survey_form *form = NULL;
    struct survey_error error;
    NEED(survey_form_open(path, false, NULL, &form, &error));
    form_stays_fresh(form);
}

// What names alone don't tell: parents, all children, current(), positions, counts of instances.
static void odd_paths(void)
{
    static const char md[] = "| survey |\n| | type | name | label | relevant | calculation | repeat_count |\n"
                             "| | calculate | all | | | sum(/data/g/*) + count(/data/r) | |\n"
                             "| | calculate | far | | | /data/g/../g/b | |\n"
                             "| | begin_group | g | G | | | |\n| | integer | a | A | | | |\n| | integer | b | B | | | |\n| | end_group | | | | | |\n"
                             "| | begin_repeat | r | R | | | |\n| | integer | a1 | A | | | |\n"
                             "| | calculate | up | | | ../../g/a + position(..) | |\n"
                             "| | calculate | cur | | | current()/../a1 * 2 | |\n"
                             "| | text | t | T | ../a1 > 2 and count(/data/r) < 4 | | |\n| | end_repeat | | | | | |\n"
                             "| | begin_repeat | s | S | ${t} != '' | | ${a} |\n| | text | u | U | | | |\n| | end_repeat | | | | | |\n"
                             "| | calculate | joined | | | join(' ', /data/s/u) | |\n";
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    struct survey_form *form = NULL;
    struct survey_error error;
    NEED(survey_workbook_read(arena, "odd.md", "md", md, sizeof md - 1, &survey_workbook_default_limits, &workbook, &error));
    NEED(survey_form_read(arena, workbook, false, NULL, &form, &error));
    form_stays_fresh(form);
}

static void own_forms(void)
{
    stays_fresh(FORM);
    stays_fresh(DEEP_FORM);
    stays_fresh(EXAMPLE);
}

static void real_forms(void)
{
    static const char *const names[] = {"ipa_household_survey", "mitwirken_participation_de", "odk_all_question_types", "odk_socio_economic",
                                        "pma_hq",               "reach_msna_2024_v11",        "who_va_webforms_fixture"};
    FILE *file = fopen(SHARED "/data/xlsforms/pma_hq.xlsx", "rb");
    if (!file)
        SKIP("the shared questionnaires are not here");
    fclose(file);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/data/xlsforms/%s.xlsx", SHARED, names[i]);
        stays_fresh(path);
    }
}

TESTS(CASE(odd_paths), CASE(own_forms), CASE(real_forms))
