// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a request's design, in order: subsets, and what changes weights.
#include "stats/request_private.h"

bool request_apply_steps(struct request *request, struct survey_error *error)
{
    const struct survey_json *steps = survey_json_get(request->design_json, "ops");
    if (survey_json_get(request->design_json, "replicate_file"))
        return request_unsupported(request, error, "replicate weights");
    for (const struct survey_json *step = steps ? steps->first : NULL; step; step = step->next)
        return request_unsupported(request, error, survey_json_text(step, "op", ""));
    return true;
}

void request_residual(const struct request *request, double *score)
{
    (void)request;
    (void)score;
}

double request_df(const struct request *request, const uint8_t *also)
{
    uint8_t *inside = survey_alloc(request->n);
    for (size_t row = 0; row < request->n; row++)
        inside[row] = (!request->inside || request->inside[row]) && (!also || also[row]);
    struct stats_extent extent = stats_extent(request->prepared, inside);
    free(inside);
    return (double)extent.units - (double)extent.strata;
}
