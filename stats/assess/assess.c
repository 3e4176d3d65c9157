// SPDX-License-Identifier: GPL-3.0-or-later
// The assessment: the plan read, the units found, figures, scores, ranks, grades.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The last day of the round, whose parameters hold; today where the plan has no such round.
static int64_t round_end(struct survey_store *store, const struct survey_actor *actor,
                         const char *round)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "rounds");
    int name = sheet ? survey_sheet_column(sheet, "round") : -1,
        end = sheet ? survey_sheet_column(sheet, "end") : -1;
    for (uint32_t row = 1; name >= 0 && end >= 0 && row < sheet->rows; row++) {
        const char *text = survey_sheet_cell(sheet, row, (uint32_t)end);
        int64_t day;
        if (strcmp(survey_sheet_cell(sheet, row, (uint32_t)name), round) == 0 &&
            survey_date_parse(text, strlen(text), &day))
            return day;
    }
    return (actor->now.seconds + (int64_t)actor->now.offset * 60) / 86400;
}

// A round that the rounds sheet lacks is a slip of the pen.
static bool check_round(const struct stats_plan *plan, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_store_plan(plan->store, "rounds");
    int column = sheet ? survey_sheet_column(sheet, "round") : -1;
    bool any = false, found = false;
    for (uint32_t row = 1; column >= 0 && row < sheet->rows; row++) {
        const char *name = survey_sheet_cell(sheet, row, (uint32_t)column);
        any |= *name != '\0';
        found |= strcmp(name, plan->round) == 0;
    }
    return !any || found ||
           survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                       _("the rounds sheet has no round '%s'"), plan->round);
}

// A setting that is a number; the fallback, or a fault at its cell.
static double number_setting(struct stats_plan *plan, const char *key, double low, double high,
                             double fallback)
{
    const char *text = survey_store_setting(plan->store, key, plan->date);
    double value = fallback;
    if (!text || !*text ||
        (survey_number_parse(text, strlen(text), &value) && value >= low && value < high))
        return value;
    struct stats_plan_reader reader = {survey_store_plan(plan->store, "evaluation"), plan->form,
                                       plan->arena, plan->report, 0};
    for (uint32_t row = 1; row < reader.sheet->rows && !reader.row; row++) {
        reader.row = row;
        if (strcmp(stats_plan_cell(&reader, "key"), key) != 0 ||
            strcmp(stats_plan_cell(&reader, "value"), text) != 0)
            reader.row = 0;
    }
    stats_plan_say(&reader, SURVEY_FAULT, "value", "E550", "", _("'%s' can't be %s"), key, text);
    return fallback;
}

// The level above the lowest one: "county village household" -> village.
static const char *village_level(const struct stats_plan *plan)
{
    const char *levels = survey_store_setting(plan->store, "levels", plan->date);
    const char *last = levels ? strrchr(levels, ' ') : NULL;
    if (!last)
        return NULL;
    const char *from = last;
    while (from > levels && from[-1] != ' ')
        from--;
    return from < last ? survey_arena_strndup(plan->arena, from, (size_t)(last - from)) : NULL;
}

static const char *frame_setting(struct stats_plan *plan, const char *key,
                                 struct survey_error *error)
{
    const char *column = survey_store_setting(plan->store, key, plan->date);
    error->code = SURVEY_OK;
    if (!column || !*column)
        return NULL;
    if (survey_store_count(plan->store, 0,
                           "SELECT count(*) FROM pragma_table_info('frame') WHERE name = ?", "t",
                           column))
        return column;
    survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                _("the frame has no column '%s', which the setting '%s' names"), column, key);
    return NULL;
}

static bool read_settings(struct stats_plan *plan, struct survey_error *error)
{
    plan->confidence = number_setting(plan, "confidence", 0.5, 1, 0.95);
    plan->assumed_icc = number_setting(plan, "assumed_icc", 0, 1, NAN);
    plan->village = village_level(plan);
    plan->unit_column = frame_setting(plan, "assessed_unit", error);
    if (error->code)
        return false;
    if (!plan->unit_column)
        return survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path, "%s",
                           _("the evaluation sheet has no setting 'assessed_unit', the frame "
                             "column that says what is assessed"));
    plan->name_column = frame_setting(plan, "unit_name", error);
    if (error->code)
        return false;
    plan->class_column = frame_setting(plan, "class", error);
    return error->code == SURVEY_OK;
}

static bool read_plan(struct stats_plan *plan, struct survey_error *error)
{
    size_t before = survey_report_count_of(plan->report, SURVEY_FAULT);
    if (!read_settings(plan, error) || !stats_indicators_read(plan, error) ||
        !stats_scheme_read(plan, error) || !stats_grades_read(plan, error))
        return false;
    size_t faults = survey_report_count_of(plan->report, SURVEY_FAULT) - before;
    return !faults || survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                                  _("the sheets have %zu faults; nothing was scored"), faults);
}

// Units that were drawn, or responded; where nothing was drawn, every one of the frame.
static const char units_tail[] =
    " FROM frame f WHERE coalesce(trim(f.%s), '') <> '' AND (f.unit IN (SELECT s.unit FROM sample "
    "s JOIN draw d ON d.id = s.draw "
    "WHERE s.round = ?1 AND d.current) OR f.unit IN (SELECT unit FROM response WHERE round = ?1) "
    "OR NOT EXISTS "
    "(SELECT 1 FROM draw WHERE round = ?1 AND current)) GROUP BY 1 ORDER BY 1";

static void units_sql(const struct stats_plan *plan, struct survey_buffer *sql)
{
    struct survey_buffer unit = SURVEY_BUFFER(4096);
    const char *columns[] = {plan->unit_column, plan->name_column, plan->class_column};
    survey_sql_name(&unit, plan->unit_column);
    survey_buffer_text(sql, "SELECT f.");
    survey_buffer_text(sql, survey_buffer_string(&unit));
    for (int i = 1; i < 3; i++)
        for (int end = 0; end < 2;
             end++) { // least and greatest: they must not differ within a unit
            survey_buffer_text(sql, end ? ", max(coalesce(trim(f." : ", min(coalesce(trim(f.");
            survey_sql_name(sql, columns[i] ? columns[i] : plan->unit_column);
            survey_buffer_text(sql, "), ''))");
        }
    survey_format(sql, units_tail, survey_buffer_string(&unit));
    survey_buffer_clear(&unit);
}

static int class_index(const struct stats_plan *plan, const char *name)
{
    int plain = -1;
    for (size_t i = 0; i < plan->class_count; i++) {
        if (strcmp(plan->classes[i], name) == 0)
            return (int)i;
        if (!*plan->classes[i] || strcmp(plan->classes[i], "default") == 0)
            plain = (int)i;
    }
    return plain;
}

static void make_unit(const struct stats_plan *plan, struct stats_assessment *assessment,
                      const struct survey_query *query, struct stats_unit *unit)
{
    struct survey_arena *arena = assessment->arena;
    const char *name = survey_query_text(query, 2),
               *class_name = plan->class_column ? survey_query_text(query, 4) : "";
    *unit = (struct stats_unit){
        .id = survey_arena_strdup(arena, survey_query_text(query, 0)), .grade = -1, .cap = 100};
    unit->name = plan->name_column && *name ? survey_arena_strdup(arena, name) : unit->id;
    unit->class_name = survey_arena_strdup(arena, class_name);
    unit->class_index = class_index(plan, unit->class_name);
    unit->figures =
        survey_arena_array(arena, assessment->indicator_count + 1, sizeof *unit->figures);
    unit->scores = survey_arena_array(arena, assessment->node_count + 1, sizeof *unit->scores);
}

static bool find_units(struct stats_plan *plan, struct stats_assessment *assessment,
                       struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 16);
    const char *differs = NULL;
    size_t capacity = 0;
    units_sql(plan, &sql);
    struct survey_query *query =
        survey_query(plan->store, error, survey_buffer_string(&sql), "t", plan->round);
    struct stats_unit *units = NULL;
    while (query && survey_query_next(query)) {
        if (assessment->unit_count == capacity)
            units = survey_realloc(units, capacity = capacity ? capacity * 2 : 64, sizeof *units);
        if (plan->class_column &&
            strcmp(survey_query_text(query, 3), survey_query_text(query, 4)) != 0 && !differs)
            differs = survey_arena_strdup(plan->arena, survey_query_text(query, 0));
        make_unit(plan, assessment, query, &units[assessment->unit_count++]);
    }
    survey_buffer_clear(&sql);
    assessment->units =
        survey_arena_array(assessment->arena, assessment->unit_count + 1, sizeof *units);
    if (units)
        memcpy(assessment->units, units, assessment->unit_count * sizeof *units);
    free(units);
    if (!query || !survey_query_end(query, error))
        return false;
    if (differs)
        return survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                           _("the frame's rows of '%s' differ in the class ('%s')"), differs,
                           plan->class_column);
    return assessment->unit_count ||
           survey_fail(
               error, SURVEY_ERROR_INPUT, survey_store_path(plan->store),
               _("there is nothing to assess in round '%s': the frame names no unit in '%s'"),
               plan->round, plan->unit_column);
}

static bool compute(struct stats_plan *plan, struct stats_assessment *assessment,
                    const struct survey_actor *actor, struct survey_error *error)
{
    assessment->round = plan->round;
    assessment->confidence = plan->confidence;
    assessment->classes = plan->classes;
    assessment->class_count = plan->class_count;
    assessment->indicators = plan->indicators;
    assessment->indicator_count = plan->indicator_count;
    assessment->nodes = plan->nodes;
    assessment->node_count = plan->node_count;
    assessment->grades = plan->grades;
    assessment->grade_count = plan->grade_count;
    assessment->overall = survey_arena_array(assessment->arena, plan->indicator_count + 1,
                                             sizeof *assessment->overall);
    if (!find_units(plan, assessment, error) || !stats_figures(plan, assessment, actor, error))
        return false;
    stats_scheme_score(assessment);
    return stats_grade_units(plan, assessment, error);
}

bool stats_assess(struct survey_store *store, const struct survey_actor *actor,
                  struct survey_report *report, struct stats_assessment **made,
                  struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_assessment *assessment = survey_arena_alloc(arena, sizeof *assessment);
    struct stats_plan plan = {.store = store, .arena = arena, .report = report};
    struct survey_report *own =
        report ? NULL : survey_report_new(); // faults are counted in any case
    struct survey_error local = {0};
    error = error ? error : &local;
    plan.report = report ? report : own;
    plan.round = survey_arena_strdup(arena, survey_store_round(store, actor));
    plan.date = round_end(store, actor, plan.round);
    plan.form = survey_store_current_form(store, NULL, NULL, error);
    struct survey_actor in_round = *actor;
    in_round.round = plan.round;
    assessment->arena = arena;
    bool done = plan.form && check_round(&plan, error) && read_plan(&plan, error) &&
                compute(&plan, assessment, &in_round, error);
    for (size_t i = 0; i < plan.indicator_count; i++)
        survey_map_clear(&plan.plans[i].parameters.map);
    survey_map_clear(&plan.codes);
    survey_report_free(own);
    if (done)
        *made = assessment;
    else
        survey_arena_free(arena);
    return done;
}

void stats_assessment_free(struct stats_assessment *assessment)
{
    if (assessment)
        survey_arena_free(assessment->arena);
}
