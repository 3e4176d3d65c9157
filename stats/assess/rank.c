// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks within a class: ties share the better rank in the table, the mean rank in a score.
#include "stats/assess/assess.h"

double stats_mean_rank(const double *values, size_t count, double value,
                       enum stats_direction direction)
{
    size_t better = 0, same = 0;
    for (size_t i = 0; i < count; i++) {
        int sign = stats_compare(values[i], value);
        if (sign == 0)
            same++;
        else if ((sign > 0) == (direction == STATS_HIGHER))
            better++;
    }
    return (double)better + ((double)same + 1) / 2;
}

void stats_rank(struct stats_assessment *assessment)
{
    for (size_t i = 0; i < assessment->unit_count; i++) {
        struct stats_unit *unit = &assessment->units[i];
        int better = 0;
        unit->rank = unit->ranked = 0;
        for (size_t k = 0; k < assessment->unit_count; k++) {
            const struct stats_unit *other = &assessment->units[k];
            if (!other->scored || other->class_index != unit->class_index)
                continue;
            unit->ranked++;
            better += unit->scored && other->score > unit->score;
        }
        unit->rank = unit->scored ? better + 1 : 0;
    }
}
