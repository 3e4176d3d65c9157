// SPDX-License-Identifier: GPL-3.0-or-later
// An interview with a simulated household, led by the questionnaire's own logic.
#include "output/demo/demo.h"

#include "survey/base/arena.h"
#include "survey/base/random.h"
#include "survey/workbook/workbook.h"

#include <string.h>

struct demo_list {
    struct survey_node *root;
};

bool demo_list_read(struct survey_arena *arena, const char *csv, size_t length, struct demo_list **list,
                    struct survey_error *error)
{
    struct survey_sheet sheet;
    if (!survey_csv_read(arena, "sample.csv", csv, length, &survey_workbook_default_limits, &sheet, error))
        return false;
    struct demo_list *made = survey_arena_alloc(arena, sizeof *made);
    struct survey_node *document = survey_node_add(arena, NULL, "", "");
    made->root = survey_node_add(arena, document, "root", "");
    for (uint32_t row = 1; row < sheet.rows; row++) {
        struct survey_node *item = survey_node_add(arena, made->root, "item", "");
        for (uint32_t column = 0; column < sheet.columns; column++)
            survey_node_add(arena, item, survey_sheet_cell(&sheet, 0, column), survey_sheet_cell(&sheet, row, column));
    }
    *list = made;
    return true;
}

static const struct survey_node *attached(void *user, const char *id)
{
    const struct demo_list *list = user;
    return strcmp(id, "sample") == 0 || strcmp(id, "sample.csv") == 0 ? list->root : NULL;
}

// The code on the household's paper form, by the attached list; "" where it is not in it.
static const char *token_of(const struct demo_list *list, const char *household)
{
    for (const struct survey_node *row = list ? list->root->first : NULL; row; row = row->next) {
        const struct survey_node *id = survey_node_child(row, "household_id"), *token = survey_node_child(row, "token");
        if (id && token && strcmp(id->value, household) == 0)
            return token->value;
    }
    return "";
}

// When the household was visited: minutes of its own, in the weeks of the field work.
static void clock_text(const struct demo *demo, const struct demo_household *household, bool end, char text[static 40])
{
    struct survey_random random = survey_random_at(demo->seed, "demo/clock", household->id);
    struct survey_time time = {1484010000, 0, 480}; // 2017-01-10 09:00 +08:00
    time.seconds += 86400 * survey_random_below(&random, 12) + 60 * survey_random_below(&random, 480);
    int64_t minutes = 14 + survey_random_below(&random, 25);
    if (strcmp(household->result, "r110") != 0)
        minutes = 3;
    time.seconds += end ? 60 * minutes : 0;
    survey_time_text(&time, text);
}

static void answer(const struct demo *demo, const struct demo_household *household, const struct survey_item *item,
                   struct demo_list *sample, char *at, size_t size)
{
    const char *token = strcmp(item->name, "qr_code") == 0 ? token_of(sample, household->id) : "";
    if (item->type == SURVEY_TYPE_START || item->type == SURVEY_TYPE_END)
        clock_text(demo, household, item->type == SURVEY_TYPE_END, at);
    else if (strcmp(item->name, "qr_code") == 0)
        survey_format_into(at, size, "%s", token);
    else
        demo_answer(demo->population, household, item->name, at, size);
}

struct survey_record *demo_interview(const struct demo *demo, const struct survey_form *form, const struct demo_household *household,
                                     struct demo_list *sample)
{
    struct survey_record_env env = {.now = {1484010000, 0, 480}, .seed = demo->seed, .device = "demo", .username = "demo"};
    if (sample) {
        env.instance = attached;
        env.user = sample;
    }
    struct survey_record *record = survey_record_new(form, &env);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        bool meta = item->type == SURVEY_TYPE_START || item->type == SURVEY_TYPE_END;
        struct survey_node *node = survey_record_node(record, item, NULL, 0);
        char text[256] = "";
        if (!node || node->irrelevant || item->repeat || (!survey_item_is_asked(item) && !meta))
            continue;
        answer(demo, household, item, sample, text, sizeof text);
        if (*text)
            survey_record_set(record, node, text);
    }
    return record;
}
