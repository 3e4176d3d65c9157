// SPDX-License-Identifier: GPL-3.0-or-later
// size: how many to ask, how to share them out, how many a village.
#include "stats/data/table.h"
#include "stats/size/size.h"
#include "stats/stats.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

static const struct survey_option options[] = {
    {"share", 0, "P[,P]", N_("a share that is expected, such as 0.5; two of them to be told apart")},
    {"mean", 0, "M[,M]", N_("the same for a mean")},
    {"sd", 0, "S[,S]", N_("standard deviation of what the mean is of")},
    {"margin", 0, "E", N_("the half width of the interval that is wanted, such as 0.03")},
    {"cv", 0, "C", N_("or the standard error over the estimate, such as 0.05")},
    {"power", 0, "P", N_("for two groups: the chance to find a difference that is there, such as 0.8")},
    {"n", 0, "N", N_("the other way round: the margin or the power of N interviews; with --allocate, how many are shared out")},
    {"confidence", 0, "C", N_("of the interval or test (0.95)")},
    {"wilson", 0, NULL, N_("the margin is that of Wilson's interval: for small shares")},
    {"one-sided", 0, NULL, N_("two groups: the difference is looked for on one side")},
    {"ratio", 0, "R", N_("two groups: the second's size over the first's (1)")},
    {"overlap", 0, "G", N_("two groups: the share of the smaller one that is in both, as in a panel")},
    {"correlation", 0, "R", N_("two groups: between the two values of those in both")},
    {"deff", 0, "D", N_("design effect (1)")},
    {"response", 0, "R", N_("the share of those approached who answer (1)")},
    {"population", 0, "N", N_("units in the population, where it is not large")},
    {"icc", 0, "R", N_("clusters: the intra-class correlation, from which the design effect comes")},
    {"per-cluster", 0, "B", N_("clusters: interviews in each")},
    {"cost-cluster", 0, "C", N_("clusters: what one costs before anyone is asked; with --cost-unit, for the cheapest number in each")},
    {"cost-unit", 0, "C", N_("clusters: what an interview costs")},
    {"budget", 0, "B", N_("clusters or --allocate: what may be spent")},
    {"allocate", 0, "FILE.csv", N_("share out over strata: columns stratum, population, and as the method wants sd or share, cost, measure, unit_cv")},
    {"method", 0, "M", N_("of --allocate: equal, proportional, neyman, cost or power")},
    {"se", 0, "SE", N_("--allocate: as many as give the mean this standard error")},
    {"exponent", 0, "Q", N_("--allocate --method power: from 0 (equal) to 1 (proportional to measure)")},
    {"minimum", 0, "N", N_("--allocate: at least so many in a stratum (2)")},
    {NULL},
};

enum { MOST_NUMBERS = 3 };

// Numbers between commas, each a percentage where it ends so.
static bool read_numbers(const char *option, const char *text, double *values, size_t *count, struct survey_error *error)
{
    for (*count = 0; *count < MOST_NUMBERS;) {
        size_t length = strcspn(text, ",");
        bool percent = length && text[length - 1] == '%';
        if (!survey_number_parse(text, length - percent, &values[*count]))
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--%s %.*s: this is no number"), option, (int)length, text);
        values[(*count)++] /= percent ? 100 : 1;
        if (!text[length])
            return true;
        text += length + 1;
    }
    return true;
}

static bool read_one(const struct survey_invocation *invocation, const char *option, double *value, struct survey_error *error)
{
    double values[MOST_NUMBERS];
    size_t count;
    const char *text = survey_given_value(invocation, option);
    if (!text)
        return true;
    if (!read_numbers(option, text, values, &count, error))
        return false;
    *value = values[0];
    return count == 1 || survey_fail(error, SURVEY_ERROR_USAGE, "", _("--%s takes one number"), option);
}

// "per-cluster" of the field per_cluster.
static void name_option(const struct stats_size_field *field, char option[static 40])
{
    survey_format_into(option, 40, "%s", field->name);
    for (char *at = option; *at; at++)
        *at = *at == '_' ? '-' : *at;
}

static bool read_size(const struct survey_invocation *invocation, struct stats_size *size, struct survey_error *error)
{
    *size = stats_size_blank();
    for (const struct stats_size_field *field = stats_size_fields; field->name; field++) {
        char option[40], called[48];
        double values[MOST_NUMBERS] = {1};
        size_t count = 1;
        name_option(field, option);
        survey_format_into(called, sizeof called, "--%s", option);
        const char *text = survey_given_value(invocation, option);
        if (!survey_given(invocation, option))
            continue;
        if ((text && !read_numbers(option, text, values, &count, error)) || !stats_size_set(size, field, called, values, count, error))
            return false;
    }
    return true;
}

// --- one size -------------------------------------------------------------------------------------

static double up(double n)
{
    return ceil(n - 1e-9);
}

static void line(struct survey_buffer *text, const char *label, double value, int decimals)
{
    if (isnan(value))
        return;
    survey_buffer_cell(text, label, 44, false);
    if (decimals == 0)
        survey_format(text, " %12.0f\n", value);
    else
        survey_format(text, " %12.4f\n", value);
}

static void print_size(const struct stats_size *size, const struct stats_sized *sized, struct survey_buffer *text)
{
    bool planned = !isnan(sized->plan_clusters) && isnan(size->n);
    double interviews = planned ? sized->plan_clusters * sized->plan_per_cluster : up(sized->n[0]);
    double response = isnan(size->response) ? 1 : size->response;
    line(text, sized->compares ? _("interviews in the first group") : _("interviews"), interviews, 0);
    line(text, _("interviews in the second group"), up(sized->n[1]), 0);
    line(text, sized->compares ? _("to be approached in the first group") : _("to be approached"), up(interviews / response), 0);
    line(text, _("to be approached in the second group"), up(sized->approach[1]), 0);
    line(text, isnan(size->n) ? _("by simple random sampling, of many") : _("worth in simple random sampling"), up(sized->simple), 0);
    line(text, _("design effect"), sized->deff, 4);
    line(text, _("margin (half width of the interval)"), sized->margin, 4);
    line(text, _("cv (standard error over estimate)"), sized->cv, 4);
    line(text, _("power"), sized->power, 4);
    line(text, _("interviews a cluster, cheapest"), isnan(size->per_cluster) ? sized->per_cluster : (double)NAN, 4);
    line(text, _("interviews a cluster"), sized->plan_per_cluster, 0);
    line(text, sized->compares ? _("clusters in the first group") : _("clusters"), sized->plan_clusters, 0);
    line(text, _("cost"), sized->plan_cost, 0);
}

static bool size_one(const struct survey_invocation *invocation, struct survey_buffer *text, struct survey_error *error)
{
    static const char *const of_strata[] = {"method", "se", "exponent", "minimum"};
    struct stats_size size;
    struct stats_sized sized;
    for (size_t i = 0; i < sizeof of_strata / sizeof *of_strata; i++)
        if (survey_given(invocation, of_strata[i]))
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--%s goes with --allocate"), of_strata[i]);
    if (!read_size(invocation, &size, error) || !stats_size_find(&size, &sized, error))
        return false;
    struct survey_json_writer writer = survey_json_writer(text, true);
    if (invocation->json)
        stats_size_write(&sized, &writer);
    else
        print_size(&size, &sized, text);
    return true;
}

// --- strata ---------------------------------------------------------------------------------------

static bool read_column(const struct stats_table *table, const char *name, const double **values, struct survey_error *error)
{
    int column = stats_table_find(table, name);
    double *numbers;
    if (column < 0)
        return true;
    if (!stats_table_numbers(table, (uint32_t)column, &numbers, error))
        return false;
    *values = numbers;
    return true;
}

// A share's standard deviation, where the file has shares.
static void sd_of_share(struct survey_arena *arena, struct stats_strata *strata, const double *share)
{
    double *sd = survey_arena_array(arena, strata->count + 1, sizeof *sd);
    for (size_t h = 0; h < strata->count; h++) {
        double n = strata->population[h];
        sd[h] = share[h] > 0 && share[h] < 1 && n > 1 ? sqrt(share[h] * (1 - share[h]) * n / (n - 1)) : 0; // 0 is refused with its stratum
    }
    strata->sd = sd;
}

static bool read_strata(const struct survey_invocation *invocation, const struct stats_table *table, struct stats_strata *strata,
                        struct survey_error *error)
{
    const double *share = NULL;
    const char *method = survey_given_value(invocation, "method");
    double se = (double)NAN;
    *strata = (struct stats_strata){.count = table->rows, .exponent = (double)NAN, .minimum = 2, .n = (double)NAN, .budget = (double)NAN};
    if (!method || !stats_allocation_parse(method, &strata->method))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", _("--allocate wants --method equal, proportional, neyman, cost or power"));
    if (!read_one(invocation, "n", &strata->n, error) || !read_one(invocation, "budget", &strata->budget, error) ||
        !read_one(invocation, "se", &se, error) || !read_one(invocation, "exponent", &strata->exponent, error) ||
        !read_one(invocation, "minimum", &strata->minimum, error))
        return false;
    strata->variance = se * se;
    if (!read_column(table, "population", &strata->population, error) || !read_column(table, "sd", &strata->sd, error) ||
        !read_column(table, "cost", &strata->cost, error) || !read_column(table, "measure", &strata->measure, error) ||
        !read_column(table, "unit_cv", &strata->cv, error) || !read_column(table, "share", &share, error))
        return false;
    if (share && strata->sd)
        return survey_fail(error, SURVEY_ERROR_INPUT, table->path, "%s", _("the strata have an sd or a share, not both"));
    if (share && strata->population)
        sd_of_share(table->arena, strata, share);
    return true;
}

static void print_strata(const struct stats_table *table, const struct stats_strata *strata, const struct stats_allocated *allocated,
                         struct survey_buffer *text)
{
    int named = stats_table_find(table, "stratum");
    double sum = 0;
    survey_format(text, "%-24s %12s %12s %10s %10s\n", _("stratum"), _("population"), _("n"), _("whole"), _("1 in"));
    for (size_t h = 0; h < strata->count; h++) {
        survey_buffer_cell(text, stats_table_text(table, h, named < 0 ? 0 : (uint32_t)named), 24, false);
        survey_format(text, " %12.0f %12.2f %10.0f ", strata->population[h], allocated->n[h], allocated->whole[h]);
        survey_format(text, "%10.1f\n", allocated->whole[h] > 0 ? strata->population[h] / allocated->whole[h] : 0.0);
        sum += allocated->whole[h];
    }
    survey_format(text, "%-24s %12s %12.2f %10.0f\n", _("total"), "", allocated->total, sum);
    line(text, _("standard error of the mean"), allocated->whole_se, 4);
    line(text, _("cost"), allocated->whole_cost, 0);
}

static bool allocate(const struct survey_invocation *invocation, struct survey_arena *arena, struct survey_buffer *text, struct survey_error *error)
{
    struct stats_table table;
    struct stats_strata strata;
    struct stats_allocated allocated;
    char option[40];
    for (const struct stats_size_field *field = stats_size_fields; field->name; field++) {
        name_option(field, option);
        if (survey_given(invocation, option) && strcmp(option, "n") != 0 && strcmp(option, "budget") != 0)
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--%s does not go with --allocate"), option);
    }
    if (!stats_table_open(arena, survey_given_value(invocation, "allocate"), &table, error) || !read_strata(invocation, &table, &strata, error))
        return false;
    allocated.n = survey_arena_array(arena, strata.count + 1, sizeof(double));
    allocated.whole = survey_arena_array(arena, strata.count + 1, sizeof(double));
    if (!stats_allocate(&strata, &allocated, error))
        return false;
    struct survey_json_writer writer = survey_json_writer(text, true);
    if (invocation->json)
        stats_allocation_write(&strata, &allocated, &writer);
    else
        print_strata(&table, &strata, &allocated, text);
    return true;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_buffer text = SURVEY_BUFFER(1 << 26);
    struct survey_error error = {0};
    bool done = survey_given(invocation, "allocate") ? allocate(invocation, arena, &text, &error) : size_one(invocation, &text, &error);
    if (done && invocation->json)
        survey_buffer_byte(&text, '\n');
    int code = done ? survey_command_print(invocation, &text) : survey_command_fail(invocation, &error);
    survey_buffer_clear(&text);
    survey_arena_free(arena);
    return code;
}

const struct survey_command stats_size_command = {
    .name = "size",
    .arguments = "",
    .summary = N_("how large a sample must be, and how it is shared out"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON,
    .least = 0,
    .most = 0,
    .run = run,
};
