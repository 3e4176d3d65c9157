// SPDX-License-Identifier: GPL-3.0-or-later
// What the files that read a definition share; nobody else includes this.
#pragma once

#include "survey/definition/form.h"
#include "survey/workbook/workbook.h"

enum { SURVEY_GROUP_DEPTH = 32 };

// What a column of the survey or choices sheet means.
enum survey_header {
    SURVEY_HEADER_EXTRA, // kept as written
    SURVEY_HEADER_TYPE,
    SURVEY_HEADER_NAME,
    SURVEY_HEADER_LIST_NAME,
    SURVEY_HEADER_LABEL,
    SURVEY_HEADER_HINT,
    SURVEY_HEADER_GUIDANCE,
    SURVEY_HEADER_CONSTRAINT_MESSAGE,
    SURVEY_HEADER_REQUIRED_MESSAGE,
    SURVEY_HEADER_RELEVANT,
    SURVEY_HEADER_CONSTRAINT,
    SURVEY_HEADER_CALCULATION,
    SURVEY_HEADER_REQUIRED,
    SURVEY_HEADER_CHOICE_FILTER,
    SURVEY_HEADER_DEFAULT,
    SURVEY_HEADER_READ_ONLY,
    SURVEY_HEADER_REPEAT_COUNT,
    SURVEY_HEADER_APPEARANCE,
    SURVEY_HEADER_PARAMETERS,
    SURVEY_HEADER_TRIGGER,
    SURVEY_HEADER_DISABLED,
    SURVEY_HEADER_PAPER,
    SURVEY_HEADER_ROLE,
    SURVEY_HEADER_PII,
    SURVEY_HEADER_RESTRICTED,
    SURVEY_HEADER_BACK_CHECK,
    SURVEY_HEADER_MISSING,
};

struct survey_column {
    enum survey_header header;
    const char *written;  // as in the sheet
    const char *key;      // what it means, see struct survey_cell; "" for a column without a header
    const char *named;    // the language that the header names; NULL where none
    const char *language; // the same, or the one of columns that name none; NULL where it takes none
    int language_index;
};

// Texts in further languages are left out.
enum { SURVEY_MOST_LANGUAGES = 256 };

struct survey_form_reader {
    struct survey_arena *arena;
    struct survey_form *form;
    bool strict;
    struct survey_report *report;
    const struct survey_sheet *sheet; // being read
    struct survey_column *columns;    // of it
    const char *unnamed_language; // of columns that name none
    size_t language_capacity;
    size_t language_most; // languages that the sheets can name between them, at most SURVEY_MOST_LANGUAGES
    bool languages_full;  // and one that was too many has been told of
    size_t item_capacity;
    size_t list_capacity;
    struct survey_map lists; // name -> list once it is there, and how many rows name it
    bool external;           // lists meant are those of the external_choices sheet
    // While checking: name -> first question (no group) of that name; list -> item that uses it unsearched.
    struct survey_map questions, unsearched;
};

// Says what is wrong at a cell of the sheet being read. column is the sheet's (from 0), -1 for none.
// A fault that lenient reading forgives is a warning unless strict. code is three digits.
enum survey_weight { SURVEY_ALWAYS_FAULT, SURVEY_STRICT_FAULT, SURVEY_ONLY_WARNING };
void survey_reader_say(struct survey_form_reader *reader, enum survey_weight weight, int code, uint32_t row,
                       int column, const char *expected, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

// What a header means: its key and the language that it names (NULL where none). doubled: some header
// of the sheet has "::", so that a single ":" divides nothing.
void survey_column_parse(struct survey_arena *arena, const char *written, bool doubled, bool choices,
                         const char **key, const char **language);
// The same at an item's cell in the column of that key.
void survey_reader_say_item(struct survey_form_reader *reader, enum survey_weight weight, int code, const struct survey_item *item,
                            const char *key, const char *expected, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

// The meaning of the headers of a sheet; languages found are added to the form.
void survey_reader_headers(struct survey_form_reader *reader, const struct survey_sheet *sheet);
// The column of a header and language (-1: any), or -1.
int survey_reader_column(const struct survey_form_reader *reader, enum survey_header header, int language);
const char *survey_reader_cell(const struct survey_form_reader *reader, uint32_t row, enum survey_header header);
// The translations of a row: one a language, NULL where all are blank.
const char **survey_reader_texts(struct survey_form_reader *reader, uint32_t row, enum survey_header header);

// The cells of a row with what they mean, in the sheet's order.
const struct survey_cell *survey_reader_cells(struct survey_form_reader *reader, uint32_t row, size_t *count);

void survey_reader_choices(struct survey_form_reader *reader);
struct survey_choice_list *survey_reader_list(struct survey_form_reader *reader, const char *name);
struct survey_choice_list *survey_reader_add_list(struct survey_form_reader *reader, const char *name);

// "yes", "TRUE", "true()", "1" ...
bool survey_means_yes(const char *text);

// What a type cell says.
enum survey_row_kind { SURVEY_ROW_QUESTION, SURVEY_ROW_BEGIN, SURVEY_ROW_END, SURVEY_ROW_UNKNOWN };
struct survey_row_type {
    enum survey_row_kind kind;
    enum survey_type type;
    char list[256]; // list or file named
    bool from_file;
    bool external; // its list is in the external_choices sheet
    bool or_other;
    bool refused; // unknown here, though other tools know it
    bool loop;    // the same, and it opens or closes a group
};
void survey_row_type_parse(const char *text, struct survey_row_type *type);

// Names, references, lists and cycles, once everything has been read.
void survey_reader_check(struct survey_form_reader *reader);
void survey_reader_check_items(struct survey_form_reader *reader);      // rows one by one, entities
void survey_reader_check_parameters(struct survey_form_reader *reader); // the parameters cells
void survey_reader_check_texts(struct survey_form_reader *reader);      // ${name} in every cell
void survey_reader_check_instances(struct survey_form_reader *reader);  // ids that would clash
// The nearest of count names to name, or NULL where none is near (edit distance).
const char *survey_nearest(const char *name, const char *const *names, size_t count);
