// SPDX-License-Identifier: GPL-3.0-or-later
// How far the main figures are from what is true of the simulated population, in standard errors.
#include "output/demo/demo.h"

#include "stats/assess/assessment.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *label_of(const struct survey_form *form, const struct stats_indicator *indicator)
{
    const char *language = _("en"); // translators: the code of the language that you translate into
    int index = survey_form_language(form, language);
    const char *label = index >= 0 ? indicator->labels[index] : NULL;
    return label ? label : survey_label(form, (const char **)(uintptr_t)indicator->labels, form->default_language);
}

static void print_row(const struct stats_unit *unit, const char *label, const struct stats_estimate *estimate, double truth,
                      struct survey_buffer *text)
{
    char value[SURVEY_NUMBER_TEXT], known[SURVEY_NUMBER_TEXT], low[SURVEY_NUMBER_TEXT], high[SURVEY_NUMBER_TEXT],
        away[SURVEY_NUMBER_TEXT] = "–";
    survey_number_fixed(truth, 2, SURVEY_HALF_UP, known);
    survey_number_fixed(estimate->value, 2, SURVEY_HALF_UP, value);
    survey_number_fixed(estimate->low, 2, SURVEY_HALF_UP, low);
    survey_number_fixed(estimate->high, 2, SURVEY_HALF_UP, high);
    if (estimate->known_se && estimate->se > 0)
        survey_number_fixed((estimate->value - truth) / estimate->se, 1, SURVEY_HALF_UP, away);
    survey_buffer_cell(text, unit->name, 9, false);
    survey_buffer_byte(text, ' ');
    survey_buffer_cell(text, label, 33, false);
    survey_format(text, " %8s %9s  %7s %7s  %9s\n", known, value, low, high, away);
}

// The table; counts the figures whose interval holds the truth.
static void compare(const struct demo *demo, const struct survey_form *form, const struct stats_assessment *assessment,
                    struct survey_buffer *text)
{
    size_t figures = 0, held = 0;
    survey_buffer_text(text, "\n");
    survey_buffer_cell(text, _("area"), 9, false);
    survey_buffer_byte(text, ' ');
    survey_buffer_cell(text, _("indicator"), 33, false);
    // xgettext:no-c-format
    const char *interval = _("95% interval");
    survey_format(text, " %8s %9s  %15s  %9s\n", _("truth"), _("estimate"), interval, _("SE off"));
    for (size_t i = 0; i < assessment->unit_count; i++)
        for (size_t k = 0; k < assessment->indicator_count; k++) {
            const struct stats_figure *figure = &assessment->units[i].figures[k];
            double truth;
            if (figure->missing || !figure->estimated || !demo_truth(demo->population, i, assessment->indicators[k].code, &truth))
                continue;
            print_row(&assessment->units[i], label_of(form, &assessment->indicators[k]), &figure->estimate, truth, text);
            figures++;
            held += truth >= figure->estimate.low && truth <= figure->estimate.high;
        }
    survey_format(text, _("%zu of %zu intervals hold the truth; at 95%% one in twenty is expected not to\n"), held, figures);
}

bool demo_compare(struct demo *demo, struct survey_error *error)
{
    struct survey_store *store = NULL;
    struct stats_assessment *assessment = NULL;
    struct survey_actor actor = {.who = "demo", .why = "", .now = {1484010000 + 40 * 86400, 0, 480}, .round = "YE"};
    struct survey_report *report = survey_report_new();
    if (!survey_store_open(demo_path(demo, "evaluation.assay"), SURVEY_STORE_READ, &store, error)) {
        survey_report_free(report);
        return false;
    }
    bool done = stats_assess(store, &actor, report, &assessment, error);
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    if (done && assessment && form) {
        printf(_("\nThe population is simulated, so what is true of it is known:\n"));
        struct survey_buffer text = SURVEY_BUFFER(1 << 24);
        compare(demo, form, assessment, &text);
        fputs(survey_buffer_string(&text), stdout);
        survey_buffer_clear(&text);
    }
    stats_assessment_free(assessment);
    survey_store_close(store);
    survey_report_free(report);
    return done;
}
