// SPDX-License-Identifier: GPL-3.0-or-later
// How long it takes to open a questionnaire and to answer every question once, all recalculations done:
// bench_interview FORM [RUNS]. The figure to keep is 10 ms for the WHO verbal autopsy form (issue 3).
#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/record/record.h"
#include "survey/workbook/workbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static const char *value_for(struct survey_record *record, const struct survey_node *node, size_t turn)
{
    const struct survey_choice *choices[64];
    size_t count;
    switch ((int)node->item->type) {
    case SURVEY_TYPE_SELECT_ONE:
    case SURVEY_TYPE_SELECT_MULTIPLE:
        count = survey_record_choices(record, node, choices, 64);
        count = count > 64 ? 64 : count;
        return count ? choices[turn % count]->name : "";
    case SURVEY_TYPE_INTEGER:
    case SURVEY_TYPE_DECIMAL:
        return turn % 2 ? "3" : "27";
    case SURVEY_TYPE_DATE:
        return turn % 2 ? "2016-05-31" : "1990-01-15";
    default:
        return "words";
    }
}

static size_t answer_all(struct survey_record *record, struct survey_node *node, size_t turn)
{
    for (struct survey_node *child = node->first; child; child = child->next) {
        if (child->hidden || !child->item)
            continue;
        if (child->first)
            turn = answer_all(record, child, turn);
        else if (survey_item_is_asked(child->item) && !child->item->calculation.text)
            survey_record_set(record, child, value_for(record, child, turn)), turn++;
    }
    return turn;
}

int main(int argc, char **argv)
{
    int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 15;
    double open_best = 1e9, answer_best = 1e9, whole_best = 1e9, start_best = 1e9;
    size_t answers = 0, items = 0;
    for (int run = 0; argc > 1 && run < runs; run++) {
        struct survey_form *form;
        struct survey_error error;
        struct survey_record_env env = {.now = {1480000000, 0, 0}, .seed = 1};
        double began = now();
        if (!survey_form_open(argv[1], false, NULL, &form, &error)) {
            fprintf(stderr, "%s: %s\n", error.where, error.message);
            return 0; // the shared questionnaires are not here
        }
        double opened = now();
        struct survey_record *record = survey_record_new(form, &env);
        double started = now();
        answers = answer_all(record, (struct survey_node *)(uintptr_t)survey_record_root(record), 0);
        double answered = now();
        items = form->item_count;
        open_best = opened - began < open_best ? opened - began : open_best;
        start_best = started - opened < start_best ? started - opened : start_best;
        answer_best = answered - started < answer_best ? answered - started : answer_best;
        whole_best = answered - began < whole_best ? answered - began : whole_best;
        survey_record_free(record);
        survey_form_free(form);
    }
    printf("%zu rows, %zu answers, best of %d: opened in %.1f ms, begun in %.2f ms, answered in %.2f ms, all in %.1f ms\n", items, answers, runs,
           open_best, start_best, answer_best, whole_best);
    return 0;
}
