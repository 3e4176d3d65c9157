// SPDX-License-Identifier: GPL-3.0-or-later
// A report built by hand: three counties of two classes with every kind of figure, so that the sheets
// are tested apart from what computes them.
#pragma once

#include "output/report/report.h"
#include "survey/base/arena.h"

#include <math.h>
#include <string.h>

// A pair of labels that stays.
static output_labels LABELS(const char *chinese, const char *english)
{
    static const char *pool[1024][2];
    static size_t used;
    const char **pair = pool[used++ % 1024];
    pair[0] = chinese;
    pair[1] = english;
    return pair;
}

enum { FIXTURE_UNITS = 3, FIXTURE_INDICATORS = 6, FIXTURE_NODES = 7 };

static const char *fixture_languages[] = {"中文 (zh)", "English (en)"};
static struct survey_form fixture_form = {.languages = fixture_languages, .language_count = 2, .id = "hh", .version = "1"};

static struct stats_indicator fixture_indicators[FIXTURE_INDICATORS];
static struct stats_node fixture_nodes[FIXTURE_NODES];
static struct stats_grade fixture_grades[2];
static struct stats_figure fixture_figures[FIXTURE_UNITS + 1][FIXTURE_INDICATORS];
static struct stats_score fixture_scores[FIXTURE_UNITS][FIXTURE_NODES];
static struct stats_unit fixture_units[FIXTURE_UNITS];
static const char *const fixture_classes[] = {"national", "provincial"};
static struct stats_assessment fixture_assessment;

static struct stats_figure fixture_figure(double value, double numerator, double denominator, size_t base, double estimate,
                                          double low, double high, const char *interval)
{
    struct stats_figure figure = {.value = value, .counted = isfinite(numerator), .numerator = numerator,
        .denominator = denominator, .base = base, .method = "", .margin_count = (double)NAN, .estimated = interval != NULL};
    if (interval)
        figure.estimate = (struct stats_estimate){.value = estimate, .known_se = true, .se = (high - low) / 4, .low = low,
            .high = high, .interval = interval, .df = 21, .deff = 1.8, .effective = (double)base / 1.8, .base = base,
            .found = numerator > 0, .sum_weights = 9000};
    return figure;
}

static struct stats_figure fixture_missing(const char *why)
{
    return (struct stats_figure){.missing = why, .value = (double)NAN, .numerator = (double)NAN, .denominator = (double)NAN,
                                 .method = "", .margin = (double)NAN, .margin_count = (double)NAN};
}

static void fixture_judge(struct stats_figure *figure, size_t index)
{
    const struct stats_indicator *of = &fixture_indicators[index];
    if (figure->missing || of->line_op == STATS_NO_OP)
        return;
    bool crossed = of->line_op == STATS_GREATER         ? figure->value > of->line
                   : of->line_op == STATS_GREATER_EQUAL ? figure->value >= of->line
                                                        : figure->value < of->line;
    figure->verdict = crossed ? STATS_CROSSED : STATS_WITHIN;
    figure->margin = of->direction == STATS_LOWER ? of->line - figure->value : figure->value - of->line;
    if (figure->counted)
        figure->margin_count = floor(figure->margin * figure->denominator / 100);
    if (figure->estimated)
        figure->proof = crossed ? STATS_DISPROVED
                        : (of->direction == STATS_LOWER ? figure->estimate.high < of->line : figure->estimate.low > of->line)
                            ? STATS_PROVED
                            : STATS_NOT_PROVED;
}

static void fixture_indicator(size_t at, const char *code, output_labels labels, enum stats_statistic statistic, const char *unit,
                              enum stats_op op, double line, enum stats_direction direction, const char *per, const char *params)
{
    fixture_indicators[at] = (struct stats_indicator){.code = code, .labels = labels, .notes = LABELS(NULL, NULL), .unit = unit,
        .form = "", .statistic = statistic, .of = "", .over = "", .among = "", .per = per, .params = params, .line_op = op,
        .line = line, .direction = direction, .decimals = 2, .min_base = 25};
}

static void fixture_make_indicators(void)
{
    fixture_indicator(0, "A31", LABELS("脱贫人口错退率", "Wrong-exit rate"), STATS_CASES, "%", STATS_GREATER, 2, STATS_LOWER, "${hh_size}", "");
    fixture_indicator(1, "A32", LABELS("贫困人口漏评率", "Missed-identification rate"), STATS_CASES, "%", STATS_GREATER, 2, STATS_LOWER, "${hh_size}", "den=village");
    fixture_indicator(2, "A33", LABELS("综合贫困发生率", "Composite poverty incidence"), STATS_DERIVED, "%", STATS_GREATER_EQUAL, 2, STATS_LOWER, "", "");
    fixture_indicator(3, "A53", LABELS("群众认可度", "Recognition"), STATS_SHARE, "%", STATS_LESS, 90, STATS_HIGHER, "", "dont_know=count");
    fixture_indicator(4, "A51", LABELS("群众满意度指数", "Satisfaction index"), STATS_INDEX, "分", STATS_NO_OP, 0, STATS_HIGHER, "", "points=5:100 4:80 3:60 2:30 1:0");
    fixture_indicator(5, "A11", LABELS("年度减贫人口完成率", "Annual plan, completed"), STATS_ADMIN, "%", STATS_NO_OP, 0, STATS_HIGHER, "", "");
}

static void fixture_make_figures(void)
{
    struct stats_figure figures[FIXTURE_UNITS + 1][FIXTURE_INDICATORS] = {
        {fixture_figure(0.5, 14, 2800, 640, 0.46, 0.15, 1.20, "korn-graubard"),
         fixture_figure(0, 0, 3100, 655, 0, 0, 0.32, "upper limit"), fixture_figure(1.1132, 1336, 120012, 0, 0, 0, 0, NULL),
         fixture_figure(95.2, 1190, 1250, 1250, 94.8, 92.9, 96.4, "korn-graubard"),
         fixture_figure(83.41, (double)NAN, (double)NAN, 1250, 83.1, 81.9, 84.3, "t"),
         fixture_figure(103.2, 2064, 2000, 0, 0, 0, 0, NULL)},
        {fixture_figure(2.001, 60, 2998.5, 590, 1.9, 1.1, 3.1, "korn-graubard"),
         fixture_figure(1.2, 36, 3000, 600, 1.3, 0.6, 2.4, "korn-graubard"), fixture_figure(1.98, 2376, 120000, 0, 0, 0, 0, NULL),
         fixture_figure(90, 1080, 1200, 1200, 89.7, 87.2, 91.9, "korn-graubard"),
         fixture_figure(74.6, (double)NAN, (double)NAN, 1200, 74.1, 72.6, 75.6, "t"), fixture_missing("not delivered")},
        {fixture_figure(0.81, 1, 123, 40, 0.9, 0.02, 4.9, "korn-graubard"),
         fixture_figure(0, 0, 99, 31, 0, 0, 9.2, "upper limit"), fixture_missing("not delivered"),
         fixture_figure(94.44, 17, 18, 18, 93, 70.2, 99.5, "korn-graubard"),
         fixture_figure(79, (double)NAN, (double)NAN, 18, 78.4, 70, 86.8, "t"), fixture_figure(98.5, 985, 1000, 0, 0, 0, 0, NULL)},
        {fixture_figure(1.27, 75, 5921.5, 1270, 1.1, 0.7, 1.7, "korn-graubard"),
         fixture_figure(0.58, 36, 6199, 1286, 0.6, 0.3, 1.1, "korn-graubard"), fixture_missing("no meaning"),
         fixture_figure(92.67, 2287, 2468, 2468, 92.2, 90.6, 93.6, "korn-graubard"),
         fixture_figure(79.1, (double)NAN, (double)NAN, 2468, 78.8, 77.9, 79.7, "t"), fixture_missing("no meaning")}};
    memcpy(fixture_figures, figures, sizeof figures);
    for (size_t unit = 0; unit <= FIXTURE_UNITS; unit++)
        for (size_t i = 0; i < FIXTURE_INDICATORS; i++)
            fixture_judge(&fixture_figures[unit][i], i);
    fixture_figures[2][3].small = true;
}

static const double fixture_whole[] = {100, 100}, fixture_results[] = {70, 50}, fixture_other[] = {30, (double)NAN},
                    fixture_third[] = {35, 35}, fixture_rest[] = {30, 30};

static void fixture_make_nodes(void)
{
    struct stats_node nodes[FIXTURE_NODES] = {
        {.code = "T", .labels = LABELS("年度综合考核", "Annual assessment"), .parent = -1, .indicator = -1, .weights = fixture_whole},
        {.code = "A", .labels = LABELS("减贫成效", "Poverty-reduction result"), .parent = 0, .indicator = -1, .depth = 1, .weights = fixture_results},
        {.code = "A3", .labels = LABELS("识别和退出精准", "Accuracy of exit"), .parent = 1, .indicator = -1, .depth = 2, .weights = fixture_whole},
        {.code = "A31", .labels = LABELS("脱贫人口错退率", "Wrong-exit rate"), .parent = 2, .indicator = 0, .depth = 3, .weights = fixture_third,
         .rule = "linear", .params = "zero=2 full=0", .gate_op = STATS_GREATER, .gate = 2, .gate_effect = "veto"},
        {.code = "A32", .labels = LABELS("贫困人口漏评率", "Missed rate"), .parent = 2, .indicator = 1, .depth = 3, .weights = fixture_third,
         .rule = "linear", .params = "zero=2 full=0", .gate_op = STATS_GREATER, .gate = 2, .gate_effect = "veto"},
        {.code = "A53", .labels = LABELS("群众认可度", "Recognition"), .parent = 2, .indicator = 3, .depth = 3, .weights = fixture_rest,
         .rule = "linear", .params = "zero=80 full=100", .gate_op = STATS_LESS, .gate = 90, .gate_effect = "veto"},
        {.code = "B", .labels = LABELS("其他考核", "Other assessment"), .parent = 0, .indicator = 5, .depth = 1, .weights = fixture_other,
         .rule = "passthrough", .params = "min=0 max=100", .gate_op = STATS_LESS, .gate = 100, .gate_effect = "talk"},
    };
    memcpy(fixture_nodes, nodes, sizeof nodes);
    for (size_t i = 0; i < FIXTURE_NODES; i++) {
        fixture_nodes[i].rule = nodes[i].rule ? nodes[i].rule : "";
        fixture_nodes[i].params = nodes[i].params ? nodes[i].params : "";
        fixture_nodes[i].gate_effect = nodes[i].gate_effect ? nodes[i].gate_effect : "";
    }
}

static void fixture_make_units(void)
{
    static const double scores[FIXTURE_UNITS][FIXTURE_NODES] = {
        {89.12, 84.5, 84.5, 75, 100, 76, 100}, {23.1, 29, 29, 0, 40, 50, 0}, {66.2, 66.2, 66.2, 59.5, 100, 0, 0}};
    static const double shares[FIXTURE_NODES] = {100, 70, 70, 24.5, 24.5, 21, 30};
    fixture_grades[0] = (struct stats_grade){LABELS("较差", "Poor"), LABELS("约谈党政主要负责人,责任追究", "Talk with the heads; accountability"), 2};
    fixture_grades[1] = (struct stats_grade){LABELS("好", "Good"), LABELS("通报表扬,资金奖励", "Commended; rewarded in fund allocation"), 3};
    static const char *const names[] = {"望都县", "海兴县", "肥乡县"};
    static const char *const ids[] = {"130631", "130924", "130428"};
    for (int u = 0; u < FIXTURE_UNITS; u++) {
        for (size_t i = 0; i < FIXTURE_NODES; i++)
            fixture_scores[u][i] = (struct stats_score){.known = true, .score = scores[u][i], .share = shares[i]};
        fixture_units[u] = (struct stats_unit){.id = ids[u], .name = names[u], .class_name = fixture_classes[u == 2],
            .class_index = u == 2, .figures = fixture_figures[u], .scores = fixture_scores[u], .scored = true, .score = scores[u][0],
            .cap = 100, .rank = u == 1 ? 2 : 1, .ranked = u == 2 ? 1 : 2, .grade = u == 1 ? 0 : 1};
    }
    fixture_units[1].vetoes = 1;
    fixture_units[1].talks = 1;
    fixture_scores[1][3].gated = true;
    fixture_scores[1][6] = (struct stats_score){.why = "not delivered", .gated = true}; // missing: spread over the others
    for (size_t i = 1; i < 6; i++)
        fixture_scores[1][i].share = shares[i] / 0.7;
    for (size_t i = 1; i < 6; i++)
        fixture_scores[2][i].share = shares[i] / 1.4;
    fixture_scores[2][5] = (struct stats_score){.why = "base"};
    fixture_scores[2][6] = (struct stats_score){.absent = true};
}

static const size_t fixture_counts[3][FIXTURE_UNITS + 1][5] = {
    {{1200, 820, 300, 90, 40}, {620, 400, 150, 50, 18}, {575, 413, 145, 37, 19}, {5, 7, 5, 3, 3}},
    {{1302, 750, 270, 70, 36}, {640, 390, 130, 40, 20}, {650, 350, 135, 28, 14}, {12, 10, 5, 2, 2}},
    {{2100, 187, 120}, {1080, 110, 40}, {1006, 74, 78}, {14, 3, 2}}};
static double fixture_weights[3][FIXTURE_UNITS + 1][5];
static struct output_answers fixture_rows[3][FIXTURE_UNITS + 1];

static void fixture_make_opinions(struct output_report *report)
{
    static output_labels levels[5], recognised[3];
    levels[0] = LABELS("很满意", "Very satisfied"), levels[1] = LABELS("满意", "Satisfied"), levels[2] = LABELS("一般", "Neutral");
    levels[3] = LABELS("不满意", "Dissatisfied"), levels[4] = LABELS("很不满意", "Very dissatisfied");
    recognised[0] = LABELS("认可", "Accept"), recognised[1] = LABELS("基本认可", "Accept on the whole"), recognised[2] = LABELS("不认可", "Do not accept");
    static struct output_scale scales[] = {{.answers = levels, .answer_count = 5}, {.answers = recognised, .answer_count = 3}};
    static struct output_opinion opinions[3];
    for (size_t q = 0; q < 3; q++)
        for (size_t r = 0; r <= FIXTURE_UNITS; r++) {
            for (size_t a = 0; a < 5; a++)
                fixture_weights[q][r][a] = 1.1 * (double)fixture_counts[q][r][a];
            fixture_rows[q][r] = (struct output_answers){fixture_counts[q][r], fixture_weights[q][r], r == 3 ? 0 : 12 + r, 0};
        }
    opinions[0] = (struct output_opinion){LABELS("村里评贫困户公平不公平,您满意吗", "Satisfied with the fairness of how poor households were chosen?"), 0, fixture_rows[0]};
    opinions[1] = (struct output_opinion){LABELS("总的来说,对本县扶贫工作", "Overall, poverty alleviation work in the county"), 0, fixture_rows[1]};
    opinions[2] = (struct output_opinion){LABELS("您认可本县脱贫攻坚的成效吗", "Do you accept the results of the county?"), 1, fixture_rows[2]};
    report->scales = scales;
    report->scale_count = 2;
    report->opinions = opinions;
    report->opinion_count = 3;
}

static void fixture_make_rest(struct output_report *report)
{
    static struct output_outcome outcomes[] = {
        {NULL, 1470, {1310, 40, 22, 48, 12, 8, 0, 30}, 3, 25, {0.9097, 0.9375, 0.9148, 0.9465, 0.0153, 0.9611}},
        {NULL, 700, {640, 12, 8, 20, 4, 4, 0, 12}, 3, 10, {0.93, 0.947, 0.935, 0.96, 0.012, 0.965}},
        {NULL, 710, {590, 26, 14, 28, 8, 4, 0, 40}, 0, 15, {0.881, 0.88, 0.886, 0.92, 0.02, 0.95}},
        {NULL, 60, {40, 2, 0, 0, 0, 0, 0, 18}, 0, 0, {0.95, 1, 0.95, 0.95, 0, 1}}};
    static struct output_outcome strata[] = {
        {NULL, 1470, {1310, 40, 22, 48, 12, 8, 0, 30}, 3, 25, {0.9097, 0.9375, 0.9148, 0.9465, 0.0153, 0.9611}},
        {NULL, 1470, {1310, 40, 22, 48, 12, 8, 0, 30}, 3, 25, {0.9097, 0.9375, 0.9148, 0.9465, 0.0153, 0.9611}}};
    outcomes[0].labels = strata[0].labels = LABELS("", "");
    outcomes[1].labels = LABELS("望都县", "望都县"), outcomes[2].labels = LABELS("海兴县", "海兴县");
    outcomes[3].labels = LABELS("肥乡县", "肥乡县"), strata[1].labels = LABELS("本年度脱贫户", "Registered, exited this year");
    static struct output_funnel funnel[] = {{"wrong_exit", -1, 41, 2, 19, 20, 75}, {"wrong_exit", 0, 12, 0, 7, 5, 14},
        {"wrong_exit", 1, 26, 2, 10, 14, 60}, {"wrong_exit", 2, 3, 0, 2, 1, 1}, {"missed", -1, 11, 0, 0, 11, 36}, {"missed", 1, 11, 0, 0, 11, 36}};
    static struct output_case cases[] = {{"uuid:1", "wrong_exit", "130924001001", "WE1 WE2", "confirmed", "2017-01-12", "li", "=cmd()"}};
    static struct output_stage stages[] = {{1, "village_code", "county_code", "frame('village_type') = 'poor'", "pps_systematic", "16", 48, 0},
                                           {2, "household_id", "stratum", "", "systematic", "14", 1470, 294}};
    static struct output_step steps[] = {{1, "base", 1350, 120034, 88.9, 40.2, 180.4, 0.41}, {2, "nonresponse", 1350, 131008, 97.04, 41, 199.9, 0.43}};
    static struct output_form forms[] = {{"hh_exit_demo", "2016120101", "0123456789abcdef0123456789abcdef", 1350}};
    static struct output_day days[] = {{"2017-01-05", "A001", 30, 30}, {"2017-01-06", "A001", 28, 58}};
    static struct output_enumerator enumerators[] = {{"A001", 58, 55, 2, 14, 1, 3, 31.5}};
    report->by_unit = outcomes, report->by_unit_count = 4, report->by_stratum = strata, report->by_stratum_count = 2;
    report->funnel = funnel, report->funnel_count = 6, report->cases = cases, report->case_count = 1;
    report->stages = stages, report->stage_count = 2, report->steps = steps, report->step_count = 2;
    report->forms = forms, report->form_count = 1, report->days = days, report->day_count = 2;
    report->enumerators = enumerators, report->enumerator_count = 1;
}

static struct output_report fixture_report(enum output_audience audience)
{
    fixture_make_indicators();
    fixture_make_figures();
    fixture_make_nodes();
    fixture_make_units();
    static struct output_word words[5];
    words[0] = (struct output_word){"national", LABELS("国家级贫困县", "National")};
    words[1] = (struct output_word){"provincial", LABELS("省级贫困县", "Provincial")};
    words[2] = (struct output_word){"county_code", LABELS("县", "County")};
    words[3] = (struct output_word){"village_code", LABELS("村", "villages")};
    words[4] = (struct output_word){"stratum", LABELS("抽样层", "stratum")};
    fixture_assessment = (struct stats_assessment){.round = "YE", .confidence = 0.95, .classes = fixture_classes, .class_count = 2,
        .indicators = fixture_indicators, .indicator_count = FIXTURE_INDICATORS, .nodes = fixture_nodes, .node_count = FIXTURE_NODES,
        .grades = fixture_grades, .grade_count = 2, .units = fixture_units, .unit_count = FIXTURE_UNITS, .overall = fixture_figures[3]};
    struct output_report report = {.audience = audience, .form = &fixture_form, .assessment = &fixture_assessment,
        .evaluation = "HB-POV-DEMO", .version = "2016-1", .file_id = "uuid:7a", .titles = LABELS("贫困县退出专项评估(示例)", "Exit assessment of poor counties (example)"),
        .assessed_unit = "county_code", .first_stage = "village_code", .words = words, .word_count = 5, .round_labels = LABELS("年终第三方评估", "Year-end third-party evaluation"),
        .round_start = "2017-01-03", .round_end = "2017-02-20", .villages = 48, .drawn = true, .seed = 20161231,
        .drawn_at = "2017-01-02", .frame_size = 12000, .draws = 1, .lonely = "adjust", .assumed_icc = "0.05",
        .head = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", .entries = 812, .who = "ann",
        .now = {1487500000, 0, 480}};
    fixture_make_opinions(&report);
    fixture_make_rest(&report);
    return report;
}
