// SPDX-License-Identifier: GPL-3.0-or-later
// Rows, outcome, treatment and covariates of a request for an effect.
#include "stats/effect/effect.h"

#include "stats/math/distribution.h"
#include "stats/math/sum.h"
#include "stats/request/model.h"

void effect_warn(struct effect *effect, const char *text)
{
    for (size_t i = 0; i < effect->warnings; i++)
        if (strcmp(effect->warning[i], text) == 0)
            return;
    if (effect->warnings < EFFECT_WARNINGS)
        effect->warning[effect->warnings++] = text;
}

// The numbers of a column of the whole file, or of a condition over its columns.
static bool column_of(struct request *request, const char *text, double **numbers,
                      struct survey_error *error)
{
    if (stats_table_find(&request->table, text) >= 0 || !strpbrk(text, "=<>$("))
        return request_column(request, text, numbers, error);
    *numbers = survey_arena_array(request->arena, request->n, sizeof **numbers);
    return stats_table_evaluate(&request->table, text, text, *numbers, error);
}

bool effect_numbers(struct effect *effect, const char *column, double **numbers,
                    struct survey_error *error)
{
    double *all;
    if (!column_of(effect->request, column, &all, error))
        return false;
    *numbers = survey_arena_array(effect->arena, effect->n, sizeof **numbers);
    for (size_t i = 0; i < effect->n; i++)
        (*numbers)[i] = all[effect->row[i]];
    return true;
}

// A column that args names under key, and its missing values out of kept.
static bool read_column(struct request *request, const char *key, double **numbers, uint8_t *kept,
                        struct survey_error *error)
{
    const char *name = survey_json_text(request->args, key, "");
    if (!*name)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("args names no '%s'"), key);
    if (!column_of(request, name, numbers, error))
        return false;
    for (size_t row = 0; row < request->n; row++)
        if (isnan((*numbers)[row]))
            kept[row] = 0;
    return true;
}

double *effect_gather(const struct effect *effect, const double *all)
{
    double *values = survey_arena_array(effect->arena, effect->n, sizeof *values);
    for (size_t i = 0; i < effect->n; i++)
        values[i] = all[effect->row[i]];
    return values;
}

static double *take(const struct effect *effect, const double *from, const size_t *index,
                    size_t count)
{
    double *values = from ? survey_arena_array(effect->arena, count, sizeof *values) : NULL;
    for (size_t i = 0; from && i < count; i++)
        values[i] = from[index[i]];
    return values;
}

void effect_subset(struct effect *effect, const size_t *index, size_t count)
{
    uint32_t *row = survey_arena_array(effect->arena, count, sizeof *row);
    for (size_t i = 0; i < count; i++)
        row[i] = effect->row[index[i]];
    effect->row = row;
    effect->y = take(effect, effect->y, index, count);
    effect->treated = take(effect, effect->treated, index, count);
    effect->post = take(effect, effect->post, index, count);
    effect->weight = take(effect, effect->weight, index, count);
    for (size_t k = 0; k < effect->p; k++)
        effect->x[k] = take(effect, effect->x[k], index, count);
    for (size_t k = 0; k < effect->shown_count; k++)
        effect->shown[k] = take(effect, effect->shown[k], index, count);
    effect->n = count;
}

// A flag is 0 or 1 and both occur.
static bool gather_flag(struct effect *effect, const char *key, const double *all, double **flag,
                        struct survey_error *error)
{
    size_t ones = 0;
    *flag = effect_gather(effect, all);
    for (size_t i = 0; i < effect->n; i++) {
        if ((*flag)[i] != 0 && (*flag)[i] != 1) {
            char at[512];
            stats_table_place(&effect->request->table, effect->row[i], at);
            return survey_fail(error, SURVEY_ERROR_INPUT, at, _("'%s' must be 0 or 1, not %g"), key,
                               (*flag)[i]);
        }
        ones += (*flag)[i] == 1;
    }
    if (ones == 0 || ones == effect->n)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "",
            _("'%s' is %d in every row that can be used: there is nothing to compare"), key,
            ones > 0);
    return true;
}

bool effect_rows(struct effect *effect, const double *const *columns, const char *const *names,
                 size_t count, const uint8_t *kept, struct survey_error *error)
{
    struct request *request = effect->request;
    effect->row = survey_arena_array(effect->arena, request->n + 1, sizeof *effect->row);
    effect->n = 0;
    for (size_t row = 0; row < request->n; row++)
        if (kept[row])
            effect->row[effect->n++] = (uint32_t)row;
    effect->missing = request_rows(request, NULL) - effect->n;
    if (!effect->n)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("no row has all the values that are asked for"));
    if ((double)count * (double)effect->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("%zu columns of %zu rows are too many at once"), count, effect->n);
    effect->p = count;
    effect->names = survey_arena_array(effect->arena, count + 1, sizeof *effect->names);
    effect->x = survey_arena_array(effect->arena, count + 1, sizeof *effect->x);
    for (size_t i = 0; i < count; i++) {
        effect->names[i] = names[i];
        effect->x[i] = effect_gather(effect, columns[i]);
    }
    double *weight = effect_gather(effect, request->weight);
    bool alike = true;
    for (size_t i = 1; alike && i < effect->n; i++)
        alike = weight[i] == weight[0];
    effect->weight = alike ? NULL : weight;
    return true;
}

bool effect_supported(struct request *request, struct survey_error *error)
{
    return (!request->replicates && !request->pairs) ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                       _("effects are estimated without replicate weights and without joint "
                         "probabilities"));
}

// args.covariates as the right side of a formula.
static const char *terms_of(struct request *request)
{
    const char *const *names, *terms = NULL;
    size_t count = request_names(request->arena, request_arg(request, "covariates"), &names);
    for (size_t i = 0; i < count; i++)
        terms = terms ? survey_arena_format(request->arena, "%s + %s", terms, names[i]) : names[i];
    return terms;
}

// The columns of the balance table: the covariates, and of a factor of three levels or more the
// first level too, which a model leaves out.
static void add_references(struct effect *effect, const struct model *model)
{
    effect->shown =
        survey_arena_array(effect->arena, effect->p + model->term_count + 1, sizeof *effect->shown);
    effect->shown_names = survey_arena_array(effect->arena, effect->p + model->term_count + 1,
                                             sizeof *effect->shown_names);
    for (size_t i = 0, j; i < effect->p; i = j) {
        int term = model->term[i + 1];
        double *rest = survey_arena_array(effect->arena, effect->n, sizeof *rest);
        for (size_t row = 0; row < effect->n; row++)
            rest[row] = 1;
        for (j = i; j < effect->p && model->term[j + 1] == term; j++) {
            effect->shown_names[effect->shown_count] = effect->names[j];
            effect->shown[effect->shown_count++] = effect->x[j];
            for (size_t row = 0; row < effect->n; row++)
                rest[row] -= effect->x[j][row];
        }
        if (j - i < 2 || strpbrk(model->terms[term], "*:"))
            continue;
        effect->shown_names[effect->shown_count] =
            survey_arena_format(effect->arena, _("%s (first level)"), model->terms[term]);
        effect->shown[effect->shown_count++] = rest;
    }
}

bool effect_read(struct request *request, unsigned needs, struct effect *effect,
                 struct survey_error *error)
{
    *effect = (struct effect){.request = request, .arena = request->arena};
    struct model model = {0};
    if (!effect_supported(request, error))
        return false;
    double *y = NULL, *treated = NULL, *post = NULL;
    const char *terms = terms_of(request);
    if (!terms && needs & EFFECT_COVARIATES)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("args names no '%s'"), "covariates");
    if (!model_read_terms(request, terms ? terms : "1", &model, error) ||
        (needs & EFFECT_OUTCOME && !read_column(request, "outcome", &y, model.kept, error)) ||
        (needs & EFFECT_TREATMENT &&
         !read_column(request, "treatment", &treated, model.kept, error)) ||
        (needs & EFFECT_POST && !read_column(request, "post", &post, model.kept, error)) ||
        !effect_rows(effect, model.columns + 1, model.names + 1, model.count - 1, model.kept,
                     error))
        return false;
    add_references(effect, &model);
    effect->y = y ? effect_gather(effect, y) : NULL;
    return (!treated || gather_flag(effect, "treatment", treated, &effect->treated, error)) &&
           (!post || gather_flag(effect, "post", post, &effect->post, error));
}

static int by_code(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

// Numbers the codes that occur from 0 on, in their order.
static void compact(uint64_t *codes, size_t n, struct effect_clusters *clusters)
{
    uint64_t *seen = survey_realloc(NULL, n, sizeof *seen);
    memcpy(seen, codes, n * sizeof *seen);
    qsort(seen, n, sizeof *seen, by_code);
    clusters->count = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || seen[i] != seen[clusters->count - 1])
            seen[clusters->count++] = seen[i];
    for (size_t i = 0; i < n; i++) {
        const uint64_t *at = bsearch(&codes[i], seen, clusters->count, sizeof *seen, by_code);
        clusters->of_row[i] = (uint32_t)(at - seen);
        codes[i] = clusters->of_row[i];
    }
    free(seen);
}

bool effect_labels(struct effect *effect, const char *const *columns, size_t count,
                   struct effect_clusters *clusters, struct survey_error *error)
{
    struct stats_table *table = &effect->request->table;
    uint64_t *codes = survey_arena_array(effect->arena, effect->n, sizeof *codes);
    clusters->of_row = survey_arena_array(effect->arena, effect->n, sizeof *clusters->of_row);
    for (size_t c = 0; c < count; c++) {
        uint32_t column;
        struct stats_levels levels;
        if (!stats_table_column(table, columns[c], &column, error))
            return false;
        stats_table_levels(table, column, &levels);
        for (size_t i = 0; i < effect->n; i++) {
            uint32_t level = levels.of_row[effect->row[i]];
            if (level == STATS_NO_LEVEL) {
                char at[512];
                stats_table_place(table, effect->row[i], at);
                return survey_fail(error, SURVEY_ERROR_INPUT, at, _("column '%s' is blank"),
                                   columns[c]);
            }
            codes[i] = codes[i] * levels.count + level;
        }
        compact(codes, effect->n, clusters);
    }
    return true;
}

void effect_write_rows(const struct effect *effect, struct survey_json_writer *out)
{
    survey_json_member_integer(out, "n", (int64_t)effect->n);
    survey_json_member_integer(out, "missing", (int64_t)effect->missing);
    survey_json_key(out, "warnings");
    survey_json_open(out, '[');
    for (size_t i = 0; i < effect->warnings; i++)
        survey_json_put_text(out, effect->warning[i]);
    survey_json_close(out, ']');
}

void effect_write_figure(const struct effect *effect, const char *key, double value, double se,
                         double df, struct survey_json_writer *out)
{
    double confidence = effect->request->design.confidence,
           reach = df > 0 ? stats_t_quantile(1 - (1 - confidence) / 2, df) * se : (double)NAN;
    survey_json_member_number(out, key, value);
    survey_json_member_number(out, "se", se);
    survey_json_member_number(out, "df", df);
    survey_json_member_number(out, "p_value",
                              df > 0 && se > 0 ? stats_t_tail(value / se, df) : (double)NAN);
    survey_json_member_number(out, "ci_low", value - reach);
    survey_json_member_number(out, "ci_high", value + reach);
}
