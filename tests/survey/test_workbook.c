// SPDX-License-Identifier: GPL-3.0-or-later
// Kinds of workbook: sheets below one another in one CSV file, and .xls.
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/workbook/workbook.h"
#include "tests/survey/biff.h"
#include "tests/tap.h"

#include <unistd.h>

static struct survey_arena *arena;
static struct survey_workbook *workbook;
static struct survey_error error;

static bool read_csv(const char *text)
{
    error = (struct survey_error){0};
    return survey_workbook_read(arena, "folder/form.csv", "csv", text, strlen(text),
                                &survey_workbook_default_limits, &workbook, &error);
}

static void takes_sheets_below_one_another(void)
{
    arena = survey_arena_new();
    NEED(
        read_csv("survey,,\n,type,name\n,text,a\n,,\n,note,b\nchoices,,\n,list_name,name\n,l,1\n"));
    CHECK(workbook->sheet_count == 2);
    const struct survey_sheet *survey = survey_workbook_sheet(workbook, "survey"),
                              *choices = survey_workbook_sheet(workbook, "choices");
    NEED(survey && choices);
    CHECK(survey->rows == 3 && choices->rows == 2);
    CHECK_TEXT("type", survey_sheet_cell(survey, 0, 0));
    CHECK_TEXT("b", survey_sheet_cell(survey, 2, 1));
    CHECK(survey_sheet_line(survey, 2) == 4); // the blank row counts
    CHECK_TEXT("1", survey_sheet_cell(choices, 1, 1));
    survey_arena_free(arena);
}

static void leaves_one_sheet_alone(void)
{
    arena = survey_arena_new();
    NEED(read_csv("type,name\ntext,a\n"));
    CHECK(workbook->sheet_count == 1);
    CHECK_TEXT("form", workbook->sheets[0].name);
    CHECK_TEXT("text", survey_sheet_cell(&workbook->sheets[0], 1, 0));
    NEED(read_csv("type,\ntext,a\n")); // a header alone in its row, but cells below it
    CHECK(workbook->sheet_count == 1 && workbook->sheets[0].rows == 2);
    survey_arena_free(arena);
}

static void refuses_a_broken_xls(void)
{
    char path[64] = "/tmp/assay-test-XXXXXX", bytes[4096] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    arena = survey_arena_new();
    int file = mkstemp(path);
    NEED(file >= 0);
    CHECK(write(file, bytes, sizeof bytes) == (ssize_t)sizeof bytes);
    close(file);
    error = (struct survey_error){0};
    CHECK(!survey_workbook_open(arena, path, &survey_workbook_default_limits, &workbook, &error));
    CHECK(error.code == SURVEY_ERROR_INPUT);
    CHECK_TEXT(path, error.where);
    unlink(path);
    survey_arena_free(arena);
}

static void reads_an_xls(void)
{
    static const char file[] = SHARED "/data/pyxform/files/tests__example_xls__group.xls";
    if (access(file, R_OK) != 0)
        SKIP("there is no shared .xls workbook");
    arena = survey_arena_new();
    NEED(survey_workbook_open(arena, file, &survey_workbook_default_limits, &workbook, &error));
    const struct survey_sheet *survey = survey_workbook_sheet(workbook, "survey");
    NEED(survey != NULL);
    CHECK_TEXT("type", survey_sheet_cell(survey, 0, 0));
    CHECK_TEXT("family_name", survey_sheet_cell(survey, 1, 1));
    CHECK(survey->rows == 6);
    survey_arena_free(arena);
}

// Text, numbers, dates, truths and formulas' results, as from .xlsx.
static void reads_every_kind_of_cell(void)
{
    static const char *const cells[][4] = {{"type", "name", "", ""},
                                           {"rich text", "\xe6\x88\xb7\xe4\xb8\xbb", "trimmed", ""},
                                           {"2.5", "42", "2016-12-31", "2016-12-31T18:00:00"},
                                           {"TRUE", "worked out", "7", "12:00:00"}};
    static struct biff file;
    biff_make(&file);
    arena = survey_arena_new();
    NEED(survey_workbook_read(arena, "own.xls", "xls", (const char *)file.bytes, file.length, &survey_workbook_default_limits, &workbook, &error));
    CHECK(workbook->sheet_count == 2);
    const struct survey_sheet *survey = survey_workbook_sheet(workbook, "survey"), *choices = survey_workbook_sheet(workbook, "choices");
    NEED(survey && choices);
    CHECK(survey->rows == 4 && survey->columns == 4);
    for (uint32_t row = 0; row < 4; row++)
        for (uint32_t column = 0; column < 4; column++)
            CHECK_TEXT(cells[row][column], survey_sheet_cell(survey, row, column));
    CHECK_TEXT("list_name", survey_sheet_cell(choices, 0, 0));
    survey_arena_free(arena);
}

// Cut anywhere, or with any byte of its first sectors wrong, it is read or refused with a message.
static void survives_damage(void)
{
    static struct biff file, copy;
    biff_make(&file);
    for (size_t at = 0; at < file.length; at += at < 3 * BIFF_SECTOR ? 1 : 13) {
        for (int way = 0; way < 2; way++) {
            copy = file;
            copy.bytes[at] = (uint8_t)(way ? copy.bytes[at] ^ 0x81 : 0xff);
            arena = survey_arena_new();
            error = (struct survey_error){0};
            bool read = survey_workbook_read(arena, "bad.xls", "xls", (const char *)copy.bytes, way ? file.length : at,
                                             &survey_workbook_default_limits, &workbook, &error);
            CHECK(read || (error.code == SURVEY_ERROR_INPUT && error.message[0]));
            survey_arena_free(arena);
        }
    }
}

static void keeps_the_limits(void)
{
    static struct biff file;
    struct survey_workbook_limits narrow = survey_workbook_default_limits;
    biff_make(&file);
    narrow.columns = 2;
    arena = survey_arena_new();
    CHECK(!survey_workbook_read(arena, "own.xls", "xls", (const char *)file.bytes, file.length, &narrow, &workbook, &error));
    CHECK(strstr(error.message, "limit") != NULL);
    survey_arena_free(arena);
}

TESTS(CASE(takes_sheets_below_one_another), CASE(leaves_one_sheet_alone),
      CASE(refuses_a_broken_xls), CASE(reads_an_xls),
      CASE(reads_every_kind_of_cell), CASE(survives_damage), CASE(keeps_the_limits))
