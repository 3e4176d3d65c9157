// SPDX-License-Identifier: GPL-3.0-or-later
// What strict reading refuses, with its code and cell, and that lenient reading goes on past it.
#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

// A survey sheet of these columns; the rows given begin at its row 2.
#define HEAD                                                                                       \
    "| survey | | | | | | | | | | | |\n"                                                           \
    "| | type | name | label | parameters | calculation | trigger | repeat_count | choice_filter " \
    "| appearance | save_to | default |\n"
#define CHOICES                                                                                    \
    "| choices | | | |\n| | list_name | name | label |\n| | l | 1 | One |\n| | l | 2 | Two |\n| "  \
    "| sp | a b | A |\n"

static struct survey_report *read(const char *md, bool strict)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_report *report = survey_report_new();
    struct survey_workbook *workbook;
    struct survey_form *form = NULL;
    struct survey_error error = {0};
    bool done = survey_workbook_read(arena, "own.md", "md", md, strlen(md),
                                     &survey_workbook_default_limits, &workbook, &error) &&
                survey_form_read(arena, workbook, strict, report, &form, &error);
    if (!done)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    CHECK(done);
    if (form)
        survey_form_free(form);
    else
        survey_arena_free(arena);
    return report;
}

struct refusal {
    const char *rows;
    const char *code; // without its letter
    uint32_t row, column;
    bool always; // a fault in lenient reading too
};

static const struct refusal refusals[] = {
    {"| | text | a | A | rows |\n", "130", 2, 4, false},
    {"| | text | a | A | max-pixels=3 |\n", "131", 2, 4, false},
    {"| | text | a | A | rows=few |\n", "132", 2, 4, false},
    {"| | image | a | A | app=camera |\n", "132", 2, 4, false},
    {"| | audio | a | A | quality=best |\n", "132", 2, 4, false},
    {"| | geopoint | a | A | capture-accuracy=near |\n", "132", 2, 4, false},
    {"| | geotrace | a | A | incremental=false |\n", "132", 2, 4, false},
    {"| | geoshape | a | A | reference-geometry=nowhere |\n", "132", 2, 4, false},
    {"| | audit | | | location-priority=balanced |\n", "132", 2, 4, false},
    {"| | select_one l | a | A | seed=3 |\n" CHOICES, "132", 2, 4, false},
    {"| | select_one_from_file t.csv | a | A | value=3x |\n", "132", 2, 4, false},
    {"| | range | a | A | start=1 end=5 step=9 |\n", "132", 2, 4, false},
    {"| | range | a | A | start=0 end=1 step=0.1 placeholder=0.25 |\n", "132", 2, 4, false},
    {"| | range | a | A | start=1 end=5 tick_interval=2 step=3 |\n", "132", 2, 4, false},
    {"| | range | a | A | start=5 end=9 tick_labelset=l |\n" CHOICES, "132", 2, 4, false},
    {"| | text | a | Of ${b} |\n", "111", 2, 3, true},
    {"| | text | a | Of ${b |\n", "133", 2, 3, false},
    {"| | text | a | A |\n| | begin group | g | G |\n| | text | a | B |\n| | end group |\n| | note "
     "| n | ${a} |\n",
     "134", 6, 3, false},
    {"| | select_one l | a | A |\n| choices | | | |\n| | list_name | name | label |\n| | l | 1 | "
     "${x} |\n",
     "111", 2, 3, true},
    {"| | select_one_from_file towns | a | A |\n", "135", 2, 1, false},
    {"| | begin repeat | r | R |\n| | text | a | A |\n| | end repeat |\n| | begin group | g | G "
     "|\n| | begin repeat | r | R |\n"
     "| | text | b | B |\n| | end repeat |\n| | end group |\n",
     "136", 6, 2, false},
    {"| | begin repeat | r | R | | | | 3 |\n| | text | a | A |\n| | end repeat |\n| | text | "
     "r_count | C |\n",
     "113", 2, 2, false},
    {"| | csv-external | x | |\n| | xml-external | y | |\n| | begin group | g | G |\n| | "
     "csv-external | x | |\n| | end group |\n",
     "137", 5, 1, false},
    {"| | calculate | a | | | pulldata('l', 'b', 'c', '1') |\n| | select_one l | b | B |\n" CHOICES,
     "137", 1, 0, false},
    {"| | calculate | a | |\n", "140", 2, 5, false},
    {"| | background-geopoint | a | |\n", "139", 2, 6, false},
    {"| | text | a | A |\n| | text | b | B | | now() | a |\n", "133", 3, 6, false},
    {"| | text | a | A |\n| | text | b | B | | now() | ${a} ${a} |\n", "133", 3, 6, false},
    {"| | calculate | a | | | 1 |\n| | text | b | B | | now() | ${a} |\n", "139", 3, 6, false},
    {"| | text | b | B | | now() | ${nobody} |\n", "139", 2, 6, false},
    {"| | select_one l or_other | a | A | | | | | name = 1 |\n" CHOICES, "142", 2, 8, false},
    {"| | select_multiple sp | a | A |\n" CHOICES, "147", 2, 1, false},
    {"| | select_one l | a | A | | | | | | search('x') |\n| | select_one l | b | B |\n" CHOICES,
     "146", 2, 9, false},
    {"| | audit | other | |\n", "143", 2, 2, false},
    {"| | text | a | A | | | | | | | p |\n", "141", 2, 10, true},
    {"| | text | a | A | | | | | | | name |\n| entities | | |\n| | list_name | label |\n| | e | "
     "${a} |\n",
     "141", 2, 10, true},
    {"| | text | a | A |\n| entities | | |\n| | list_name | label |\n| | e.f | ${a} |\n", "141", 2,
     1, true},
    {"| | text | a | A |\n| entities | | |\n| | list_name | why |\n| | e | x |\n", "141", 1, 2,
     true},
    {"| | text | a | A |\n| entities | | | |\n| | list_name | label | update_if |\n| | e | ${a} | "
     "1 |\n",
     "141", 2, 3, true},
    {"| | begin repeat | r | R |\n| | text | a | A | | | | | | | p |\n| | end repeat |\n| | begin "
     "repeat | s | S |\n| | text | b | B | | | | | | | q |\n"
     "| | end repeat |\n| entities | | |\n| | list_name | label |\n| | e | E |\n",
     "141", 6, 10, true},
    {"| | osm x | a | A |\n", "126", 2, 1, false},
    {"| | begin loop over l | a | A |\n| | text | b | B |\n| | end loop |\n" CHOICES, "126", 2, 1,
     true},
    {"| | text | meta | A |\n", "123", 2, 2, false},
};

static bool has(const struct survey_report *report, const struct refusal *refusal,
                enum survey_severity severity)
{
    for (size_t i = 0; i < survey_report_count(report); i++) {
        const struct survey_problem *problem = survey_report_at(report, i);
        if (problem->severity == severity && strcmp(problem->code + 1, refusal->code) == 0 &&
            problem->row == refusal->row && problem->column == refusal->column)
            return true;
    }
    return false;
}

static void show(const struct survey_report *report, const struct refusal *refusal)
{
    fprintf(stderr, "%s: expected %s at row %u, column %u of:\n", refusal->rows, refusal->code,
            refusal->row, refusal->column);
    for (size_t i = 0; i < survey_report_count(report); i++) {
        const struct survey_problem *problem = survey_report_at(report, i);
        fprintf(stderr, "    %s row %u, column %u: %s\n", problem->code, problem->row,
                problem->column, problem->message);
    }
}

static void refuses_at_the_cell(void)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        char md[4096];
        snprintf(md, sizeof md, "%s%s", HEAD, refusals[i].rows);
        struct survey_report *report = read(md, true);
        bool found = has(report, &refusals[i], SURVEY_FAULT);
        CHECK(found);
        if (!found)
            show(report, &refusals[i]);
        survey_report_free(report);
    }
}

static void goes_on_where_it_can(void)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        char md[4096];
        snprintf(md, sizeof md, "%s%s", HEAD, refusals[i].rows);
        struct survey_report *report = read(md, false);
        bool fine = has(report, &refusals[i], refusals[i].always ? SURVEY_FAULT : SURVEY_WARNING) &&
                    (survey_report_count_of(report, SURVEY_FAULT) > 0) == refusals[i].always;
        CHECK(fine);
        if (!fine)
            show(report, &refusals[i]);
        survey_report_free(report);
    }
}

static void bounds_texts(void)
{
    enum { LONG = 40000 };
    static char md[LONG + 4096];
    size_t length = (size_t)snprintf(md, sizeof md, "%s| | text | a | ", HEAD);
    memset(md + length, 'x', LONG);
    snprintf(md + length + LONG, sizeof md - length - LONG, "${a} |\n");
    struct survey_report *report = read(md, false);
    CHECK(has(report, &(struct refusal){"a long label", "148", 2, 3, true}, SURVEY_FAULT));
    survey_report_free(report);
}

// A label column for each of so many languages, beside the choices' that names none; and a question that "or_other" brings.
static void bounds_languages(void)
{
    static char md[40000];
    for (int languages = 255; languages <= 256; languages++) {
        size_t length = (size_t)snprintf(md, sizeof md, "| survey |\n| | type | name |");
        for (int i = 0; i < languages; i++)
            length += (size_t)snprintf(md + length, sizeof md - length, " label::L%d (l%d) |", i, i);
        length += (size_t)snprintf(md + length, sizeof md - length, "\n| | select_one l or_other | a |");
        for (int i = 0; i < languages; i++)
            length += (size_t)snprintf(md + length, sizeof md - length, " A%d |", i);
        snprintf(md + length, sizeof md - length, "\n" CHOICES);
        struct survey_report *report = read(md, false);
        struct refusal refusal = {"too many languages", "149", 1, 258, true};
        CHECK(has(report, &refusal, SURVEY_FAULT) == (languages > 255));
        survey_report_free(report);
    }
}

// Rows that look like the ones above and are right.
static void accepts_what_is_right(void)
{
    static const char *const good[] = {
        "| | text | a | A | rows=3 |\n",
        "| | image | a | A | app=org.example.camera max-pixels=1024 |\n",
        "| | range | a | A | start=0 end=1 step=0.1 placeholder=0.3 |\n",
        "| | range | a | A | start=1 end=2 tick_labelset=l |\n" CHOICES,
        "| | select_one l | a | A | randomize=true, seed = 7 |\n" CHOICES,
        "| | text | a | A |\n| | text | b | B | | now() | ${a}, ${a} |\n",
        "| | begin repeat | r | R | | | | ${n} |\n| | text | r_count | A |\n| | end repeat |\n| | "
        "integer | n | N |\n",
        "| | text | a | A | | | | | | | p |\n| entities | | |\n| | list_name | label |\n| | e | "
        "${a} |\n",
        "| | begin repeat | r | R |\n| | text | a | A | | | | | | | p |\n| | end repeat |\n| "
        "entities | | |\n| | list_name | label |\n| | e | ${a} |\n",
        "| | text | a | Costs $5 {net} |\n",
        "| | text | a | Id ${instanceID} |\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char md[4096];
        snprintf(md, sizeof md, "%s%s", HEAD, good[i]);
        struct survey_report *report = read(md, true);
        CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
        if (survey_report_count_of(report, SURVEY_FAULT))
            show(report, &(struct refusal){good[i], "nothing", 0, 0, false});
        survey_report_free(report);
    }
}

TESTS(CASE(refuses_at_the_cell), CASE(goes_on_where_it_can), CASE(bounds_texts), CASE(bounds_languages),
      CASE(accepts_what_is_right))
