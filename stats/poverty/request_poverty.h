// SPDX-License-Identifier: GPL-3.0-or-later
// A request for a measure of poverty or inequality, between its reading, computing and writing.
// Private to stats/poverty.
#pragma once

#include "stats/poverty/measure.h"
#include "stats/request/interval.h"

// One figure: a measure of one group, or of all. Counts are of rows.
struct poverty_figure {
    struct stats_poverty of;
    bool known; // there is a value
    double variance, df;
    struct request_interval interval; // its reason: why there is no value, or no error
    size_t n, missing, negative, zero, left_out;
};

struct poverty_asked {
    struct stats_poverty_question question;
    bool rate;            // at-risk-of-poverty rate
    bool by_row;          // each row has its own line; incomes are then in units of it
    bool own_line;        // a relative line is that of the domain
    double *income, *raw; // as it counts; as it was
    double *size;         // persons of each row; NULL: rows count once
    uint8_t *all, *kept;
    double *probs; // of Lorenz
    size_t prob_count;
    bool grouped;
    struct groups groups;
    size_t each, count; // figures of a group, and of all
    struct poverty_figure *figures;
};

bool poverty_figure(struct request *request, const struct poverty_asked *asked, size_t index,
                    struct survey_error *error);
void poverty_write(struct request *request, const struct poverty_asked *asked,
                   struct survey_json_writer *out);
