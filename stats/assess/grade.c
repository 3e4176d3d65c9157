// SPDX-License-Identifier: GPL-3.0-or-later
// Grades: the first row of the grades sheet whose condition holds, and that is not full.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

enum { GRADES_MAX = 100 };

static const char *const names[] = {"score", "veto", "talk", "flag", "rank", "class", NULL};

struct grade_check {
    struct stats_plan *plan;
    const struct stats_plan_reader *reader;
    const char *text;
};

static bool check_use(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    const struct grade_check *check = user;
    bool known = false;
    if (use == SURVEY_USES_FUNCTION && strcmp(name, "indicator") == 0) {
        const char *code = stats_literal_argument(check->plan->arena, check->text, at);
        if (!code || !survey_map_find(&check->plan->codes, code))
            stats_plan_say(check->reader, SURVEY_FAULT, "condition", "E509", "",
                           _("there is no indicator '%s'"), code ? code : "");
        return true;
    }
    const char *const *list = use == SURVEY_USES_NAME ? names : survey_expr_functions;
    for (; *list && !known; list++)
        known = strcmp(*list, name) == 0;
    if (!known && use == SURVEY_USES_NAME)
        stats_plan_say(check->reader, SURVEY_FAULT, "condition", "E541",
                       "${score} ${veto} ${talk} ${flag} ${rank} ${class}",
                       _("a grade knows no '${%s}'"), name);
    else if (!known && use == SURVEY_USES_FUNCTION)
        stats_plan_say(check->reader, SURVEY_FAULT, "condition", "E513", "",
                       _("there is no function %s()"), name);
    return true;
}

static double read_quota(const struct stats_plan_reader *reader)
{
    const char *text = stats_plan_cell(reader, "quota");
    size_t length = strlen(text);
    double value = NAN;
    bool percent = length && text[length - 1] == '%';
    if (!length)
        return NAN;
    bool good = survey_number_parse(text, length - percent, &value) && value >= 0 &&
                value <= (percent ? 100 : 1);
    if (!good)
        // xgettext:no-c-format
        stats_plan_say(reader, SURVEY_FAULT, "quota", "E542", _("a share such as 30% or 0.3"),
                       _("'%s' is no share"), text);
    return percent ? value / 100 : value;
}

static void read_row(struct stats_plan *plan, const struct stats_plan_reader *reader)
{
    struct stats_grade *grade = &plan->grades[plan->grade_count];
    struct stats_grade_rule *rule = &plan->grade_rules[plan->grade_count];
    struct survey_error error;
    const char *text = stats_plan_cell(reader, "condition");
    *grade = (struct stats_grade){stats_plan_labels(reader, "grade"),
                                  stats_plan_labels(reader, "action"),
                                  survey_sheet_line(reader->sheet, reader->row)};
    *rule = (struct stats_grade_rule){NULL, read_quota(reader)};
    plan->grade_count++;
    if (!*text) {
        stats_plan_say(reader, SURVEY_FAULT, "condition", "E543", "true()", "%s",
                       _("the grade has no condition"));
        return;
    }
    if (!survey_expr_parse(plan->arena, text, &rule->condition, NULL, &error)) {
        stats_plan_say(reader, SURVEY_FAULT, "condition", "E110", "", "%s", error.message);
        return;
    }
    struct grade_check check = {plan, reader, text};
    survey_expr_each_use(rule->condition, check_use, &check);
}

bool stats_grades_read(struct stats_plan *plan, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_store_plan(plan->store, "grades");
    if (!sheet || sheet->rows < 2)
        return true;
    if (sheet->rows > GRADES_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                           _("there are more than %d grades"), GRADES_MAX);
    struct stats_plan_reader reader = {sheet, plan->form, plan->arena, plan->report, 0};
    plan->grades = survey_arena_array(plan->arena, sheet->rows, sizeof *plan->grades);
    plan->grade_rules = survey_arena_array(plan->arena, sheet->rows, sizeof *plan->grade_rules);
    for (reader.row = 1; reader.row < sheet->rows; reader.row++)
        if (!stats_plan_row_is_blank(&reader))
            read_row(plan, &reader);
    return true;
}

struct judged {
    const struct stats_plan *plan;
    const struct stats_unit *unit;
};

static bool variable(void *user, const char *name, struct survey_value *value)
{
    const struct judged *judged = user;
    const struct stats_unit *unit = judged->unit;
    const double numbers[] = {unit->score, unit->vetoes, unit->talks, unit->flags, unit->rank};
    *value = (struct survey_value){.kind = SURVEY_NUMBER, .text = ""};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(names[i], name) == 0) {
            value->number = numbers[i];
            value->missing = !unit->scored && (i == 0 || i == 4);
            return true;
        }
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = unit->class_name};
    return strcmp(name, "class") == 0;
}

static bool call(void *user, const char *name, const struct survey_value *arguments, size_t count,
                 struct survey_value *value, bool *known, struct survey_error *error)
{
    const struct judged *judged = user;
    (void)error;
    *known = strcmp(name, "indicator") == 0 && count == 1 && arguments[0].kind == SURVEY_STRING;
    const struct survey_map_entry *entry =
        *known ? survey_map_find(&judged->plan->codes, arguments[0].text) : NULL;
    if (!entry)
        return false;
    const struct stats_figure *figure = &judged->unit->figures[entry->number];
    *value = (struct survey_value){.kind = SURVEY_NUMBER,
                                   .number = figure->value,
                                   .text = "",
                                   .missing = figure->missing != NULL};
    return true;
}

// In three values: a veto decides without a total, and what is missing could decide otherwise.
static bool holds(const struct stats_plan *plan, const struct survey_expr *condition,
                  const struct stats_unit *unit, bool *result, bool *unknown,
                  struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_value value;
    struct judged judged = {plan, unit};
    struct survey_expr_env env = {
        .arena = arena, .variable = variable, .function = call, .user = &judged};
    bool done = survey_expr_evaluate_known(condition, &env, &value, error);
    *unknown = done && value.missing;
    *result = done && !value.missing && survey_value_boolean(&value);
    survey_arena_free(arena);
    return done;
}

// Seats of a grade in a class; units of the same rank get it together or not at all.
struct seats {
    int *taken; // grades x classes
    size_t classes;
};

static bool has_seats(const struct stats_plan *plan, const struct stats_unit *unit, size_t grade,
                      const struct seats *seats, int wanted)
{
    double quota = plan->grade_rules[grade].quota;
    if (isnan(quota))
        return true;
    int most = (int)floor(quota * unit->ranked + 1e-9);
    return unit->scored &&
           seats->taken[grade * seats->classes + (size_t)unit->class_index] + wanted <= most;
}

// How many units of the class share the unit's rank.
static int count_tied(const struct stats_assessment *assessment, const struct stats_unit *unit)
{
    int tied = 0;
    for (size_t i = 0; i < assessment->unit_count; i++)
        tied += assessment->units[i].scored &&
                assessment->units[i].class_index == unit->class_index &&
                assessment->units[i].rank == unit->rank;
    return tied;
}

static bool grade_unit(const struct stats_plan *plan, const struct stats_assessment *assessment,
                       struct stats_unit *unit, const struct seats *seats,
                       const struct seats *before, struct survey_error *error)
{
    unit->grade = -1;
    for (size_t i = 0; i < plan->grade_count; i++) {
        bool result, unknown;
        if (!holds(plan, plan->grade_rules[i].condition, unit, &result, &unknown, error))
            return false;
        if (unknown)
            return true; // what is missing could decide
        if (!result || !has_seats(plan, unit, i, before, count_tied(assessment, unit)))
            continue;
        unit->grade = (int)i;
        if (unit->class_index >= 0)
            seats->taken[i * seats->classes + (size_t)unit->class_index]++;
        return true;
    }
    return true;
}

bool stats_grade_units(const struct stats_plan *plan, struct stats_assessment *assessment,
                       struct survey_error *error)
{
    size_t places = (plan->grade_count + 1) * (plan->class_count + 1);
    struct seats seats = {survey_arena_array(plan->arena, places, sizeof(int)),
                          plan->class_count + 1};
    struct seats before = {survey_arena_array(plan->arena, places, sizeof(int)),
                           plan->class_count + 1};
    for (int rank = 0; rank <= (int)assessment->unit_count;
         rank++) { // best first; 0 is without a rank
        memcpy(before.taken, seats.taken, places * sizeof(int));
        for (size_t i = 0; i < assessment->unit_count; i++)
            if (assessment->units[i].rank == rank &&
                !grade_unit(plan, assessment, &assessment->units[i], &seats, &before, error))
                return false;
    }
    return true;
}
