// SPDX-License-Identifier: GPL-3.0-or-later
// The line, and which measure answers a question.
#include "stats/poverty/measure_private.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>

size_t measuring_poor_steps(const struct measuring *m)
{
    size_t steps = 0;
    while (steps < m->domain.steps && measuring_poor(m, m->domain.x[steps]))
        steps++;
    return steps;
}

double *measuring_steps(const struct measuring *m)
{
    return survey_realloc(NULL, m->domain.steps + 1, sizeof(double));
}

void measuring_add(struct measuring *m, const double *by_step)
{
    for (size_t i = 0; m->score && i < m->domain.n; i++) {
        uint32_t row = m->domain.row[i];
        m->score[row] += m->incomes->weight[row] * by_step[m->domain.step[i]];
    }
}

void measuring_add_line(struct measuring *m, double slope)
{
    for (size_t row = 0; m->score && m->line_score && row < m->incomes->n; row++)
        m->score[row] += slope * m->line_score[row];
}

// The influence on a share of the mean is share (y - mean) / N; on a share of a quantile
// -share ((y <= q) - p) / (N f(q)).
static void line_scores(struct measuring *m, double center, double density)
{
    const struct stats_line *line = &m->question->line;
    for (size_t i = 0; i < m->all.n; i++) {
        uint32_t row = m->all.row[i];
        double x = m->all.x[m->all.step[i]];
        double influence =
            line->kind == STATS_LINE_MEAN ? x - center : -((x <= center) - line->p) / density;
        m->line_score[row] = m->incomes->weight[row] * line->share * influence / m->all.sum;
    }
}

static bool find_line(struct measuring *m, struct survey_error *error)
{
    const struct stats_line *line = &m->question->line;
    m->line = line->amount;
    if (line->kind != STATS_LINE_FIXED) {
        double center = line->kind == STATS_LINE_MEAN
                            ? m->all.total / m->all.sum
                            : m->all.x[stats_ladder_quantile(&m->all, line->p)];
        m->line = line->share * center;
        if (m->score) {
            m->line_score = survey_realloc(NULL, m->incomes->n, sizeof *m->line_score);
            for (size_t row = 0; row < m->incomes->n; row++)
                m->line_score[row] = 0;
            line_scores(m, center, stats_ladder_density(&m->all, center, m->bandwidth, false));
        }
    }
    if (!(m->line > 0) || !isfinite(m->line))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("the poverty line is %g, which is not above 0"), m->line);
    m->answer->line = m->line;
    for (size_t i = 0; i < m->domain.n; i++)
        m->answer->poor += measuring_poor(m, m->domain.x[m->domain.step[i]]);
    return true;
}

// A density is needed where the line moves with the data, and where a measure stands at a quantile
// of its own.
static bool prepare(struct measuring *m, struct survey_error *error)
{
    const struct stats_poverty_question *q = m->question;
    bool dense = q->measure == STATS_QSR || q->measure == STATS_RMPG ||
                 (q->line.kind != STATS_LINE_FIXED && q->measure != STATS_GINI &&
                  q->measure != STATS_LORENZ);
    if (!m->domain.n)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("no row of the domain has an income"));
    if (!dense)
        return true;
    stats_ladder_make(m->incomes->income, m->incomes->weight, m->incomes->all, m->incomes->n,
                      &m->all);
    if (!m->all.n)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("no row has an income"));
    m->bandwidth = stats_ladder_bandwidth(&m->all);
    return !m->score || m->bandwidth > 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                       _("all incomes are equal, so that the measure has no standard error"));
}

static bool measure(struct measuring *m, struct survey_error *error)
{
    enum stats_poverty_measure measure = m->question->measure;
    if (measure == STATS_GINI)
        return measure_gini(m, error);
    if (measure == STATS_LORENZ)
        return measure_lorenz(m, error);
    if (measure == STATS_QSR)
        return measure_qsr(m, error);
    if (!find_line(m, error))
        return false;
    if (measure == STATS_RMPG)
        return measure_rmpg(m, error);
    if (measure == STATS_FGT)
        measure_fgt(m);
    else if (measure == STATS_WATTS)
        measure_watts(m);
    else if (measure == STATS_SEN)
        measure_sen(m);
    else if (measure == STATS_SST)
        measure_sst(m);
    else {
        m->answer->value = m->line;
        measuring_add_line(m, 1);
    }
    return true;
}

bool stats_poverty_of(const struct stats_poverty_question *question,
                      const struct stats_incomes *incomes, struct stats_poverty *answer,
                      double *score, struct survey_error *error)
{
    struct measuring m = {
        .question = question, .incomes = incomes, .answer = answer, .score = score};
    *answer = (struct stats_poverty){0};
    for (size_t row = 0; score && row < incomes->n; row++)
        score[row] = 0;
    stats_ladder_make(incomes->income, incomes->weight, incomes->kept, incomes->n, &m.domain);
    bool done = prepare(&m, error) && measure(&m, error);
    stats_ladder_free(&m.domain);
    stats_ladder_free(&m.all);
    free(m.line_score);
    return done &&
           (isfinite(answer->value) || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                                   _("the incomes are too large to measure")));
}
