// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions over the rows of a dataset: made ready once, evaluated in three values.
#include "stats/data/dataset_private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_AN_ARENA = 512, MOST_NAMES = 512, MOST_CODES = 1 << 16 };

// --- making ready
// ---------------------------------------------------------------------------------

struct names {
    struct stats_dataset *dataset;
    const char *text;
    struct stats_column *questions[MOST_NAMES], *frame[MOST_NAMES];
    size_t question_count, frame_count;
    struct survey_error *error;
    bool failed;
    bool by_row; // it looks at more than these columns' texts
};

// The text that is the first argument of the call at an offset, where it is one: rule('WE1'); whether it is the only one.
static bool literal_argument(const char *text, size_t at, char *argument, size_t size, bool *only)
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
    *only = end[1 + strspn(end + 1, " \t\n")] == ')';
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
    names->by_row |= stats_dataset_recall_numbers(names->dataset, column);
    if (!column->numbers && names->question_count < MOST_NAMES)
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

static void take_frame_column(struct names *names, struct stats_column *column)
{
    if (names->frame_count < MOST_NAMES)
        names->frame[names->frame_count++] = column;
}

// What a function looks at beside its arguments.
static bool take_function(struct names *names, const char *name, size_t at)
{
    char argument[512] = "";
    bool only = false, literal = literal_argument(names->text, at, argument, sizeof argument, &only);
    struct stats_column *column = NULL;
    if (strcmp(name, "rule") == 0 || strcmp(name, "case") == 0)
        names->by_row = true;
    if (strcmp(name, "admin") == 0) {
        column = only && *names->dataset->assessed ? stats_dataset_frame_column(names->dataset, names->dataset->assessed) : NULL;
        names->by_row |= !column;
        if (column)
            take_frame_column(names, column);
    }
    if (strcmp(name, "frame") == 0)
        names->by_row |= !literal || !only;
    if (!literal)
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
    column = stats_dataset_frame_column(names->dataset, argument);
    if (!column)
        return fail(names, _("the frame has no column '%s'"), argument);
    take_frame_column(names, column);
    return true;
}

static bool visit(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct names *names = user;
    if (use == SURVEY_USES_NAME)
        return take_question(names, name);
    if (use == SURVEY_USES_PATH)
        return fail(names, _("'%s' is neither ${a question} nor 'a text'"), name);
    if (use != SURVEY_USES_FUNCTION)
        return true;
    return is_function(name) ? take_function(names, name, at) : fail(names, _("there is no function %s()"), name);
}

static bool at_place(struct survey_error *error, const char *where)
{
    if (error && where && *where && !*error->where)
        survey_format_into(error->where, sizeof error->where, "%s", where);
    return false;
}

static bool prepare(struct stats_dataset *dataset, struct survey_arena *arena, const char *text, const char *where,
                    const struct survey_expr **expr, struct names **names, struct survey_error *error)
{
    if (!survey_expr_parse(arena, text, expr, NULL, error))
        return at_place(error, where);
    *names = survey_arena_alloc(arena, sizeof **names);
    **names = (struct names){.dataset = dataset, .text = text, .error = error};
    survey_expr_each_use(*expr, visit, *names);
    if ((*names)->failed ||
        !stats_dataset_load(dataset, &dataset->answers, (*names)->questions, (*names)->question_count, error) ||
        !stats_dataset_load(dataset, &dataset->frame, (*names)->frame, (*names)->frame_count, error))
        return at_place(error, where);
    return true;
}

bool stats_dataset_prepare(struct stats_dataset *dataset, struct survey_arena *arena,
                           const char *text, const char *where, const struct survey_expr **expr,
                           struct survey_error *error)
{
    struct survey_error spare = {0};
    struct names *names;
    return prepare(dataset, arena, text, where, expr, &names, error ? error : &spare);
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
    if (column && column->numbers) {
        bool known = !isnan(column->numbers[at->row]);
        *value = (struct survey_value){.kind = known ? SURVEY_NUMBER : SURVEY_STRING, .number = known ? column->numbers[at->row] : 0, .text = "", .missing = !known};
        return true;
    }
    if (!column || !column->codes.width)
        return false;
    if (column->has_choices)
        stats_dataset_kinds(at->dataset, column);
    uint32_t code = stats_code(&column->codes, at->row);
    const char *text = column->texts[code];
    double number;
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = text};
    if (code >= STATS_FIRST_CODE) {
        if (column->numeric && survey_number_parse(text, strlen(text), &number))
            *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = number};
        return true;
    }
    value->missing = true;
    if (column->choices[code])
        value->text = column->choices[code];
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

// What an expression comes to, NaN where missing.
struct computing {
    struct stats_dataset *dataset;
    const struct survey_expr *expr;
    bool condition; // 1 or 0, not known is 0
    struct survey_arena *scratch;
    size_t done;
    struct survey_error *error;
};

static bool compute(struct computing *in, size_t row, double *number)
{
    struct survey_value value;
    if (++in->done % ROWS_AN_ARENA == 0) {
        survey_arena_free(in->scratch);
        in->scratch = survey_arena_new();
    }
    if (!stats_dataset_evaluate(in->dataset, in->scratch, in->expr, row, &value, in->error))
        return false;
    if (in->condition)
        *number = !value.missing && survey_value_boolean(&value);
    else
        *number = value.missing ? (double)NAN : survey_value_number(&value);
    return true;
}

static bool compute_rows(struct computing *in, struct survey_arena *arena, struct stats_values *values)
{
    double *y = survey_arena_array(arena, in->dataset->n + 1, sizeof *y);
    bool done = true;
    for (size_t row = 0; done && row < in->dataset->n; row++)
        done = compute(in, row, &y[row]);
    *values = (struct stats_values){.y = y};
    return done;
}

// The columns that an expression looks at, each once; 0 and more than a code of two bytes can tell apart: false.
static bool list_columns(const struct names *names, struct stats_column **columns, size_t *count, size_t *product)
{
    *count = 0;
    *product = 1;
    for (size_t i = 0; i < names->question_count + names->frame_count; i++) {
        struct stats_column *column =
            i < names->question_count ? names->questions[i] : names->frame[i - names->question_count];
        bool again = false;
        for (size_t k = 0; k < *count; k++)
            again |= columns[k] == column;
        if (again)
            continue;
        if (column->has_choices)
            stats_dataset_kinds(names->dataset, column);
        columns[(*count)++] = column;
        if (column->codes.count > MOST_CODES || (*product *= column->codes.count) > MOST_CODES)
            return false;
    }
    return !names->by_row && names->question_count < MOST_NAMES && names->frame_count < MOST_NAMES;
}

// A code for each combination of the columns' codes; a lone column's own.
static struct stats_codes combine(const struct names *names, struct survey_arena *arena, struct stats_column *const *columns,
                                  size_t count, size_t product)
{
    if (count == 1)
        return columns[0]->codes;
    struct stats_codes codes = {.width = product <= 1 << 8 ? 1 : 2, .count = product};
    size_t rows = names->dataset->n;
    uint8_t *narrow = survey_arena_array(arena, rows + 1, codes.width);
    uint16_t *wide = (uint16_t *)(void *)narrow;
    for (size_t k = 0; k < count; k++)
        for (size_t row = 0; row < rows; row++) {
            uint32_t own = stats_code(&columns[k]->codes, row), factor = (uint32_t)columns[k]->codes.count;
            if (codes.width == 1)
                narrow[row] = (uint8_t)(narrow[row] * factor + own);
            else
                wide[row] = (uint16_t)(wide[row] * factor + own);
        }
    codes.of_row = narrow;
    return codes;
}

// An expression over few answers has few values: each combination of answers is computed once, at its first row.
static bool compute_codes(struct computing *in, struct survey_arena *arena, struct stats_codes codes, struct stats_values *values)
{
    double *of_code = survey_arena_array(arena, codes.count, sizeof *of_code);
    uint8_t *seen = survey_alloc(codes.count);
    bool done = true;
    memset(seen, 0, codes.count);
    for (size_t row = 0; done && row < in->dataset->n; row++) {
        uint32_t code = stats_code(&codes, row);
        if (!seen[code])
            done = compute(in, row, &of_code[code]);
        seen[code] = 1;
    }
    for (size_t code = 0; code < codes.count; code++)
        if (!seen[code])
            of_code[code] = (double)NAN;
    free(seen);
    *values = (struct stats_values){.codes = codes, .of_code = of_code};
    return done;
}

static bool compute_all(struct stats_dataset *dataset, const char *expression, const char *where, bool condition,
                        struct survey_arena *arena, struct stats_values *values, struct survey_error *error)
{
    struct survey_error fault = {0};
    struct survey_arena *parsed = survey_arena_new();
    struct computing in = {.dataset = dataset, .condition = condition, .scratch = survey_arena_new(), .error = &fault};
    struct names *names;
    size_t count, product;
    bool done = prepare(dataset, parsed, expression, where, &in.expr, &names, &fault);
    if (done) {
        struct stats_column **columns = survey_arena_array(parsed, 2 * MOST_NAMES, sizeof(void *));
        done = list_columns(names, columns, &count, &product)
                   ? compute_codes(&in, arena, combine(names, arena, columns, count, product), values)
                   : compute_rows(&in, arena, values);
        if (!done)
            at_place(&fault, where);
    }
    survey_arena_free(in.scratch);
    survey_arena_free(parsed);
    return done || survey_fail(error, fault.code, fault.where, "%s", fault.message);
}

bool stats_dataset_values(struct stats_dataset *dataset, const char *expression, const char *where,
                          struct survey_arena *arena, struct stats_values *values, struct survey_error *error)
{
    return compute_all(dataset, expression, where, false, arena, values, error);
}

bool stats_dataset_number(struct stats_dataset *dataset, const char *expression, const char *where,
                          double *values, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_values found;
    bool done = compute_all(dataset, expression, where, false, arena, &found, error);
    if (done)
        stats_values_spread(&found, dataset->n, values);
    survey_arena_free(arena);
    return done;
}

bool stats_dataset_condition(struct stats_dataset *dataset, const char *expression,
                             const char *where, uint8_t *inside, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_values found;
    bool done = compute_all(dataset, expression, where, true, arena, &found, error);
    for (size_t row = 0; done && row < dataset->n; row++)
        inside[row] = stats_value(&found, row) != 0;
    survey_arena_free(arena);
    return done;
}
