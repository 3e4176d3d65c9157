// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of survey_form_examine() share; nobody else includes this.
#pragma once

#include "survey/definition/examine.h"
#include "survey/expr/possible.h"
#include "survey/workbook/workbook.h"

struct survey_examination {
    const struct survey_form *form;
    const char *file; // that problems are of
    struct survey_report *report;
    struct survey_arena *arena;    // of this examination
    struct survey_map items;       // name -> value: its item, number: how many have it
    struct survey_domain *domains; // by item->index
    const struct survey_sheet *survey, *choices; // NULL where there is none
};

enum { SURVEY_LOGICS = 8 };
struct survey_named_logic {
    const struct survey_logic *logic;
    bool of_choices; // "." and names in it mean a choice
};
// The expressions of an item; those that are blank or faulty have no expr.
void survey_examine_logics(const struct survey_item *item, struct survey_named_logic logics[static SURVEY_LOGICS]);

// A problem at a cell; row and column as a person counts, 0 where none.
void survey_examine_say(struct survey_examination *in, enum survey_severity severity, const char *code, const char *sheet,
                        uint32_t row, uint32_t column, const char *expected, const char *format, ...)
    __attribute__((format(printf, 8, 9)));
// The column (from 1) whose header means key, in that language (NULL: any); 0 where there is none.
uint32_t survey_examine_column(struct survey_examination *in, const struct survey_sheet *sheet, const char *key, const char *language);
// "did you mean 'x'?", or "" where nothing is near.
const char *survey_examine_near(struct survey_examination *in, const char *name, const char *const *names, size_t count);

// What answers to a question can be.
void survey_examine_settle(struct survey_arena *arena, const struct survey_item *item, struct survey_domain *domain);
// Comparisons with what the questions can't be, in an expression of one of our own sheets.
void survey_examine_comparisons(struct survey_examination *in, const struct survey_expr *expr, const char *sheet, uint32_t row,
                                uint32_t column);

// What ${name} means in an expression of item; NULL where it can't be said.
const struct survey_domain *survey_examine_domain(void *user, const void *scope, const char *name);
const struct survey_item *survey_examine_item_of(const struct survey_examination *in, const struct survey_domain *domain);

void survey_examine_reach(struct survey_examination *in);
void survey_examine_choices(struct survey_examination *in);
void survey_examine_words(struct survey_examination *in);
void survey_examine_lists(struct survey_examination *in);
void survey_examine_texts(struct survey_examination *in);
void survey_examine_paper(struct survey_examination *in);
void survey_examine_sheets(struct survey_examination *in);
void survey_examine_amounts(struct survey_examination *in);
void survey_examine_headers(struct survey_examination *in);
