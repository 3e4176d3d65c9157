// SPDX-License-Identifier: GPL-3.0-or-later
// What became of the sample, of suspected cases, and of each day in the field.
#include "output/report/load.h"
#include "stats/data/outcome.h"
#include "survey/base/format.h"
#include "survey/store/response.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct output_outcome make_outcome(output_labels labels, const struct stats_outcome_group *group)
{
    struct output_outcome outcome = {.labels = labels, .silent = group->silent};
    const struct stats_outcome_rates *rates = &group->rates;
    for (int i = 0; i < OUTPUT_DISPOSITIONS; i++) {
        outcome.counts[i] = group->count[i];
        outcome.sampled += group->count[i];
    }
    const double printed[OUTPUT_RATES] = {rates->response[0], rates->response[1], rates->response[4], rates->cooperation[0],
                                          rates->refusal[0], rates->contact[0]};
    memcpy(outcome.rates, printed, sizeof printed);
    return outcome;
}

static size_t count_replaced(struct load *load, const char *column, const char *value)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 14);
    survey_format(&sql, "SELECT count(*) FROM sample s JOIN draw d ON d.id = s.draw AND d.current LEFT JOIN frame f ON f.unit = s.unit "
                        "WHERE s.round = ? AND s.status = 'replaced' AND (? IS NULL OR %s = ?)", column);
    size_t count = (size_t)survey_store_count(load->store, 0, survey_buffer_string(&sql), "ttt", load->round, value, value);
    survey_buffer_clear(&sql);
    return count;
}

static void load_by_unit(struct load *load, const struct stats_outcome_table *table)
{
    struct output_report *report = load->report;
    report->by_unit_count = report->assessment->unit_count + 1;
    report->by_unit = survey_arena_array(load->arena, report->by_unit_count, sizeof *report->by_unit);
    report->by_unit[0] = make_outcome(load_same(load, ""), &table->all);
    report->by_unit[0].replaced = count_replaced(load, "''", NULL);
    for (size_t i = 1; i < report->by_unit_count; i++) {
        const struct stats_unit *unit = &report->assessment->units[i - 1];
        report->by_unit[i] = (struct output_outcome){.labels = load_same(load, unit->name)};
        for (int rate = 0; rate < OUTPUT_RATES; rate++)
            report->by_unit[i].rates[rate] = (double)NAN;
        report->by_unit[i].replaced = count_replaced(load, load->assessed, unit->id);
    }
    for (size_t i = 0; i < table->group_count && table->by_count; i++) {
        int unit = load_unit(load, table->groups[i].keys[0]);
        if (unit < 0)
            continue;
        struct output_outcome *at = &report->by_unit[unit + 1];
        size_t replaced = at->replaced;
        *at = make_outcome(at->labels, &table->groups[i]);
        at->replaced = replaced;
    }
}

static void load_by_stratum(struct load *load, const struct stats_outcome_table *table)
{
    struct output_report *report = load->report;
    bool in_frame = survey_store_count(load->store, 0, "SELECT count(*) FROM pragma_table_info('frame') WHERE name = 'stratum'", "") > 0;
    report->by_stratum = survey_arena_array(load->arena, table->group_count + 1, sizeof *report->by_stratum);
    report->by_stratum[report->by_stratum_count++] = report->by_unit[0];
    for (size_t i = 0; i < table->group_count && table->by_count; i++) {
        const char *key = table->groups[i].keys[0];
        struct output_outcome outcome = make_outcome(load_value(load, "stratum", key), &table->groups[i]);
        outcome.replaced = count_replaced(load, in_frame ? "f.stratum" : "s.stratum", key);
        report->by_stratum[report->by_stratum_count++] = outcome;
    }
}

bool load_outcomes(struct load *load, struct survey_error *error)
{
    struct survey_actor actor = *load->actor;
    struct stats_outcome_table *table = NULL;
    actor.round = load->round;
    if (!stats_outcome_table(load->store, &actor, load->report->assessed_unit, &table, error))
        return false;
    load_by_unit(load, table);
    stats_outcome_table_free(table);
    if (!stats_outcome_table(load->store, &actor, "stratum", &table, error))
        return false;
    load_by_stratum(load, table);
    stats_outcome_table_free(table);
    return true;
}

// --- cases --------------------------------------------------------------------------------------

static struct output_funnel *funnel_of(struct load *load, const char *type, int unit)
{
    struct output_report *report = load->report;
    for (size_t i = 0; i < report->funnel_count; i++)
        if (strcmp(report->funnel[i].type, type) == 0 && report->funnel[i].unit == unit)
            return &report->funnel[i];
    report->funnel = load_more(load, report->funnel, report->funnel_count, sizeof *report->funnel);
    report->funnel[report->funnel_count] = (struct output_funnel){.type = survey_arena_strdup(load->arena, type), .unit = unit};
    return &report->funnel[report->funnel_count++];
}

static void count_case(struct output_funnel *funnel, const char *state, size_t count, double persons)
{
    funnel->flagged += count;
    if (strcmp(state, "confirmed") == 0) {
        funnel->confirmed += count;
        funnel->persons += persons;
    } else if (strcmp(state, "dismissed") == 0) {
        funnel->dismissed += count;
    } else {
        funnel->open += count;
    }
}

static bool load_funnel(struct load *load, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 14);
    survey_format(&sql, "SELECT c.type, %s, c.state, count(*), sum(c.persons) FROM \"case\" c LEFT JOIN frame f ON f.unit = c.unit "
                        "WHERE c.round = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", load->assessed);
    struct survey_query *query = survey_query(load->store, error, survey_buffer_string(&sql), "t", load->round);
    while (query && survey_query_next(query)) {
        const char *type = load_text(load, query, 0), *state = load_text(load, query, 2);
        int unit = load_unit(load, survey_query_text(query, 1));
        size_t count = (size_t)survey_query_integer(query, 3);
        double persons = survey_query_number(query, 4);
        count_case(funnel_of(load, type, -1), state, count, persons);
        if (unit >= 0)
            count_case(funnel_of(load, type, unit), state, count, persons);
    }
    survey_buffer_clear(&sql);
    return query && survey_query_end(query, error);
}

bool load_cases(struct load *load, struct survey_error *error)
{
    struct output_report *report = load->report;
    if (!load_funnel(load, error))
        return false;
    if (report->audience != OUTPUT_EVALUATORS)
        return true;
    struct survey_query *query = survey_query(load->store, error,
        "SELECT c.id, c.type, c.unit, c.rules, c.state, c.opened_at, s.who, s.why FROM \"case\" c LEFT JOIN case_step s ON s.rowid = "
        "(SELECT max(t.rowid) FROM case_step t WHERE t.\"case\" = c.id AND t.state = c.state AND c.state <> 'flagged') "
        "WHERE c.round = ? ORDER BY c.type, c.unit, c.id", "t", load->round);
    while (query && survey_query_next(query)) {
        report->cases = load_more(load, report->cases, report->case_count, sizeof *report->cases);
        report->cases[report->case_count++] = (struct output_case){load_text(load, query, 0), load_text(load, query, 1),
            load_text(load, query, 2), load_text(load, query, 3), load_text(load, query, 4),
            survey_arena_strndup(load->arena, survey_query_text(query, 5), 10), load_text(load, query, 6), load_text(load, query, 7)};
    }
    return query && survey_query_end(query, error);
}

// --- the field ----------------------------------------------------------------------------------

// A query over the responses of the round, each with its enumerator: by the question with that role where the
// form has one, else who sent or scanned it.
static struct survey_query *field_query(struct load *load, const char *columns, const char *end, const char *who,
                                        struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 16), table = SURVEY_BUFFER(1 << 12), column = SURVEY_BUFFER(1 << 12);
    const struct survey_form *form = load->report->form;
    for (size_t i = 0; i < form->item_count && !column.length; i++)
        if (form->items[i]->role && strcmp(form->items[i]->role, "enumerator") == 0 && !form->items[i]->repeat)
            survey_response_column(form->items[i], &column);
    survey_format(&sql, "WITH field AS (SELECT r.id, r.disposition, r.started_at, r.ended_at, substr(coalesce(r.ended_at, "
                        "r.received_at), 1, 10) AS day, ");
    if (column.length) {
        survey_response_table_name(form, NULL, &table);
        survey_buffer_text(&sql, "coalesce(nullif(a.");
        survey_sql_name(&sql, survey_buffer_string(&column));
        survey_buffer_text(&sql, ", ''), r.who) AS person FROM response r LEFT JOIN ");
        survey_sql_name(&sql, survey_buffer_string(&table));
        survey_buffer_text(&sql, " a ON a.response = r.id");
    } else {
        survey_buffer_text(&sql, "r.who AS person FROM response r");
    }
    survey_format(&sql, " WHERE r.round = ? AND r.state NOT IN ('duplicate', 'superseded', 'rejected')) SELECT %s FROM field "
                        "WHERE (? IS NULL OR person = ?) %s", columns, end);
    struct survey_query *query = survey_query(load->store, error, survey_buffer_string(&sql), "ttt", load->round, who, who);
    survey_buffer_clear(&sql);
    survey_buffer_clear(&table);
    survey_buffer_clear(&column);
    return query;
}

static bool load_days(struct load *load, struct survey_error *error)
{
    struct output_report *report = load->report;
    struct survey_query *query = field_query(load, "day, person, count(*), sum(count(*)) OVER (PARTITION BY person ORDER BY day)",
                                             "GROUP BY day, person ORDER BY day, person", NULL, error);
    while (query && survey_query_next(query)) {
        report->days = load_more(load, report->days, report->day_count, sizeof *report->days);
        report->days[report->day_count++] = (struct output_day){load_text(load, query, 0), load_text(load, query, 1),
            (size_t)survey_query_integer(query, 2), (size_t)survey_query_integer(query, 3)};
    }
    return query && survey_query_end(query, error);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static bool median_minutes(struct load *load, struct output_enumerator *of, struct survey_error *error)
{
    struct survey_query *query = field_query(load, "(julianday(ended_at) - julianday(started_at)) * 1440",
                                             "AND started_at IS NOT NULL AND ended_at IS NOT NULL", of->who, error);
    double *minutes = NULL;
    size_t count = 0;
    while (query && survey_query_next(query)) {
        minutes = load_more(load, minutes, count, sizeof *minutes);
        minutes[count++] = survey_query_number(query, 0);
    }
    if (!query || !survey_query_end(query, error))
        return false;
    if (count)
        qsort(minutes, count, sizeof *minutes, by_value);
    of->median_minutes = count ? (minutes[(count - 1) / 2] + minutes[count / 2]) / 2 : (double)NAN;
    return true;
}

static bool load_enumerators(struct load *load, const struct stats_outcome_codes *codes, struct survey_error *error)
{
    struct output_report *report = load->report;
    struct survey_query *query = survey_query(load->store, error,
        "SELECT who, disposition, count(*), sum((SELECT count(*) FROM missing m WHERE m.response = r.id AND m.kind <> "
        "'not_asked')), sum((SELECT count(*) FROM \"case\" c WHERE c.response = r.id)) FROM response r WHERE round = ? AND state NOT IN "
        "('duplicate', 'superseded', 'rejected') GROUP BY 1, 2 ORDER BY 1, 2", "t", load->round);
    struct output_enumerator *of = NULL;
    while (query && survey_query_next(query)) {
        size_t count = (size_t)survey_query_integer(query, 2);
        int outcome = stats_outcome_of(codes, survey_query_null(query, 1) ? NULL : survey_query_text(query, 1));
        if (!of || strcmp(of->who, survey_query_text(query, 0)) != 0) {
            report->enumerators = load_more(load, report->enumerators, report->enumerator_count, sizeof *report->enumerators);
            of = &report->enumerators[report->enumerator_count++];
            *of = (struct output_enumerator){.who = load_text(load, query, 0)};
        }
        of->responses += count;
        of->complete += outcome == STATS_COMPLETE ? count : 0;
        of->refused += outcome == STATS_REFUSAL ? count : 0;
        of->missing_answers += (size_t)survey_query_integer(query, 3);
        of->flagged += (size_t)survey_query_integer(query, 4);
    }
    if (!query || !survey_query_end(query, error))
        return false;
    for (size_t i = 0; i < report->enumerator_count; i++)
        if (!median_minutes(load, &report->enumerators[i], error))
            return false;
    return true;
}

bool load_fieldwork(struct load *load, struct survey_error *error)
{
    struct stats_outcome_codes codes = {0};
    if (load->report->audience != OUTPUT_EVALUATORS)
        return true;
    bool done = stats_outcome_codes_read(load->store, load->arena, &codes, error) && load_days(load, error) &&
                load_enumerators(load, &codes, error);
    survey_map_clear(&codes.codes);
    return done;
}
