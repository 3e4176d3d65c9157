// SPDX-License-Identifier: GPL-3.0-or-later
// What the sheets of a report share: the head of a page, notes, and figures as people read them.
#pragma once

#include "output/report/report.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

enum { PAGE_COLUMNS = 32 };

// A sheet being written, top down.
struct page {
    const struct output_report *report;
    struct output_book *book;
    struct output_sheet *sheet;
    struct survey_arena *arena; // texts until the sheet is done
    size_t language;            // of labels
    bool chinese;
    unsigned *number;           // of the attachment, counted up
    uint32_t columns;
    uint32_t row;               // the next one
    uint32_t head_first, head_last;
    uint32_t *first_rows;       // of each indicator's units on the sheet of indicators
    const struct output_sheet *indicators;
};

// Starts a sheet: attachment mark, title, and a line that says the round on its left and the table's
// unit on its right. widths: one a column, in characters.
void page_open(struct page *page, const char *name, const char *title, const char *unit, const double *widths,
               uint32_t columns);
// Ends it. freeze_column: columns that stay on the left; 0 for none. The head rows repeat and stay.
void page_close(struct page *page, bool landscape, uint32_t freeze_column);
// Heads of one row at the page's row. Called once it also sets the rows that repeat.
void page_heads(struct page *page, const char *const *heads, uint32_t columns);
// Paragraphs over the whole width.
void page_note(struct page *page, const char *text);
void page_paragraph(struct page *page, const char *text);
void page_caption(struct page *page, const char *text); // over a second table

// A label in the page's language; "" where there is none.
const char *page_label(const struct page *page, output_labels labels);
const char *page_text(const struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
// What a frame column or one of its values is called; "" where nobody says.
const char *page_word(const struct page *page, const char *name);
const char *page_unit_word(const struct page *page);
// What the units of the last stage are called, many of them: "households" where nobody says.
const char *page_things(const struct page *page);
// The buffer's text without a space at its end; clears the buffer.
struct survey_buffer;
const char *page_take(const struct page *page, struct survey_buffer *buffer);
const char *page_class(const struct page *page, const struct stats_unit *unit);
// "2017-01-03 – 2017-02-20" of the round; "" where not set.
const char *page_round(const struct page *page);

// The nodes of the scheme, each part before those it is made of: an index of nodes for each place.
const size_t *page_tree(const struct page *page);
// "2017-02-25 10:00" of an ISO 8601 time.
const char *page_time(const struct page *page, const char *time);

// Decimals in which the value is told apart from the line: the indicator's own, or more where the
// rounded value would equal the line and the value does not; *touches says so, and is true too where
// the value is the line.
int page_decimals(const struct stats_indicator *indicator, double value, bool *touches);
// A value as text, rounded as the indicator says, or a dash.
const char *page_value(const struct page *page, const struct stats_indicator *indicator, double value);
const char *page_fixed(const struct page *page, double value, int decimals);
// A value in a number cell: rounded for officials, whole for evaluators.
void page_number(struct page *page, uint32_t column, const struct stats_indicator *indicator, double value,
                 int decimals, enum output_tone tone);
void page_count(struct page *page, uint32_t row, uint32_t column, double count, enum output_look look);

// The mark of a small base: "" from 50, "()" from 25, "*" below (MICS).
enum page_base { PAGE_BASE_FULL, PAGE_BASE_WEAK, PAGE_BASE_NONE };
// Whether a figure is of 1 to 4 answers and the report for officials: then nothing of it is shown. Cases
// and records are known figures, not answers.
bool page_hides(const struct page *page, const struct stats_indicator *indicator, const struct stats_figure *figure);
enum page_base page_base(const struct stats_figure *figure);
// The interval as people read it: "0.15–1.20", "none found; at most 0.63".
const char *page_interval(const struct page *page, const struct stats_indicator *indicator,
                          const struct stats_figure *figure);
const char *page_method(const char *interval); // "exact (Korn–Graubard)"
const char *page_verdict(const struct stats_figure *figure, enum output_tone *tone);
// What keeps within the line: "not above 2.00".
const char *page_line(const struct page *page, const struct stats_indicator *indicator);
// What a parameter says of the denominator, in words; "" where nothing.
const char *page_counting(const struct stats_indicator *indicator);
const char *page_sign(enum stats_op op); // "≤"; "" for none
// "persons" or "households", of so many.
const char *page_count_word(const struct page *page, const struct stats_indicator *indicator, double count);
// Whether anything can be suspected: rules, cases, or an indicator that counts them.
bool page_has_cases(const struct page *page);

// The sheets.
void report_summary(struct page *page);
void report_scores(struct page *page);
void report_talks(struct page *page);
void report_indicators(struct page *page);
void report_charts(struct page *page);
void report_opinions(struct page *page);
void report_response(struct page *page);
void report_cases(struct page *page);
void report_case_list(struct page *page);
void report_errors(struct page *page);
void report_scheme(struct page *page);
void report_method(struct page *page);
void report_weights(struct page *page);
void report_fieldwork(struct page *page);
