// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to requests for weights.
#include "stats/math/sum.h"
#include "stats/request/private.h"

bool request_weights(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    (void)error;
    double n = (double)request->n, sum = stats_sum(request->weight, request->n), least = HUGE_VAL, most = 0;
    double *squares = survey_realloc(NULL, request->n, sizeof *squares),
           *apart = survey_realloc(NULL, request->n, sizeof *apart);
    for (size_t row = 0; row < request->n; row++) {
        double w = request->weight[row];
        least = fmin(least, w);
        most = fmax(most, w);
        squares[row] = w * w;
        apart[row] = (w - sum / n) * (w - sum / n);
    }
    survey_json_open(out, '{');
    survey_json_member_integer(out, "n", (int64_t)request->n);
    survey_json_member_number(out, "sum", sum);
    survey_json_member_number(out, "min", least);
    survey_json_member_number(out, "max", most);
    survey_json_member_number(out, "cv", sqrt(stats_sum(apart, request->n) / (n - 1)) / (sum / n));
    request_write_numbers(out, "first5", request->weight, request->n < 5 ? request->n : 5);
    survey_json_member_number(out, "kish_deff", n * stats_sum(squares, request->n) / (sum * sum));
    survey_json_close(out, '}');
    free(squares);
    free(apart);
    return true;
}
