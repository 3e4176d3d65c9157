// SPDX-License-Identifier: GPL-3.0-or-later
// The functions of an evaluation's own sheets.
#include "stats/data/dataset_private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/store/admin.h"

#include <math.h>
#include <string.h>

// Arguments and result of one call.
struct call {
    struct stats_row *at;
    const char *name;
    const struct survey_value *arguments;
    size_t count;
    struct survey_value *value;
    struct survey_error *error;
};

static bool missing(struct call *call)
{
    *call->value = (struct survey_value){.kind = SURVEY_STRING, .text = "", .missing = true};
    return true;
}

static bool give_text(struct call *call, const char *text)
{
    *call->value = (struct survey_value){.kind = SURVEY_STRING, .text = text};
    return true;
}

static bool give_number(struct call *call, double number)
{
    *call->value = (struct survey_value){.kind = SURVEY_NUMBER, .number = number};
    return true;
}

static bool give_boolean(struct call *call, bool boolean)
{
    *call->value = (struct survey_value){.kind = SURVEY_BOOLEAN, .boolean = boolean};
    return true;
}

static const char *text_of(const struct call *call, size_t index)
{
    return survey_value_text(call->at->arena, &call->arguments[index]);
}

// A frame column of this row; NULL and a fault where there is none. In no frame: "" and *absent.
static const char *frame_text(const struct call *call, const char *name, bool *absent)
{
    struct stats_dataset *dataset = call->at->dataset;
    struct stats_column *column = stats_dataset_frame_column(dataset, name);
    if (!column) {
        survey_fail(call->error, SURVEY_ERROR_INPUT, "", _("the frame has no column '%s'"), name);
        return NULL;
    }
    if (!stats_dataset_load(dataset, &dataset->frame, &column, 1, call->error))
        return NULL;
    *absent = stats_code(&column->codes, call->at->row) < STATS_FIRST_CODE;
    return stats_column_text(column, call->at->row);
}

static bool call_frame(struct call *call)
{
    bool absent = false;
    const char *text = frame_text(call, text_of(call, 0), &absent);
    if (!text)
        return false;
    return absent ? missing(call) : give_text(call, text);
}

static bool call_parameter(struct call *call)
{
    struct stats_dataset *dataset = call->at->dataset;
    const char *key = text_of(call, 0);
    bool added;
    struct survey_map_entry *entry =
        survey_map_put(&dataset->parameters, dataset->arena, key, &added);
    if (added)
        entry->value = (void *)(uintptr_t)survey_store_setting(dataset->store, key, dataset->day);
    if (!entry->value)
        return survey_fail(call->error, SURVEY_ERROR_INPUT, "",
                           _("the evaluation sheet has no '%s' that holds in round '%s'"), key,
                           dataset->round);
    return give_text(call, entry->value);
}

static bool call_admin(struct call *call)
{
    struct stats_dataset *dataset = call->at->dataset;
    const char *name = text_of(call, 0),
               *column = call->count == 2 ? text_of(call, 1) : dataset->assessed;
    bool absent = false, added;
    if (!*column)
        return survey_fail(call->error, SURVEY_ERROR_INPUT, "", "%s",
                           _("admin() needs the setting assessed_unit, or a frame column"));
    const char *unit = frame_text(call, column, &absent);
    if (!unit)
        return false;
    const char *key = survey_arena_format(call->at->arena, "%s\x1f%s", unit, name);
    struct survey_map_entry *entry = survey_map_put(&dataset->admin, dataset->arena, key, &added);
    if (added)
        entry->value =
            (void *)(uintptr_t)survey_admin_value(dataset->store, unit, name, dataset->round);
    return entry->value ? give_text(call, entry->value) : missing(call);
}

static bool call_minutes(struct call *call)
{
    struct survey_time from, to;
    const char *first = text_of(call, 0), *second = text_of(call, 1);
    int offset = call->at->dataset->actor.now.offset;
    if (call->arguments[0].missing || call->arguments[1].missing ||
        !survey_time_parse(first, strlen(first), offset, &from) ||
        !survey_time_parse(second, strlen(second), offset, &to))
        return missing(call);
    return give_number(call, ((double)(to.seconds - from.seconds) +
                              (to.milliseconds - from.milliseconds) / 1000.0) /
                                 60);
}

// "38.04 114.51 ...": latitude and longitude in radians.
static bool read_place(const char *text, double place[2])
{
    for (int i = 0; i < 2; i++) {
        text += strspn(text, " ");
        size_t length = strcspn(text, " ");
        if (!survey_number_parse(text, length, &place[i]) || fabs(place[i]) > (i ? 180 : 90))
            return false;
        place[i] *= 3.14159265358979323846 / 180;
        text += length;
    }
    return true;
}

// The haversine on the sphere that ODK's distance() takes.
static bool call_distance(struct call *call)
{
    double a[2], b[2];
    if (call->arguments[0].missing || call->arguments[1].missing ||
        !read_place(text_of(call, 0), a) || !read_place(text_of(call, 1), b))
        return missing(call);
    double south = sin((b[0] - a[0]) / 2), east = sin((b[1] - a[1]) / 2);
    double h = south * south + cos(a[0]) * cos(b[0]) * east * east;
    return give_number(call, 2 * 6378.1 * asin(sqrt(h < 1 ? h : 1)));
}

static bool call_same(struct call *call)
{
    struct stats_dataset *dataset = call->at->dataset;
    const char *name = call->arguments[0].name;
    struct stats_column *column = name ? stats_dataset_question(dataset, name) : NULL;
    if (!column)
        return survey_fail(call->error, SURVEY_ERROR_INPUT, "", "%s",
                           _("same() takes a question: same(${name})"));
    if (!stats_dataset_load(dataset, &dataset->answers, &column, 1, call->error))
        return false;
    if (!column->counts) {
        column->counts = survey_arena_array(dataset->arena, column->codes.count, sizeof *column->counts);
        for (size_t row = 0; row < dataset->n; row++)
            column->counts[stats_code(&column->codes, row)]++;
    }
    uint32_t code = stats_code(&column->codes, call->at->row);
    return code >= STATS_FIRST_CODE ? give_number(call, column->counts[code]) : missing(call);
}

static bool call_all_equal(struct call *call)
{
    const char *first = NULL;
    bool unknown = false;
    for (size_t i = 0; i < call->count; i++) {
        if (call->arguments[i].missing) {
            unknown = true;
            continue;
        }
        const char *text = text_of(call, i);
        if (first && strcmp(first, text) != 0)
            return give_boolean(call, false);
        first = text;
    }
    return unknown ? missing(call) : give_boolean(call, true);
}

static bool call_rule(struct call *call)
{
    const struct stats_rule *rule =
        stats_dataset_rule(call->at->dataset, text_of(call, 0), call->error);
    if (!rule || !stats_dataset_evaluate(call->at->dataset, call->at->arena, rule->expr,
                                         call->at->row, call->value, call->error))
        return false;
    return call->value->missing ? missing(call)
                                : give_boolean(call, survey_value_boolean(call->value));
}

static bool call_case(struct call *call)
{
    const struct stats_case_column *cases =
        stats_dataset_cases(call->at->dataset, text_of(call, 0), call->error);
    return cases && give_number(call, cases->confirmed[call->at->row]);
}

const struct stats_case_column *stats_dataset_cases(struct stats_dataset *dataset, const char *type,
                                                    struct survey_error *error)
{
    const struct survey_map_entry *known = survey_map_find(&dataset->cases, type);
    if (known)
        return known->value;
    if (!stats_dataset_need_rows(dataset, error))
        return NULL;
    struct survey_query *query = survey_query(dataset->store, error,
                                              "SELECT response, persons FROM \"case\" WHERE round "
                                              "= ? AND type = ? AND state = 'confirmed'",
                                              "tt", dataset->round, type);
    if (!query)
        return NULL;
    struct stats_case_column *cases = survey_arena_alloc(dataset->arena, sizeof *cases);
    cases->persons = survey_arena_array(dataset->arena, dataset->n + 1, sizeof *cases->persons);
    cases->confirmed = survey_arena_array(dataset->arena, dataset->n + 1, 1);
    while (survey_query_next(query)) {
        const struct survey_map_entry *entry =
            survey_map_find(&dataset->rows, survey_query_text(query, 0));
        if (!entry)
            continue;
        cases->confirmed[entry->number] = 1;
        cases->persons[entry->number] = survey_query_number(query, 1);
    }
    if (!survey_query_end(query, error))
        return NULL;
    survey_map_put(&dataset->cases, dataset->arena, type, NULL)->value = cases;
    return cases;
}

static const struct {
    const char *name;
    size_t least, most;
    bool (*call)(struct call *call);
} functions[] = {
    {"frame", 1, 1, call_frame},
    {"admin", 1, 2, call_admin},
    {"parameter", 1, 1, call_parameter},
    {"minutes", 2, 2, call_minutes},
    {"distance-km", 2, 2, call_distance},
    {"same", 1, 1, call_same},
    {"all-equal", 2, 255, call_all_equal},
    {"rule", 1, 1, call_rule},
    {"case", 1, 1, call_case},
};

bool stats_dataset_has_function(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return true;
    return false;
}

bool stats_dataset_function(void *user, const char *name, const struct survey_value *arguments,
                            size_t count, struct survey_value *value, bool *known,
                            struct survey_error *error)
{
    struct call call = {user, name, arguments, count, value, error};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, name) != 0)
            continue;
        *known = true;
        if (count < functions[i].least || count > functions[i].most)
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("%s() takes another number of arguments"), name);
        return functions[i].call(&call);
    }
    return false;
}
