// SPDX-License-Identifier: GPL-3.0-or-later
// The definition model: what is asked, in order, with its choices, languages and logic. Made by the
// readers, immutable afterwards, free of any library.
#pragma once

#include "survey/base/error.h"
#include "survey/base/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;
struct survey_expr;
struct survey_workbook;

// Question types: enum tail, XLSForm's name, XForm bind type (NULL: no bind of its own).
#define SURVEY_TYPES(_)                                                                            \
    _(TEXT, "text", "string")                                                                      \
    _(INTEGER, "integer", "int")                                                                   \
    _(DECIMAL, "decimal", "decimal")                                                               \
    _(NOTE, "note", "string")                                                                      \
    _(SELECT_ONE, "select_one", "string")                                                          \
    _(SELECT_MULTIPLE, "select_multiple", "string")                                                \
    _(RANK, "rank", "odk:rank")                                                                    \
    _(DATE, "date", "date")                                                                        \
    _(TIME, "time", "time")                                                                        \
    _(DATETIME, "dateTime", "dateTime")                                                            \
    _(CALCULATE, "calculate", "string")                                                            \
    _(HIDDEN, "hidden", "string")                                                                  \
    _(GEOPOINT, "geopoint", "geopoint")                                                            \
    _(GEOTRACE, "geotrace", "geotrace")                                                            \
    _(GEOSHAPE, "geoshape", "geoshape")                                                            \
    _(IMAGE, "image", "binary")                                                                    \
    _(AUDIO, "audio", "binary")                                                                    \
    _(VIDEO, "video", "binary")                                                                    \
    _(FILE, "file", "binary")                                                                      \
    _(BARCODE, "barcode", "barcode")                                                               \
    _(RANGE, "range", "int")                                                                       \
    _(ACKNOWLEDGE, "acknowledge", "string")                                                        \
    _(START, "start", "dateTime")                                                                  \
    _(END, "end", "dateTime")                                                                      \
    _(TODAY, "today", "date")                                                                      \
    _(DEVICEID, "deviceid", "string")                                                              \
    _(USERNAME, "username", "string")                                                              \
    _(PHONENUMBER, "phonenumber", "string")                                                        \
    _(EMAIL, "email", "string")                                                                    \
    _(START_GEOPOINT, "start-geopoint", "geopoint")                                                \
    _(BACKGROUND_GEOPOINT, "background-geopoint", "geopoint")                                      \
    _(BACKGROUND_AUDIO, "background-audio", "binary")                                              \
    _(AUDIT, "audit", "binary")                                                                    \
    _(CSV_EXTERNAL, "csv-external", NULL)                                                          \
    _(XML_EXTERNAL, "xml-external", NULL)                                                          \
    _(GROUP, "group", NULL)                                                                        \
    _(REPEAT, "repeat", NULL)

enum survey_type {
#define SURVEY_TYPE_ENUM(tail, name, bind) SURVEY_TYPE_##tail,
    SURVEY_TYPES(SURVEY_TYPE_ENUM)
#undef SURVEY_TYPE_ENUM
    SURVEY_TYPE_COUNT,
};

const char *survey_type_name(enum survey_type type);
const char *survey_type_bind(enum survey_type type);

// The kinds of missing answer, never mixed.
enum survey_missing {
    SURVEY_PRESENT,
    SURVEY_NOT_ASKED,
    SURVEY_DONT_KNOW,
    SURVEY_REFUSED,
    SURVEY_BLANK,
};
const char *survey_missing_name(enum survey_missing kind); // "not_asked", "dont_know", ...; "" present

// An expression and where it stands in the workbook.
struct survey_logic {
    const char *text;               // as written; NULL where the cell is blank
    const struct survey_expr *expr; // NULL where blank or faulty
    const char *sheet;
    uint32_t row, column;           // as a person counts, from 1
};

// One cell of a row as it was read, with what its column means: "label", "media::image",
// "bind::relevant", "control::appearance" whatever alias the header used; as written where the
// header is nobody's but the user's.
struct survey_cell {
    const char *key;
    const char *language; // of the column; NULL where it names none
    const char *text;
};

struct survey_choice {
    const char *name;
    const char **labels;         // one a language of the form; NULL where untranslated
    enum survey_missing missing; // what choosing it means (choices column "missing")
    struct survey_map extra;     // other columns -> value (const char *), for choice_filter
    const struct survey_cell *cells; // in the sheet's order, blank ones left out
    size_t cell_count;
    uint32_t row;
};

struct survey_choice_list {
    const char *name;
    struct survey_choice *choices;
    size_t count;
    const char *file; // select_*_from_file: the file named; NULL otherwise
    bool external;    // of the external_choices sheet: phones get it as itemsets.csv
};

// A question, a group or a repeat.
struct survey_item {
    enum survey_type type;
    const char *name;
    const char *path;   // "/data/ga/stratum"
    const char *column; // its column in the answers table: the name, or group_name where two share it
    struct survey_item *parent; // NULL for the root
    struct survey_item **children;
    size_t child_count;
    size_t index;               // its place in form->items
    unsigned depth;
    struct survey_item *repeat; // the innermost repeat that holds it (itself excluded), or NULL

    const char **labels; // one a language; NULL where untranslated. So are the next four.
    const char **hints;
    const char **guidance;
    const char **constraint_messages;
    const char **required_messages;

    struct survey_logic relevant, constraint, calculation, required, choice_filter, initial, read_only,
        repeat_count;
    const struct survey_choice_list *list; // of selects and ranks
    bool or_other;
    const char *appearance; // "" where blank; so are the texts below
    const char *parameters;
    const char *trigger;

    // Our own columns.
    const char *paper; // boxes, digits:N, line, box:H, none
    const char *role;  // key, disposition, weight, opinion, observation ...
    bool pii;
    bool restricted;
    int back_check; // 1, 2, 3; 0 where none

    struct survey_map extra; // other columns as written, "media::image::English" included
    const struct survey_cell *cells; // in the sheet's order, blank ones left out; none if generated
    size_t cell_count;
    uint32_t row;            // in the survey sheet, as a person counts
};

struct survey_form {
    struct survey_arena *arena; // holds everything here
    const char *path;           // of the workbook, for messages
    const char *id;             // form_id
    const char *title;
    const char *version;
    const char *root_name;      // "data" unless settings name it
    const char **languages;     // "中文 (zh)"; one "default" where the form names none
    size_t language_count;
    size_t default_language;
    struct survey_item *root;   // a group without a name of its own
    struct survey_item **items; // all but the root, in document order
    size_t item_count;
    struct survey_choice_list **lists;
    size_t list_count;
    struct survey_map settings; // key -> value (const char *)
    const struct survey_workbook *workbook; // for the sheets that are ours
};

// Reads a definition out of a workbook. Every fault and warning goes to report with its cell; with
// strict, what ODK refuses is a fault, otherwise a numbered warning. *form is set, and to be given
// to survey_form_free(), whenever there is a survey sheet to speak of, even with faults in report;
// false with error only where nothing could be read. The form takes over arena, and with it the
// workbook.
bool survey_form_read(struct survey_arena *arena, const struct survey_workbook *workbook, bool strict,
                      struct survey_report *report, struct survey_form **form,
                      struct survey_error *error);
// Opens the workbook at path and reads it.
bool survey_form_open(const char *path, bool strict, struct survey_report *report,
                      struct survey_form **form, struct survey_error *error);
void survey_form_free(struct survey_form *form); // NULL is fine

// The question of that name (or column name, or path), or NULL.
const struct survey_item *survey_form_find(const struct survey_form *form, const char *name);
// The choice of that name in the item's list, or NULL.
const struct survey_choice *survey_item_choice(const struct survey_item *item, const char *name);
// The text of the item's first cell with that key (see struct survey_cell), "" where there is none.
const char *survey_item_cell(const struct survey_item *item, const char *key);
// The text in a language, else in the default one, else in any; "" where there is none.
const char *survey_label(const struct survey_form *form, const char **labels, size_t language);
// The language meant by a name or code ("zh", "中文", "English (en)"); the default for NULL; -1.
int survey_form_language(const struct survey_form *form, const char *name);
// True for what a person answers (not notes, groups, calculations, metadata).
bool survey_item_is_asked(const struct survey_item *item);
// True for what has a value in a response (all but notes, groups, repeats, external files).
bool survey_item_has_value(const struct survey_item *item);
