// SPDX-License-Identifier: GPL-3.0-or-later
// The weights sheet carried out: reading its rows, base weights, and storing every step.
#include "stats/weight/private.h"

#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/store/rows_hash.h"

#include <math.h>
#include <string.h>

const char *weight_text(const struct weighing *in, const char *header)
{
    return survey_sheet_text(in->sheet, in->row, header);
}

bool weight_fault(struct weighing *in, const char *header, const char *code, const char *message,
                  const char *expected)
{
    struct survey_problem problem = survey_sheet_fault(in->sheet, in->row, header);
    problem.code = code, problem.file = in->path, problem.message = message, problem.expected = expected;
    survey_report_add(in->report, &problem);
    return false;
}

void weight_note(struct weighing *in, const char *note)
{
    if (!in->step)
        return;
    size_t count = in->step->note_count;
    if ((count & (count - 1)) == 0) { // room for the next power of two
        const char **more = survey_arena_array(in->arena, count ? count * 2 : 1, sizeof *more);
        if (count)
            memcpy(more, in->step->notes, count * sizeof *more);
        in->step->notes = more;
    }
    in->step->notes[in->step->note_count++] = survey_arena_strdup(in->arena, note);
}

bool weight_is_interview(const struct weighing *in, size_t unit)
{
    return stats_outcome_is_interview(in->roster->units[unit].outcome);
}

void weight_keep_interviews(struct weighing *in)
{
    for (size_t i = 0; i < in->roster->count; i++)
        if (!weight_is_interview(in, i))
            in->w[i] = 0;
}

static bool run_base(struct weighing *in, struct weight_rule *rule)
{
    (void)rule;
    for (size_t i = 0; i < in->roster->count; i++)
        in->w[i] = in->roster->units[i].place ? 1 / in->roster->units[i].place->chain : 1;
    return true;
}

static bool read_base(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    (void)in;
    (void)error;
    rule->run = run_base;
    return true;
}

static bool read_method(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    static const struct {
        const char *name;
        bool (*read)(struct weighing *, struct weight_rule *, struct survey_error *);
        int place; // 0: the first step; 1: right after it; 2: anywhere after it
    } methods[] = {{"base", read_base, 0},
                   {"nonresponse", weight_read_nonresponse, 1},
                   {"propensity", weight_read_propensity, 1},
                   {"within", weight_read_within, 2},
                   {"poststratify", weight_read_poststratify, 2},
                   {"rake", weight_read_rake, 2},
                   {"calibrate", weight_read_calibrate, 2},
                   {"trim", weight_read_trim, 2}};
    const char *method = weight_text(in, "method");
    size_t place = in->rule_count;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(method, methods[i].name) != 0)
            continue;
        if (place == 0 && methods[i].place > 0)
            return weight_fault(in, "method", "W103", _("the first step must be base"), "base");
        if (place > 0 && methods[i].place == 0)
            return weight_fault(in, "method", "W103", _("base weights come first, and once"), "");
        if (place > 1 && methods[i].place == 1)
            return weight_fault(in, "method", "W104",
                                survey_arena_format(in->arena, _("%s comes right after base, and once"), method), "");
        return methods[i].read(in, rule, error);
    }
    return weight_fault(in, "method", "W101",
                        survey_arena_format(in->arena, _("'%s' is no weighting method"), method),
                        "base, nonresponse, propensity, within, poststratify, rake, calibrate, trim");
}

// How far all margins of the sheet are off under these weights: before the step that fits them, after it, and
// after what came later.
static void sum_margins(struct weighing *in)
{
    struct stats_weight_step *step = in->step;
    size_t count = 0;
    for (size_t r = 0; r < in->rule_count; r++)
        count += in->rules[r].margin_count;
    step->margins = survey_arena_array(in->arena, count + 1, sizeof *step->margins);
    for (size_t r = 0; r < in->rule_count; r++)
        for (size_t m = 0; m < in->rules[r].margin_count; m++) {
            struct margin *margin = &in->rules[r].margins[m];
            size_t worst;
            double off = weight_margin_off(in, margin, &worst);
            step->margins[step->margin_count++] = (struct stats_weight_margin){
                .step = in->rules[r].told.step, .by = margin->by, .cell = margin->names[worst], .off = off};
        }
}

static void summarize(struct weighing *in)
{
    struct stats_weight_step *step = in->step;
    double squares = 0;
    for (size_t i = 0; i < in->roster->count; i++) {
        if (!weight_is_interview(in, i))
            continue;
        double w = in->w[i];
        step->min = step->n == 0 || w < step->min ? w : step->min;
        step->max = step->n == 0 || w > step->max ? w : step->max;
        step->sum += w;
        step->n++;
    }
    double mean = step->n ? step->sum / (double)step->n : 0;
    for (size_t i = 0; i < in->roster->count; i++)
        if (weight_is_interview(in, i))
            squares += (in->w[i] - mean) * (in->w[i] - mean);
    step->cv = mean > 0 ? sqrt(squares / (double)step->n) / mean : 0;
    step->deff = 1 + step->cv * step->cv;
    sum_margins(in);
}

static bool store_step(struct weighing *in, struct survey_error *error)
{
    for (size_t i = 0; i < in->roster->count; i++) {
        if (!weight_is_interview(in, i))
            continue;
        if (!(in->w[i] > 0) || isinf(in->w[i]))
            return survey_fail(error, SURVEY_ERROR_INPUT, in->path,
                               _("step %d gives unit '%s' the weight %g"), in->step->step,
                               in->roster->units[i].unit, in->w[i]);
        if (!survey_store_run(
                in->store, error,
                "INSERT INTO weight (round, response, step, method, value) VALUES (?, ?, ?, ?, ?)",
                "ttitd", in->roster->round, in->roster->units[i].response, (int64_t)in->step->step,
                in->step->method, in->w[i]))
            return false;
    }
    return true;
}

static bool read_step(struct weighing *in, int *number)
{
    const char *text = weight_text(in, "step");
    int64_t step = 0;
    if (!survey_integer_parse(text, strlen(text), &step) || step < 1 || step > 1000)
        return weight_fault(in, "step", "W105",
                            survey_arena_format(in->arena, _("'%s' is no step"), text),
                            "1, 2, ...");
    if (in->rule_count && step <= in->rules[in->rule_count - 1].told.step)
        return weight_fault(in, "step", "W105", _("steps go up from row to row"), "");
    *number = (int)step;
    return true;
}

static bool is_blank(const struct weighing *in)
{
    return !*weight_text(in, "step") && !*weight_text(in, "method");
}

// *good: no fault. False: an error.
bool weight_read_rules(struct weighing *in, bool *good, struct survey_error *error)
{
    in->rules = survey_arena_array(in->arena, in->sheet->rows + 1u, sizeof *in->rules);
    for (in->row = 1; *good && in->row < in->sheet->rows; in->row++) {
        int number = 0;
        if (is_blank(in))
            continue;
        struct survey_error fault = {0};
        struct weight_rule *rule = &in->rules[in->rule_count];
        *good = read_step(in, &number);
        rule->row = in->row;
        rule->told =
            (struct stats_weight_step){.step = number,
                                       .method = survey_arena_strdup(in->arena, weight_text(in, "method")),
                                       .by = survey_arena_strdup(in->arena, weight_text(in, "by"))};
        *good = *good && read_method(in, rule, &fault);
        if (fault.code != SURVEY_OK)
            return survey_fail(error, fault.code, fault.where, "%s", fault.message);
        in->rule_count += *good;
    }
    return true;
}

static bool run_rules(struct weighing *in, struct stats_weights *weights, bool *good, struct survey_error *error)
{
    weights->steps = survey_arena_array(in->arena, in->rule_count + 1, sizeof *weights->steps);
    for (size_t r = 0; *good && r < in->rule_count; r++) {
        in->row = in->rules[r].row;
        in->step = &weights->steps[r];
        *in->step = in->rules[r].told;
        *good = in->rules[r].run(in, &in->rules[r]);
        if (!*good)
            break;
        weights->count++;
        summarize(in);
        if (!store_step(in, error))
            return false;
    }
    return true;
}

static bool log_weights(struct weighing *in, const struct stats_weights *weights,
                        const char *before, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer json = survey_json_writer(&after, false);
    bool done = true;
    char hash[65];
    survey_json_open(&json, '[');
    for (size_t i = 0; done && i < weights->count; i++) {
        const struct stats_weight_step *step = &weights->steps[i];
        done = survey_weight_hash(in->store, in->roster->round, step->step, hash, error);
        survey_json_open(&json, '{');
        survey_json_member_integer(&json, "step", step->step);
        survey_json_member(&json, "method", step->method);
        survey_json_member_integer(&json, "n", (int64_t)step->n);
        survey_json_member_number(&json, "sum", step->sum);
        survey_json_member(&json, "hash", done ? hash : NULL);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    done = done && survey_store_log(in->store, in->actor, "weight", in->roster->round, before,
                                 survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

static bool weigh(struct weighing *in, struct stats_weights *weights, bool *good,
                  struct survey_error *error)
{
    const char *round = in->roster->round;
    size_t interviews = 0;
    for (size_t i = 0; i < in->roster->count; i++)
        interviews += weight_is_interview(in, i);
    if (!interviews)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(in->store),
                           _("round '%s' has no interview to weight"), round);
    int64_t before =
        survey_store_count(in->store, 0, "SELECT count(*) FROM weight WHERE round = ?", "t", round);
    const char *were =
        before ? survey_arena_format(in->arena, "{\"rows\": %lld}", (long long)before) : "";
    *good = true;
    return survey_store_run(in->store, error, "DELETE FROM weight WHERE round = ?", "t", round) &&
           weight_read_rules(in, good, error) && run_rules(in, weights, good, error) &&
           (!*good || log_weights(in, weights, were, error));
}

bool weight_open(struct survey_store *store, const struct survey_actor *actor, struct weighing *in,
                 struct survey_error *error)
{
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    if (!form)
        return false;
    *in = (struct weighing){.store = store, .actor = actor, .path = form->path};
    in->sheet = survey_store_plan(store, "weights");
    if (!in->sheet || in->sheet->rows < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, form->path, "%s",
                           _("the workbook has no 'weights' sheet to go by"));
    if (!stats_roster_read(store, actor, &in->roster, error))
        return false;
    if (!in->roster->sample.stages) {
        bool said = survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store),
                                _("nothing was drawn in round '%s'"), in->roster->round);
        stats_roster_free(in->roster);
        return said;
    }
    in->arena = survey_arena_new();
    in->w = survey_arena_array(in->arena, in->roster->count + 1, sizeof *in->w);
    return true;
}

void weight_close(struct weighing *in)
{
    for (size_t r = 0; in->rules && r <= in->rule_count; r++) { // the last is the one with a fault, or blank
        weight_cells_clear(&in->rules[r].cells);
        for (size_t m = 0; m < in->rules[r].margin_count; m++)
            weight_cells_clear(&in->rules[r].margins[m].cells);
    }
    stats_roster_free(in->roster);
}

bool stats_weigh(struct survey_store *store, const struct survey_actor *actor,
                 struct survey_report *report, struct stats_weights **made,
                 struct survey_error *error)
{
    struct weighing in;
    if (!weight_open(store, actor, &in, error))
        return false;
    in.report = report;
    struct stats_weights *weights = survey_arena_alloc(in.arena, sizeof *weights);
    *weights = (struct stats_weights){.arena = in.arena,
                                      .round = survey_arena_strdup(in.arena, in.roster->round)};
    bool good = false, done = weigh(&in, weights, &good, error);
    weight_close(&in);
    if (done && good)
        *made = weights;
    else
        survey_arena_free(in.arena);
    return done;
}

void stats_weights_free(struct stats_weights *weights)
{
    if (weights)
        survey_arena_free(weights->arena);
}
