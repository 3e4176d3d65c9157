// SPDX-License-Identifier: GPL-3.0-or-later
// One person of each household: an interview stands for as many as could have been chosen.
#include "stats/weight/private.h"

#include "survey/base/text.h"

#include <math.h>
#include <string.h>

// "${adults}" or "adults".
static const char *question_of(struct weighing *in)
{
    const char *by = weight_text(in, "by");
    size_t length = strlen(by);
    bool wrapped = length > 3 && strncmp(by, "${", 2) == 0 && by[length - 1] == '}';
    return wrapped ? survey_arena_strndup(in->arena, by + 2, length - 3) : survey_arena_strdup(in->arena, by);
}

static void sql_of(const struct survey_form *form, const struct survey_item *item, struct survey_buffer *sql)
{
    struct survey_buffer name = SURVEY_BUFFER(4096);
    survey_response_column(item, &name);
    survey_buffer_text(sql, "SELECT r.unit, CAST(a.");
    survey_sql_name(sql, survey_buffer_string(&name));
    survey_buffer_text(sql, " AS REAL), r.id FROM response r JOIN ");
    survey_buffer_clear(&name);
    survey_response_table_name(form, NULL, &name);
    survey_sql_name(sql, survey_buffer_string(&name));
    survey_buffer_text(sql, " a ON a.response = r.id WHERE r.round = ?");
    survey_buffer_clear(&name);
}

// The answers of one form, for interviews that are of it.
static bool read_form(struct weighing *in, const char *form_name, const char *question, double *members, bool *known, struct survey_error *error)
{
    const struct survey_form *form = survey_store_current_form(in->store, form_name, NULL, error);
    const struct survey_item *item = form ? survey_form_find(form, question) : NULL;
    if (!form)
        return false;
    if (!item || !survey_item_has_value(item) || item->repeat)
        return true;
    struct survey_buffer sql = SURVEY_BUFFER(1 << 14);
    sql_of(form, item, &sql);
    struct survey_query *query = survey_query(in->store, error, survey_buffer_string(&sql), "t", in->roster->round);
    *known = true;
    while (query && survey_query_next(query)) {
        const struct survey_map_entry *entry = survey_map_find(&in->roster->at, survey_query_text(query, 0));
        const char *response = entry ? in->roster->units[entry->number].response : NULL;
        if (response && strcmp(response, survey_query_text(query, 2)) == 0 && !survey_query_null(query, 1))
            members[entry->number] = survey_query_number(query, 1);
    }
    survey_buffer_clear(&sql);
    return query && survey_query_end(query, error);
}

static bool run_within(struct weighing *in, struct weight_rule *rule)
{
    weight_keep_interviews(in);
    for (size_t i = 0; i < in->roster->count; i++)
        if (weight_is_interview(in, i))
            in->w[i] *= rule->members[i];
    return true;
}

static bool check_members(struct weighing *in, const char *question, const double *members)
{
    for (size_t i = 0; i < in->roster->count; i++)
        if (weight_is_interview(in, i) && !(members[i] >= 1 && members[i] <= 1000))
            return weight_fault(in, "by", "W602",
                                survey_arena_format(in->arena, _("the interview of unit '%s' does not say in '%s' how many could have been chosen"),
                                                    in->roster->units[i].unit, question),
                                _("1 or more"));
    return true;
}

bool weight_read_within(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    const char *question = question_of(in), *names[64];
    double *members = survey_arena_array(in->arena, in->roster->count + 1, sizeof *members);
    size_t count = 0;
    bool known = false, done = true;
    for (size_t i = 0; i < in->roster->count; i++)
        members[i] = (double)NAN;
    for (size_t r = 0; r < in->rule_count; r++)
        if (in->rules[r].members)
            return weight_fault(in, "method", "W104", _("persons are chosen within households once"), "");
    struct survey_query *query = survey_query(in->store, error, "SELECT DISTINCT name FROM form WHERE current", "");
    while (query && count < 64 && survey_query_next(query))
        names[count++] = survey_arena_strdup(in->arena, survey_query_text(query, 0));
    if (!query || !survey_query_end(query, error))
        return false;
    for (size_t i = 0; done && i < count; i++)
        done = read_form(in, names[i], question, members, &known, error);
    if (!done)
        return false;
    if (!known)
        return weight_fault(in, "by", "W601", survey_arena_format(in->arena, _("'%s' is not a question outside repeats"), question),
                            _("the question that says how many persons could have been chosen"));
    rule->members = members;
    rule->run = run_within;
    return check_members(in, question, members);
}
