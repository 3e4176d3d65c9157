// SPDX-License-Identifier: GPL-3.0-or-later
// How it was done: what anyone needs to judge the figures, and to find the file they came from.
#include "output/report/page.h"

#include "survey/base/format.h"
#include "survey/base/number.h"

#include <math.h>
#include <string.h>

static void item(struct page *page, const char *name, const char *text)
{
    if (!*text)
        return;
    output_text(page->sheet, page->row, 0, name, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 1, text, OUTPUT_TEXT, OUTPUT_NEUTRAL);
    page->row++;
}

static const char *method_word(const char *method)
{
    static const struct {
        const char *method, *word;
    } words[] = {{"all", N_("all units")}, {"srs", N_("simple random")}, {"systematic", N_("systematic")},
                 {"pps_systematic", N_("systematic, with probability proportional to size")},
                 {"sampford", N_("Sampford's method, with probability proportional to size")},
                 {"brewer", N_("Brewer's method, with probability proportional to size")},
                 {"midzuno", N_("Midzuno's method, with probability proportional to size")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(method, words[i].method) == 0)
            return _(words[i].word);
    return method;
}

static const char *called(const struct page *page, const char *name)
{
    const char *word = page_word(page, name);
    return *word ? word : name;
}

// "county_code stratum" in words.
static const char *called_all(const struct page *page, const char *names)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    for (const char *at = names + strspn(names, " "); *at;) {
        size_t length = strcspn(at, " ");
        survey_format(&text, "%s%s", text.length ? _(", ") : "", called(page, page_text(page, "%.*s", (int)length, at)));
        at += length;
        at += strspn(at, " ");
    }
    return page_take(page, &text);
}

static const char *stages(const struct page *page)
{
    const struct output_report *report = page->report;
    struct survey_buffer text = SURVEY_BUFFER(1 << 18);
    for (size_t i = 0; i < report->stage_count; i++) {
        const struct output_stage *stage = &report->stages[i];
        survey_format(&text, _("%sStage %lld, %s"), i ? "\n" : "", (long long)stage->stage, called(page, stage->unit));
        if (*stage->strata)
            survey_format(&text, _(", stratified by %s"), called_all(page, stage->strata));
        if (*stage->where)
            survey_format(&text, _(", where %s"), stage->where);
        survey_format(&text, _(": %s, size %s; drawn %zu"), method_word(stage->method), *stage->size ? stage->size : "–", stage->selected);
        if (stage->reserve)
            survey_format(&text, _(", in reserve %zu"), stage->reserve);
    }
    return page_take(page, &text);
}

static void sample_items(struct page *page)
{
    const struct output_report *report = page->report;
    item(page, _("Frame"), page_text(page, _("%zu units, as loaded into the evaluation file."), report->frame_size));
    if (!report->drawn) {
        item(page, _("Sample"), _("No sample was drawn in this round; every response counts by itself."));
        return;
    }
    item(page, _("Sample design"), stages(page));
    item(page, _("Draw"), page_text(page, _("Seed %lld, drawn on %s, draw %zu of this round. The same file and seed give the same "
                                            "draw anywhere."), (long long)report->seed, page_time(page, report->drawn_at), report->draws));
}

static const char *step_word(const char *method)
{
    static const struct {
        const char *method, *word;
    } words[] = {{"base", N_("base weight (inverse of the probability of selection)")},
                 {"nonresponse", N_("adjustment for non-response within cells")},
                 {"propensity", N_("adjustment for non-response by propensity")},
                 {"within", N_("one person of each household, times those who could have been chosen")},
                 {"poststratify", N_("post-stratification")}, {"rake", N_("raking to margins")},
                 {"calibrate", N_("calibration to totals")}, {"trim", N_("trimming")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(method, words[i].method) == 0)
            return _(words[i].word);
    return method;
}

static const char *weights(const struct page *page)
{
    const struct output_report *report = page->report;
    struct survey_buffer text = SURVEY_BUFFER(1 << 18);
    for (size_t i = 0; i < report->step_count; i++) {
        const struct output_step *step = &report->steps[i];
        survey_format(&text, _("%sStep %lld, %s: %zu responses, sum %s, mean %s, from %s to %s, CV %s"), i ? "\n" : "",
                      (long long)step->step, step_word(step->method), step->count, page_fixed(page, step->sum, 1),
                      page_fixed(page, step->mean, 3), page_fixed(page, step->least, 3), page_fixed(page, step->most, 3),
                      page_fixed(page, step->cv, 3));
    }
    if (!report->step_count)
        survey_buffer_text(&text, _("The weights sheet has not been run: base weights, the inverse of the probability of selection."));
    return page_take(page, &text);
}

static const char *lonely(const char *policy)
{
    static const struct {
        const char *policy, *word;
    } words[] = {
        {"fail", N_("refused, as an error")}, {"remove", N_("left out of the variance")},
        {"certainty", N_("taken as drawn with certainty")},
        {"adjust", N_("taken about the mean of all, which is on the safe side")},
        {"average", N_("given the mean variance of the other strata")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(policy, words[i].policy) == 0)
            return _(words[i].word);
    return policy;
}

// What holds for the units of the first stage.
static const char *population(const struct output_report *report)
{
    static const char *const unequal[] = {"pps_systematic", "sampford", "brewer", "midzuno"};
    for (size_t i = 0; i < report->stage_count; i++)
        for (size_t k = 0; k < sizeof unequal / sizeof *unequal; k++)
            if (report->stages[i].stage == 1 && strcmp(report->stages[i].method, unequal[k]) == 0)
                return report->brewer ? _("drawn without replacement with probability proportional to size (Brewer's approximation)")
                                      : _("as drawn with replacement, with probability proportional to size");
    return _("with finite population corrections");
}

static void figure_items(struct page *page)
{
    const struct output_report *report = page->report;
    const char *confidence = page_fixed(page, 100 * report->assessment->confidence, 0);
    item(page, _("Sampling weights"), weights(page));
    item(page, _("Two figures"), _("By the rules: the unweighted ratio of persons or households that the assessment rules ask for; "
                                   "lines, scores and grades go by it. Weighted estimate: what the sample says of the whole area, "
                                   "by the probabilities of selection; shown beside it with its interval."));
    item(page, _("Variance"), page_text(page, _("Taylor linearisation by strata and first-stage units, %s; "
                                                "domains keep the units outside as zeros. A stratum with a single "
                                                "first-stage unit is %s."), population(report), lonely(report->lonely)));
    item(page, _("Intervals"), page_text(page, _("At %s%%. Means and ratios: Student t with as many degrees of freedom as first-stage "
                                                 "units less strata. Shares: the exact interval on the effective sample (Korn and Graubard "
                                                 "1998), which holds for rates near 0. Where nothing was found: the one-sided upper "
                                                 "limit at the same level%s."), confidence,
                                         *report->assumed_icc ? page_text(page, _(", with an intra-class correlation of %s assumed for the design effect"), report->assumed_icc) : ""));
}

static const char *denominators(const struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    struct survey_buffer text = SURVEY_BUFFER(1 << 18);
    for (size_t i = 0; i < assessment->indicator_count; i++) {
        const struct stats_indicator *indicator = &assessment->indicators[i];
        const char *note = page_label(page, indicator->notes);
        const char *counting = *page_counting(indicator) ? page_counting(indicator) : indicator->params;
        if (!*counting && !*note)
            continue;
        survey_format(&text, "%s%s %s: %s%s%s", text.length ? "\n" : "", indicator->code, page_label(page, indicator->labels),
                      counting, *counting && *note ? _("; ") : "", note);
    }
    return page_take(page, &text);
}

static void rule_items(struct page *page)
{
    const struct output_report *report = page->report;
    item(page, _("Denominators and counting"), denominators(page));
    if (page_has_cases(page))
        item(page, _("Confirmed cases"), _("What is suspected counts only once it is confirmed, in persons. A rule or an answer alone makes no case."));
    item(page, _("Rounding"), _("Only in print: half up or half to even, as each indicator says. Lines, points and grades are judged on "
                                "the unrounded value; a value that prints as the line is marked and shown with more digits. Parts "
                                "may not add up to totals."));
    item(page, _("Missing answers"), _("Four kinds are kept apart: not asked, cannot say, refused, blank. None is in a numerator; whether "
                                       "\"cannot say\" is in a denominator is said at the indicator."));
    item(page, _("Small bases"), _("From 25 to 49 responses: in brackets or marked. Under 25: *, not shown. Under an indicator's own least "
                                   "base: shown, not scored."));
    item(page, _("Disclosure"), report->audience == OUTPUT_OFFICIALS
                                    ? _("Cells of fewer than 5 persons in tables of opinions are not published, nor those from which they could "
                                        "be worked out. No opinion stands beside the number of who gave it, and no name, telephone or id "
                                        "number is in this file.")
                                    : _("For evaluators: unrounded values and small cells are shown. Not to be passed on. No opinion stands "
                                        "beside the number of who gave it, and no name, telephone or id number is in this file."));
    item(page, _("Response rates"), _("AAPOR, Standard Definitions: RR1, RR2, RR5, COOP1, REF1, CON1. Units drawn first stay in the count "
                                      "when they are replaced."));
}

static void source_items(struct page *page)
{
    const struct output_report *report = page->report;
    struct survey_buffer forms = SURVEY_BUFFER(1 << 18);
    char now[40];
    for (size_t i = 0; i < report->form_count; i++)
        survey_format(&forms, _("%s%s, version %s (%.12s…), %zu responses"), i ? "\n" : "", report->forms[i].id,
                      report->forms[i].version, report->forms[i].hash, report->forms[i].responses);
    survey_time_text(&report->now, now);
    item(page, _("Questionnaires"), page_take(page, &forms));
    item(page, _("Evaluation file"), page_text(page, _("%s (scheme %s, version %s)"), report->file_id, report->evaluation,
                                              *report->version ? report->version : "–"));
    item(page, _("Log before this report"), page_text(page, _("%lld entries, head %s"), (long long)report->entries, report->head));
    item(page, _("Made"), page_text(page, _("%s, by %s, with assay %s"), page_time(page, now), report->who, ASSAY_VERSION));
    item(page, _("To check"), _("assay verify REPORT.xlsx EVALUATION.assay says whether every figure here is what the evaluation file gives."));
}

void report_method(struct page *page)
{
    const struct output_report *report = page->report;
    static const double widths[] = {20, 92};
    const char *heads[] = {_("What"), _("How")};
    page_open(page, _("Method notes"), _("How it was done"), "", widths, 2);
    page_heads(page, heads, 2);
    item(page, _("Evaluation"), page_label(page, report->titles));
    item(page, _("Round"), page_round(page));
    item(page, _("Assessed"), page_text(page, _("%zu units (%s)"), report->assessment->unit_count, page_unit_word(page)));
    sample_items(page);
    figure_items(page);
    rule_items(page);
    source_items(page);
    page_close(page, false, 0);
}
