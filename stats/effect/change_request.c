// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for the change between two rounds of a file in long form: a row for each unit and round.
#include "stats/effect/change.h"
#include "stats/effect/effect.h"
#include "stats/math/distribution.h"

struct changing {
    struct request *request;
    struct stats_design design; // with args.unit as its PSUs where it has none
    uint8_t *round;
    struct effect_clusters units; // of all rows, where args.unit is given
    bool has_units;
    struct variables variables;
    bool total;
};

// Which round each row is of.
static bool read_rounds(struct changing *of, struct survey_error *error)
{
    struct request *request = of->request;
    const char *column = survey_json_text(request->args, "round", "");
    const struct survey_json *names[2] = {request_arg(request, "from"), request_arg(request, "to")};
    uint32_t at;
    if (!*column || !names[0] || !names[1] || !names[0]->text || !names[1]->text)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("a change needs 'round', the column, and its values 'from' and 'to'"));
    if (!stats_table_column(&request->table, column, &at, error))
        return false;
    of->round = survey_arena_array(request->arena, request->n, 1);
    for (size_t row = 0; row < request->n; row++)
        for (int r = 0; r < 2; r++)
            if (strcmp(stats_table_text(&request->table, row, at), names[r]->text) == 0)
                of->round[row] = (uint8_t)(r + 1);
    return true;
}

// args.unit: who is the same in both rounds. A unit counts once a round.
static bool read_units(struct changing *of, struct survey_error *error)
{
    struct request *request = of->request;
    const char *unit = survey_json_text(request->args, "unit", NULL);
    of->design = request->design;
    if (!unit)
        return of->design.unit[0] ||
               survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("name what is the same in both rounds: the design's ids, or 'unit'"));
    struct effect effect = {.request = request, .arena = request->arena, .n = request->n};
    effect.row = survey_arena_array(request->arena, request->n, sizeof *effect.row);
    for (size_t row = 0; row < request->n; row++)
        effect.row[row] = (uint32_t)row;
    if (!effect_labels(&effect, &unit, 1, &of->units, error))
        return false;
    of->has_units = true;
    uint8_t *seen = survey_arena_array(request->arena, of->units.count, 1);
    for (size_t row = 0; row < request->n; row++) {
        char at[512];
        uint8_t *before = &seen[of->units.of_row[row]];
        stats_table_place(&request->table, row, at);
        if (*before & of->round[row])
            return survey_fail(error, SURVEY_ERROR_INPUT, at,
                               _("the unit stands twice in one round of '%s'"), unit);
        *before |= of->round[row];
    }
    if (!of->design.unit[0])
        of->design.unit[0] = of->units.of_row;
    return true;
}

// Units with a value in the first round alone, the second alone, both; with matched the others
// leave kept.
static void count_units(struct changing *of, bool matched, size_t counts[4])
{
    uint8_t *seen = survey_arena_array(of->request->arena, of->units.count, 1);
    for (size_t row = 0; row < of->request->n; row++)
        if (of->variables.kept[row])
            seen[of->units.of_row[row]] |= of->round[row];
    for (size_t k = 0; k < of->units.count; k++)
        counts[seen[k]]++;
    for (size_t row = 0; matched && row < of->request->n; row++)
        if (seen[of->units.of_row[row]] != 3)
            of->variables.kept[row] = 0;
}

static bool read(struct changing *of, struct survey_error *error)
{
    struct request *request = of->request;
    const char *fun = survey_json_text(request->args, "fun", "mean");
    of->total = strcmp(fun, "total") == 0;
    if (!of->total && strcmp(fun, "mean") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("the change of '%s' is none of mean, total"), fun);
    if (request->replicates || request->pairs || request->steps)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("a change of rounds knows neither steps nor joint probabilities: ask "
                             "for a contrast"));
    if (!read_rounds(of, error) || !read_units(of, error) ||
        !request_variables(request, request_arg(request, "vars"), &of->variables, error))
        return false;
    for (size_t row = 0; row < request->n; row++)
        of->variables.kept[row] = of->variables.kept[row] && of->round[row];
    return true;
}

// Lists of one number a variable, in this order; written as columns.
enum {
    FROM,
    TO,
    CHANGE,
    SE,
    DF,
    TAIL,
    LOW,
    HIGH,
    SE_FROM,
    SE_TO,
    COVARIANCE,
    CORRELATION,
    SE_APART,
    COLUMNS
};
static const char *const column_names[COLUMNS] = {
    "from",    "to",      "est",   "se",         "df",          "p_value",        "ci_low",
    "ci_high", "se_from", "se_to", "covariance", "correlation", "se_independent",
};

static void fill(const struct changing *of, const struct effect_change *change, double *numbers,
                 size_t i, size_t count)
{
    double confidence = of->design.confidence,
           apart = sqrt(change->variance[0] * change->variance[1]);
    bool sure = change->df > 0 && !change->constant[0] && !change->constant[1];
    double reach =
        sure ? stats_t_quantile(1 - (1 - confidence) / 2, change->df) * change->se : (double)NAN;
    double values[COLUMNS] = {
        [FROM] = change->value[0],
        [TO] = change->value[1],
        [CHANGE] = change->change,
        [SE] = change->se,
        [DF] = change->df,
        [TAIL] = sure && change->se > 0 ? stats_t_tail(change->change / change->se, change->df)
                                        : (double)NAN,
        [LOW] = change->change - reach,
        [HIGH] = change->change + reach,
        [SE_FROM] = sqrt(change->variance[0]),
        [SE_TO] = sqrt(change->variance[1]),
        [COVARIANCE] = change->covariance,
        [CORRELATION] = apart > 0 ? change->covariance / apart : (double)NAN,
        [SE_APART] = sqrt(change->variance[0] + change->variance[1]),
    };
    for (size_t k = 0; k < COLUMNS; k++)
        numbers[k * count + i] = values[k];
}

static void write_counts(struct survey_json_writer *writer, const char *key, const size_t counts[4])
{
    survey_json_key(writer, key);
    survey_json_open(writer, '{');
    survey_json_member_integer(writer, "both", (int64_t)counts[3]);
    survey_json_member_integer(writer, "from_only", (int64_t)counts[1]);
    survey_json_member_integer(writer, "to_only", (int64_t)counts[2]);
    survey_json_close(writer, '}');
}

static bool answer(struct changing *of, struct effect_changes *changes,
                   struct survey_json_writer *out, struct survey_error *error)
{
    struct request *request = of->request;
    size_t count = of->variables.count, units[4] = {0}, rows[3] = {0};
    double *numbers = survey_arena_array(request->arena, COLUMNS * count, sizeof *numbers);
    bool without = false, constant = false,
         matched = survey_json_bool(request->args, "matched", false);
    if (matched && !of->has_units)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'matched' needs 'unit'"));
    if (of->has_units)
        count_units(of, matched, units);
    for (size_t i = 0; i < count; i++) {
        struct effect_change change;
        if (!effect_change_of(changes, of->variables.columns[i], of->variables.kept, of->total,
                              &change, error))
            return false;
        without = without || change.without;
        constant = constant || change.constant[0] || change.constant[1];
        fill(of, &change, numbers, i, count);
    }
    for (size_t row = 0; row < request->n; row++)
        rows[of->variables.kept[row] ? of->round[row] : 0]++;
    const struct effect_overlap *overlap = effect_changes_overlap(changes);
    survey_json_open(out, '{');
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++)
        survey_json_put_text(out, of->variables.names[i]);
    survey_json_close(out, ']');
    for (size_t k = 0; k < COLUMNS; k++)
        request_write_numbers(out, column_names[k], numbers + k * count, count);
    survey_json_member_integer(out, "n_from", (int64_t)rows[1]);
    survey_json_member_integer(out, "n_to", (int64_t)rows[2]);
    write_counts(out, "psus", overlap->psus);
    if (of->has_units)
        write_counts(out, "units", units);
    survey_json_key(out, "warnings");
    survey_json_open(out, '[');
    if (overlap->psus[3] == 0)
        survey_json_put_text(out, _("no PSU is in both rounds: there is no covariance"));
    if (overlap->lone)
        survey_json_put_text(
            out, _("strata with one PSU in both rounds show no covariance: it counts as 0 there"));
    if (constant)
        survey_json_put_text(out, _("all values of a round are equal, which shows no variance"));
    if (without)
        survey_json_put_text(
            out, _("the covariance was left out: from few PSUs it made the variance negative"));
    survey_json_close(out, ']');
    survey_json_close(out, '}');
    return true;
}

bool effect_change_request(struct request *request, struct survey_json_writer *out,
                           struct survey_error *error)
{
    struct changing of = {.request = request};
    struct effect_changes *changes = NULL;
    if (!read(&of, error))
        return false;
    struct effect_rounds rounds = {&of.design, of.round};
    bool done = effect_changes_open(&rounds, request->arena, &changes, error) &&
                answer(&of, changes, out, error);
    effect_changes_close(changes);
    return done;
}
