// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of all indicators, in the order in which they need each other.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One dataset a form, opened when first needed.
struct opened {
    const struct survey_form *form;
    struct stats_dataset *dataset;
};

struct datasets {
    struct opened *list;
    size_t count;
};

// Interviews of units that were not drawn stand in no figure: said once a form.
static void say_strays(const struct stats_plan *plan, const struct survey_form *form,
                       const struct stats_dataset *dataset)
{
    const struct stats_design *design = stats_dataset_design(dataset);
    size_t strays = 0;
    char message[300];
    for (size_t row = 0; row < stats_dataset_rows(dataset); row++)
        strays += stats_dataset_interview(dataset, row) && design->weight[row] == 0;
    survey_format_into(
        message, sizeof message,
        _("%zu interviews with the form '%s' are of units that were not drawn; they don't count"),
        strays, form->id);
    if (strays)
        survey_report_add(plan->report,
                          &(struct survey_problem){.severity = SURVEY_WARNING,
                                                   .code = "W526",
                                                   .file = survey_store_path(plan->store),
                                                   .sheet = "",
                                                   .message = message,
                                                   .expected = ""});
}

// A plan with weighting steps that nobody ran gives estimates without its adjustment for non-response.
static void say_unweighted(const struct stats_plan *plan, const struct stats_dataset *dataset)
{
    const struct survey_sheet *steps = survey_store_plan(plan->store, "weights");
    if (!steps || steps->rows < 2 || stats_dataset_weighted(dataset))
        return;
    survey_report_add(plan->report,
                      &(struct survey_problem){.severity = SURVEY_WARNING,
                                               .code = "W529",
                                               .file = survey_store_path(plan->store),
                                               .sheet = "",
                                               .message = _("the weights sheet has not been run in this round; the estimates "
                                                            "have base weights"),
                                               .expected = _("'assay weight' first")});
}

static bool open_dataset(const struct stats_plan *plan, struct datasets *datasets, size_t index,
                         const struct survey_actor *actor, struct stats_dataset **dataset,
                         struct survey_error *error)
{
    const struct survey_form *form = plan->plans[index].form;
    for (size_t i = 0; i < datasets->count; i++)
        if (datasets->list[i].form == form) {
            *dataset = datasets->list[i].dataset;
            return true;
        }
    const char *name = *plan->indicators[index].form ? plan->indicators[index].form : NULL;
    if (!stats_dataset_open_columns(plan->store, actor, name, dataset, error))
        return false;
    say_strays(plan, form, *dataset);
    if (datasets->count == 0)
        say_unweighted(plan, *dataset);
    datasets->list[datasets->count++] = (struct opened){form, *dataset};
    return true;
}

static void clear_figure(struct stats_figure *figure)
{
    *figure = (struct stats_figure){.value = NAN,
                                    .numerator = NAN,
                                    .denominator = NAN,
                                    .margin = NAN,
                                    .margin_count = NAN,
                                    .method = ""};
}

// Values outside their meaning never leave: where there is none, there is a reason.
static void finish(const struct stats_indicator *indicator, struct stats_figure *figure)
{
    if (!figure->missing && !isfinite(figure->value))
        figure->missing = _("the value is no number");
    if (figure->missing) {
        figure->value = figure->numerator = figure->denominator = NAN;
        figure->counted = figure->estimated = false;
    }
    stats_judge(indicator, figure);
}

static bool compute(const struct stats_plan *plan, struct stats_assessment *assessment,
                    struct datasets *datasets, const struct survey_actor *actor, size_t index,
                    struct survey_error *error)
{
    const struct stats_indicator *indicator = &assessment->indicators[index];
    struct stats_dataset *dataset;
    bool done;
    for (size_t i = 0; i < assessment->unit_count; i++)
        clear_figure(&assessment->units[i].figures[index]);
    clear_figure(&assessment->overall[index]);
    if (indicator->statistic >= STATS_ADMIN)
        done = stats_figures_admin(plan, assessment, index, error);
    else
        done = open_dataset(plan, datasets, index, actor, &dataset, error) &&
               stats_figures_rows(plan, assessment, index, dataset, error);
    for (size_t i = 0; done && i < assessment->unit_count; i++)
        finish(indicator, &assessment->units[i].figures[index]);
    if (done)
        finish(indicator, &assessment->overall[index]);
    return done;
}

bool stats_figures(const struct stats_plan *plan, struct stats_assessment *assessment,
                   const struct survey_actor *actor, struct survey_error *error)
{
    struct datasets datasets = {
        survey_arena_array(assessment->arena, plan->indicator_count + 1, sizeof *datasets.list), 0};
    bool done = true;
    for (size_t i = 0; done && i < plan->indicator_count; i++)
        done = compute(plan, assessment, &datasets, actor, (size_t)plan->order[i], error);
    for (size_t i = 0; i < datasets.count; i++)
        stats_dataset_free(datasets.list[i].dataset);
    return done;
}
