// SPDX-License-Identifier: GPL-3.0-or-later
// The workbook of a report: its sheets in each language, and the properties that tell where it is from.
#include "output/report/page.h"
#include "survey/command/command.h"

#include <stdlib.h>
#include <string.h>

static bool is_chinese(const char *language)
{
    return strncmp(language, "zh", 2) == 0 || strstr(language, "中文");
}

void output_language_switch(struct output_language *language, const char *to)
{
    const char *environment = getenv("LANGUAGE");
    language->before = environment ? strdup(environment) : NULL;
    survey_language_use(is_chinese(to) ? "zh" : to);
}

void output_language_back(struct output_language *language)
{
    if (language->before)
        setenv("LANGUAGE", language->before, 1);
    else
        unsetenv("LANGUAGE");
    survey_language_use(NULL);
    free(language->before);
    language->before = NULL;
}

static void write_language(const struct output_report *report, struct output_book *book, const char *language)
{
    static void (*const sheets[])(struct page *) = {report_summary, report_scores, report_talks, report_indicators, report_charts,
        report_opinions, report_response, report_cases, report_errors, report_scheme,
        report_method};
    static void (*const working[])(struct page *) = {report_case_list, report_weights, report_fieldwork};
    unsigned number = 0;
    int found = survey_form_language(report->form, language);
    struct output_language messages;
    struct page page = {.report = report, .book = book, .arena = survey_arena_new(), .chinese = is_chinese(language),
                        .language = found < 0 ? report->form->default_language : (size_t)found, .number = &number};
    output_language_switch(&messages, language);
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
        sheets[i](&page);
    for (size_t i = 0; report->audience == OUTPUT_EVALUATORS && i < sizeof working / sizeof *working; i++)
        working[i](&page);
    output_language_back(&messages);
    survey_arena_free(page.arena);
}

bool output_report_build(const struct output_report *report, const char *path, const char *const *languages,
                         size_t language_count, struct output_book **made, struct survey_error *error)
{
    struct survey_buffer list = SURVEY_BUFFER(1 << 12);
    struct output_book *book = NULL;
    const char *title = report->titles && report->titles[report->form->default_language]
                            ? report->titles[report->form->default_language] : report->evaluation;
    if (!output_book_new(path, title, report->now, &book, error))
        return false;
    for (size_t i = 0; i < language_count; i++) {
        struct output_report in_language = *report;
        if (i < OUTPUT_LANGUAGES && report->in_language[i])
            in_language.assessment = report->in_language[i];
        write_language(&in_language, book, languages[i]);
        survey_format(&list, "%s%s", i ? "," : "", languages[i]);
    }
    output_book_property(book, "evaluation", report->file_id);
    output_book_property(book, "round", report->assessment->round);
    output_book_property(book, "log head", report->head);
    output_book_property(book, "language", survey_buffer_string(&list));
    output_book_property(book, "audience", report->audience == OUTPUT_OFFICIALS ? "officials" : "evaluators");
    survey_buffer_clear(&list);
    *made = book;
    return true;
}
