// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for ranks with their confidence sets, from columns of a file or from numbers in the
// request.
#include "stats/composite/ranks.h"
#include "stats/composite/request_composite.h"

struct ranks_asked {
    size_t n, left_out;
    const char **names, **classes; // classes NULL: one
    double *score, *se, *covariance;
    struct stats_ranks_question question;
    struct stats_rank_set *sets;
};

static bool read_list(struct request *request, const char *key, size_t count, double **numbers,
                      struct survey_error *error)
{
    const struct survey_json *list = request_arg(request, key);
    if (!list || list->kind != SURVEY_JSON_ARRAY || list->count != count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is not a list of %zu numbers"),
                           key, count);
    *numbers = survey_arena_array(request->arena, count + 1, sizeof **numbers);
    size_t i = 0;
    for (const struct survey_json *one = list->first; one; one = one->next, i++)
        (*numbers)[i] = one->kind == SURVEY_JSON_NUMBER ? one->number : (double)NAN;
    return true;
}

static bool read_covariance(struct request *request, struct ranks_asked *asked,
                            struct survey_error *error)
{
    const struct survey_json *rows = request_arg(request, "covariance");
    size_t n = asked->n, i = 0;
    bool square = rows->kind == SURVEY_JSON_ARRAY && rows->count == n;
    asked->covariance = survey_arena_array(request->arena, n * n + 1, sizeof *asked->covariance);
    asked->se = survey_arena_array(request->arena, n + 1, sizeof *asked->se);
    for (const struct survey_json *row = rows->first; square && row; row = row->next, i++) {
        size_t j = 0;
        square = row->kind == SURVEY_JSON_ARRAY && row->count == n;
        for (const struct survey_json *cell = row->first; square && cell; cell = cell->next, j++)
            asked->covariance[i * n + j] =
                cell->kind == SURVEY_JSON_NUMBER ? cell->number : (double)NAN;
        asked->se[i] = square ? sqrt(asked->covariance[i * n + i]) : 0;
    }
    for (i = 0; square && i < n * n; i++)
        square = fabs(asked->covariance[i] - asked->covariance[i % n * n + i / n]) <=
                 1e-9 * fabs(asked->covariance[i]) + 1e-300;
    return square || survey_fail(error, SURVEY_ERROR_INPUT, "",
                                 _("'covariance' is no symmetric matrix of %zu rows"), n);
}

static bool read_inline(struct request *request, struct ranks_asked *asked,
                        struct survey_error *error)
{
    const struct survey_json *names = request_arg(request, "names");
    const char *const *given;
    size_t n = asked->n = request_arg(request, "score")->count;
    asked->names = survey_arena_array(request->arena, n + 1, sizeof *asked->names);
    if (n > REQUEST_MOST || (names && request_names(request->arena, names, &given) != n))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'names' is not a list of %zu texts, at most %d"), n, REQUEST_MOST);
    for (size_t i = 0; i < n; i++)
        asked->names[i] = names ? given[i] : survey_arena_format(request->arena, "%zu", i + 1);
    return read_list(request, "score", n, &asked->score, error) &&
           (request_arg(request, "covariance") ? read_covariance(request, asked, error)
                                               : read_list(request, "se", n, &asked->se, error));
}

static bool read_columns(struct request *request, struct ranks_asked *asked,
                         struct survey_error *error)
{
    struct composite_units units;
    const char *within = survey_json_text(request->args, "within", NULL);
    uint32_t column = 0;
    if (!composite_open(request, &units, error) ||
        !request_column(request, survey_json_text(request->args, "score", ""), &asked->score,
                        error) ||
        !request_column(request, survey_json_text(request->args, "se", ""), &asked->se, error) ||
        (within && !stats_table_column(&request->table, within, &column, error)))
        return false;
    asked->n = units.n;
    asked->names = units.names;
    if (within)
        asked->classes = survey_arena_array(request->arena, units.n + 1, sizeof *asked->classes);
    for (size_t row = 0; within && row < units.n; row++)
        asked->classes[row] = stats_table_text(&request->table, row, column);
    return true;
}

// A unit without a score or an error of it has no rank, and is counted.
static bool keep_known(struct ranks_asked *asked, struct survey_error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < asked->n; i++) {
        if (asked->se[i] < 0)
            return survey_fail(error, SURVEY_ERROR_INPUT, asked->names[i], "%s",
                               _("a standard error is below 0"));
        if (isnan(asked->score[i]) || isnan(asked->se[i])) {
            if (asked->covariance)
                return survey_fail(error, SURVEY_ERROR_INPUT, asked->names[i], "%s",
                                   _("a score or its variance is missing"));
            continue;
        }
        asked->score[kept] = asked->score[i];
        asked->se[kept] = asked->se[i];
        if (asked->classes)
            asked->classes[kept] = asked->classes[i];
        asked->names[kept++] = asked->names[i];
    }
    asked->left_out = asked->n - kept;
    asked->n = kept;
    return kept > 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("no unit has a score with an error"));
}

static bool read_choices(struct request *request, struct ranks_asked *asked,
                         struct survey_error *error)
{
    struct stats_ranks_question *q = &asked->question;
    const char *best = survey_json_text(request->args, "best", "high");
    double draws = survey_json_number(request->args, "draws", 10000),
           seed = survey_json_number(request->args, "seed", 1);
    q->low_is_best = strcmp(best, "low") == 0;
    q->coverage = survey_json_number(request->args, "level", 0.95);
    if (!q->low_is_best && strcmp(best, "high") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'best' is high or low, not '%s'"),
                           best);
    if (!(q->coverage > 0 && q->coverage < 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'level' is between 0 and 1"));
    if (!(draws >= 100 && draws <= 1e6) || !(seed >= 0 && seed <= 9007199254740992.0))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'draws' is 100 to 1000000, 'seed' a whole number from 0"));
    q->draws = (size_t)draws;
    q->seed = (uint64_t)seed;
    return true;
}

// The units of one class after another; sets are put back in the order of the units.
static bool rank_class(struct request *request, struct ranks_asked *asked, size_t first,
                       struct survey_error *error)
{
    struct stats_ranks_question q = asked->question;
    size_t *member = survey_arena_array(request->arena, asked->n, sizeof *member);
    double *score = survey_arena_array(request->arena, asked->n, sizeof *score),
           *se = survey_arena_array(request->arena, asked->n, sizeof *se);
    const char **names = survey_arena_array(request->arena, asked->n, sizeof *names);
    for (size_t i = first; i < asked->n; i++)
        if (!asked->classes || strcmp(asked->classes[i], asked->classes[first]) == 0) {
            member[q.n] = i;
            score[q.n] = asked->score[i];
            se[q.n] = asked->se[i];
            names[q.n++] = asked->names[i];
        }
    if ((double)q.n * (double)q.n * (double)q.draws > STATS_RANKS_MOST)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "",
            _("%zu units with %zu draws are too many: lower 'draws', or rank within classes"), q.n,
            q.draws);
    q.score = score;
    q.se = se;
    q.names = names;
    q.covariance = asked->covariance;
    struct stats_rank_set *sets = survey_arena_array(request->arena, q.n, sizeof *sets);
    if (!stats_ranks(&q, sets))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the covariance is not positive definite"));
    for (size_t i = 0; i < q.n; i++)
        asked->sets[member[i]] = sets[i];
    return true;
}

static bool rank_all(struct request *request, struct ranks_asked *asked, struct survey_error *error)
{
    asked->sets = survey_arena_array(request->arena, asked->n, sizeof *asked->sets);
    for (size_t i = 0; i < asked->n; i++)
        if (!asked->sets[i].rank && !rank_class(request, asked, i, error))
            return false;
    return true;
}

static void write_ranks(const struct ranks_asked *asked, struct survey_json_writer *out)
{
    static const struct {
        const char *key;
        size_t offset;
    } fields[] = {{"rank", offsetof(struct stats_rank_set, rank)},
                  {"marg_low", offsetof(struct stats_rank_set, low)},
                  {"marg_high", offsetof(struct stats_rank_set, high)},
                  {"simul_low", offsetof(struct stats_rank_set, all_low)},
                  {"simul_high", offsetof(struct stats_rank_set, all_high)},
                  {"gs_low", offsetof(struct stats_rank_set, gs_low)},
                  {"gs_median", offsetof(struct stats_rank_set, gs_median)},
                  {"gs_high", offsetof(struct stats_rank_set, gs_high)}};
    for (size_t field = 0; field < sizeof fields / sizeof *fields; field++) {
        survey_json_key(out, fields[field].key);
        survey_json_open(out, '[');
        for (size_t i = 0; i < asked->n; i++) {
            size_t rank;
            memcpy(&rank, (const char *)&asked->sets[i] + fields[field].offset, sizeof rank);
            survey_json_put_integer(out, (int64_t)rank);
        }
        survey_json_close(out, ']');
    }
}

bool composite_ranks(struct request *request, struct survey_json_writer *out,
                     struct survey_error *error)
{
    struct ranks_asked asked = {0};
    const struct survey_json *score = request_arg(request, "score");
    bool given = score && score->kind == SURVEY_JSON_ARRAY;
    if (!(given ? read_inline(request, &asked, error) : read_columns(request, &asked, error)) ||
        !keep_known(&asked, error) || !composite_distinct(request, asked.names, asked.n, error) ||
        !read_choices(request, &asked, error) || !rank_all(request, &asked, error))
        return false;
    survey_json_open(out, '{');
    composite_write_names(out, "names", asked.names, asked.n);
    if (asked.classes)
        composite_write_names(out, "within", asked.classes, asked.n);
    request_write_numbers(out, "score", asked.score, asked.n);
    request_write_numbers(out, "se", asked.se, asked.n);
    write_ranks(&asked, out);
    survey_json_member_integer(out, "n", (int64_t)asked.n);
    survey_json_member_integer(out, "left_out", (int64_t)asked.left_out);
    survey_json_member_number(out, "level", asked.question.coverage);
    survey_json_member_integer(out, "draws", (int64_t)asked.question.draws);
    survey_json_member_integer(out, "seed", (int64_t)asked.question.seed);
    survey_json_member(
        out, "method",
        _("marg: holds one unit's true rank; simul: those of all units at once (Mogstad, Romano, "
          "Shaikh "
          "and Wilhelm 2024, stepwise); gs: percentiles of simulated ranks, too narrow near ties"));
    survey_json_close(out, '}');
    return true;
}
