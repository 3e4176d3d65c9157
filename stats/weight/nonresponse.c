// SPDX-License-Identifier: GPL-3.0-or-later
// Non-response by classes: interviews take over the weight of the others of their class.
#include "stats/weight/private.h"

#include "survey/base/text.h"

#include <string.h>

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

bool weight_carry(struct weighing *in, const struct cells *of)
{
    const struct cells cells = *of;
    struct nonresponse *sums = survey_arena_array(in->arena, cells.count + 1, sizeof *sums);
    double *extra = survey_arena_array(in->arena, cells.count + 1, sizeof *extra);
    sum_cells(in, &cells, sums);
    for (size_t cell = 0; cell < cells.count; cell++)
        if (!(sums[cell].interviewed > 0) && sums[cell].to_carry > 0)
            merge_cell(in, &cells, sums, cell, extra); // some cell has interviews: checked before
    for (size_t i = 0; i < in->roster->count; i++) {
        const struct nonresponse *sum = &sums[cells.of[i]];
        in->w[i] = weight_is_interview(in, i) && sum->interviewed > 0 // in a replicate all of a cell may be out
                       ? in->w[i] * (sum->to_carry + extra[cells.of[i]]) / sum->interviewed
                       : 0;
    }
    return true;
}

static bool run_nonresponse(struct weighing *in, struct weight_rule *rule)
{
    return weight_carry(in, &rule->cells);
}

bool weight_read_nonresponse(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    (void)error;
    rule->run = run_nonresponse;
    return weight_cells(in, weight_text(in, "by"), &rule->cells);
}

