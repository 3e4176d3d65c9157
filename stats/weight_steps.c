// SPDX-License-Identifier: GPL-3.0-or-later
// The weighting steps after the base weights.
#include "stats/weight_private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 1000, MOST_MARGINS = 16 };
static const double tolerance = 1e-10;

// --- nonresponse
// ----------------------------------------------------------------------------------

struct nonresponse {
    double interviewed, eligible, unknown,
        not_eligible; // sums of base weights; eligible: not interviewed
    double to_carry;  // what the interviews of the cell are to sum to
};

static void sum_cells(const struct weighing *in, const struct cells *cells,
                      struct nonresponse *sums)
{
    for (size_t i = 0; i < in->roster->count; i++) {
        struct nonresponse *sum = &sums[cells->of[i]];
        int outcome = in->roster->units[i].outcome;
        if (stats_outcome_is_interview(outcome))
            sum->interviewed += in->w[i];
        else if (outcome == STATS_NOT_ELIGIBLE)
            sum->not_eligible += in->w[i];
        else if (outcome == STATS_UNKNOWN_HOME || outcome == STATS_UNKNOWN_OTHER)
            sum->unknown += in->w[i];
        else
            sum->eligible += in->w[i];
    }
    for (size_t cell = 0; cell < cells->count; cell++) {
        double known = sums[cell].interviewed + sums[cell].eligible;
        double e =
            known + sums[cell].not_eligible > 0 ? known / (known + sums[cell].not_eligible) : 1;
        sums[cell].to_carry = known + e * sums[cell].unknown;
    }
}

static bool agree(const struct cells *cells, size_t a, size_t b, size_t width)
{
    for (size_t c = 0; c < width; c++)
        if (strcmp(cells->keys[a][c], cells->keys[b][c]) != 0)
            return false;
    return true;
}

// Shares out what a cell without interviews should carry. extra: by cell, on top of what it
// carries.
static bool merge_cell(struct weighing *in, const struct cells *cells,
                       const struct nonresponse *sums, size_t empty, double *extra)
{
    for (size_t width = cells->width; width-- > 0;) {
        double all = 0;
        for (size_t cell = 0; cell < cells->count; cell++)
            all += agree(cells, cell, empty, width) && sums[cell].interviewed > 0
                       ? sums[cell].to_carry
                       : 0;
        if (!(all > 0))
            continue;
        for (size_t cell = 0; cell < cells->count; cell++)
            if (agree(cells, cell, empty, width) && sums[cell].interviewed > 0)
                extra[cell] += sums[empty].to_carry * sums[cell].to_carry / all;
        weight_note(
            in,
            survey_arena_format(
                in->arena,
                _("the cell %s has no interview; the interviews of %s carry its weight of %.1f"),
                weight_cell_name(in, cells, empty),
                stats_cell_name(in->arena, cells->columns, cells->keys[empty], width),
                sums[empty].to_carry));
        return true;
    }
    return false;
}

bool weight_nonresponse(struct weighing *in)
{
    struct cells cells;
    if (!weight_cells(in, weight_text(in, "by"), &cells))
        return false;
    struct nonresponse *sums = survey_arena_array(in->arena, cells.count + 1, sizeof *sums);
    double *extra = survey_arena_array(in->arena, cells.count + 1, sizeof *extra);
    sum_cells(in, &cells, sums);
    for (size_t cell = 0; cell < cells.count; cell++)
        if (!(sums[cell].interviewed > 0) && sums[cell].to_carry > 0)
            merge_cell(in, &cells, sums, cell, extra); // some cell has interviews: checked before
    for (size_t i = 0; i < in->roster->count; i++) {
        const struct nonresponse *sum = &sums[cells.of[i]];
        in->w[i] = weight_is_interview(in, i)
                       ? in->w[i] * (sum->to_carry + extra[cells.of[i]]) / sum->interviewed
                       : 0;
    }
    weight_cells_clear(&cells);
    return true;
}

// --- poststratify and rake
// ------------------------------------------------------------------------

struct margin {
    struct cells cells;
    const char *by;
    double *totals, *sums;
};

static void sum_margin(const struct weighing *in, struct margin *margin)
{
    memset(margin->sums, 0, margin->cells.count * sizeof *margin->sums);
    for (size_t i = 0; i < in->roster->count; i++)
        margin->sums[margin->cells.of[i]] += in->w[i];
}

// Every cell with interviews needs a total above 0, every total above 0 needs interviews.
static bool check_margin(struct weighing *in, struct margin *margin)
{
    bool good = true;
    sum_margin(in, margin);
    for (size_t cell = 0; cell < margin->cells.count; cell++) {
        double total = margin->totals[cell], sum = margin->sums[cell];
        const char *name = weight_cell_name(in, &margin->cells, cell);
        if (sum > 0 && !(total > 0))
            good = weight_fault(
                in, "totals", "W205",
                survey_arena_format(in->arena, _("the cell %s has interviews and no total"), name),
                "");
        else if (total > 0 && !(sum > 0))
            good = weight_fault(
                in, "totals", "W206",
                survey_arena_format(in->arena, _("the cell %s has the total %g and no interview"),
                                    name, total),
                _("wider categories"));
    }
    return good;
}

static double fit_margin(struct weighing *in, struct margin *margin, size_t *worst)
{
    double most = 0;
    sum_margin(in, margin);
    for (size_t cell = 0; cell < margin->cells.count; cell++) {
        double off =
            margin->sums[cell] > 0 ? fabs(margin->sums[cell] / margin->totals[cell] - 1) : 0;
        if (off > most) {
            most = off;
            *worst = cell;
        }
    }
    for (size_t i = 0; i < in->roster->count; i++)
        if (in->w[i] > 0)
            in->w[i] *= margin->totals[margin->cells.of[i]] / margin->sums[margin->cells.of[i]];
    return most;
}

static bool read_margin(struct weighing *in, struct margin *margin, const char *by,
                        const char *source, bool shared, struct survey_error *error)
{
    *margin = (struct margin){.by = by};
    if (!weight_cells(in, by, &margin->cells))
        return false;
    if (!margin->cells.width)
        return weight_fault(in, "by", "W207", _("the columns of the cells are missing"),
                            _("columns of the frame"));
    margin->totals = survey_arena_array(in->arena, margin->cells.count + 1, sizeof *margin->totals);
    margin->sums = survey_arena_array(in->arena, margin->cells.count + 1, sizeof *margin->sums);
    return weight_totals(in, &margin->cells, source, shared, margin->totals, error) &&
           check_margin(in, margin);
}

bool weight_poststratify(struct weighing *in, struct survey_error *error)
{
    struct margin margin;
    size_t worst;
    bool good =
        read_margin(in, &margin, weight_text(in, "by"), weight_text(in, "totals"), false, error);
    if (good)
        fit_margin(in, &margin, &worst);
    weight_cells_clear(&margin.cells);
    return good;
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

static bool fit(struct weighing *in, struct margin *margins, size_t count)
{
    size_t worst_margin = 0, worst_cell = 0;
    double most = 0;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        most = 0;
        for (size_t m = 0; m < count; m++) {
            size_t cell = 0;
            double off = fit_margin(in, &margins[m], &cell);
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
            MOST_ROUNDS, weight_cell_name(in, &margins[worst_margin].cells, worst_cell), most),
        _("wider categories, or fewer margins"));
}

bool weight_rake(struct weighing *in, struct survey_error *error)
{
    struct margin margins[MOST_MARGINS] = {0};
    const char **by, **sources;
    size_t count = stats_words(in->arena, weight_text(in, "by"), ";", &by);
    size_t source_count = stats_words(in->arena, weight_text(in, "totals"), "; ", &sources);
    if (count < 2)
        return weight_fault(in, "by", "W210",
                            _("raking takes two margins or more, separated by ';'"),
                            "stratum;county_code");
    if (source_count > 1 && source_count != count)
        return weight_fault(in, "totals", "W211",
                            _("name one sheet of totals for all margins, or one for each"), "");
    bool good = true;
    for (size_t m = 0; good && m < count; m++)
        good = read_margin(in, &margins[m], by[m],
                           source_count == 0 ? NULL : sources[source_count > 1 ? m : 0],
                           source_count == 1, error);
    good = good && totals_agree(in, margins, count) && fit(in, margins, count);
    for (size_t m = 0; m < count; m++)
        weight_cells_clear(&margins[m].cells);
    return good;
}

// --- trim
// -----------------------------------------------------------------------------------------

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

bool weight_trim(struct weighing *in)
{
    struct cells cells;
    double low, high;
    size_t cut = 0;
    if (!read_bounds(in, &low, &high) || !weight_cells(in, weight_text(in, "by"), &cells))
        return false;
    bool good = true;
    size_t *units = survey_arena_array(in->arena, in->roster->count + 1, sizeof *units);
    for (size_t cell = 0; good && cell < cells.count; cell++) {
        size_t n = 0;
        for (size_t i = 0; i < in->roster->count; i++)
            if (cells.of[i] == cell && in->w[i] > 0)
                units[n++] = i;
        if (n && !trim_cell(in, units, n, low, high, &cut))
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
    weight_cells_clear(&cells);
    return good;
}
