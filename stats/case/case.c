// SPDX-License-Identifier: GPL-3.0-or-later
// Cases read, and decided one by one or from a file.
#include "stats/case/case.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <string.h>

enum { LEAST_PREFIX = 4 };

static const char *blank_to_null(const char *text)
{
    return text && *text ? text : NULL;
}

// --- reading
// --------------------------------------------------------------------------------------

static bool read_steps(struct survey_store *store, struct survey_arena *arena,
                       struct stats_case *one, struct survey_error *error)
{
    int64_t count = survey_store_count(
        store, 0, "SELECT count(*) FROM case_step WHERE \"case\" = ?", "t", one->id);
    struct stats_case_step *steps = survey_arena_array(arena, (size_t)count + 1, sizeof *steps);
    struct survey_query *query =
        survey_query(store, error,
                     "SELECT state, who, why, evidence, made_at FROM "
                     "case_step WHERE \"case\" = ? ORDER BY julianday(made_at), rowid",
                     "t", one->id);
    one->steps = steps;
    while (query && one->step_count < (size_t)count && survey_query_next(query)) {
        const char *texts[5];
        for (int i = 0; i < 5; i++)
            texts[i] = survey_arena_strdup(arena, survey_query_text(query, i));
        steps[one->step_count++] =
            (struct stats_case_step){texts[0], texts[1], texts[2], texts[3], texts[4]};
    }
    return query && survey_query_end(query, error);
}

// The beginning of an id as a LIKE pattern; NULL for any.
static const char *pattern_of(struct survey_arena *arena, const char *id)
{
    if (!id || !*id)
        return NULL;
    struct survey_buffer text = SURVEY_BUFFER(512);
    if (strncmp(id, "uuid:", 5) != 0)
        survey_buffer_text(&text, "uuid:");
    for (; *id; id++) {
        if (*id == '%' || *id == '_' || *id == '\\')
            survey_buffer_byte(&text, '\\');
        survey_buffer_byte(&text, *id);
    }
    survey_buffer_byte(&text, '%');
    const char *pattern = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return pattern;
}

#define CASES                                                                                      \
    " FROM \"case\" c LEFT JOIN response r ON r.id = c.response WHERE (?1 IS NULL OR c.round = "   \
    "?1) AND (?2 IS NULL OR c.id LIKE ?2 "                                                         \
    "ESCAPE '\\') AND (?3 IS NULL OR c.state = ?3) AND (?4 IS NULL OR c.type = ?4) AND (?5 IS "    \
    "NULL OR c.unit = ?5) AND (?6 IS NULL OR "                                                     \
    "r.who = ?6)"

static bool read_cases(struct survey_store *store, const struct stats_case_filter *filter,
                       struct stats_case_list *list, struct survey_error *error)
{
    struct survey_arena *arena = list->arena;
    const char *round = filter->any_round ? NULL : list->round, *id = pattern_of(arena, filter->id);
    int64_t count =
        survey_store_count(store, 0, "SELECT count(*)" CASES, "tttttt", round, id,
                           blank_to_null(filter->state), blank_to_null(filter->type),
                           blank_to_null(filter->unit), blank_to_null(filter->enumerator));
    struct survey_query *query =
        survey_query(store, error,
                     "SELECT c.id, c.type, c.unit, c.response, c.rules, c.state, c.opened_at, "
                     "r.who, c.persons" CASES " ORDER BY c.type, c.unit, c.id",
                     "tttttt", round, id, blank_to_null(filter->state), blank_to_null(filter->type),
                     blank_to_null(filter->unit), blank_to_null(filter->enumerator));
    list->cases = survey_arena_array(arena, (size_t)count + 1, sizeof *list->cases);
    while (query && list->count < (size_t)count && survey_query_next(query)) {
        const char *texts[8];
        for (int i = 0; i < 8; i++)
            texts[i] = survey_arena_strdup(arena, survey_query_text(query, i));
        list->cases[list->count++] = (struct stats_case){.id = texts[0],
                                                         .type = texts[1],
                                                         .unit = texts[2],
                                                         .response = texts[3],
                                                         .rules = texts[4],
                                                         .state = texts[5],
                                                         .opened_at = texts[6],
                                                         .enumerator = texts[7],
                                                         .persons = survey_query_number(query, 8)};
    }
    return query && survey_query_end(query, error);
}

bool stats_case_list(struct survey_store *store, const struct survey_actor *actor,
                     const struct stats_case_filter *filter, struct stats_case_list **made,
                     struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_case_list *list = survey_arena_alloc(arena, sizeof *list);
    *list = (struct stats_case_list){
        .arena = arena, .round = survey_arena_strdup(arena, survey_store_round(store, actor))};
    bool done = read_cases(store, filter, list, error);
    for (size_t i = 0; done && i < list->count; i++)
        done = read_steps(store, arena, &list->cases[i], error);
    if (done)
        *made = list;
    else
        survey_arena_free(arena);
    return done;
}

void stats_case_list_free(struct stats_case_list *list)
{
    if (list)
        survey_arena_free(list->arena);
}

// --- deciding
// -------------------------------------------------------------------------------------

// The one case that an id names.
static bool find_case(struct survey_store *store, const struct survey_actor *actor, const char *id,
                      struct stats_case_list **list, struct survey_error *error)
{
    struct stats_case_filter filter = {.id = id, .any_round = true};
    const char *digits = strncmp(id, "uuid:", 5) == 0 ? id + 5 : id;
    if (strlen(digits) < LEAST_PREFIX)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is too short for the id of a case"), id);
    if (!stats_case_list(store, actor, &filter, list, error))
        return false;
    if ((*list)->count == 1)
        return true;
    size_t count = (*list)->count;
    stats_case_list_free(*list);
    return count ? survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("'%s' is the beginning of %zu cases; write more of it"), id, count)
                 : survey_fail(error, SURVEY_ERROR_INPUT, "", _("there is no case '%s'"), id);
}

static bool may_decide(const struct stats_case *one, const struct stats_case_decision *decision,
                       struct survey_error *error)
{
    if (strcmp(decision->state, "confirmed") != 0 && strcmp(decision->state, "dismissed") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is neither confirmed nor dismissed"), decision->state);
    if (!*decision->why)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("the decision on case '%s' needs its why"), one->id);
    if (strcmp(one->state, decision->state) == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("case '%s' is %s already"), one->id,
                           one->state);
    if (strcmp(one->state, "flagged") != 0 && !*decision->evidence)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("case '%s' is %s; to change that needs evidence"), one->id,
                           one->state);
    return true;
}

static void write_json(struct survey_buffer *buffer, const char *state, double persons,
                       const char *evidence)
{
    struct survey_json_writer json = survey_json_writer(buffer, false);
    survey_json_open(&json, '{');
    survey_json_member(&json, "state", state);
    survey_json_member_number(&json, "persons", persons);
    if (*evidence)
        survey_json_member(&json, "evidence", evidence);
    survey_json_close(&json, '}');
}

static bool write_decision(struct survey_store *store, const struct survey_actor *actor,
                           const struct stats_case *one, const struct stats_case_decision *decision,
                           struct survey_error *error)
{
    char step[48], now[40];
    double persons = decision->persons >= 0 ? decision->persons : one->persons;
    struct survey_buffer before = SURVEY_BUFFER(1 << 20), after = SURVEY_BUFFER(1 << 20);
    struct survey_actor with_why = *actor;
    with_why.why = decision->why;
    survey_store_new_id(step);
    survey_time_text(&actor->now, now);
    write_json(&before, one->state, one->persons, "");
    write_json(&after, decision->state, persons, decision->evidence);
    bool done =
        survey_store_run(store, error, "UPDATE \"case\" SET state = ?, persons = ? WHERE id = ?",
                         "tdt", decision->state, persons, one->id) &&
        survey_store_run(store, error,
                         "INSERT INTO case_step (id, \"case\", state, who, why, evidence, made_at) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "ttttttt", step, one->id, decision->state, actor->who, decision->why,
                         decision->evidence, now) &&
        survey_store_log(store, &with_why, "case", one->id, survey_buffer_string(&before),
                         survey_buffer_string(&after), error);
    survey_buffer_clear(&before);
    survey_buffer_clear(&after);
    return done;
}

bool stats_case_decide(struct survey_store *store, const struct survey_actor *actor,
                       const struct stats_case_decision *decision, struct survey_error *error)
{
    struct stats_case_list *list;
    if (!find_case(store, actor, decision->id, &list, error))
        return false;
    bool done = may_decide(&list->cases[0], decision, error) &&
                write_decision(store, actor, &list->cases[0], decision, error);
    stats_case_list_free(list);
    return done;
}

// --- from a file
// ----------------------------------------------------------------------------------

struct decisions {
    struct survey_sheet sheet;
    const char *file;
    const char *state; // where the file has no column decision; NULL
    struct survey_report *report;
    struct survey_arena *arena;
};

static const char *cell(const struct decisions *in, uint32_t row, const char *header)
{
    return survey_sheet_text(&in->sheet, row, header);
}

static void fault(struct decisions *in, uint32_t row, const char *header, const char *message)
{
    struct survey_problem problem = survey_sheet_fault(&in->sheet, row, header);
    problem.code = "D501", problem.file = in->file, problem.sheet = "", problem.message = message;
    problem.expected = row ? "" : "id, decision, why, evidence, persons";
    survey_report_add(in->report, &problem);
}

static const char *state_of(const struct decisions *in, uint32_t row)
{
    const char *text = survey_sheet_column(&in->sheet, "decision") < 0 && in->state
                           ? in->state
                           : cell(in, row, "decision");
    return strcmp(text, "confirm") == 0   ? "confirmed"
           : strcmp(text, "dismiss") == 0 ? "dismissed"
                                          : text;
}

// False only where the store failed.
static bool take_row(struct decisions *in, uint32_t row, struct survey_store *store,
                     const struct survey_actor *actor, size_t *count, struct survey_error *error)
{
    const char *persons = cell(in, row, "persons"), *why = cell(in, row, "why");
    struct survey_error said = {0};
    struct stats_case_decision decision = {.id = cell(in, row, "id"),
                                           .state = state_of(in, row),
                                           .why = *why ? why : actor->why,
                                           .evidence = cell(in, row, "evidence"),
                                           .persons = -1};
    if (!*decision.id && !*cell(in, row, "decision") && !*why)
        return true; // a blank line
    if (*persons && (!survey_number_parse(persons, strlen(persons), &decision.persons) ||
                     decision.persons < 0)) {
        fault(in, row, "persons",
              survey_arena_format(in->arena, _("'%s' is no number of persons"), persons));
        return true;
    }
    if (stats_case_decide(store, actor, &decision, &said)) {
        ++*count;
        return true;
    }
    if (said.code != SURVEY_ERROR_INPUT)
        return survey_fail(error, said.code, said.where, "%s", said.message);
    fault(in, row, "id", said.message);
    return true;
}

bool stats_case_decide_file(struct survey_store *store, const char *file, const char *state,
                            const struct survey_actor *actor, struct survey_report *report,
                            size_t *count, struct survey_error *error)
{
    struct decisions in = {
        .file = file, .state = state, .report = report, .arena = survey_arena_new()};
    *count = 0;
    bool done = survey_csv_open(in.arena, file, &survey_workbook_default_limits, &in.sheet, error);
    bool headed = done;
    for (int i = 0; done && i < 2; i++) {
        static const char *const needed[] = {"id", "decision"};
        if (survey_sheet_column(&in.sheet, needed[i]) >= 0 || (i == 1 && state))
            continue;
        fault(&in, 0, needed[i],
              survey_arena_format(in.arena, _("the column '%s' is missing"), needed[i]));
        headed = false;
    }
    for (uint32_t row = 1; done && headed && row < in.sheet.rows; row++)
        done = take_row(&in, row, store, actor, count, error);
    survey_arena_free(in.arena);
    return done;
}
