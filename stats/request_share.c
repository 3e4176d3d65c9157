// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of shares by seven methods.
#include "stats/distribution.h"
#include "stats/interval.h"
#include "stats/request_private.h"

bool request_ciprop(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct variables variables;
    struct estimates estimates;
    const struct survey_json *var = request_arg(request, "var");
    if (!request_variables(request, var ? var : request_arg(request, "vars"), &variables, error))
        return false;
    if (variables.count != 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a share is of one column of 0 and 1"));
    struct quantity of = {variables.names[0], variables.columns[0], request_ones(request), variables.kept};
    if (!request_estimate(request, &of, 1, &estimates, error))
        return false;
    const char *name = survey_json_text(request->args, "method", "logit");
    enum stats_share_method method;
    if (!stats_share_method_parse(name, &method))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is no interval method of a share"), name);
    double share = estimates.value[0], se = sqrt(estimates.variance[0]), low, high;
    // n counts rows without a value too, as the reference does.
    double rows = (double)(request->keeps_rows ? request->n : request_rows(request, NULL));
    if (method == STATS_SHARE_LIKELIHOOD)
        return request_unsupported(request, error, "likelihood");
    stats_interval_share(method, share, se, rows, estimates.df, request->design.confidence, &low, &high);
    survey_json_open(out, '{');
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    survey_json_put_text(out, of.name);
    survey_json_close(out, ']');
    request_write_numbers(out, "est", &share, 1);
    request_write_numbers(out, "se", &se, 1);
    request_write_numbers(out, "ci_low", &low, 1);
    request_write_numbers(out, "ci_high", &high, 1);
    survey_json_member_number(out, "df", estimates.df);
    survey_json_close(out, '}');
    return true;
}
