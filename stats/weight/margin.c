// SPDX-License-Identifier: GPL-3.0-or-later
// Margins of the weights sheet, and the steps that fit weights to them one after the other: post-stratification and
// raking.
#include "stats/weight/private.h"

#include "survey/base/text.h"

#include <math.h>
#include <string.h>

enum { MOST_ROUNDS = 1000 };
static const double tolerance = 1e-10;

static void sum_margin(const struct weighing *in, struct margin *margin)
{
    size_t cells = margin->number ? 1 : margin->cells.count;
    memset(margin->sums, 0, cells * sizeof *margin->sums);
    for (size_t i = 0; i < in->roster->count; i++)
        if (in->w[i] > 0 && weight_is_interview(in, i))
            margin->sums[margin->number ? 0 : margin->cells.of[i]] +=
                in->w[i] * (margin->number ? margin->number[i] : 1);
}

double weight_margin_off(const struct weighing *in, struct margin *margin, size_t *worst)
{
    double off = 0;
    sum_margin(in, margin);
    *worst = 0;
    for (size_t cell = 0; cell < (margin->number ? 1 : margin->cells.count); cell++) {
        double total = margin->totals[cell], apart = margin->sums[cell] / total - 1;
        if (!(total > 0) || !(fabs(apart) > fabs(off)))
            continue;
        off = apart;
        *worst = cell;
    }
    return off;
}

// Every cell with interviews needs a total above 0, every total above 0 needs interviews.
static bool check_margin(struct weighing *in, struct margin *margin)
{
    bool good = true;
    sum_margin(in, margin);
    for (size_t cell = 0; cell < margin->cells.count; cell++) {
        double total = margin->totals[cell], sum = margin->sums[cell];
        if (sum > 0 && !(total > 0))
            good = weight_fault(in, "totals", "W205",
                                survey_arena_format(in->arena,
                                                    _("the cell %s has interviews and no total"),
                                                    margin->names[cell]),
                                "");
        else if (total > 0 && !(sum > 0))
            good = weight_fault(
                in, "totals", "W206",
                survey_arena_format(in->arena, _("the cell %s has the total %g and no interview"),
                                    margin->names[cell], total),
                _("wider categories"));
    }
    return good;
}

static double fit_margin(struct weighing *in, struct margin *margin, size_t *worst)
{
    double most = fabs(weight_margin_off(in, margin, worst));
    for (size_t i = 0; i < in->roster->count; i++)
        if (in->w[i] > 0)
            in->w[i] *= margin->totals[margin->cells.of[i]] / margin->sums[margin->cells.of[i]];
    return most;
}

static bool read_cells(struct weighing *in, struct margin *margin, const char *source, bool shared,
                       struct survey_error *error)
{
    if (!weight_cells(in, margin->by, &margin->cells))
        return false;
    size_t count = margin->cells.count;
    if (!margin->cells.width)
        return weight_fault(in, "by", "W207", _("the columns of the cells are missing"),
                            _("columns of the frame"));
    margin->totals = survey_arena_array(in->arena, count + 1, sizeof *margin->totals);
    margin->sums = survey_arena_array(in->arena, count + 1, sizeof *margin->sums);
    margin->names = survey_arena_array(in->arena, count + 1, sizeof *margin->names);
    for (size_t cell = 0; cell < count; cell++)
        margin->names[cell] = weight_cell_name(in, &margin->cells, cell);
    return weight_totals(in, &margin->cells, source, shared, margin->totals, error);
}

static bool read_number(struct weighing *in, struct margin *margin, const char *column, const char *source,
                        struct survey_error *error)
{
    double *numbers;
    if (!weight_numbers(in, column, weight_is_interview, &numbers))
        return false;
    margin->number = numbers;
    margin->totals = survey_arena_array(in->arena, 1, sizeof *margin->totals);
    margin->sums = survey_arena_array(in->arena, 1, sizeof *margin->sums);
    margin->names = survey_arena_array(in->arena, 1, sizeof *margin->names);
    margin->names[0] = margin->by;
    return weight_number_total(in, column, source, margin->totals, error);
}

bool weight_read_margins(struct weighing *in, struct weight_rule *rule, const char *const *by, size_t count,
                         struct survey_error *error)
{
    const char **sources;
    size_t source_count = stats_words(in->arena, weight_text(in, "totals"), "; ", &sources);
    if (source_count > 1 && source_count != count)
        return weight_fault(in, "totals", "W211",
                            _("name one sheet of totals for all margins, or one for each"), "");
    rule->margins = survey_arena_array(in->arena, count + 1, sizeof *rule->margins);
    bool good = true;
    for (size_t m = 0; good && m < count; m++) {
        struct margin *margin = &rule->margins[rule->margin_count++];
        const char *source = source_count == 0 ? NULL : sources[source_count > 1 ? m : 0];
        const char *column = weight_call(in, by[m], "number");
        margin->by = by[m];
        good = column ? read_number(in, margin, column, source, error)
                      : read_cells(in, margin, source, source_count == 1 && count > 1, error);
    }
    return good;
}

bool weight_check_margins(struct weighing *in, struct weight_rule *rule)
{
    bool good = true;
    weight_keep_interviews(in);
    for (size_t m = 0; m < rule->margin_count; m++)
        good = (rule->margins[m].number || check_margin(in, &rule->margins[m])) && good;
    return good;
}

static bool run_poststratify(struct weighing *in, struct weight_rule *rule)
{
    size_t worst;
    if (!weight_check_margins(in, rule))
        return false;
    fit_margin(in, &rule->margins[0], &worst);
    return true;
}

static bool no_numbers(struct weighing *in, const struct weight_rule *rule)
{
    for (size_t m = 0; m < rule->margin_count; m++)
        if (rule->margins[m].number)
            return weight_fault(in, "by", "W213",
                                survey_arena_format(in->arena, _("'%s' is for calibrate"), rule->margins[m].by),
                                _("columns of the frame"));
    return true;
}

bool weight_read_poststratify(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    const char *by = weight_text(in, "by");
    rule->run = run_poststratify;
    return weight_read_margins(in, rule, &by, 1, error) && no_numbers(in, rule);
}

static bool totals_agree(struct weighing *in, const struct margin *margins, size_t count)
{
    double first = 0;
    for (size_t m = 0; m < count; m++) {
        double sum = 0;
        for (size_t cell = 0; cell < margins[m].cells.count; cell++)
            sum += isnan(margins[m].totals[cell]) ? 0 : margins[m].totals[cell];
        if (m > 0 && fabs(sum - first) > 1e-6 * first)
            return weight_fault(
                in, "totals", "W208",
                survey_arena_format(in->arena,
                                    _("the totals of '%s' sum to %g, those of '%s' to %g"),
                                    margins[m].by, sum, margins[0].by, first),
                "");
        first = m == 0 ? sum : first;
    }
    return true;
}

static bool run_rake(struct weighing *in, struct weight_rule *rule)
{
    size_t worst_margin = 0, worst_cell = 0;
    double most = 0;
    if (!weight_check_margins(in, rule) || !totals_agree(in, rule->margins, rule->margin_count))
        return false;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        most = 0;
        for (size_t m = 0; m < rule->margin_count; m++) {
            size_t cell = 0;
            double off = fit_margin(in, &rule->margins[m], &cell);
            if (off > most) {
                most = off;
                worst_margin = m;
                worst_cell = cell;
            }
        }
        if (most <= tolerance)
            return true;
    }
    return weight_fault(
        in, "by", "W209",
        survey_arena_format(
            in->arena, _("raking does not settle: after %d rounds the cell %s is off by %g"),
            MOST_ROUNDS, rule->margins[worst_margin].names[worst_cell], most),
        _("wider categories, or fewer margins"));
}

bool weight_read_rake(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    const char **by;
    size_t count = stats_words(in->arena, weight_text(in, "by"), ";", &by);
    rule->run = run_rake;
    if (count < 2)
        return weight_fault(in, "by", "W210",
                            _("raking takes two margins or more, separated by ';'"),
                            "stratum;county_code");
    return weight_read_margins(in, rule, by, count, error) && no_numbers(in, rule);
}
