// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of measures share. Private to stats/poverty.
#pragma once

#include "stats/poverty/measure.h"

struct measuring {
    const struct stats_poverty_question *question;
    const struct stats_incomes *incomes;
    struct stats_ladder domain, all; // all only where the line or a density needs it
    double bandwidth;                // of all rows; 0 where not needed
    double line, *line_score;        // its score NULL where fixed, or no score is wanted
    struct stats_poverty *answer;
    double *score; // n, zeros at first; NULL: not wanted
};

// Whether an income is poor under the question's line.
static inline bool measuring_poor(const struct measuring *m, double income)
{
    return m->question->line.strict ? income < m->line : income <= m->line;
}
// Steps of the domain that are poor: the first so many.
size_t measuring_poor_steps(const struct measuring *m);
// Adds to each row's score weight * by_step[its step].
void measuring_add(struct measuring *m, const double *by_step);
// Adds slope times the line's score: how the value moves with the line.
void measuring_add_line(struct measuring *m, double slope);
// by_step, to free: one entry a step of the domain.
double *measuring_steps(const struct measuring *m);

void measure_fgt(struct measuring *m);
void measure_watts(struct measuring *m);
void measure_sen(struct measuring *m);
void measure_sst(struct measuring *m);
bool measure_gini(struct measuring *m, struct survey_error *error);
bool measure_lorenz(struct measuring *m, struct survey_error *error);
bool measure_rmpg(struct measuring *m, struct survey_error *error);
bool measure_qsr(struct measuring *m, struct survey_error *error);
