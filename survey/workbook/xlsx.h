// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of an .xlsx file, for xlsx.c and xlsx_parts.c alone.
#pragma once

#include "survey/workbook/kinds.h"

#include <expat.h>
#include <zip.h>

struct survey_xlsx {
    struct survey_arena *arena;
    const char *path;
    const struct survey_workbook_limits *limits;
    struct survey_error *error;
    zip_t *zip;
    const char **strings; // shared strings
    size_t string_count, string_capacity;
    unsigned char *formats; // of each cell style: what a number in it is
    size_t format_count, format_capacity;
    bool from_1904;
};

struct survey_xlsx_sheet {
    const char *name;
    const char *part; // "xl/worksheets/sheet1.xml"
};

bool survey_xlsx_fail(struct survey_xlsx *xlsx, const char *part, const char *message);
// Parses a part by expat with handlers on user data; a missing optional part is fine. Entities and
// document types are refused, depth is bounded.
struct survey_xlsx_handlers {
    void (*start)(void *user, const char *name, const char **attributes);
    void (*end)(void *user, const char *name);
    void (*text)(void *user, const char *text, int length);
    void *user;
    bool *failed; // set by a handler to stop; may be NULL
};
bool survey_xlsx_parse(struct survey_xlsx *xlsx, const char *part, bool optional, const struct survey_xlsx_handlers *handlers);
const char *survey_xlsx_attribute(const char **attributes, const char *name);
// The local name of an element, without a namespace prefix.
const char *survey_xlsx_local(const char *name);

bool survey_xlsx_strings(struct survey_xlsx *xlsx);
bool survey_xlsx_styles(struct survey_xlsx *xlsx);
bool survey_xlsx_list(struct survey_xlsx *xlsx, struct survey_xlsx_sheet **sheets, size_t *count);
bool survey_xlsx_cells(struct survey_xlsx *xlsx, const struct survey_xlsx_sheet *from, struct survey_sheet *sheet);
