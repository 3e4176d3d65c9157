// SPDX-License-Identifier: GPL-3.0-or-later
// The sheets of a report, read back by our own reader: figures, marks, verdicts, small and hidden cells,
// both languages, hostile text, the same bytes again.
#include "output/report/issue.h"
#include "survey/base/file.h"
#include "survey/base/number.h"
#include "survey/base/random.h"
#include "survey/command/command.h"
#include "survey/workbook/workbook.h"
#include "tests/output/report_fixture.h"
#include "tests/tap.h"

#include <libintl.h>
#include <unistd.h>

static char folder[] = "/tmp/assay-report-XXXXXX";
static char path[96];
static struct survey_error error;

// Builds the report and reads it back; the caller frees the arena.
static const struct survey_workbook *build(const struct output_report *report, const char *first, const char *second,
                                           struct survey_arena *arena)
{
    const char *languages[] = {first, second};
    struct output_book *book = NULL;
    struct survey_workbook *workbook = NULL;
    static bool made;
    if (!made) {
        NEED(mkdtemp(folder));
        made = true;
        survey_language_use("en");
        bindtextdomain("assay", PO);
        bind_textdomain_codeset("assay", "UTF-8");
    }
    snprintf(path, sizeof path, "%s/report.xlsx", folder);
    NEED(output_report_build(report, path, languages, second ? 2 : 1, &book, &error));
    NEED(output_book_close(book, &error));
    NEED(survey_workbook_open(arena, path, &survey_workbook_default_limits, &workbook, &error));
    return workbook;
}

// The cell in the row whose cell in column (from 0) says key, counted from a row on; "(none)".
static const char *beside(const struct survey_sheet *sheet, uint32_t from, uint32_t column, const char *key, uint32_t wanted)
{
    for (uint32_t row = from; sheet && row < sheet->rows; row++)
        if (strcmp(survey_sheet_cell(sheet, row, column), key) == 0)
            return survey_sheet_cell(sheet, row, wanted);
    return "(none)";
}

static uint32_t row_of(const struct survey_sheet *sheet, const char *beginning)
{
    for (uint32_t row = 0; sheet && row < sheet->rows; row++)
        if (strncmp(survey_sheet_cell(sheet, row, 0), beginning, strlen(beginning)) == 0)
            return row;
    fprintf(stderr, "no row begins with '%s'\n", beginning);
    tap_failed = true;
    return 0;
}

static bool anywhere(const struct survey_sheet *sheet, const char *text)
{
    for (uint32_t row = 0; sheet && row < sheet->rows; row++)
        for (uint32_t column = 0; column < sheet->columns; column++)
            if (strstr(survey_sheet_cell(sheet, row, column), text))
                return true;
    return false;
}

static void the_summary_says_the_verdicts(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    const struct survey_sheet *sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Summary");
    NEED(sheet);
    CHECK_TEXT("Annex 1", survey_sheet_cell(sheet, 0, 0));
    CHECK_TEXT("Exit assessment of poor counties (example): Main indicators and verdicts", survey_sheet_cell(sheet, 1, 0));
    CHECK_TEXT("0.5", beside(sheet, 0, 0, "望都县", 3));
    CHECK_TEXT("0.46\n(0.15 to 1.20)", beside(sheet, 0, 0, "望都县", 4));
    CHECK_TEXT("met\nleft: 1.50 points\n42 persons", beside(sheet, 0, 0, "望都县", 5));
    CHECK_TEXT("0.00\n(none found; at most 0.32)", beside(sheet, 0, 0, "望都县", 7)); // nothing found has its limit
    CHECK_TEXT("All met", beside(sheet, 0, 0, "望都县", 15));
    // 2.001 prints as 2.00, the line; it is across, and says so with one more digit.
    CHECK_TEXT("2.001", beside(sheet, 0, 0, "海兴县", 3));
    CHECK_TEXT("not met※\nbeyond it: 0.001 points\n1 person", beside(sheet, 0, 0, "海兴县", 5));
    CHECK_TEXT("Not met: Wrong-exit rate", beside(sheet, 0, 0, "海兴县", 15));
    // 90 is the line itself, and within; its interval reaches across.
    CHECK_TEXT("90", beside(sheet, 0, 0, "海兴县", 12));
    CHECK_TEXT("met △※\nleft: 0.00 points\n0 households", beside(sheet, 0, 0, "海兴县", 14));
    CHECK_TEXT("no figure", beside(sheet, 0, 0, "肥乡县", 11));
    CHECK_TEXT("Open: Composite poverty incidence", beside(sheet, 0, 0, "肥乡县", 15));
    CHECK_TEXT("(0.90)\n(0.02 to 4.90)", beside(sheet, 0, 0, "肥乡县", 4)); // 40 responses
    CHECK_TEXT("*", beside(sheet, 0, 0, "肥乡县", 13));                        // 18 responses
    CHECK_TEXT("–", beside(sheet, 0, 0, "Total", 5));                          // all together are not judged
    CHECK(anywhere(sheet, "3 units (County) were assessed. 48 villages and 1470 households were drawn and 1350 households"));
    CHECK(anywhere(sheet, "Wrong-exit rate: 0.50% to 2.00% (line: not above 2%), met in 2 of 3."));
    CHECK(anywhere(sheet, "All lines are met in 1 of 3; the others: 海兴县 (Not met: Wrong-exit rate); 肥乡县 (Open: "));
    survey_arena_free(arena);
}

static void both_languages_stand_in_one_workbook(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    setenv("LANGUAGE", "fr:de", 1);
    const struct survey_workbook *workbook = build(&report, "zh", "en", arena);
    CHECK_TEXT("fr:de", getenv("LANGUAGE")); // as it was
    CHECK_TEXT("met", gettext("met"));
    setenv("LANGUAGE", "en", 1);
    static const char *const names[] = {"主要指标汇总表", "得分与排名", "触发红线", "分项指标", "排序图", "满意度分布", "样本与应答",
        "疑似问题核查", "抽样误差", "考核权重", "调查说明", "Summary", "Scores", "Red lines", "Indicators", "Charts", "Satisfaction",
        "Sample and response", "Cases", "Sampling errors", "Scheme", "Method notes"};
    CHECK(workbook->sheet_count == sizeof names / sizeof *names);
    for (size_t i = 0; i < workbook->sheet_count; i++)
        CHECK_TEXT(names[i], workbook->sheets[i].name);
    const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "主要指标汇总表");
    CHECK_TEXT("附件1", survey_sheet_cell(sheet, 0, 0));
    CHECK_TEXT("贫困县退出专项评估(示例)主要指标汇总表", survey_sheet_cell(sheet, 1, 0));
    CHECK_TEXT("未达到※\n越线0.001个百分点\n1人", beside(sheet, 0, 0, "海兴县", 5));
    CHECK_TEXT("未达到：脱贫人口错退率", beside(sheet, 0, 0, "海兴县", 15));
    CHECK(anywhere(sheet, "共抽查48个村、1470户，完成调查1350户（应答率93.8%）"));
    CHECK_TEXT("国家级贫困县", beside(sheet, 0, 0, "望都县", 1));
    CHECK_TEXT("National", beside(survey_workbook_sheet(workbook, "Summary"), 0, 0, "望都县", 1));
    for (size_t i = 0; i < 11; i++) // no English left on the Chinese sheets
        CHECK(!anywhere(&workbook->sheets[i], "Total") && !anywhere(&workbook->sheets[i], "Notes"));
    survey_arena_free(arena);
}

static void indicators_show_what_they_are_made_of(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    const struct survey_sheet *sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Indicators");
    uint32_t row = row_of(sheet, "A31 Wrong-exit rate (%; persons)");
    CHECK_TEXT("Total", survey_sheet_cell(sheet, row + 1, 0));
    CHECK_TEXT("望都县", survey_sheet_cell(sheet, row + 2, 0)); // ranked from the best
    CHECK_TEXT("海兴县", survey_sheet_cell(sheet, row + 4, 0));
    CHECK_TEXT("14", survey_sheet_cell(sheet, row + 2, 1));
    CHECK_TEXT("2800", survey_sheet_cell(sheet, row + 2, 2));
    CHECK_TEXT("exact (Korn–Graubard)", survey_sheet_cell(sheet, row + 2, 8));
    CHECK_TEXT("1.8", survey_sheet_cell(sheet, row + 2, 9));
    CHECK_TEXT("75", survey_sheet_cell(sheet, row + 2, 13)); // the score of the node that it feeds
    CHECK_TEXT("base 25 to 49", survey_sheet_cell(sheet, row + 3, 14));
    CHECK_TEXT("※ prints as the line", survey_sheet_cell(sheet, row + 4, 14));
    row = row_of(sheet, "A32");
    CHECK_TEXT("–", beside(sheet, row, 0, "望都县", 6)); // nothing found: no lower limit
    CHECK_TEXT("0.32", beside(sheet, row, 0, "望都县", 7));
    row = row_of(sheet, "A53");
    CHECK_TEXT("望都县", survey_sheet_cell(sheet, row + 2, 0)); // higher is better
    CHECK_TEXT("*", beside(sheet, row, 0, "肥乡县", 4));
    CHECK_TEXT("base below 25, not scored base below 25", beside(sheet, row, 0, "肥乡县", 14));
    row = row_of(sheet, "A33");
    CHECK_TEXT("望都县", survey_sheet_cell(sheet, row + 1, 0)); // no total where it has no meaning
    CHECK_TEXT("not delivered", beside(sheet, row, 0, "肥乡县", 14));
    survey_arena_free(arena);
}

static void evaluators_see_the_unrounded_values(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_EVALUATORS);
    fixture_figures[0][0].value = 0.123456789;
    const struct survey_workbook *workbook = build(&report, "en", NULL, arena);
    const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "Indicators");
    CHECK_TEXT("0.123456789", beside(sheet, row_of(sheet, "A31"), 0, "望都县", 3));
    CHECK_TEXT("=cmd()", beside(survey_workbook_sheet(workbook, "Case list"), 0, 1, "130924001001", 6)); // text, no formula
    CHECK_TEXT("31.5", beside(survey_workbook_sheet(workbook, "Fieldwork"), 0, 0, "A001", 4));
    CHECK_TEXT("131008", beside(survey_workbook_sheet(workbook, "Weights by step"), 0, 0, "2", 3));
    sheet = survey_workbook_sheet(workbook, "Satisfaction");
    CHECK(!anywhere(sheet, "×"));
    report.audience = OUTPUT_OFFICIALS;
    workbook = build(&report, "en", NULL, arena);
    sheet = survey_workbook_sheet(workbook, "Indicators");
    CHECK_TEXT("0.12", beside(sheet, row_of(sheet, "A31"), 0, "望都县", 3));
    CHECK(!survey_workbook_sheet(workbook, "Fieldwork"));
    for (size_t i = 0; i < workbook->sheet_count; i++)
        CHECK(!anywhere(&workbook->sheets[i], "130924001001")); // no household in officials' file
    CHECK_TEXT("75", beside(survey_workbook_sheet(workbook, "Cases"), 0, 0, "wrong exit", 6));
    survey_arena_free(arena);
}

static void small_cells_of_opinions_are_hidden(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    const struct survey_sheet *sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Satisfaction");
    uint32_t row = row_of(sheet, "County (weighted");
    CHECK_TEXT("*", beside(sheet, row, 0, "肥乡县", 2)); // 23 who gave an opinion
    uint32_t second = row_of(sheet, "Overall, poverty");
    for (uint32_t at = second + 1; at < sheet->rows; at++)
        if (strcmp(survey_sheet_cell(sheet, at, 0), "Overall, poverty alleviation work in the county") == 0)
            second = at;
    CHECK_TEXT("×", beside(sheet, second, 0, "肥乡县", 5)); // 2 persons
    CHECK_TEXT("×", beside(sheet, second, 0, "肥乡县", 6));
    CHECK_TEXT("52.46", beside(sheet, second, 0, "望都县", 2));
    for (uint32_t at = 0; at < sheet->rows; at++) { // the shares add to 100: one hidden alone is none
        unsigned hidden = 0, shown = 0;
        for (uint32_t column = 2; column < 7; column++) {
            hidden += strcmp(survey_sheet_cell(sheet, at, column), "×") == 0;
            shown += survey_sheet_cell(sheet, at, column)[0] >= '0' && survey_sheet_cell(sheet, at, column)[0] <= '9';
        }
        CHECK(!shown || hidden != 1);
    }
    CHECK_TEXT("53.62", beside(sheet, 0, 0, "Overall, poverty alleviation work in the county", 2));
    survey_arena_free(arena);
}

// A figure of fewer than five answers is nobody's business but the evaluators'.
static void figures_of_a_few_answers_are_hidden(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    fixture_figures[2][3].base = 4;
    fixture_figures[2][4].value = -0.001;
    const struct survey_workbook *workbook = build(&report, "en", NULL, arena);
    const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "Indicators");
    CHECK_TEXT("×", beside(survey_workbook_sheet(workbook, "Summary"), 0, 0, "肥乡县", 12));
    for (uint32_t column = 1; column < 4; column++)
        CHECK_TEXT("–", beside(sheet, row_of(sheet, "A53"), 0, "肥乡县", column));
    CHECK_TEXT("–", beside(sheet, row_of(sheet, "A53"), 0, "肥乡县", 10));
    CHECK(strstr(beside(sheet, row_of(sheet, "A53"), 0, "肥乡县", 14), "1 to 4 answers, not published"));
    CHECK_TEXT("0", beside(sheet, row_of(sheet, "A51"), 0, "肥乡县", 3)); // no "-0"
    CHECK(anywhere(survey_workbook_sheet(workbook, "Summary"), "Recognition: 90.00% to 95.20% (line: not below 90%), met in 2 of 2."));
    report.audience = OUTPUT_EVALUATORS;
    sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Indicators");
    CHECK_TEXT("94.44", beside(sheet, row_of(sheet, "A53"), 0, "肥乡县", 3));
    survey_arena_free(arena);
}

static void an_empty_evaluation_makes_a_sound_report(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_EVALUATORS);
    fixture_assessment.unit_count = fixture_assessment.indicator_count = fixture_assessment.node_count = 0;
    report.by_unit_count = report.by_stratum_count = report.funnel_count = report.case_count = report.stage_count = 0;
    report.step_count = report.form_count = report.day_count = report.enumerator_count = report.opinion_count = 0;
    report.scale_count = report.villages = 0;
    report.drawn = false;
    const struct survey_workbook *workbook = build(&report, "en", NULL, arena);
    CHECK(workbook->sheet_count == 12); // no cases, and no list of them
    CHECK(anywhere(survey_workbook_sheet(workbook, "Summary"), "No indicator of this evaluation has a line."));
    CHECK(anywhere(survey_workbook_sheet(workbook, "Method notes"), "No sample was drawn"));
    survey_arena_free(arena);
}

// The two best answers are named, wherever they stand; beside a third hidden one their sum is hidden too.
static void adds_the_two_best(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    static const size_t counts[5] = {3, 4, 2, 40, 40};
    static const double weights[5] = {3, 4, 2, 40, 40};
    struct output_answers before = report.opinions[0].rows[1];
    report.opinions[0].rows[1] = (struct output_answers){counts, weights, 0, 0};
    const char *unit = report.assessment->units[0].name;
    const struct survey_sheet *sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Satisfaction");
    CHECK(anywhere(sheet, "Very satisfied + Satisfied"));
    uint32_t row = row_of(sheet, "County (weighted shares)");
    for (uint32_t column = 2; column < 5; column++)
        CHECK_TEXT("×", beside(sheet, row, 0, unit, column));
    CHECK_TEXT("×", beside(sheet, row, 0, unit, 7)); // 7.87 would tell that the third has 2.25
    report.scales[0].rising = true;
    sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Satisfaction");
    CHECK(anywhere(sheet, "Dissatisfied + Very dissatisfied") && !anywhere(sheet, "Very satisfied + Satisfied"));
    CHECK_TEXT("89.89", beside(sheet, row_of(sheet, "County (weighted shares)"), 0, unit, 7));
    report.scales[0].rising = false;
    report.opinions[0].rows[1] = before;
    survey_arena_free(arena);
}

// A survey of patients is not said to be one of households; without rules nothing is said of cases.
static void speaks_of_what_was_drawn(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    struct output_word words[] = {{"patient_no", LABELS("患者", "patients")}, {"county_code", LABELS("县", "District")}};
    struct output_stage stages[] = {{1, "clinic", "", "", "srs", "4", 24, 0}, {2, "patient_no", "", "", "srs", "8", 192, 0}};
    report.words = words;
    report.word_count = 2;
    report.stages = stages;
    report.stage_count = 2;
    const struct survey_sheet *sheet = survey_workbook_sheet(build(&report, "en", NULL, arena), "Summary");
    CHECK(anywhere(sheet, "1470 patients were drawn and 1350 patients interviewed"));
    CHECK(anywhere(sheet, "Interviewed: patients") && anywhere(sheet, "%, patients, persons"));
    CHECK(!anywhere(sheet, "Households interviewed"));
    const struct survey_workbook *workbook = build(&report, "en", NULL, arena);
    CHECK(survey_workbook_sheet(workbook, "Cases") != NULL);
    report.funnel_count = report.case_count = 0;
    for (size_t i = 0; i < FIXTURE_INDICATORS; i++)
        fixture_indicators[i].statistic = STATS_SHARE;
    workbook = build(&report, "en", NULL, arena);
    CHECK(survey_workbook_sheet(workbook, "Cases") == NULL);
    CHECK(!anywhere(survey_workbook_sheet(workbook, "Method notes"), "Confirmed cases"));
    survey_arena_free(arena);
}

// Whoever knows the sums of rows and columns and the cells shown can't tell a hidden cell.
static void nothing_hidden_can_be_worked_out(void)
{
    size_t counts[5 * 6];
    bool hidden[5 * 6];
    for (unsigned run = 0; run < 4000; run++) {
        char name[16];
        snprintf(name, sizeof name, "%u", run);
        struct survey_random random = survey_random_at(7, "suppress", name);
        size_t rows = 2 + survey_random_below(&random, 4), columns = 2 + survey_random_below(&random, 5);
        for (size_t column = 0; column < columns; column++) {
            counts[column] = 0;
            for (size_t row = 1; row < rows; row++) {
                counts[row * columns + column] = survey_random_below(&random, 3) ? survey_random_below(&random, 60) : survey_random_below(&random, 6);
                counts[column] += counts[row * columns + column];
            }
        }
        output_suppress(counts, rows, columns, hidden);
        bool good = true;
        for (size_t i = 0; i < rows * columns; i++)
            good &= !(counts[i] > 0 && counts[i] < 5) || hidden[i];
        for (size_t row = 0; row < rows; row++) {
            size_t number = 0, persons = 0, shown = 0;
            for (size_t column = 0; column < columns; column++) {
                number += hidden[row * columns + column];
                persons += hidden[row * columns + column] ? counts[row * columns + column] : 0;
                shown += !hidden[row * columns + column];
            }
            good &= number != 1 && (!number || persons >= 5 || !shown);
        }
        for (size_t column = 0; column < columns; column++) {
            size_t number = 0;
            for (size_t row = 0; row < rows; row++)
                number += hidden[row * columns + column];
            good &= number != 1;
        }
        CHECK(good);
    }
    size_t plain[] = {30, 40, 10, 15, 20, 25}; // nothing small: nothing hidden
    output_suppress(plain, 3, 2, hidden);
    for (size_t i = 0; i < 6; i++)
        CHECK(!hidden[i]);
}

static void scores_weights_and_method(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    const struct survey_workbook *workbook = build(&report, "en", NULL, arena);
    const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "Scores");
    CHECK_TEXT("1 of 2", beside(sheet, 0, 2, "望都县", 1));
    CHECK_TEXT("89.12", beside(sheet, 0, 2, "望都县", 6));
    CHECK_TEXT("veto 1 talk 1", beside(sheet, 0, 2, "海兴县", 7));
    CHECK_TEXT("Talk with the heads; accountability", beside(sheet, 0, 2, "海兴县", 9));
    CHECK_TEXT("/", beside(sheet, 0, 2, "肥乡县", 5)); // its class lacks the part
    CHECK_TEXT("–", beside(sheet, 0, 2, "海兴县", 5)); // no score
    sheet = survey_workbook_sheet(workbook, "Red lines");
    CHECK_TEXT("2.001", beside(sheet, 0, 2, "A31 Wrong-exit rate", 3));
    CHECK_TEXT("海兴县", beside(sheet, 0, 2, "A31 Wrong-exit rate", 0));
    CHECK_TEXT("> 2 %", beside(sheet, 0, 2, "A31 Wrong-exit rate", 4));
    CHECK_TEXT("talk", beside(sheet, 0, 2, "B Other assessment", 5));
    sheet = survey_workbook_sheet(workbook, "Sampling errors");
    CHECK(strncmp(beside(sheet, 0, 0, "A31 Wrong-exit rate", 7), "1.3416", 6) == 0); // the root of 1.8
    CHECK_TEXT("1.6", beside(sheet, 0, 0, "A31 Wrong-exit rate", 10));
    CHECK_TEXT("(none)", beside(sheet, 0, 0, "A33 Composite poverty incidence", 2));
    sheet = survey_workbook_sheet(workbook, "Scheme");
    CHECK_TEXT("24.5", beside(sheet, 0, 0, "A31", 3)); // 70 * 100 * 35
    CHECK_TEXT("17.5", beside(sheet, 0, 0, "A31", 5));
    CHECK_TEXT("even steps: 2 gives 0 points, 0 gives 100", beside(sheet, 0, 0, "A31", 6));
    CHECK_TEXT("> 2: veto", beside(sheet, 0, 0, "A31", 7));
    CHECK(anywhere(sheet, "海兴县, A31 Wrong-exit rate: 24.50 by the scheme, 35.00 as applied"));
    sheet = survey_workbook_sheet(workbook, "Method notes");
    CHECK(strstr(beside(sheet, 0, 0, "Draw", 1), "Seed 20161231, drawn on 2017-01-02, draw 1"));
    CHECK(strstr(beside(sheet, 0, 0, "Sample design", 1), "Stage 1, villages, stratified by County"));
    CHECK(strstr(beside(sheet, 0, 0, "Log before this report", 1), "812 entries, head 0123456789abcdef"));
    CHECK(strstr(beside(sheet, 0, 0, "Variance", 1), "taken about the mean of all"));
    sheet = survey_workbook_sheet(workbook, "Sample and response");
    CHECK_TEXT("90.97", beside(sheet, 0, 0, "Total", 11));
    CHECK_TEXT("1310", beside(sheet, row_of(sheet, "By stratum"), 0, "Registered, exited this year", 2));
    survey_arena_free(arena);
}

// --- the file -----------------------------------------------------------------------------------

static void the_same_input_gives_the_same_bytes(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    char *bytes[2], hash[2][ISSUE_HASH];
    size_t length[2];
    for (int run = 0; run < 2; run++) {
        build(&report, "zh", "en", arena);
        NEED(output_file_hash(path, &bytes[run], &length[run], hash[run], &error));
        free(bytes[run]);
    }
    CHECK_TEXT(hash[0], hash[1]);
    survey_arena_free(arena);
}

// Texts as a frame or a workbook may hold them, in every label.
static void hostile_text_stays_text(void)
{
    static char longest[40001];
    memset(longest, 'x', 40000);
    static const char *const hostile[] = {"=HYPERLINK(\"http://x\")", "_x0041_", "]]><a>&", "\x01\x1f", "\xc3\x28", "+1", longest};
    struct survey_arena *arena = survey_arena_new();
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct output_report report = fixture_report(OUTPUT_EVALUATORS);
        const char *text = hostile[i];
        fixture_indicators[0].labels = fixture_nodes[3].labels = fixture_grades[0].labels = LABELS(text, text);
        fixture_indicators[1].unit = fixture_indicators[1].params = text;
        fixture_nodes[3].code = fixture_units[0].name = report.cases[0].why = text;
        report.opinions[0].labels = report.titles = report.words[2].labels = LABELS(text, text);
        report.lonely = report.head = report.stages[0].where = text;
        const struct survey_workbook *workbook = build(&report, "zh", "en", arena);
        CHECK(workbook->sheet_count == 28);
        char *safe = output_safe_text(text);
        const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "Scores");
        CHECK_TEXT(safe, survey_sheet_cell(sheet, 4, 2)); // the unit's name, letter for letter as the guard lets it
        free(safe);
        if (access("/usr/bin/xmllint", X_OK) == 0 && access("/usr/bin/unzip", X_OK) == 0) {
            char command[512];
            snprintf(command, sizeof command, "for p in $(unzip -Z1 %s | grep '^[dx].*xml$'); do unzip -p %s \"$p\" | xmllint --huge --noout - "
                                              "|| exit 1; done", path, path);
            CHECK(system(command) == 0);
            snprintf(command, sizeof command, "unzip -p %s 'xl/worksheets/*.xml' | grep -q '<f>'", path);
            CHECK(system(command) != 0);
        }
    }
    survey_arena_free(arena);
}

static void officials_files_are_protected_and_ready_to_print(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    build(&report, "zh", NULL, arena);
    survey_arena_free(arena);
    if (access("/usr/bin/unzip", X_OK) != 0)
        SKIP("unzip is not installed");
    static const char *const wanted[] = {"<sheetProtection", "paperSize=\"9\"", "orientation=\"landscape\"", "第 &amp;P 页 共 &amp;N 页",
                                         "state=\"frozen\"", "fitToWidth"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char command[512];
        snprintf(command, sizeof command, "unzip -p %s xl/worksheets/sheet1.xml | grep -q '%s'", path,
                 strcmp(wanted[i], "fitToWidth") == 0 ? "fitToPage" : wanted[i]);
        if (system(command) != 0)
            fprintf(stderr, "missing: %s\n", wanted[i]);
        CHECK(system(command) == 0);
    }
    char command[512];
    snprintf(command, sizeof command, "unzip -p %s xl/workbook.xml | grep -q _xlnm.Print_Titles", path);
    CHECK(system(command) == 0);
    snprintf(command, sizeof command, "unzip -p %s 'xl/charts/*.xml' | grep -q 'stacked'", path);
    CHECK(system(command) == 0);
}

static void the_xml_is_valid(void)
{
    if (access(SHARED "/data/ooxml-xsd/sml.xsd", R_OK) != 0)
        SKIP("../shared/data/ooxml-xsd is not there");
    if (access("/usr/bin/xmllint", X_OK) != 0 || access("/usr/bin/unzip", X_OK) != 0)
        SKIP("unzip or xmllint is not installed");
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_EVALUATORS);
    build(&report, "zh", "en", arena);
    survey_arena_free(arena);
    static const char *const parts[][2] = {{"xl/worksheets/sheet", "sml.xsd"}, {"xl/workbook", "sml.xsd"}, {"xl/styles", "sml.xsd"},
        {"xl/sharedStrings", "sml.xsd"}, {"xl/charts/chart", "dml-chart.xsd"}, {"docProps/custom", "shared-documentPropertiesCustom.xsd"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char command[1024];
        snprintf(command, sizeof command, "n=0; for p in $(unzip -Z1 %s | grep '^%s.*xml$'); do n=$((n+1)); unzip -p %s \"$p\" | xmllint --nonet "
                                          "--noout --schema %s/data/ooxml-xsd/%s - 2>%s/xsd || { cat %s/xsd >&2; exit 1; }; done; [ $n -gt 0 ]",
                 path, parts[i][0], path, SHARED, parts[i][1], folder, folder);
        CHECK(system(command) == 0);
    }
    snprintf(path, sizeof path, "%s/xsd", folder);
    unlink(path);
}

static void properties_tell_where_it_is_from(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report report = fixture_report(OUTPUT_OFFICIALS);
    struct survey_map properties = {0};
    char *bytes;
    size_t length;
    build(&report, "zh", "en", arena);
    NEED(survey_file_read(path, 1 << 24, &bytes, &length, &error));
    NEED(survey_workbook_properties(arena, path, bytes, length, &properties, &error));
    CHECK_TEXT(report.head, (const char *)survey_map_find(&properties, "log head")->value);
    CHECK_TEXT("uuid:7a", (const char *)survey_map_find(&properties, "evaluation")->value);
    CHECK_TEXT("zh,en", (const char *)survey_map_find(&properties, "language")->value);
    CHECK(!survey_workbook_properties(arena, path, "PK\3\4nonsense", 12, &properties, &error));
    survey_map_clear(&properties);
    free(bytes);
    unlink(path);
    rmdir(folder);
    survey_arena_free(arena);
}

TESTS(CASE(the_summary_says_the_verdicts), CASE(both_languages_stand_in_one_workbook), CASE(indicators_show_what_they_are_made_of),
      CASE(evaluators_see_the_unrounded_values), CASE(small_cells_of_opinions_are_hidden), CASE(nothing_hidden_can_be_worked_out),
      CASE(figures_of_a_few_answers_are_hidden), CASE(an_empty_evaluation_makes_a_sound_report),
      CASE(scores_weights_and_method), CASE(speaks_of_what_was_drawn), CASE(adds_the_two_best), CASE(the_same_input_gives_the_same_bytes), CASE(hostile_text_stays_text),
      CASE(officials_files_are_protected_and_ready_to_print), CASE(the_xml_is_valid), CASE(properties_tell_where_it_is_from))
