// SPDX-License-Identifier: GPL-3.0-or-later
// The step calibrate: to the totals of categories and of numbers at once, within bounds, one weight for units that
// belong together.
#include "stats/estimate/calibrate.h"
#include "stats/weight/private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

static bool read_distance(struct weighing *in, struct stats_calibration *to)
{
    const char **words, *text = weight_text(in, "bounds");
    size_t count = stats_words(in->arena, text, " ,;", &words), first = 0;
    bool good = true;
    to->distance = count ? STATS_LOGIT : STATS_LINEAR;
    if (count && strchr("lr", *words[0])) {
        static const char *const names[] = {"linear", "raking", "logit"};
        good = false;
        for (int i = 0; i < 3; i++)
            if (strcmp(words[0], names[i]) == 0) {
                to->distance = (enum stats_distance)i;
                good = true;
            }
        first = 1;
    }
    to->bounded = count - first == 2;
    good = good && (to->bounded || (count == first && to->distance != STATS_LOGIT));
    if (good && to->bounded)
        good = survey_number_parse(words[first], strlen(words[first]), &to->lower) &&
               survey_number_parse(words[first + 1], strlen(words[first + 1]), &to->upper) && to->lower >= 0 &&
               to->lower < 1 && to->upper > 1;
    return good ||
           weight_fault(in, "bounds", "W402",
                        survey_arena_format(in->arena, _("'%s' are no bounds of a calibration"), text),
                        _("0.5 2 (logit), linear, linear 0.5 2, raking, raking 0.5 2: of the new weight over the old"));
}

static double *column(struct weighing *in, size_t n)
{
    return survey_arena_array(in->arena, n + 1, sizeof(double));
}

// Cells as columns of 0 and 1. A cell without a total, and then without interviews, is none.
static bool make_columns(struct weighing *in, struct weight_rule *rule)
{
    size_t n = in->roster->count, count = 0;
    for (size_t m = 0; m < rule->margin_count; m++)
        count += rule->margins[m].number ? 1 : rule->margins[m].cells.count;
    if (count > STATS_CALIBRATION_MOST)
        return weight_fault(in, "by", "W403",
                            survey_arena_format(in->arena, _("%zu totals are too many; at most %d can be calibrated to"),
                                                count, STATS_CALIBRATION_MOST),
                            _("wider categories"));
    const double **x = survey_arena_array(in->arena, count + 1, sizeof *x);
    const char **names = survey_arena_array(in->arena, count + 1, sizeof *names);
    double *totals = column(in, count);
    struct stats_calibration *to = rule->calibration;
    for (size_t m = 0; m < rule->margin_count; m++) {
        const struct margin *margin = &rule->margins[m];
        for (size_t cell = 0; cell < (margin->number ? 1 : margin->cells.count); cell++) {
            if (isnan(margin->totals[cell]))
                continue; // check_margin sees to it that nobody interviewed is in it
            double *is = column(in, n);
            for (size_t i = 0; i < n; i++)
                is[i] = margin->number ? margin->number[i] : margin->cells.of[i] == cell;
            names[to->count] = margin->names[cell];
            totals[to->count] = margin->totals[cell];
            x[to->count++] = is;
        }
    }
    to->n = n;
    to->x = x;
    to->names = names;
    to->totals = totals;
    return true;
}

// Units that belong together get the mean of their weights and of each column: then the factor that a calibration
// finds is the same for them, and they sum to what each would by itself (Lemaitre & Dufour 1987).
static void join_units(struct weighing *in, const struct cells *together, struct stats_calibration *to)
{
    size_t n = to->n, groups = together->count;
    double *sum = column(in, groups), *units = column(in, groups);
    for (size_t i = 0; i < n; i++) {
        sum[together->of[i]] += in->w[i];
        units[together->of[i]] += in->w[i] > 0;
    }
    const double **means = survey_arena_array(in->arena, to->count + 1, sizeof *means);
    for (size_t c = 0; c < to->count; c++) {
        double *mean = column(in, n), *of_group = column(in, groups);
        for (size_t i = 0; i < n; i++)
            if (in->w[i] > 0)
                of_group[together->of[i]] += to->x[c][i] / units[together->of[i]];
        for (size_t i = 0; i < n; i++)
            mean[i] = of_group[together->of[i]];
        means[c] = mean;
    }
    for (size_t i = 0; i < n; i++)
        if (in->w[i] > 0)
            in->w[i] = sum[together->of[i]] / units[together->of[i]];
    to->x = means;
}

static bool run_calibrate(struct weighing *in, struct weight_rule *rule)
{
    struct stats_calibration to = *rule->calibration;
    struct survey_error why = {0};
    if (!weight_check_margins(in, rule))
        return false;
    if (rule->together)
        join_units(in, rule->together, &to);
    double *factor = column(in, to.n);
    if (!stats_calibrate(&to, in->w, factor, &why))
        return weight_fault(in, "totals", "W401", survey_arena_strdup(in->arena, why.message), "");
    for (size_t i = 0; i < to.n; i++) {
        if (in->w[i] > 0 && !(factor[i] > 0))
            return weight_fault(in, "bounds", "W404",
                                survey_arena_format(in->arena,
                                                    _("the calibration gives unit '%s' the weight %g; set bounds"),
                                                    in->roster->units[i].unit, in->w[i] * factor[i]),
                                "0.5 2");
        in->w[i] *= factor[i];
    }
    return true;
}

bool weight_read_calibrate(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    const char **by;
    size_t words = stats_words(in->arena, weight_text(in, "by"), ";", &by), count = 0;
    rule->run = run_calibrate;
    rule->calibration = survey_arena_alloc(in->arena, sizeof *rule->calibration);
    for (size_t i = 0; i < words; i++) {
        const char *unit = weight_call(in, by[i], "equal");
        if (!unit) {
            by[count++] = by[i];
            continue;
        }
        rule->together = &rule->cells;
        if (!weight_cells(in, unit, &rule->cells))
            return false;
    }
    if (!count)
        return weight_fault(in, "by", "W207", _("the columns of the cells are missing"),
                            "stratum;county_code;number(persons);equal(household)");
    return read_distance(in, rule->calibration) && weight_read_margins(in, rule, by, count, error) &&
           make_columns(in, rule);
}
