// SPDX-License-Identifier: GPL-3.0-or-later
// The command weight: carries out the weights sheet and prints what each step did.
#include "stats/stats.h"
#include "stats/weight/weight.h"

#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <string.h>

static void write_margins(const struct stats_weight_step *step, struct survey_json_writer *json)
{
    survey_json_key(json, "margins");
    survey_json_open(json, '[');
    for (size_t m = 0; m < step->margin_count; m++) {
        survey_json_open(json, '{');
        survey_json_member_integer(json, "step", step->margins[m].step);
        survey_json_member(json, "by", step->margins[m].by);
        survey_json_member(json, "worst", step->margins[m].cell);
        survey_json_member_number(json, "off", step->margins[m].off);
        survey_json_close(json, '}');
    }
    survey_json_close(json, ']');
}

static void write_json(const struct stats_weights *weights, struct survey_buffer *buffer)
{
    struct survey_json_writer json = survey_json_writer(buffer, true);
    survey_json_open(&json, '{');
    survey_json_member(&json, "round", weights->round);
    survey_json_key(&json, "steps");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < weights->count; i++) {
        const struct stats_weight_step *step = &weights->steps[i];
        survey_json_open(&json, '{');
        survey_json_member_integer(&json, "step", step->step);
        survey_json_member(&json, "method", step->method);
        survey_json_member(&json, "by", step->by);
        survey_json_member_integer(&json, "n", (int64_t)step->n);
        survey_json_member_number(&json, "sum", step->sum);
        survey_json_member_number(&json, "min", step->min);
        survey_json_member_number(&json, "max", step->max);
        survey_json_member_number(&json, "cv", step->cv);
        survey_json_member_number(&json, "deff", step->deff);
        survey_json_key(&json, "notes");
        survey_json_open(&json, '[');
        for (size_t k = 0; k < step->note_count; k++)
            survey_json_put_text(&json, step->notes[k]);
        survey_json_close(&json, ']');
        write_margins(step, &json);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_json_close(&json, '}');
    survey_buffer_byte(buffer, '\n');
}

static void put_padded(struct survey_buffer *buffer, const char *text, size_t width)
{
    survey_buffer_cell(buffer, text, width, true);
}

static void put_fixed(struct survey_buffer *buffer, double value, int decimals, size_t width)
{
    char text[SURVEY_NUMBER_TEXT];
    survey_number_fixed(value, decimals, SURVEY_HALF_UP, text);
    put_padded(buffer, text, width);
}

// The margin that is off most, with its cell; nothing where all are met.
static void put_margin(struct survey_buffer *buffer, const struct stats_weight_step *step)
{
    const struct stats_weight_margin *worst = NULL;
    char text[SURVEY_NUMBER_TEXT];
    for (size_t m = 0; m < step->margin_count; m++)
        if (fabs(step->margins[m].off) > 5e-7 && (!worst || fabs(step->margins[m].off) > fabs(worst->off)))
            worst = &step->margins[m];
    if (!step->margin_count)
        return;
    if (!worst) {
        survey_format(buffer, "  %s", _("met"));
        return;
    }
    survey_number_fixed(100 * worst->off, 4, SURVEY_HALF_UP, text);
    survey_format(buffer, "  %s%s%% %s", worst->off > 0 ? "+" : "", text, worst->cell);
}

static void write_table(const struct stats_weights *weights, struct survey_buffer *buffer)
{
    const char *const heads[] = {_("sum"), _("least"), _("most"), _("CV"), _("deff")};
    static const size_t widths[] = {13, 11, 11, 10, 10};
    static const int decimals[] = {1, 2, 2, 3, 3};
    survey_format(buffer, _("Weights of round %s\n"), weights->round);
    survey_format(buffer, "%4s %-13s %7s", _("step"), _("method"), "n");
    for (int k = 0; k < 5; k++)
        put_padded(buffer, heads[k], widths[k]);
    if (weights->count && weights->steps[0].margin_count)
        survey_format(buffer, "  %s", _("margin most off"));
    for (size_t i = 0; i < weights->count; i++) {
        const struct stats_weight_step *step = &weights->steps[i];
        const double numbers[] = {step->sum, step->min, step->max, step->cv, step->deff};
        survey_format(buffer, "\n%4d %-13s %7zu", step->step, step->method, step->n);
        for (int k = 0; k < 5; k++)
            put_fixed(buffer, numbers[k], decimals[k], widths[k]);
        put_margin(buffer, step);
        for (size_t k = 0; k < step->note_count; k++)
            survey_format(buffer, "\n     %s", step->notes[k]);
    }
    survey_buffer_byte(buffer, '\n');
}

static int tell(const struct survey_invocation *invocation, const struct stats_weights *weights)
{
    struct survey_buffer text = SURVEY_BUFFER(16 << 20);
    if (invocation->json)
        write_json(weights, &text);
    else
        write_table(weights, &text);
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    struct stats_weights *weights = NULL;
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    struct survey_report *report = survey_report_new();
    bool done = survey_store_knows_round(store, &invocation->actor, &error) &&
                survey_store_begin(store, &error) &&
                stats_weigh(store, &invocation->actor, report, &weights, &error);
    if (done && weights)
        done = survey_store_commit(store, &error);
    int code = !done ? survey_command_fail(invocation, &error)
               : weights
                   ? tell(invocation, weights)
                   : survey_command_report(invocation, report, invocation->json ? stdout : stderr);
    stats_weights_free(weights);
    survey_report_free(report);
    survey_store_close(store); // rolls back what was not committed
    return code;
}

const struct survey_command stats_weight_command = {
    .name = "weight",
    .arguments = N_("EVAL"),
    .summary = N_("compute the weights as the weights sheet says"),
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_CHANGES,
    .least = 1,
    .most = 1,
    .run = run,
};
