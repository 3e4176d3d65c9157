// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of an .xlsx file beside its cells: the list of sheets, shared strings, styles.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/workbook/xlsx.h"

#include <string.h>

// --- shared strings -----------------------------------------------------------------------------

struct strings {
    struct survey_xlsx *xlsx;
    struct survey_buffer text;
    bool in_text, in_phonetic;
};

static void strings_start(void *user, const char *name, const char **attributes)
{
    struct strings *strings = user;
    (void)attributes;
    if (strcmp(name, "si") == 0)
        survey_buffer_clear(&strings->text);
    else if (strcmp(name, "rPh") == 0)
        strings->in_phonetic = true;
    else if (strcmp(name, "t") == 0)
        strings->in_text = !strings->in_phonetic;
}

static void strings_end(void *user, const char *name)
{
    struct strings *strings = user;
    struct survey_xlsx *xlsx = strings->xlsx;
    if (strcmp(name, "rPh") == 0)
        strings->in_phonetic = false;
    if (strcmp(name, "t") == 0)
        strings->in_text = false;
    if (strcmp(name, "si") != 0)
        return;
    if (xlsx->string_count == xlsx->string_capacity) {
        xlsx->string_capacity = xlsx->string_capacity ? xlsx->string_capacity * 2 : 256;
        xlsx->strings = survey_realloc(xlsx->strings, xlsx->string_capacity, sizeof *xlsx->strings);
    }
    xlsx->strings[xlsx->string_count++] =
        survey_arena_strndup(xlsx->arena, survey_buffer_string(&strings->text), strings->text.length);
}

static void strings_text(void *user, const char *text, int length)
{
    struct strings *strings = user;
    if (strings->in_text)
        survey_buffer_add(&strings->text, text, (size_t)length);
}

bool survey_xlsx_strings(struct survey_xlsx *xlsx)
{
    struct strings strings = {.xlsx = xlsx, .text = SURVEY_BUFFER(1 << 20)};
    struct survey_xlsx_handlers handlers = {strings_start, strings_end, strings_text, &strings, NULL};
    bool done = survey_xlsx_parse(xlsx, "xl/sharedStrings.xml", true, &handlers);
    survey_buffer_clear(&strings.text);
    return done;
}

// --- styles -------------------------------------------------------------------------------------

struct styles {
    struct survey_xlsx *xlsx;
    struct survey_map custom; // number -> format code
    bool in_cells;
};

static enum survey_xlsx_format format_of_number(const struct styles *styles, const char *number)
{
    const struct survey_map_entry *custom = survey_map_find(&styles->custom, number);
    int64_t id = 0;
    survey_integer_parse(number, strlen(number), &id);
    return survey_number_format(id, custom ? custom->value : NULL);
}

static void styles_start(void *user, const char *name, const char **attributes)
{
    struct styles *styles = user;
    struct survey_xlsx *xlsx = styles->xlsx;
    const char *number = survey_xlsx_attribute(attributes, "numFmtId"), *code = survey_xlsx_attribute(attributes, "formatCode");
    if (strcmp(name, "numFmt") == 0 && number && code) {
        survey_map_put(&styles->custom, xlsx->arena, number, NULL)->value = survey_arena_strdup(xlsx->arena, code);
    } else if (strcmp(name, "cellXfs") == 0) {
        styles->in_cells = true;
    } else if (strcmp(name, "xf") == 0 && styles->in_cells) {
        if (xlsx->format_count == xlsx->format_capacity) {
            xlsx->format_capacity = xlsx->format_capacity ? xlsx->format_capacity * 2 : 64;
            xlsx->formats = survey_realloc(xlsx->formats, xlsx->format_capacity, 1);
        }
        xlsx->formats[xlsx->format_count++] = (unsigned char)format_of_number(styles, number ? number : "0");
    }
}

static void styles_end(void *user, const char *name)
{
    struct styles *styles = user;
    if (strcmp(name, "cellXfs") == 0)
        styles->in_cells = false;
}

bool survey_xlsx_styles(struct survey_xlsx *xlsx)
{
    struct styles styles = {.xlsx = xlsx};
    struct survey_xlsx_handlers handlers = {styles_start, styles_end, NULL, &styles, NULL};
    bool done = survey_xlsx_parse(xlsx, "xl/styles.xml", true, &handlers);
    survey_map_clear(&styles.custom);
    return done;
}

// --- the list of sheets -------------------------------------------------------------------------

struct sheet_list {
    struct survey_xlsx *xlsx;
    struct survey_map targets; // relationship id -> part
    struct survey_xlsx_sheet *sheets;
    size_t count;
};

static void relations_start(void *user, const char *name, const char **attributes)
{
    struct sheet_list *list = user;
    const char *id = survey_xlsx_attribute(attributes, "Id"), *target = survey_xlsx_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || !id || !target)
        return;
    const char *part = target[0] == '/' ? survey_arena_strdup(list->xlsx->arena, target + 1)
                                        : survey_arena_format(list->xlsx->arena, "xl/%s", target);
    survey_map_put(&list->targets, list->xlsx->arena, id, NULL)->value = survey_arena_strdup(list->xlsx->arena, part);
}

static void book_start(void *user, const char *name, const char **attributes)
{
    struct sheet_list *list = user;
    const char *date1904 = survey_xlsx_attribute(attributes, "date1904");
    if (strcmp(name, "workbookPr") == 0 && date1904)
        list->xlsx->from_1904 = strcmp(date1904, "1") == 0 || strcmp(date1904, "true") == 0;
    if (strcmp(name, "sheet") != 0 || list->count >= list->xlsx->limits->sheets)
        return;
    const char *title = survey_xlsx_attribute(attributes, "name"), *id = NULL;
    for (const char **at = attributes; *at; at += 2) // "r:id", not "sheetId"
        if (strcmp(survey_xlsx_local(at[0]), "id") == 0)
            id = at[1];
    const struct survey_map_entry *target = id ? survey_map_find(&list->targets, id) : NULL;
    if (title && target && strstr(target->value, "worksheets/"))
        list->sheets[list->count++] = (struct survey_xlsx_sheet){survey_arena_strdup(list->xlsx->arena, title), target->value};
}

bool survey_xlsx_list(struct survey_xlsx *xlsx, struct survey_xlsx_sheet **sheets, size_t *count)
{
    struct sheet_list list = {.xlsx = xlsx};
    list.sheets = survey_arena_array(xlsx->arena, xlsx->limits->sheets + 1u, sizeof *list.sheets);
    struct survey_xlsx_handlers relations = {relations_start, NULL, NULL, &list, NULL};
    struct survey_xlsx_handlers book = {book_start, NULL, NULL, &list, NULL};
    bool done = survey_xlsx_parse(xlsx, "xl/_rels/workbook.xml.rels", false, &relations) &&
                survey_xlsx_parse(xlsx, "xl/workbook.xml", false, &book);
    survey_map_clear(&list.targets);
    if (done && !list.count)
        return survey_xlsx_fail(xlsx, "xl/workbook.xml", _("the workbook has no worksheet"));
    *sheets = list.sheets;
    *count = list.count;
    return done;
}
