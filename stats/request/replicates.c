// SPDX-License-Identifier: GPL-3.0-or-later
// Replicate weights of a request: read from the file that its design names, or made.
#include "stats/estimate/replicate.h"
#include "stats/request/steps.h"

enum { REPLICATES_MAX = 5000 };

// Scales that the method fixes where the design gives none: JK1 (R - 1) / R; JKn (n_h - 1) / n_h of the stratum
// whose PSU a replicate leaves out.
static void default_scales(struct request *request, const char *type, double *rscales)
{
    size_t count = request->replicate_count;
    request->scale = strcmp(type, "JK1") == 0 ? ((double)count - 1) / (double)count : 1;
    if (strcmp(type, "JKn") != 0)
        return;
    const struct stats_stage *stage = &request->prepared->stage[0];
    for (size_t r = 0; r < count; r++)
        for (size_t row = 0; row < request->n; row++)
            if (request->replicates[r][row] == 0 && request->weight[row] > 0) {
                double sampled = stage->sampled[stage->stratum_of_unit[stage->unit_of_row[row]]];
                rscales[r] = (sampled - 1) / sampled;
                break;
            }
}

static void read_scales(struct request *request, const struct survey_json *step)
{
    const struct survey_json *given = survey_json_get(request->design_json, "rep_rscales");
    double *rscales = survey_arena_array(request->arena, request->replicate_count, sizeof *rscales);
    for (size_t r = 0; r < request->replicate_count; r++)
        rscales[r] = given && given->kind == SURVEY_JSON_NUMBER          ? given->number
                     : given && given->count == request->replicate_count ? survey_json_at(given, r)->number
                                                                         : 1;
    if (survey_json_get(request->design_json, "rep_scale"))
        request->scale = survey_json_number(request->design_json, "rep_scale", 1);
    else
        default_scales(request, survey_json_text(step, "type", ""), rscales);
    request->rscales = rscales;
    request->mse = survey_json_bool(step, "mse", survey_json_bool(request->design_json, "mse", false));
}

bool request_replicates_read(struct request *request, const struct survey_json *step,
                             struct survey_error *error)
{
    const char *path = survey_json_text(request->design_json, "replicate_file", "");
    if (!*path)
        return request_unsupported(request, error, "as_replicate");
    const char *full =
        *path == '/' ? path : survey_arena_format(request->arena, "%s/%s", request->folder, path);
    struct stats_table table;
    if (!stats_table_open(request->arena, full, &table, error))
        return false;
    size_t inside = request_rows(request, NULL);
    if (table.rows != request->n && table.rows != inside)
        return survey_fail(error, SURVEY_ERROR_INPUT, full,
                           _("%zu rows of replicate weights for %zu rows of data"), table.rows, request->n);
    if (table.sheet.columns > REPLICATES_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, full, _("at most %d replicates can be taken"),
                           REPLICATES_MAX);
    request->replicate_count = table.sheet.columns;
    request->replicates =
        survey_arena_array(request->arena, request->replicate_count, sizeof *request->replicates);
    for (size_t r = 0; r < request->replicate_count; r++) {
        double *numbers;
        if (!stats_table_numbers(&table, (uint32_t)r, &numbers, error))
            return false;
        request->replicates[r] = survey_arena_array(request->arena, request->n, sizeof **request->replicates);
        for (size_t row = 0, from = 0; row < request->n; row++)
            if (table.rows == request->n || (request->weight[row] > 0 && request->inside[row]))
                request->replicates[r][row] = numbers[from++];
    }
    read_scales(request, step ? step : request->design_json);
    return true;
}

static bool read_plan(const struct survey_json *step, struct stats_replicate_plan *plan, struct survey_error *error)
{
    static const struct {
        const char *type;
        enum stats_replicate_method method;
    } types[] = {{"JK1", STATS_JK1},
                 {"JKn", STATS_JKN},
                 {"BRR", STATS_BRR},
                 {"Fay", STATS_FAY},
                 {"SDR", STATS_SDR},
                 {"subbootstrap", STATS_RAO_WU},
                 {"bootstrap", STATS_CANTY_DAVISON},
                 {"mrbbootstrap", STATS_PRESTON}};
    const char *type = survey_json_text(step, "type", "");
    double count = survey_json_number(step, "replicates", 500), seed = survey_json_number(step, "seed", 1);
    bool known = false;
    *plan = (struct stats_replicate_plan){.rho = strcmp(type, "Fay") == 0 ? survey_json_number(step, "fay_rho", 0.3) : 0,
                                          .mse = survey_json_bool(step, "mse", false)};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i].type) == 0) {
            plan->method = types[i].method;
            known = true;
        }
    if (!known)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is none of JK1, JKn, BRR, Fay, SDR, subbootstrap, bootstrap, mrbbootstrap"), type);
    if (!(count >= 2 && count <= STATS_REPLICATES_MOST && count == rint(count)))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%g is no number of replicates from 2 to %d"), count,
                           STATS_REPLICATES_MOST);
    if (!(seed >= 0 && seed < 0x1p53 && seed == rint(seed)))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%g is no seed: a whole number, at least 0"), seed);
    if (!(plan->rho >= 0 && plan->rho < 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("fay_rho %g is not from 0 to below 1"), plan->rho);
    plan->count = (size_t)count;
    plan->seed = (uint64_t)seed;
    return true;
}

bool request_replicates_make(struct request *request, const struct survey_json *step, struct survey_error *error)
{
    struct stats_replicate_plan plan;
    bool pps = request->pairs || request->design.chance[0];
    if (request->steps || pps)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           pps ? _("a design of joint probabilities (pps) has no replicates")
                                          : _("as_replicate comes before the steps that change weights, so that they "
                                              "are run in each replicate"));
    if (!read_plan(step, &plan, error) ||
        !stats_replicates_make(request->prepared, &plan, &request->made, error))
        return false;
    const struct stats_replicates *made = request->made;
    if ((double)made->count * (double)request->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%zu replicates of %zu units are too many"), made->count,
                           request->n);
    double *factor = survey_realloc(NULL, made->units + 1, sizeof *factor);
    request->replicate_count = made->count;
    request->replicates = survey_arena_array(request->arena, made->count, sizeof *request->replicates);
    for (size_t r = 0; r < made->count; r++) {
        request->replicates[r] = survey_arena_array(request->arena, request->n, sizeof **request->replicates);
        stats_replicate_factors(made, r, factor);
        for (size_t row = 0; row < request->n; row++)
            request->replicates[r][row] = request->weight[row] * factor[made->unit_of_row[row]];
    }
    free(factor);
    request->scale = made->scale;
    request->rscales = made->rscales;
    request->mse = plan.mse;
    request->fixed = true;
    return true;
}

// The rank of the replicates' weights over the rows inside, within 1e-5 of a column's size (as the reference).
double request_replicate_rank(const struct request *request, const uint8_t *inside)
{
    size_t n = 0, count = request->replicate_count, rank = 0;
    uint32_t *rows = survey_realloc(NULL, request->n, sizeof *rows);
    for (size_t row = 0; row < request->n; row++)
        if (inside[row] && request->weight[row] > 0)
            rows[n++] = (uint32_t)row;
    double *basis = survey_realloc(NULL, n * (count < n ? count : n) + n, sizeof *basis);
    for (size_t r = 0; r < count && rank < n; r++) {
        double *q = &basis[rank * n], size = 0, left = 0;
        for (size_t i = 0; i < n; i++) {
            q[i] = request->replicates[r][rows[i]];
            size += q[i] * q[i];
        }
        for (int twice = 0; twice < 2; twice++)
            for (size_t k = 0; k < rank; k++) {
                double along = 0;
                for (size_t i = 0; i < n; i++)
                    along += q[i] * basis[k * n + i];
                for (size_t i = 0; i < n; i++)
                    q[i] -= along * basis[k * n + i];
            }
        for (size_t i = 0; i < n; i++)
            left += q[i] * q[i];
        if (!(left > 1e-10 * size))
            continue;
        for (size_t i = 0; i < n; i++)
            q[i] /= sqrt(left);
        rank++;
    }
    free(basis);
    free(rows);
    return (double)rank;
}
