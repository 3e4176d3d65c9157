// SPDX-License-Identifier: GPL-3.0-or-later
// Model formulas: terms, factors by treatment contrasts, interactions.
#include "stats/request/model.h"

// The columns of one factor of a term.
struct part {
    size_t count;
    const char **names;
    const double **columns;
};

static bool add_column(struct model *model, const char *name, const double *column, int term,
                       struct survey_error *error)
{
    if (model->count == MODEL_COLUMNS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a model has at most %d columns"),
                           MODEL_COLUMNS_MAX);
    model->names[model->count] = name;
    model->columns[model->count] = column;
    model->term[model->count++] = term;
    return true;
}

static void drop_missing(struct request *request, struct model *model, const double *numbers)
{
    for (size_t row = 0; row < request->n; row++)
        if (isnan(numbers[row]))
            model->kept[row] = 0;
}

// A column of numbers, or the levels of a text or factor() but its first among the rows inside.
static bool read_part(struct request *request, struct model *model, const char *text, struct part *part,
                      struct survey_error *error)
{
    size_t length = strlen(text);
    bool factor = strncmp(text, "factor(", 7) == 0 && text[length - 1] == ')';
    const char *name = factor ? survey_arena_strndup(request->arena, text + 7, length - 8) : text;
    uint32_t column;
    double *numbers;
    if (!stats_table_column(&request->table, name, &column, error))
        return false;
    if (!factor && stats_table_numeric(&request->table, column)) {
        if (!stats_table_numbers(&request->table, column, &numbers, error))
            return false;
        part->count = 1;
        part->names = survey_arena_array(request->arena, 1, sizeof *part->names);
        part->columns = survey_arena_array(request->arena, 1, sizeof *part->columns);
        part->names[0] = text;
        part->columns[0] = numbers;
        drop_missing(request, model, numbers);
        return true;
    }
    struct stats_levels levels;
    stats_table_levels(&request->table, column, &levels);
    if (levels.count > MODEL_COLUMNS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' has %zu levels; a model has at most %d columns"), name, levels.count,
                           MODEL_COLUMNS_MAX);
    part->names = survey_arena_array(request->arena, levels.count + 1, sizeof *part->names);
    part->columns = survey_arena_array(request->arena, levels.count + 1, sizeof *part->columns);
    for (size_t level = 1; level < levels.count; level++) {
        double *is = survey_arena_array(request->arena, request->n, sizeof *is);
        for (size_t row = 0; row < request->n; row++)
            is[row] = levels.of_row[row] == STATS_NO_LEVEL ? (double)NAN : levels.of_row[row] == level;
        part->names[part->count] = survey_arena_format(request->arena, "%s%s", text, levels.names[level]);
        part->columns[part->count++] = is;
        drop_missing(request, model, is);
    }
    return true;
}

static bool add_term(struct request *request, struct model *model, const char *text,
                     struct survey_error *error)
{
    struct part part = {0};
    int term = (int)++model->term_count;
    model->terms[term] = text;
    if (!read_part(request, model, text, &part, error))
        return false;
    for (size_t i = 0; i < part.count; i++)
        if (!add_column(model, part.names[i], part.columns[i], term, error))
            return false;
    return true;
}

static bool add_interaction(struct request *request, struct model *model, const char *left, const char *right,
                            struct survey_error *error)
{
    struct part a = {0}, b = {0};
    int term = (int)++model->term_count;
    model->terms[term] = survey_arena_format(request->arena, "%s:%s", left, right);
    if (!read_part(request, model, left, &a, error) || !read_part(request, model, right, &b, error))
        return false;
    for (size_t j = 0; j < b.count; j++)
        for (size_t i = 0; i < a.count; i++) {
            double *product = survey_arena_array(request->arena, request->n, sizeof *product);
            for (size_t row = 0; row < request->n; row++)
                product[row] = a.columns[i][row] * b.columns[j][row];
            if (!add_column(model, survey_arena_format(request->arena, "%s:%s", a.names[i], b.names[j]),
                            product, term, error))
                return false;
        }
    return true;
}

static const char *trimmed(struct survey_arena *arena, const char *from, size_t length)
{
    while (length && *from == ' ')
        from++, length--;
    while (length && from[length - 1] == ' ')
        length--;
    return survey_arena_strndup(arena, from, length);
}

// Main effects first, then interactions, as R orders them.
static bool read_terms(struct request *request, struct model *model, const char *right,
                       struct survey_error *error)
{
    for (int interactions = 0; interactions < 2; interactions++)
        for (const char *at = right; *at;) {
            size_t length = strcspn(at, "+");
            const char *term = trimmed(request->arena, at, length), *mark = strpbrk(term, "*:");
            at += length + (at[length] == '+');
            if (!mark && !interactions && !add_term(request, model, term, error))
                return false;
            if (!mark)
                continue;
            const char *first = trimmed(request->arena, term, (size_t)(mark - term)),
                       *second = trimmed(request->arena, mark + 1, strlen(mark + 1));
            if (strpbrk(second, "*:"))
                return survey_fail(error, SURVEY_ERROR_INPUT, "",
                                   _("'%s': interactions of two terms can be taken"), term);
            if (!interactions && *mark == '*' &&
                (!add_term(request, model, first, error) || !add_term(request, model, second, error)))
                return false;
            if (interactions && !add_interaction(request, model, first, second, error))
                return false;
        }
    return true;
}

bool model_read_terms(struct request *request, const char *terms, struct model *model,
                      struct survey_error *error)
{
    model->kept = survey_arena_array(request->arena, request->n, 1);
    for (size_t row = 0; row < request->n; row++)
        model->kept[row] = request->weight[row] > 0 && (!request->inside || request->inside[row]);
    return add_column(model, "(Intercept)", request_ones(request), 0, error) &&
           (strcmp(terms, "1") == 0 || read_terms(request, model, terms, error));
}

bool model_read(struct request *request, const char *formula, struct model *model, struct survey_error *error)
{
    const char *tilde = strchr(formula, '~');
    double *y;
    if (!tilde || !tilde[1])
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is no formula y ~ terms"), formula);
    const char *left = trimmed(request->arena, formula, (size_t)(tilde - formula)),
               *right = trimmed(request->arena, tilde + 1, strlen(tilde + 1));
    if (!request_column(request, left, &y, error) || !model_read_terms(request, right, model, error))
        return false;
    model->y = y;
    drop_missing(request, model, y);
    return true;
}
