// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for sizes: numbers in, numbers out, without data.
#include "stats/request/private.h"
#include "stats/size/size.h"

enum { STRATA_MOST = 100000 };

static size_t numbers(struct survey_arena *arena, const struct survey_json *json, const double **list)
{
    size_t count = 0, room = json->kind == SURVEY_JSON_ARRAY ? json->count : 1;
    double *values = survey_arena_array(arena, room + 1, sizeof *values);
    for (const struct survey_json *item = json->kind == SURVEY_JSON_ARRAY ? json->first : json; item && count < room; item = item->next)
        values[count++] = item->kind == SURVEY_JSON_NUMBER ? item->number : item->kind == SURVEY_JSON_BOOL ? item->boolean : (double)NAN;
    *list = values;
    return count;
}

static bool read_size(struct request *request, struct stats_size *size, struct survey_error *error)
{
    *size = stats_size_blank();
    for (const struct stats_size_field *field = stats_size_fields; field->name; field++) {
        const char *name = strcmp(field->name, "confidence") == 0 ? "level" : field->name;
        const struct survey_json *json = request_arg(request, name);
        const double *values;
        if (!json || json->kind == SURVEY_JSON_NULL)
            continue;
        size_t count = numbers(request->arena, json, &values);
        if (!stats_size_set(size, field, name, values, count, error))
            return false;
    }
    return true;
}

// null where it does not apply.
static void member(struct survey_json_writer *out, const char *name, double value)
{
    survey_json_key(out, name);
    survey_json_put_number(out, value);
}

void stats_size_write(const struct stats_sized *sized, struct survey_json_writer *out)
{
    survey_json_open(out, '{');
    member(out, "n", sized->n[0]);
    member(out, "n_second", sized->n[1]);
    member(out, "simple", sized->simple);
    member(out, "deff", sized->deff);
    member(out, "approach", sized->approach[0]);
    member(out, "approach_second", sized->approach[1]);
    member(out, "margin", sized->margin);
    member(out, "cv", sized->cv);
    member(out, "power", sized->power);
    member(out, "per_cluster", sized->per_cluster);
    member(out, "clusters", sized->clusters);
    member(out, "cost", sized->cost);
    member(out, "plan_per_cluster", sized->plan_per_cluster);
    member(out, "plan_clusters", sized->plan_clusters);
    member(out, "plan_cost", sized->plan_cost);
    survey_json_close(out, '}');
}

static bool answer_size(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct stats_size size;
    struct stats_sized sized;
    if (!read_size(request, &size, error) || !stats_size_find(&size, &sized, error))
        return false;
    stats_size_write(&sized, out);
    return true;
}

static bool read_column(struct request *request, const char *name, size_t *count, const double **list, struct survey_error *error)
{
    const struct survey_json *json = request_arg(request, name);
    if (!json)
        return true;
    if (json->count > STRATA_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("at most %d strata"), (int)STRATA_MOST);
    size_t found = numbers(request->arena, json, list);
    if (*count && found != *count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' has %zu numbers for %zu strata"), name, found, *count);
    *count = found;
    return true;
}

void stats_allocation_write(const struct stats_strata *strata, const struct stats_allocated *allocated, struct survey_json_writer *out)
{
    survey_json_open(out, '{');
    request_write_numbers(out, "n", allocated->n, strata->count);
    request_write_numbers(out, "whole", allocated->whole, strata->count);
    member(out, "total", allocated->total);
    member(out, "se", allocated->se);
    member(out, "whole_se", allocated->whole_se);
    member(out, "cost", allocated->cost);
    member(out, "whole_cost", allocated->whole_cost);
    survey_json_close(out, '}');
}

static double goal(const struct request *request, const char *name)
{
    return survey_json_number(request->args, name, (double)NAN);
}

static bool answer_allocation(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct stats_strata strata = {.exponent = goal(request, "exponent"), .minimum = survey_json_number(request->args, "minimum", 2),
                                  .n = goal(request, "n"), .variance = goal(request, "se") * goal(request, "se"),
                                  .budget = goal(request, "budget")};
    const char *method = survey_json_text(request->args, "method", "");
    struct stats_allocated allocated;
    if (!stats_allocation_parse(method, &strata.method))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("allocation '%s' is none of equal, proportional, neyman, cost, power"), method);
    if (!read_column(request, "population", &strata.count, &strata.population, error) || !read_column(request, "sd", &strata.count, &strata.sd, error) ||
        !read_column(request, "cost", &strata.count, &strata.cost, error) || !read_column(request, "measure", &strata.count, &strata.measure, error) ||
        !read_column(request, "unit_cv", &strata.count, &strata.cv, error))
        return false;
    allocated.n = survey_arena_array(request->arena, strata.count + 1, sizeof(double));
    allocated.whole = survey_arena_array(request->arena, strata.count + 1, sizeof(double));
    if (!stats_allocate(&strata, &allocated, error))
        return false;
    stats_allocation_write(&strata, &allocated, out);
    return true;
}

const struct request_method request_size_methods[] = {
    {"sample_size", answer_size, true},
    {"cluster_size", answer_size, true},
    {"allocation", answer_allocation, true},
    {NULL, NULL, false},
};
