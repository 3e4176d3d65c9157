// SPDX-License-Identifier: GPL-3.0-or-later
// score: indicators against their lines, scores up the scheme, ranks and grades.
#include "stats/assess/assess.h"
#include "stats/assess/write.h"
#include "stats/stats.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

struct printer {
    const struct stats_assessment *assessment;
    const struct survey_form *form;
    size_t language;
    struct survey_buffer text;
};

static void put_spaces(struct survey_buffer *buffer, int count)
{
    while (count-- > 0)
        survey_buffer_byte(buffer, ' ');
}

static const char *label(const struct printer *printer, const char *const *labels)
{
    return stats_label(labels, printer->form->language_count, printer->language);
}

static void put_number(struct survey_buffer *buffer, double value,
                       const struct stats_indicator *indicator)
{
    char text[SURVEY_NUMBER_TEXT];
    survey_number_fixed(stats_round(value, indicator->decimals, indicator->half_even),
                        indicator->decimals, SURVEY_HALF_UP, text);
    survey_buffer_text(buffer, text);
}

// A value that prints as its line but is not the line: digits until the two differ.
static void put_beside_line(struct survey_buffer *buffer, const struct stats_indicator *indicator,
                            double value)
{
    char text[SURVEY_NUMBER_TEXT];
    bool same = stats_compare(stats_round(value, indicator->decimals, indicator->half_even),
                              indicator->line) == 0;
    if (!indicator->line_op || !same || stats_compare(value, indicator->line) == 0)
        return;
    int decimals = indicator->decimals + 1;
    while (decimals < 12 &&
           stats_compare(stats_round(value, decimals, indicator->half_even), indicator->line) == 0)
        decimals++;
    survey_number_fixed(value, decimals, SURVEY_HALF_UP, text);
    survey_format(buffer, " *%s", text);
}

static void put_interval(struct survey_buffer *buffer, const struct stats_indicator *indicator,
                         const struct stats_estimate *estimate)
{
    put_number(buffer, estimate->value, indicator);
    if (strcmp(estimate->interval, "none") == 0)
        return;
    survey_buffer_text(buffer, " [");
    put_number(buffer, estimate->low, indicator);
    survey_buffer_text(buffer, ", ");
    put_number(buffer, estimate->high, indicator);
    survey_buffer_text(buffer, "]");
}

static void put_verdict(struct survey_buffer *buffer, const struct stats_indicator *indicator,
                        const struct stats_figure *figure)
{
    if (figure->verdict == STATS_NO_LINE)
        return;
    survey_format(buffer,
                  figure->verdict == STATS_CROSSED ? _("crossed (%s %g)") : _("within (%s %g)"),
                  stats_op_text(indicator->line_op), indicator->line);
    if (isfinite(figure->margin_count))
        survey_format(buffer, _(", margin %g"), figure->margin_count);
    if (figure->proof == STATS_PROVED)
        survey_buffer_text(buffer, _(", the whole interval within"));
    if (figure->proof == STATS_NOT_PROVED)
        survey_buffer_text(buffer, _(", the interval holds the line"));
    if (figure->proof == STATS_DISPROVED)
        survey_buffer_text(buffer, _(", the whole interval across"));
}

static void put_figure(struct printer *printer, const struct stats_indicator *indicator,
                       const struct stats_figure *figure)
{
    struct survey_buffer *buffer = &printer->text, cell = SURVEY_BUFFER(4096);
    survey_buffer_text(buffer, "  ");
    survey_buffer_cell(buffer, indicator->code, 8, false);
    survey_buffer_text(buffer, " ");
    survey_buffer_cell(buffer, label(printer, indicator->labels), 40, false);
    if (figure->missing) {
        survey_format(buffer, _("  no value: %s\n"), figure->missing);
        return;
    }
    put_number(&cell, figure->value, indicator);
    survey_format(&cell, " %s", indicator->unit);
    put_beside_line(&cell, indicator, figure->value);
    survey_buffer_cell(buffer, survey_buffer_string(&cell), 20, true);
    survey_buffer_clear(&cell);
    if (figure->estimated)
        put_interval(&cell, indicator, &figure->estimate);
    survey_buffer_cell(buffer, survey_buffer_string(&cell), 26, true);
    survey_buffer_clear(&cell);
    if (figure->base)
        survey_format(&cell, "%zu%s", figure->base, figure->small ? "<" : "");
    else if (figure->small)
        survey_buffer_text(&cell, "<");
    survey_buffer_cell(buffer, survey_buffer_string(&cell), 7, true);
    survey_buffer_text(buffer, "  ");
    put_verdict(buffer, indicator, figure);
    survey_buffer_byte(buffer, '\n');
    survey_buffer_clear(&cell);
}

static void put_figures(struct printer *printer, const struct stats_figure *figures)
{
    struct survey_buffer *buffer = &printer->text;
    survey_buffer_text(buffer, "  ");
    survey_buffer_cell(buffer, _("code"), 8, false);
    survey_buffer_text(buffer, " ");
    survey_buffer_cell(buffer, _("indicator"), 40, false);
    survey_buffer_cell(buffer, _("value"), 20, true);
    survey_buffer_cell(buffer, _("weighted [interval]"), 26, true);
    survey_buffer_cell(buffer, _("base"), 7, true);
    survey_format(buffer, "  %s\n", _("line"));
    for (size_t i = 0; i < printer->assessment->indicator_count; i++)
        put_figure(printer, &printer->assessment->indicators[i], &figures[i]);
}

static const char *effect_of(const struct stats_node *node)
{
    static const char *const words[] = {N_("veto"), N_("talk"), N_("flag")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(node->gate_effect, words[i]) == 0)
            return _(words[i]);
    return node->gate_effect;
}

static void put_score(struct printer *printer, const struct stats_node *node,
                      const struct stats_score *score)
{
    struct survey_buffer *buffer = &printer->text;
    char text[SURVEY_NUMBER_TEXT];
    if (score->absent)
        return;
    put_spaces(buffer, 2 + node->depth * 2);
    survey_buffer_cell(buffer, node->code, 8, false);
    survey_buffer_text(buffer, " ");
    survey_buffer_cell(buffer, label(printer, node->labels),
             50 - node->depth * 2 > 10 ? 50 - node->depth * 2 : 10, false);
    if (score->known)
        survey_number_fixed(stats_round(score->score, 2, false), 2, SURVEY_HALF_UP, text);
    survey_buffer_cell(buffer, score->known ? text : "-", 8, true);
    survey_number_fixed(stats_round(score->share, 2, false), 2, SURVEY_HALF_UP, text);
    survey_buffer_cell(buffer, text, 8, true);
    survey_format(buffer, "%s%s%s%s\n", score->why ? "  " : "", score->why ? score->why : "",
                  score->gated ? "  ! " : "", score->gated ? effect_of(node) : "");
}

// What stands below a node, each followed by its own.
static void put_scores(struct printer *printer, const struct stats_unit *unit, int parent)
{
    const struct stats_assessment *assessment = printer->assessment;
    for (size_t i = 0; i < assessment->node_count; i++)
        if (assessment->nodes[i].parent == parent) {
            put_score(printer, &assessment->nodes[i], &unit->scores[i]);
            put_scores(printer, unit, (int)i);
        }
}

static void put_outcome(struct printer *printer, const struct stats_unit *unit)
{
    struct survey_buffer *buffer = &printer->text;
    const struct stats_assessment *assessment = printer->assessment;
    char text[SURVEY_NUMBER_TEXT];
    if (unit->scored) {
        survey_number_fixed(stats_round(unit->score, 2, false), 2, SURVEY_HALF_UP, text);
        survey_format(buffer,
                      _("  Total %s, rank %d of %d in the class; vetoes %d, talks %d, flags %d\n"),
                      text, unit->rank, unit->ranked, unit->vetoes, unit->talks, unit->flags);
    } else {
        survey_format(buffer, _("  No total: %s; vetoes %d, talks %d, flags %d\n"),
                      unit->scores[0].why, unit->vetoes, unit->talks, unit->flags);
    }
    if (unit->scored && unit->cap < 100)
        survey_format(buffer, _("  A gate caps the total at %g\n"), unit->cap);
    if (unit->grade >= 0) {
        const struct stats_grade *grade = &assessment->grades[unit->grade];
        const char *action = label(printer, grade->actions);
        survey_format(buffer, _("  Grade: %s%s%s\n"), label(printer, grade->labels),
                      *action ? _(": ") : "", action);
    } else if (assessment->grade_count) {
        survey_format(
            buffer, "  %s\n",
            _("No grade: what is missing could decide, or no row of the grades sheet holds"));
    }
}

static void put_methods(struct printer *printer)
{
    const struct stats_assessment *assessment = printer->assessment;
    for (size_t i = 0; i < assessment->indicator_count; i++)
        if (assessment->overall[i].method && *assessment->overall[i].method)
            survey_format(&printer->text, _("  %s: %s\n"), assessment->indicators[i].code,
                          assessment->overall[i].method);
}

static void put_assessment(struct printer *printer)
{
    const struct stats_assessment *assessment = printer->assessment;
    struct survey_buffer *buffer = &printer->text;
    survey_format(buffer, _("Round %s: %zu units, intervals at %g%%\n"), assessment->round,
                  assessment->unit_count, 100 * assessment->confidence);
    for (size_t i = 0; i < assessment->unit_count; i++) {
        const struct stats_unit *unit = &assessment->units[i];
        survey_format(buffer, "\n%s%s%s%s%s\n", unit->id, strcmp(unit->id, unit->name) ? " " : "",
                      strcmp(unit->id, unit->name) ? unit->name : "", *unit->class_name ? ", " : "",
                      unit->class_name);
        put_figures(printer, unit->figures);
        if (!assessment->node_count)
            continue;
        survey_buffer_text(buffer, "  ");
        survey_buffer_cell(buffer, _("score"), 59, false);
        survey_buffer_cell(buffer, _("0-100"), 8, true);
        survey_buffer_cell(buffer, _("weight"), 8, true);
        survey_buffer_byte(buffer, '\n');
        put_scores(printer, unit, -1);
        put_outcome(printer, unit);
    }
    survey_format(buffer, "\n%s\n", _("All units together"));
    put_figures(printer, assessment->overall);
    survey_format(buffer, "\n%s\n", _("How it was counted"));
    put_methods(printer);
    survey_format(buffer, "  %s\n",
                  _("value: the plain ratio that the rules ask for, judged unrounded; weighted: "
                    "the design-based estimate; "
                    "*: prints as the line but is not; <: base too small to score"));
}

static int print(const struct survey_invocation *invocation, struct survey_store *store,
                 const struct stats_assessment *assessment)
{
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, NULL);
    int language = survey_form_language(form, invocation->language);
    struct printer printer = {assessment, form,
                              language < 0 ? form->default_language : (size_t)language,
                              SURVEY_BUFFER(1u << 30)};
    if (invocation->json) {
        struct survey_json_writer writer = survey_json_writer(&printer.text, true);
        stats_assessment_write(assessment, (const char *const *)form->languages,
                               form->language_count, &writer);
        survey_buffer_byte(&printer.text, '\n');
    } else {
        put_assessment(&printer);
    }
    int code = survey_command_print(invocation, &printer.text);
    survey_buffer_clear(&printer.text);
    return code;
}

static int score(struct survey_invocation *invocation, struct survey_store *store,
                 struct survey_report *report)
{
    struct survey_error error = {0};
    struct stats_assessment *assessment = NULL;
    bool done = stats_assess(store, &invocation->actor, report, &assessment, &error);
    survey_report_sort(report);
    if (survey_report_count(report) > 0)
        survey_command_report(invocation, report, stderr);
    if (!done)
        return survey_command_fail(invocation, &error);
    done = survey_store_begin(store, &error) &&
           stats_assessment_store(store, assessment, &invocation->actor, &error) &&
           survey_store_commit(store, &error);
    int code =
        done ? print(invocation, store, assessment) : survey_command_fail(invocation, &error);
    stats_assessment_free(assessment);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store;
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    struct survey_report *report = survey_report_new();
    int code = survey_store_knows_round(store, &invocation->actor, &error)
                   ? score(invocation, store, report)
                   : survey_command_fail(invocation, &error);
    survey_report_free(report);
    survey_store_close(store);
    return code;
}

const struct survey_command stats_score_command = {
    .name = "score",
    .arguments = N_("EVAL"),
    .summary = N_("indicators, lines, scores, ranks and grades"),
    .flags = SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON,
    .least = 1,
    .most = 1,
    .run = run,
};
