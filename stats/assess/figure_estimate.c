// SPDX-License-Identifier: GPL-3.0-or-later
// The weighted estimate of a figure, the village sums of its denominator, and quantiles.
#include "stats/assess/figure_rows.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PERSONS_MAX = 50000000 };

// ---- Sums over the sampled villages

// Villages of the units that were drawn in the round; where nothing was drawn, of those that
// responded.
static const char sampled[] =
    "SELECT s.unit FROM sample s JOIN draw d ON d.id = s.draw WHERE s.round = ?1 AND d.current "
    "AND s.status IN ('selected', 'replaced') UNION ALL SELECT r.unit FROM response r WHERE "
    "r.round = ?1 "
    "AND NOT EXISTS (SELECT 1 FROM draw WHERE round = ?1 AND current)";

static void village_sql(const struct stats_rows *rows, struct survey_buffer *sql)
{
    survey_buffer_text(sql, "SELECT f.");
    survey_sql_name(sql, rows->plan->unit_column);
    survey_buffer_text(sql, ", f.");
    survey_sql_name(sql, rows->plan->village);
    survey_buffer_text(sql, ", min(CAST(f.");
    survey_sql_name(sql, rows->made->village_column);
    survey_buffer_text(sql, " AS REAL)), max(CAST(f.");
    survey_sql_name(sql, rows->made->village_column);
    survey_buffer_text(sql, " AS REAL)), count(*) - count(nullif(trim(f.");
    survey_sql_name(sql, rows->made->village_column);
    survey_buffer_text(sql, "), '')) FROM frame f WHERE (f.");
    survey_sql_name(sql, rows->plan->village);
    survey_buffer_text(sql, ") IN (SELECT v.");
    survey_sql_name(sql, rows->plan->village);
    survey_format(sql, " FROM frame v WHERE v.unit IN (%s)) GROUP BY 1, 2 ORDER BY 1, 2", sampled);
}

static void add_village(struct stats_rows *rows, struct survey_query *query, int64_t unit)
{
    struct survey_arena *arena = rows->assessment->arena;
    const char *village = survey_query_text(query, 1);
    double low = survey_query_number(query, 2), high = survey_query_number(query, 3);
    if (survey_query_integer(query, 4))
        rows->village_missing[unit] =
            survey_arena_format(arena, _("the frame has no '%s' in some rows of the village '%s'"),
                                rows->made->village_column, village);
    else if (low != high || low < 0)
        rows->village_missing[unit] = survey_arena_format(
            arena, _("the frame's rows of the village '%s' differ in '%s' (%g and %g)"), village,
            rows->made->village_column, low, high);
    rows->village_sum[unit] += high;
}

bool stats_rows_villages(struct stats_rows *rows, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 16);
    struct survey_map ids = {0};
    if (!rows->made->by_village)
        return true;
    rows->village_sum = survey_arena_array(rows->arena, rows->assessment->unit_count + 1,
                                           sizeof *rows->village_sum);
    rows->village_missing = survey_arena_array(rows->arena, rows->assessment->unit_count + 1,
                                               sizeof *rows->village_missing);
    for (size_t i = 0; i < rows->assessment->unit_count; i++)
        survey_map_put(&ids, rows->arena, rows->assessment->units[i].id, NULL)->number = (int64_t)i;
    village_sql(rows, &sql);
    struct survey_query *query =
        survey_query(rows->plan->store, error, survey_buffer_string(&sql), "t", rows->plan->round);
    while (query && survey_query_next(query)) {
        const struct survey_map_entry *entry = survey_map_find(&ids, survey_query_text(query, 0));
        if (entry)
            add_village(rows, query, entry->number);
    }
    survey_buffer_clear(&sql);
    survey_map_clear(&ids);
    return query && survey_query_end(query, error);
}

bool stats_village_sum(const struct stats_rows *rows, int unit, struct stats_figure *figure)
{
    size_t first = unit < 0 ? 0 : (size_t)unit,
           last = unit < 0 ? rows->assessment->unit_count : first + 1;
    figure->denominator = 0;
    for (size_t i = first; i < last; i++) {
        if (rows->village_missing[i])
            figure->missing = rows->village_missing[i];
        figure->denominator += rows->village_sum[i];
    }
    return !figure->missing;
}

// ---- The design of estimates

static bool counts_persons(const struct stats_rows *rows)
{
    bool share =
        rows->indicator->statistic == STATS_SHARE || rows->indicator->statistic == STATS_CASES;
    double persons = 0;
    if (!share || !*rows->indicator->per)
        return false;
    for (size_t row = 0; row < rows->n; row++) {
        if (isnan(rows->x[row]))
            continue;
        if (rows->x[row] < 0 || rows->x[row] != rint(rows->x[row]) ||
            rows->y[row] != rint(rows->y[row]))
            return false;
        persons += rows->x[row];
    }
    return persons < PERSONS_MAX;
}

static size_t persons_of(const struct stats_rows *rows, size_t row)
{
    bool known = rows->inside[row] && !isnan(rows->x[row]);
    return known && rows->x[row] >= 1 ? (size_t)rows->x[row]
                                      : 1; // a row outside stays, as a zero of its PSU
}

static const uint32_t *repeat_labels(const struct stats_rows *rows, const uint32_t *from, size_t n)
{
    if (!from)
        return NULL;
    uint32_t *labels = survey_arena_array(rows->arena, n + 1, sizeof *labels);
    for (size_t i = 0; i < n; i++)
        labels[i] = from[rows->person_row[i]];
    return labels;
}

static const double *repeat_numbers(const struct stats_rows *rows, const double *from, size_t n)
{
    if (!from)
        return NULL;
    double *numbers = survey_arena_array(rows->arena, n + 1, sizeof *numbers);
    for (size_t i = 0; i < n; i++)
        numbers[i] = from[rows->person_row[i]];
    return numbers;
}

// Persons of a household share its place in the sample: the household is the unit of the last
// stage.
static void expand(struct stats_rows *rows, const struct stats_design *from)
{
    size_t n = 0, at = 0;
    for (size_t row = 0; row < rows->n; row++)
        n += persons_of(rows, row);
    rows->person_row = survey_arena_array(rows->arena, n + 1, sizeof *rows->person_row);
    rows->person_y = survey_arena_array(rows->arena, n + 1, sizeof *rows->person_y);
    rows->person_domain = survey_arena_array(rows->arena, n + 1, 1);
    for (size_t row = 0; row < rows->n; row++)
        for (size_t i = 0, count = persons_of(rows, row); i < count; i++, at++) {
            rows->person_row[at] = row;
            rows->person_y[at] =
                isnan(rows->y[row]) || rows->x[row] < 1 ? NAN : (double)i < rows->y[row];
        }
    rows->design = *from;
    rows->design.n = n;
    rows->design.prepared = NULL;
    rows->design.weight = repeat_numbers(rows, from->weight, n);
    rows->design.stratum = repeat_labels(rows, from->stratum, n);
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        rows->design.unit[stage] = repeat_labels(rows, from->unit[stage], n);
        rows->design.substratum[stage] = repeat_labels(rows, from->substratum[stage], n);
        rows->design.fpc[stage] = repeat_numbers(rows, from->fpc[stage], n);
        rows->design.chance[stage] = repeat_numbers(rows, from->chance[stage], n);
    }
    for (int stage = 0; stage < from->stages; stage++) {
        if (from->unit[stage])
            continue;
        uint32_t *own =
            survey_arena_array(rows->arena, n + 1, sizeof *own); // each response was a unit
        for (size_t i = 0; i < n; i++)
            own[i] = (uint32_t)rows->person_row[i];
        rows->design.unit[stage] = own;
    }
}

bool stats_rows_prepare(struct stats_rows *rows, struct survey_error *error)
{
    rows->design = *stats_dataset_design(rows->dataset);
    rows->by_person = counts_persons(rows);
    if (rows->by_person)
        expand(rows, stats_dataset_design(rows->dataset));
    if (rows->design.assumed_icc == 0 && isfinite(rows->plan->assumed_icc))
        rows->design.assumed_icc = rows->plan->assumed_icc;
    rows->design.confidence = rows->plan->confidence;
    rows->design.prepared = NULL;
    if (rows->n == 0)
        return true;
    if (!stats_prepare(&rows->design, &rows->prepared, error))
        return false;
    rows->design.prepared = rows->prepared;
    return true;
}

void stats_rows_release(struct stats_rows *rows)
{
    stats_prepared_free(rows->prepared);
    rows->prepared = NULL;
}

// ---- Quantiles

struct weighed {
    double value, weight;
};

static int by_value(const void *left, const void *right)
{
    double a = ((const struct weighed *)left)->value, b = ((const struct weighed *)right)->value;
    return a < b ? -1 : a > b;
}

double stats_rows_quantile(const struct stats_rows *rows, bool weighted, double p)
{
    struct weighed *list = survey_alloc((rows->n + 1) * sizeof *list);
    double total = 0, sum = 0, found = NAN;
    size_t count = 0;
    for (size_t row = 0; row < rows->n; row++) {
        if (!rows->domain[row])
            continue;
        list[count] = (struct weighed){
            rows->y[row], weighted ? rows->design.weight[row] * rows->x[row] : rows->x[row]};
        total += list[count++].weight;
    }
    qsort(list, count, sizeof *list, by_value);
    for (size_t i = 0; i < count; i++) {
        sum += list[i].weight;
        found = list[i].value;
        if (sum >= p * total * (1 - 1e-12))
            break;
    }
    free(list);
    return found;
}

// Woodruff (1952): the interval of the share of values up to the quantile, read back on the values.
static bool estimate_quantile(struct stats_rows *rows, struct stats_estimate *estimate,
                              struct survey_error *error)
{
    double value = stats_rows_quantile(rows, true, rows->made->quantile);
    double *up_to = survey_arena_array(rows->arena, rows->n + 1, sizeof *up_to);
    for (size_t row = 0; row < rows->n; row++)
        up_to[row] = isnan(rows->y[row]) ? (double)NAN : (rows->y[row] <= value) * rows->x[row];
    if (!stats_ratio(&rows->design, up_to, rows->x, rows->domain, estimate, error))
        return false;
    double below = rows->made->quantile - (estimate->high - estimate->low) / 2,
           above = rows->made->quantile + (estimate->high - estimate->low) / 2;
    estimate->value = value;
    estimate->known_se = false; // the interval is not built from one
    estimate->se = 0;
    if (strcmp(estimate->interval, "t") == 0 && below > 0 && above < 1) {
        estimate->low = stats_rows_quantile(rows, true, below);
        estimate->high = stats_rows_quantile(rows, true, above);
        estimate->interval = "woodruff";
    } else {
        estimate->low = estimate->high = value;
        estimate->interval = "none";
    }
    return true;
}

bool stats_rows_estimate(struct stats_rows *rows, struct stats_estimate *estimate,
                         struct survey_error *error)
{
    const struct stats_design *design = &rows->design;
    if (rows->by_person) {
        for (size_t i = 0; i < design->n; i++)
            rows->person_domain[i] = rows->domain[rows->person_row[i]];
        return stats_share(design, rows->person_y, rows->person_domain, estimate, error);
    }
    switch (rows->indicator->statistic) {
    case STATS_TOTAL:
        return stats_total(design, rows->y, rows->domain, estimate, error);
    case STATS_QUANTILE:
        return estimate_quantile(rows, estimate, error);
    case STATS_RATIO:
    case STATS_INDEX:
        return stats_ratio(design, rows->y, rows->x, rows->domain, estimate, error);
    case STATS_SHARE:
    case STATS_CASES:
        return *rows->indicator->per
                   ? stats_ratio(design, rows->y, rows->x, rows->domain, estimate, error)
                   : stats_share(design, rows->y, rows->domain, estimate, error);
    case STATS_MEAN:
        return *rows->indicator->per
                   ? stats_ratio(design, rows->y, rows->x, rows->domain, estimate, error)
                   : stats_mean(design, rows->y, rows->domain, estimate, error);
    case STATS_ADMIN:
    case STATS_EXTERNAL:
    case STATS_DERIVED:
        break;
    }
    return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("this statistic has no estimate"));
}
