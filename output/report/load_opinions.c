// SPDX-License-Identifier: GPL-3.0-or-later
// Counts and weights of the answers to opinion questions, by unit; opinions never by household.
#include "output/report/load.h"
#include "stats/data/dataset.h"
#include "survey/base/number.h"

#include <string.h>

enum { MOST_ANSWERS = 10 };

// Answers of a list that are opinions, in its order: those that don't stand for a missing answer.
static size_t scale_answers(const struct survey_choice_list *list, const struct survey_choice **answers)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count && count < MOST_ANSWERS; i++)
        if (list->choices[i].missing == SURVEY_PRESENT)
            answers[count++] = &list->choices[i];
    return count;
}

static bool is_rising(const struct survey_choice **answers, size_t count)
{
    int64_t before = INT64_MIN, code;
    for (size_t i = 0; i < count; i++, before = code)
        if (!survey_integer_parse(answers[i]->name, strlen(answers[i]->name), &code) || code <= before)
            return false;
    return count > 0;
}

static size_t add_scale(struct load *load, const struct survey_choice **answers, size_t count)
{
    struct output_report *report = load->report;
    output_labels *labels = survey_arena_array(load->arena, count + 1, sizeof *labels);
    for (size_t i = 0; i < count; i++)
        labels[i] = (output_labels)answers[i]->labels;
    report->scales = load_more(load, report->scales, report->scale_count, sizeof *report->scales);
    report->scales[report->scale_count++] = (struct output_scale){labels, count, is_rising(answers, count)};
    return report->scale_count - 1;
}


// Adds one respondent to a row.
static void add(struct output_answers *row, size_t *counts, double *weights, int answer, enum survey_missing kind, double weight)
{
    if (answer >= 0) {
        counts[answer]++;
        weights[answer] += weight;
    } else if (kind == SURVEY_DONT_KNOW) {
        row->dont_know++;
    } else if (kind == SURVEY_REFUSED || kind == SURVEY_BLANK) {
        row->silent++;
    }
}

static struct output_answers *count_answers(struct load *load, const struct stats_dataset *dataset, const struct survey_item *item,
                                            const struct survey_choice **answers, size_t answer_count)
{
    size_t rows = load->report->assessment->unit_count + 1;
    struct output_answers *table = survey_arena_array(load->arena, rows, sizeof *table);
    size_t *counts = survey_arena_array(load->arena, rows * (answer_count + 1), sizeof *counts);
    double *weights = survey_arena_array(load->arena, rows * (answer_count + 1), sizeof *weights);
    const struct stats_design *design = stats_dataset_design(dataset);
    for (size_t row = 0; row < rows; row++)
        table[row] = (struct output_answers){.counts = counts + row * answer_count, .weights = weights + row * answer_count};
    for (size_t i = 0; i < stats_dataset_rows(dataset); i++) {
        enum survey_missing kind = SURVEY_PRESENT;
        if (!stats_dataset_interview(dataset, i))
            continue;
        const char *text = stats_dataset_answer(dataset, item->column, i, &kind);
        const char *of = stats_dataset_frame(dataset, load->report->assessed_unit, i);
        int answer = -1, unit = of ? load_unit(load, of) : -1;
        for (size_t k = 0; k < answer_count && text && *text; k++)
            if (strcmp(answers[k]->name, text) == 0)
                answer = (int)k;
        add(&table[0], counts, weights, answer, kind, design->weight[i]);
        if (unit >= 0)
            add(&table[unit + 1], counts + (size_t)(unit + 1) * answer_count, weights + (size_t)(unit + 1) * answer_count, answer,
                kind, design->weight[i]);
    }
    return table;
}

static void add_question(struct load *load, const struct stats_dataset *dataset, const struct survey_item *item,
                         const struct survey_choice_list **lists, size_t *scales, size_t *list_count)
{
    const struct survey_choice *answers[MOST_ANSWERS];
    struct output_report *report = load->report;
    size_t count = scale_answers(item->list, answers), at = 0;
    if (count < 2)
        return;
    while (at < *list_count && lists[at] != item->list)
        at++;
    if (at == *list_count) {
        lists[at] = item->list;
        scales[(*list_count)++] = add_scale(load, answers, count);
    }
    report->opinions = load_more(load, report->opinions, report->opinion_count, sizeof *report->opinions);
    report->opinions[report->opinion_count++] = (struct output_opinion){(output_labels)item->labels, scales[at],
        count_answers(load, dataset, item, answers, count)};
}

bool load_opinions(struct load *load, struct survey_error *error)
{
    const struct survey_form *form = load->report->form;
    struct survey_actor actor = *load->actor;
    struct stats_dataset *dataset = NULL;
    actor.round = load->round;
    const struct survey_choice_list **lists = survey_arena_array(load->arena, form->list_count + 1, sizeof *lists);
    size_t *scales = survey_arena_array(load->arena, form->list_count + 1, sizeof *scales), count = 0;
    if (!stats_dataset_open_columns(load->store, &actor, NULL, &dataset, error))
        return false;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        bool opinion = item->role && strcmp(item->role, "opinion") == 0 && item->type == SURVEY_TYPE_SELECT_ONE && item->list &&
                       !item->list->file && !item->repeat;
        if (opinion)
            add_question(load, dataset, item, lists, scales, &count);
    }
    stats_dataset_free(dataset);
    return true;
}
