// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions over the rows of a dataset: made ready once, evaluated in three values.
#include "stats/dataset_private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <string.h>

enum { ROWS_AN_ARENA = 512, MOST_NAMES = 512 };

// --- making ready
// ---------------------------------------------------------------------------------

struct names {
    struct stats_dataset *dataset;
    const char *text;
    struct stats_column *questions[MOST_NAMES], *frame[MOST_NAMES];
    size_t question_count, frame_count;
    struct survey_error *error;
    bool failed;
};

// The text that is the first argument of the call at an offset, where it is one: rule('WE1').
static bool literal_argument(const char *text, size_t at, char *argument, size_t size)
{
    const char *open = strchr(text + at, '(');
    if (!open)
        return false;
    open += 1 + strspn(open + 1, " \t\n");
    if (*open != '\'' && *open != '"')
        return false;
    const char *end = strchr(open + 1, *open);
    if (!end)
        return false;
    survey_format_into(argument, size, "%.*s", (int)(end - open - 1), open + 1);
    return true;
}

static bool fail(struct names *names, const char *format, const char *name)
{
    names->failed = true;
    return survey_fail(names->error, SURVEY_ERROR_INPUT, "", format, name);
}

static bool take_question(struct names *names, const char *name)
{
    const struct survey_item *item = survey_form_find(names->dataset->form, name);
    if (item && item->repeat)
        return fail(names, _("the question '%s' stands in a repeat: it has many answers a row"),
                    name);
    struct stats_column *column = stats_dataset_question(names->dataset, name);
    if (!column)
        return fail(names, _("there is no question '%s'"), name);
    if (names->question_count < MOST_NAMES)
        names->questions[names->question_count++] = column;
    return true;
}

static bool is_function(const char *name)
{
    for (const char *const *known = survey_expr_functions; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return stats_dataset_has_function(name);
}

static bool visit(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct names *names = user;
    char argument[512];
    if (use == SURVEY_USES_NAME)
        return take_question(names, name);
    if (use == SURVEY_USES_PATH)
        return fail(names, _("'%s' is neither ${a question} nor 'a text'"), name);
    if (use == SURVEY_USES_FUNCTION && !is_function(name))
        return fail(names, _("there is no function %s()"), name);
    if (use != SURVEY_USES_FUNCTION ||
        !literal_argument(names->text, at, argument, sizeof argument))
        return true;
    if (strcmp(name, "rule") == 0) {
        names->failed = !stats_dataset_rule(names->dataset, argument, names->error);
        return !names->failed;
    }
    if (strcmp(name, "parameter") == 0 &&
        !survey_store_setting(names->dataset->store, argument, names->dataset->day))
        return fail(names, _("the evaluation sheet has no '%s' that holds in the round"), argument);
    if (strcmp(name, "frame") != 0)
        return true;
    struct stats_column *column = stats_dataset_frame_column(names->dataset, argument);
    if (!column)
        return fail(names, _("the frame has no column '%s'"), argument);
    if (names->frame_count < MOST_NAMES)
        names->frame[names->frame_count++] = column;
    return true;
}

static bool at_place(struct survey_error *error, const char *where)
{
    if (error && where && *where && !*error->where)
        survey_format_into(error->where, sizeof error->where, "%s", where);
    return false;
}

bool stats_dataset_prepare(struct stats_dataset *dataset, struct survey_arena *arena,
                           const char *text, const char *where, const struct survey_expr **expr,
                           struct survey_error *error)
{
    struct survey_error spare = {0};
    error = error ? error : &spare;
    if (!survey_expr_parse(arena, text, expr, NULL, error))
        return at_place(error, where);
    struct names *names = survey_arena_alloc(arena, sizeof *names);
    *names = (struct names){.dataset = dataset, .text = text, .error = error};
    survey_expr_each_use(*expr, visit, names);
    if (names->failed ||
        !stats_dataset_load(dataset, &dataset->answers, names->questions, names->question_count,
                            error) ||
        !stats_dataset_load(dataset, &dataset->frame, names->frame, names->frame_count, error))
        return at_place(error, where);
    return true;
}

// --- rules
// ----------------------------------------------------------------------------------------

static void load_rules(struct stats_dataset *dataset)
{
    const struct survey_sheet *sheet = survey_store_plan(dataset->store, "rules");
    const struct survey_form *main = survey_store_current_form(dataset->store, NULL, NULL, NULL);
    int name = sheet ? survey_sheet_column(sheet, "rule") : -1,
        expression = sheet ? survey_sheet_column(sheet, "expression") : -1;
    dataset->rules_loaded = true;
    for (uint32_t row = 1; name >= 0 && expression >= 0 && row < sheet->rows; row++) {
        const char *id = survey_sheet_cell(sheet, row, (uint32_t)name);
        bool added;
        if (!*id)
            continue;
        struct survey_map_entry *entry =
            survey_map_put(&dataset->rules, dataset->arena, id, &added);
        if (!added)
            continue; // `case flag` reports it
        struct survey_problem problem = {.file = main->path,
                                         .sheet = sheet->name,
                                         .row = survey_sheet_line(sheet, row),
                                         .column = (uint32_t)expression + 1};
        char where[512];
        survey_place_text(&problem, where, sizeof where);
        struct stats_rule *rule = survey_arena_alloc(dataset->arena, sizeof *rule);
        *rule = (struct stats_rule){.name = entry->key,
                                    .text = survey_sheet_cell(sheet, row, (uint32_t)expression),
                                    .where = survey_arena_strdup(dataset->arena, where)};
        entry->value = rule;
    }
}

const struct stats_rule *stats_dataset_rule(struct stats_dataset *dataset, const char *name,
                                            struct survey_error *error)
{
    if (!dataset->rules_loaded)
        load_rules(dataset);
    const struct survey_map_entry *entry = survey_map_find(&dataset->rules, name);
    struct stats_rule *rule = entry ? entry->value : NULL;
    if (!rule) {
        survey_fail(error, SURVEY_ERROR_INPUT, "", _("there is no rule '%s'"), name);
        return NULL;
    }
    if (rule->state == STATS_RULE_OPEN) {
        survey_fail(error, SURVEY_ERROR_INPUT, rule->where, _("rule '%s' leads back to itself"),
                    name);
        return NULL;
    }
    if (rule->state == STATS_RULE_READY)
        return rule;
    rule->state = STATS_RULE_OPEN;
    bool good =
        stats_dataset_prepare(dataset, dataset->arena, rule->text, rule->where, &rule->expr, error);
    rule->state = good ? STATS_RULE_READY : STATS_RULE_NEW;
    return good ? rule : NULL;
}

// --- evaluating
// -----------------------------------------------------------------------------------

static bool variable(void *user, const char *name, struct survey_value *value)
{
    const struct stats_row *at = user;
    struct stats_column *column = stats_dataset_question(at->dataset, name);
    if (!column || !column->texts)
        return false;
    const char *text = column->texts[at->row];
    double number;
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = text};
    if (*text) {
        if (column->numeric && survey_number_parse(text, strlen(text), &number))
            *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = number};
        return true;
    }
    value->missing = true;
    if (column->has_codes) {
        const uint8_t *kinds =
            column->kinds ? column->kinds : stats_dataset_kinds(at->dataset, column->item);
        column->kinds = kinds;
        if (kinds && kinds[at->row] < 4 && column->codes[kinds[at->row]])
            value->text = column->codes[kinds[at->row]];
    }
    return true;
}

bool stats_dataset_evaluate(struct stats_dataset *dataset, struct survey_arena *arena,
                            const struct survey_expr *expr, size_t row, struct survey_value *value,
                            struct survey_error *error)
{
    struct stats_row at = {dataset, arena, row};
    struct survey_expr_env env = {.arena = arena,
                                  .variable = variable,
                                  .function = stats_dataset_function,
                                  .user = &at,
                                  .now = dataset->actor.now,
                                  .has_now = true};
    return survey_expr_evaluate_known(expr, &env, value, error);
}

// Evaluates an expression for every row; keep takes what came of it.
static bool each_row(struct stats_dataset *dataset, const char *expression, const char *where,
                     void (*keep)(void *out, size_t row, const struct survey_value *value),
                     void *out, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new(), *rows = survey_arena_new();
    const struct survey_expr *expr;
    struct survey_error fault = {0};
    bool done = stats_dataset_prepare(dataset, arena, expression, where, &expr, &fault);
    for (size_t row = 0; done && row < dataset->n; row++) {
        struct survey_value value;
        if (row % ROWS_AN_ARENA == ROWS_AN_ARENA - 1) {
            survey_arena_free(rows);
            rows = survey_arena_new();
        }
        done = stats_dataset_evaluate(dataset, rows, expr, row, &value, &fault) ||
               at_place(&fault, where);
        if (done)
            keep(out, row, &value);
    }
    survey_arena_free(rows);
    survey_arena_free(arena);
    return done || survey_fail(error, fault.code, fault.where, "%s", fault.message);
}

static void keep_number(void *out, size_t row, const struct survey_value *value)
{
    ((double *)out)[row] = value->missing ? (double)NAN : survey_value_number(value);
}

static void keep_condition(void *out, size_t row, const struct survey_value *value)
{
    ((uint8_t *)out)[row] = !value->missing && survey_value_boolean(value);
}

bool stats_dataset_number(struct stats_dataset *dataset, const char *expression, const char *where,
                          double *values, struct survey_error *error)
{
    return each_row(dataset, expression, where, keep_number, values, error);
}

bool stats_dataset_condition(struct stats_dataset *dataset, const char *expression,
                             const char *where, uint8_t *inside, struct survey_error *error)
{
    return each_row(dataset, expression, where, keep_condition, inside, error);
}
