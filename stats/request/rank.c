// SPDX-License-Identifier: GPL-3.0-or-later
// Rank tests under a design (Lumley & Scott 2013): Wilcoxon, Kruskal-Wallis, van der Waerden, median.
#include "stats/estimate/quantile.h"
#include "stats/math/distribution.h"
#include "stats/math/solve.h"
#include "stats/request/model.h"

// Mid-ranks as shares of the sum of weights, equal values sharing the mean of theirs.
static double *rank_scores(struct request *request, const struct model *model, const char *test)
{
    double *score = survey_arena_array(request->arena, request->n, sizeof *score), before = 0;
    struct stats_sorted sorted;
    stats_sorted_make(model->y, request->weight, model->kept, request->n, &sorted);
    for (size_t i = 0; i < sorted.n;) {
        size_t end = i;
        double ranks = 0;
        for (; end < sorted.n && sorted.x[end] == sorted.x[i]; end++) {
            ranks += before + sorted.weight[end] / 2;
            before += sorted.weight[end];
        }
        double rank = ranks / (double)(end - i) / sorted.sum;
        for (; i < end; i++)
            score[sorted.row[i]] = strcmp(test, "vanderWaerden") == 0 ? stats_normal_quantile(rank)
                                   : strcmp(test, "median") == 0      ? rank > 0.5
                                                                      : rank;
    }
    stats_sorted_free(&sorted);
    return score;
}

// Two groups: t of the difference. More: the reference names the chi-squared "parameter" and its degrees of
// freedom "statistic"; so does this.
static bool write_rank(struct request *request, const struct model *model, struct survey_json_writer *out,
                       struct survey_error *error)
{
    size_t p = model->count, q = p - 1;
    double df = request_df(request, model->kept), statistic, parameter, tail, x2 = 0;
    double *variance = survey_arena_array(request->arena, q * q, sizeof *variance),
           *b = survey_arena_array(request->arena, q, sizeof *b);
    for (size_t i = 0; i < q; i++) {
        b[i] = model->beta[i + 1];
        for (size_t j = 0; j < q; j++)
            variance[i * q + j] = model->variance[(i + 1) * p + j + 1];
    }
    if (!(df - (double)q > 0) || !stats_solve(variance, q, b, 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("too few PSUs for a rank test of these groups"));
    for (size_t i = 0; i < q; i++)
        x2 += b[i] * model->beta[i + 1];
    if (q == 1) {
        statistic = model->beta[1] / sqrt(model->variance[p + 1]);
        parameter = df - 1;
        tail = stats_t_tail(statistic, df - 1);
    } else {
        statistic = (double)q;
        parameter = x2;
        tail = stats_f_tail(x2 / (double)q, (double)q, df - (double)q);
    }
    survey_json_open(out, '{');
    survey_json_member_number(out, "statistic", statistic);
    request_write_numbers(out, "parameter", &parameter, 1);
    survey_json_member_number(out, "p_value", tail);
    request_write_numbers(out, "est", &model->beta[1], q == 1);
    survey_json_close(out, '}');
    return true;
}

bool request_ranktest(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct model model = {.family = MODEL_GAUSSIAN};
    if (!model_read(request, survey_json_text(request->args, "formula", ""), &model, error))
        return false;
    if (model.count < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a rank test compares groups"));
    model.y = rank_scores(request, &model, survey_json_text(request->args, "test", "wilcoxon"));
    return model_fit(request, &model, error) && write_rank(request, &model, out, error);
}
