// SPDX-License-Identifier: GPL-3.0-or-later
// A request: its data and design, and which estimator answers it.
#include "stats/request/private.h"

#include "stats/estimate/replicate.h"

bool request_unsupported(struct request *request, struct survey_error *error, const char *what)
{
    if (request->unsupported)
        *request->unsupported = true;
    return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is not in this version yet"), what);
}

bool request_is(const struct request *request, const char *estimator)
{
    return strcmp(survey_json_text(request->entry, "estimator", ""), estimator) == 0;
}

const struct survey_json *request_arg(const struct request *request, const char *name)
{
    return request->args && request->args->kind == SURVEY_JSON_OBJECT ? survey_json_get(request->args, name)
                                                                      : NULL;
}

size_t request_names(struct survey_arena *arena, const struct survey_json *json, const char *const **names)
{
    size_t count = 0, room = json && json->kind == SURVEY_JSON_ARRAY ? json->count : 1;
    const char **list = survey_arena_array(arena, room + 1, sizeof *list);
    if (json && json->kind == SURVEY_JSON_STRING)
        list[count++] = json->text;
    else if (json && json->kind == SURVEY_JSON_ARRAY)
        for (const struct survey_json *item = json->first; item; item = item->next)
            if (item->kind == SURVEY_JSON_STRING)
                list[count++] = item->text;
    *names = list;
    return count;
}

bool request_column(struct request *request, const char *name, double **numbers, struct survey_error *error)
{
    uint32_t column;
    return stats_table_column(&request->table, name, &column, error) &&
           stats_table_numbers(&request->table, column, numbers, error);
}

const double *request_ones(struct request *request)
{
    double *ones = survey_arena_array(request->arena, request->n, sizeof *ones);
    for (size_t row = 0; row < request->n; row++)
        ones[row] = 1;
    return ones;
}

bool request_open_table(struct request *request, struct survey_error *error)
{
    const char *path = survey_json_text(request->entry, "data", "");
    if (!*path)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the request names no data"));
    const char *full =
        *path == '/' ? path : survey_arena_format(request->arena, "%s/%s", request->folder, path);
    const char *rows = survey_json_text(survey_json_get(request->entry, "design"), "rows", NULL);
    if (!stats_table_open(request->arena, full, &request->table, error) ||
        (rows && !stats_table_restrict(&request->table, rows, error)))
        return false;
    request->n = request->table.rows;
    return true;
}

static bool open_design(struct request *request, struct survey_error *error)
{
    const struct survey_json *json = request->design_json;
    const char *const *ids, *const *strata, *const *fpc;
    struct stats_design_columns columns = {0};
    columns.unit_count = request_names(request->arena, survey_json_get(json, "ids"), &ids);
    columns.strata_count = request_names(request->arena, survey_json_get(json, "strata"), &strata);
    columns.fpc_count = request_names(request->arena, survey_json_get(json, "fpc"), &fpc);
    columns.units = ids;
    columns.strata = strata;
    columns.fpc = fpc;
    columns.weight = survey_json_text(json, "weights", survey_json_text(json, "probs", NULL));
    columns.probability = !survey_json_get(json, "weights");
    columns.nest = survey_json_bool(json, "nest", false);
    const char *policy = survey_json_text(json, "lonely_psu", "fail");
    if (!stats_lonely_parse(policy, &request->design.lonely))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("lonely_psu '%s' is none of fail, remove, certainty, adjust, average"), policy);
    request->design.lonely_domains = survey_json_bool(json, "adjust_domain_lonely", false);
    request->design.confidence = survey_json_number(
        request->args && request->args->kind == SURVEY_JSON_OBJECT ? request->args : NULL, "level", 0.95);
    request->design.assumed_icc = survey_json_number(json, "assumed_icc", 0);
    bool pps = survey_json_get(json, "pps") != NULL;
    const char *probability = pps && columns.fpc_count ? fpc[0] : NULL;
    columns.unequal = strcmp(survey_json_text(json, "pps", ""), "brewer") == 0;
    if (pps && !columns.unequal) { // fpc holds the probabilities
        columns.fpc_count = 0;
        columns.weight = probability;
        columns.probability = true;
    }
    return stats_table_design(&request->table, &columns, &request->design, &request->weight, error) &&
           (!pps || request_pps_open(request, probability, error)) && stats_prepare(&request->design, &request->prepared, error);
}

// Arguments that only some estimators know are not passed over in silence.
static bool check_df(const struct request *request, struct survey_error *error)
{
    static const char *const known[] = {"mean", "total", "ratio", "by", "ciprop", "table"};
    if (!request_arg(request, "df"))
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (request_is(request, known[i]) && strcmp(survey_json_text(request->args, "fun", ""), "quantile") != 0)
            return true;
    return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                       request_is(request, "glm")
                           ? _("df is not for glm; ask for ols, whose errors and degrees of freedom are Bell and McCaffrey's")
                           : _("df is for means, totals, ratios, shares, groups and tables"));
}

bool request_open(struct request *request, struct survey_error *error)
{
    request->design_json = survey_json_get(request->entry, "design");
    if (!request->design_json || request->design_json->kind != SURVEY_JSON_OBJECT)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the request has no design"));
    if (!request_open_table(request, error))
        return false;
    return check_df(request, error) && open_design(request, error) && request_apply_steps(request, error);
}

void request_close(struct request *request)
{
    stats_replicates_free(request->made);
    stats_prepared_free(request->prepared);
    survey_arena_free(request->arena);
}

static bool write_df(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    (void)error;
    survey_json_open(out, '{');
    survey_json_member_number(out, "df", request_df(request, NULL));
    survey_json_close(out, '}');
    return true;
}

const struct request_method request_basic_methods[] = {
    {"mean", request_mean_total, false}, {"total", request_mean_total, false},
    {"ratio", request_ratio, false},     {"by", request_by, false},
    {"quantile", request_quantile, false}, {"ciprop", request_ciprop, false},
    {"table", request_table, false},     {"weights", request_weights, false},
    {"glm", request_glm, false},         {"ttest", request_ttest, false},
    {"ranktest", request_ranktest, false}, {"chisq", request_chisq, false},
    {"kappa", request_kappa, false},     {"contrast", request_contrast, false},
    {"contrast_by", request_contrast, false}, {"variance", request_moment, false},
    {"cor", request_moment, false},      {"cralpha", request_alpha, false},
    {"degf", write_df, false},           {NULL, NULL, false},
};

static const struct request_method *find(const char *estimator)
{
    for (size_t family = 0; request_families[family]; family++)
        for (const struct request_method *method = request_families[family]; method->estimator; method++)
            if (strcmp(method->estimator, estimator) == 0)
                return method;
    return NULL;
}

static void visit_unasked(const struct survey_json *object, const char *where, void (*visit)(void *user, const char *where, const char *key),
                          void *user)
{
    for (const struct survey_json *member = object && object->kind == SURVEY_JSON_OBJECT ? object->first : NULL; member; member = member->next)
        if (member->asked && !*member->asked)
            visit(user, where, member->key);
}

void stats_request_unasked(const struct survey_json *entry, void (*visit)(void *user, const char *where, const char *key), void *user)
{
    const struct survey_json *design = survey_json_get(entry, "design"), *steps = survey_json_get(design, "ops");
    visit_unasked(design, "design", visit, user);
    for (const struct survey_json *step = steps && steps->kind == SURVEY_JSON_ARRAY ? steps->first : NULL; step; step = step->next)
        visit_unasked(step, "ops", visit, user);
    visit_unasked(survey_json_get(entry, "args"), "args", visit, user);
}

bool stats_request_run(const struct survey_json *entry, const char *folder, struct survey_json_writer *result,
                       bool *unsupported, struct survey_error *error)
{
    struct request request = {
        .arena = survey_arena_new(), .folder = folder, .entry = entry, .unsupported = unsupported};
    if (unsupported)
        *unsupported = false;
    request.args = survey_json_get(entry, "args");
    const char *estimator = survey_json_text(entry, "estimator", "");
    const struct request_method *method = find(estimator);
    bool done = method ? (method->alone || request_open(&request, error)) && method->answer(&request, result, error)
                       : request_unsupported(&request, error, estimator);
    request_close(&request);
    return done;
}
