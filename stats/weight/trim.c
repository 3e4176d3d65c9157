// SPDX-License-Identifier: GPL-3.0-or-later
// Trimming: weights beyond bounds are cut, and what is cut off shared out.
#include "stats/weight/private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool read_bounds(struct weighing *in, double *low, double *high)
{
    const char **words, *text = weight_text(in, "bounds");
    size_t count = stats_words(in->arena, text, " ,;", &words);
    *low = 0;
    bool good = (count == 1 && survey_number_parse(words[0], strlen(words[0]), high)) ||
                (count == 2 && survey_number_parse(words[0], strlen(words[0]), low) &&
                 survey_number_parse(words[1], strlen(words[1]), high));
    if (good && *low >= 0 && *low < 1 && *high > 1)
        return true;
    return weight_fault(in, "bounds", "W301",
                        survey_arena_format(in->arena, _("'%s' are no bounds"), text),
                        _("0.3 3: multiples of the median weight below and above 1"));
}

// One cell: cut at the bounds and share the difference out over the rest until nothing is cut.
static bool trim_cell(const struct weighing *in, const size_t *units, size_t n, double low,
                      double high, size_t *cut)
{
    double *sorted = survey_arena_array(in->arena, n, sizeof *sorted), sum = 0;
    bool *held = survey_arena_array(in->arena, n, sizeof *held);
    for (size_t i = 0; i < n; i++)
        sum += sorted[i] = in->w[units[i]];
    qsort(sorted, n, sizeof *sorted, by_value);
    double median = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    for (size_t round = 0; round <= n; round++) {
        double free_sum = 0, held_sum = 0;
        bool more = false;
        for (size_t i = 0; i < n; i++) {
            double *w = &in->w[units[i]];
            if (!held[i] && (*w < low * median * (1 - 1e-12) || *w > high * median * (1 + 1e-12))) {
                *w = *w < median ? low * median : high * median;
                held[i] = more = true;
                ++*cut;
            }
            *(held[i] ? &held_sum : &free_sum) += *w;
        }
        if (!more)
            return true;
        if (!(free_sum > 0) || held_sum >= sum)
            return false;
        for (size_t i = 0; i < n; i++)
            if (!held[i])
                in->w[units[i]] *= (sum - held_sum) / free_sum;
    }
    return true;
}

static bool run_trim(struct weighing *in, struct weight_rule *rule)
{
    const struct cells cells = rule->cells;
    size_t cut = 0;
    bool good = true;
    weight_keep_interviews(in);
    size_t *units = survey_arena_array(in->arena, in->roster->count + 1, sizeof *units);
    for (size_t cell = 0; good && cell < cells.count; cell++) {
        size_t n = 0;
        for (size_t i = 0; i < in->roster->count; i++)
            if (cells.of[i] == cell && in->w[i] > 0)
                units[n++] = i;
        if (n && !trim_cell(in, units, n, rule->low, rule->high, &cut))
            good = weight_fault(
                in, "bounds", "W302",
                survey_arena_format(in->arena,
                                    _("the bounds can't be kept in the cell %s with its sum"),
                                    weight_cell_name(in, &cells, cell)),
                _("wider bounds"));
    }
    if (good && cut)
        weight_note(in,
                    survey_arena_format(in->arena, _("%zu weights were cut to the bounds"), cut));
    return good;
}

bool weight_read_trim(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    (void)error;
    rule->run = run_trim;
    return read_bounds(in, &rule->low, &rule->high) &&
           weight_cells(in, weight_text(in, "by"), &rule->cells);
}
