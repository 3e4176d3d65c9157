// SPDX-License-Identifier: GPL-3.0-or-later
// Running the rules sheet: which rules fire on which interview, and the cases that this opens.
#include "stats/case/case.h"
#include "stats/data/dataset_private.h"

#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/examine.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The cases of one type: the rules that fired by row, and the persons concerned.
struct suspects {
    const char *type;
    const char **rules; // NULL where none fired
    double *persons;
};

struct flagging {
    struct survey_store *store;
    const struct survey_actor *actor;
    struct survey_report *report;
    struct stats_dataset *dataset;
    struct stats_flagged *result;
    struct survey_arena *scratch;
    const struct survey_sheet *sheet;
    const char *path;
    uint32_t row;            // of the sheet
    struct survey_map types; // -> struct suspects
};

static const char *cell(const struct flagging *in, const char *header)
{
    return survey_sheet_text(in->sheet, in->row, header);
}

static bool fault(struct flagging *in, const char *header, const char *code, const char *message)
{
    struct survey_problem problem = survey_sheet_fault(in->sheet, in->row, header);
    problem.code = code, problem.file = in->path, problem.message = message;
    survey_report_add(in->report, &problem);
    return false;
}

static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at;) {
        at += strspn(at, " ,;");
        size_t here = strcspn(at, " ,;");
        if (here == length && strncmp(at, word, length) == 0)
            return true;
        at += here;
    }
    return false;
}

// A stratum of several columns ("C1|key") also goes by any of its parts.
static bool in_strata(const char *strata, const char *stratum)
{
    char part[256];
    if (has_word(strata, stratum))
        return *stratum != '\0';
    for (const char *at = strchr(stratum, '|') ? stratum : ""; *at;) {
        size_t length = strcspn(at, "|");
        survey_format_into(part, sizeof part, "%.*s", (int)length, at);
        if (length && has_word(strata, part))
            return true;
        at += length + (at[length] == '|');
    }
    return false;
}

static const char *stratum_of(const struct flagging *in, size_t row)
{
    const char *sampled = stats_dataset_stratum(in->dataset, row);
    const char *framed = *sampled ? sampled : stats_dataset_frame(in->dataset, "stratum", row);
    const char *said =
        framed && *framed ? framed : stats_dataset_answer(in->dataset, "stratum", row, NULL);
    return said ? said : "";
}

static struct suspects *suspects_of(struct flagging *in, const char *type)
{
    struct survey_map_entry *entry = survey_map_put(&in->types, in->scratch, type, NULL);
    if (!entry->value) {
        struct suspects *suspects = survey_arena_alloc(in->scratch, sizeof *suspects);
        *suspects = (struct suspects){
            .type = entry->key,
            .rules = survey_arena_array(in->scratch, in->dataset->n + 1, sizeof(char *)),
            .persons = survey_arena_array(in->scratch, in->dataset->n + 1, sizeof(double))};
        entry->value = suspects;
    }
    return entry->value;
}

// Faults of another rule, which this one refers to, are told at that rule.
static bool check_rule(struct flagging *in, struct survey_error *error)
{
    struct survey_error why = {0};
    const struct stats_rule *rule = stats_dataset_rule(in->dataset, cell(in, "rule"), &why);
    if (rule)
        survey_form_examine_expression(
            in->dataset->form, rule->expr,
            &(struct survey_problem){
                .file = in->path,
                .sheet = in->sheet->name,
                .row = survey_sheet_line(in->sheet, in->row),
                .column = (uint32_t)(survey_sheet_column(in->sheet, "expression") + 1)},
            in->report);
    if (rule)
        return true;
    if (why.code != SURVEY_ERROR_INPUT)
        return survey_fail(error, why.code, why.where, "%s", why.message);
    const struct survey_map_entry *entry = survey_map_find(&in->dataset->rules, cell(in, "rule"));
    const struct stats_rule *own = entry ? entry->value : NULL;
    if (!own || strcmp(own->where, why.where) == 0)
        fault(in, "expression", "R104", why.message);
    return true;
}

static bool check_rules(struct flagging *in, struct survey_error *error)
{
    struct survey_map seen = {0};
    bool done = true;
    for (in->row = 1; done && in->row < in->sheet->rows; in->row++) {
        const char *rule = cell(in, "rule");
        bool added = true;
        if (!*rule && !*cell(in, "expression"))
            continue;
        if (*rule)
            survey_map_put(&seen, in->scratch, rule, &added);
        if (!*rule)
            fault(in, "rule", "R101", _("the rule has no name"));
        else if (!added)
            fault(in, "rule", "R102",
                  survey_arena_format(in->scratch, _("there is a rule '%s' already"), rule));
        else if (!*cell(in, "type"))
            fault(in, "type", "R103",
                  survey_arena_format(in->scratch, _("the rule '%s' has no type"), rule));
        else
            done = check_rule(in, error);
    }
    survey_map_clear(&seen);
    return done;
}

static bool run_rule(struct flagging *in, uint8_t *inside, struct survey_error *error)
{
    const char *name = cell(in, "rule"), *strata = cell(in, "strata");
    const struct stats_rule *rule = stats_dataset_rule(in->dataset, name, error);
    if (!rule || !stats_dataset_condition(in->dataset, rule->text, rule->where, inside, error))
        return false;
    struct suspects *suspects = suspects_of(in, cell(in, "type"));
    struct stats_flag_rule *told = &in->result->rules[in->result->rule_count++];
    *told =
        (struct stats_flag_rule){.rule = survey_arena_strdup(in->result->arena, name),
                                 .type = survey_arena_strdup(in->result->arena, suspects->type)};
    for (size_t row = 0; row < in->dataset->n; row++) {
        if (!inside[row] || !stats_dataset_interview(in->dataset, row) ||
            (*strata && !in_strata(strata, stratum_of(in, row))))
            continue;
        told->hits++;
        suspects->rules[row] =
            suspects->rules[row]
                ? survey_arena_format(in->scratch, "%s %s", suspects->rules[row], name)
                : survey_arena_strdup(in->scratch, name);
    }
    return true;
}

static bool run_rules(struct flagging *in, struct survey_error *error)
{
    uint8_t *inside = survey_arena_array(in->scratch, in->dataset->n + 1, 1);
    in->result->rules =
        survey_arena_array(in->result->arena, in->sheet->rows + 1u, sizeof *in->result->rules);
    for (in->row = 1; in->row < in->sheet->rows; in->row++)
        if (*cell(in, "rule") && !run_rule(in, inside, error))
            return false;
    return true;
}

// --- persons
// --------------------------------------------------------------------------------------

// The `per` of the indicator that counts cases of the type; "" where there is none.
static const char *per_of(struct flagging *in, const char *type, const char **where)
{
    const struct survey_sheet *sheet = survey_store_plan(in->store, "indicators");
    int of = sheet ? survey_sheet_column(sheet, "of") : -1,
        per = sheet ? survey_sheet_column(sheet, "per") : -1;
    const char *single = survey_arena_format(in->scratch, "case('%s')", type),
               *twice = survey_arena_format(in->scratch, "case(\"%s\")", type);
    for (uint32_t row = 1; of >= 0 && per >= 0 && row < sheet->rows; row++) {
        const char *text = survey_sheet_cell(sheet, row, (uint32_t)of),
                   *expression = survey_sheet_cell(sheet, row, (uint32_t)per);
        if ((strcmp(text, single) != 0 && strcmp(text, twice) != 0) || !*expression)
            continue;
        struct survey_problem problem = {.file = in->path,
                                         .sheet = sheet->name,
                                         .row = survey_sheet_line(sheet, row),
                                         .column = (uint32_t)per + 1};
        char place[512];
        survey_place_text(&problem, place, sizeof place);
        *where = survey_arena_strdup(in->scratch, place);
        return expression;
    }
    return "";
}

static double household_size(const struct flagging *in, size_t row)
{
    const char *asked = stats_dataset_answer(in->dataset, "hh_size", row, NULL);
    const char *texts[] = {asked, stats_dataset_frame(in->dataset, "members", row),
                           stats_dataset_frame(in->dataset, "hh_size", row)};
    double size;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && survey_number_parse(texts[i], strlen(texts[i]), &size) && size > 0)
            return size;
    return 1;
}

static bool count_persons(struct flagging *in, struct suspects *suspects,
                          struct survey_error *error)
{
    const char *where = "", *per = per_of(in, suspects->type, &where);
    if (strcmp(suspects->type, "quality") == 0)
        return true; // about an interview, not about persons
    if (*per && !stats_dataset_number(in->dataset, per, where, suspects->persons, error))
        return false;
    for (size_t row = 0; row < in->dataset->n; row++)
        if (suspects->rules[row] &&
            (!*per || !(suspects->persons[row] >= 0) || isinf(suspects->persons[row])))
            suspects->persons[row] = household_size(in, row);
    return true;
}

// --- cases
// ----------------------------------------------------------------------------------------

static bool open_case(struct flagging *in, const struct suspects *suspects, size_t row,
                      struct survey_error *error)
{
    char id[48], step[48], now[40];
    const char *unit = in->dataset->units[row];
    survey_store_new_id(id);
    survey_store_new_id(step);
    survey_time_text(&in->actor->now, now);
    in->result->opened++;
    return survey_store_run(in->store, error,
                            "INSERT INTO \"case\" (id, round, type, unit, response, persons, "
                            "rules, state, opened_at) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, 'flagged', ?)",
                            "tttttdtt", id, in->dataset->round, suspects->type, *unit ? unit : NULL,
                            in->dataset->responses[row], suspects->persons[row],
                            suspects->rules[row], now) &&
           survey_store_run(in->store, error,
                            "INSERT INTO case_step (id, \"case\", state, who, why, made_at) VALUES "
                            "(?, ?, 'flagged', ?, ?, ?)",
                            "ttttt", step, id, in->actor->who, suspects->rules[row], now);
}

static bool put_case(struct flagging *in, const struct suspects *suspects, size_t row,
                     struct survey_error *error)
{
    struct survey_query *query =
        survey_query(in->store, error,
                     "SELECT id, state, rules, persons FROM \"case\" WHERE round = ? AND type = ? "
                     "AND response = ?",
                     "ttt", in->dataset->round, suspects->type, in->dataset->responses[row]);
    if (!query)
        return false;
    bool known = survey_query_next(query);
    bool decided = known && strcmp(survey_query_text(query, 1), "flagged") != 0;
    bool same = known && strcmp(survey_query_text(query, 2), suspects->rules[row]) == 0 &&
                survey_query_number(query, 3) == suspects->persons[row];
    const char *id = survey_arena_strdup(in->scratch, known ? survey_query_text(query, 0) : "");
    if (!survey_query_end(query, error))
        return false;
    if (!known)
        return open_case(in, suspects, row, error);
    in->result->decided += decided;
    if (decided || same)
        return true;
    in->result->changed++;
    return survey_store_run(in->store, error,
                            "UPDATE \"case\" SET rules = ?, persons = ? WHERE id = ?", "tdt",
                            suspects->rules[row], suspects->persons[row], id);
}

static bool count_stale(struct flagging *in, struct survey_error *error)
{
    struct survey_query *query =
        survey_query(in->store, error,
                     "SELECT type, response FROM \"case\" WHERE round = ? AND state = 'flagged'",
                     "t", in->dataset->round);
    if (!query)
        return false;
    while (survey_query_next(query)) {
        const struct survey_map_entry *type =
            survey_map_find(&in->types, survey_query_text(query, 0));
        const struct survey_map_entry *row =
            survey_map_find(&in->dataset->rows, survey_query_text(query, 1));
        const struct suspects *suspects = type ? type->value : NULL;
        in->result->stale += !suspects || !row || !suspects->rules[row->number];
    }
    return survey_query_end(query, error);
}

static bool write_cases(struct flagging *in, struct survey_error *error)
{
    for (size_t i = 0; i < in->types.count; i++) {
        struct suspects *suspects = in->types.entries[i].value;
        if (!count_persons(in, suspects, error))
            return false;
        for (size_t row = 0; row < in->dataset->n; row++)
            if (suspects->rules[row] && !put_case(in, suspects, row, error))
                return false;
    }
    if (!count_stale(in, error))
        return false;
    if (!in->result->opened && !in->result->changed)
        return true;
    const char *after = survey_arena_format(in->scratch, "{\"opened\": %zu, \"changed\": %zu}",
                                            in->result->opened, in->result->changed);
    return survey_store_log(in->store, in->actor, "case", "flag", "", after, error);
}

static bool flag(struct flagging *in, bool *good, struct survey_error *error)
{
    for (size_t row = 0; row < in->dataset->n; row++)
        in->result->interviews += stats_dataset_interview(in->dataset, row);
    if (!check_rules(in, error))
        return false;
    *good = survey_report_count_of(in->report, SURVEY_FAULT) == 0;
    return !*good || (run_rules(in, error) && write_cases(in, error));
}

bool stats_case_flag(struct survey_store *store, const struct survey_actor *actor,
                     struct survey_report *report, struct stats_flagged **flagged,
                     struct survey_error *error)
{
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    if (!form)
        return false;
    struct flagging in = {.store = store,
                          .actor = actor,
                          .report = report,
                          .path = form->path,
                          .sheet = survey_store_plan(store, "rules")};
    if (!in.sheet || in.sheet->rows < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, form->path, "%s",
                           _("the workbook has no 'rules' sheet to flag by"));
    if (!stats_dataset_open(store, actor, NULL, &in.dataset, error))
        return false;
    struct survey_arena *arena = survey_arena_new();
    in.scratch = survey_arena_new();
    in.result = survey_arena_alloc(arena, sizeof *in.result);
    *in.result = (struct stats_flagged){.arena = arena,
                                        .round = survey_arena_strdup(arena, in.dataset->round)};
    bool good = false, done = flag(&in, &good, error);
    survey_map_clear(&in.types);
    survey_arena_free(in.scratch);
    stats_dataset_free(in.dataset);
    if (done && good)
        *flagged = in.result;
    else
        survey_arena_free(arena);
    return done;
}

void stats_flagged_free(struct stats_flagged *flagged)
{
    if (flagged)
        survey_arena_free(flagged->arena);
}
