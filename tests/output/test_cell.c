// SPDX-License-Identifier: GPL-3.0-or-later
// The guard over libxlsxwriter: hostile text and numbers make a workbook that our own reader opens
// and that holds exactly the text.
#include "output/cell.h"
#include "survey/base/arena.h"
#include "tests/tap.h"

#include <unistd.h>

static char folder[] = "/tmp/assay-cell-XXXXXX";
static char path[64];

static struct output_book *start(void)
{
    struct output_book *book = NULL;
    struct survey_error error;
    if (!path[0]) {
        NEED(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/book.xlsx", folder);
    }
    NEED(output_book_new(path, "t", (struct survey_time){1480000000, 0, 480}, &book, &error));
    return book;
}

static void text_is_made_safe(void)
{
    static const struct {
        const char *text, *safe;
    } cases[] = {{"甲 <&\">", "甲 <&\">"}, {"=1+1", "=1+1"}, {"\x01\x7f", "\xef\xbf\xbd\xef\xbf\xbd"},
                 {"a\xff" "b", "a\xef\xbf\xbd" "b"}, {"_x0041_", "_x005F_x0041_"}, {"_x41_", "_x41_"}, {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *safe = output_safe_text(cases[i].text);
        CHECK_TEXT(cases[i].safe, safe);
        free(safe);
    }
    char *longest = malloc(200001);
    memset(longest, 'x', 200000);
    longest[200000] = '\0';
    char *safe = output_safe_text(longest);
    CHECK(strlen(safe) == 32767);
    free(safe);
    free(longest);
}

static void sheet_names_are_valid_and_unique(void)
{
    struct output_book *book = start();
    CHECK_TEXT("a b", output_sheet_name(output_sheet_new(book, "a/b", false)));
    CHECK_TEXT("A B (2)", output_sheet_name(output_sheet_new(book, "A:B", false)));
    CHECK_TEXT("Sheet", output_sheet_name(output_sheet_new(book, "", false)));
    CHECK_TEXT("History (2)", output_sheet_name(output_sheet_new(book, "History", false)));
    const char *name = output_sheet_name(output_sheet_new(book, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五", true));
    CHECK(strlen(name) == 31 * 3);
    output_book_drop(book);
    CHECK(access(path, F_OK) != 0); // dropped: nothing left
}

static void hostile_content_makes_a_sound_file(void)
{
    struct output_book *book = start();
    struct survey_error error;
    struct output_sheet *sheet = output_sheet_new(book, "t", true);
    static const char *const texts[] = {"=cmd|' /C calc'!A0", "_x0041_", "\xc3\x28", "]]>", "", "a\nb", "@SUM(1)"};
    for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++)
        output_text(sheet, i, 0, texts[i], OUTPUT_TEXT, OUTPUT_NEUTRAL);
    output_number(sheet, 0, 1, (double)NAN, 2, OUTPUT_NUMBER, OUTPUT_BAD);
    output_number(sheet, 1, 1, (double)INFINITY, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    output_number(sheet, 2, 1, 1.005, 99, OUTPUT_NUMBER, OUTPUT_GOOD);
    output_book_property(book, "head", "\xff");
    output_sheet_finish(sheet, &(struct output_page){.columns = 2, .head_last = 1, .filter = true, .protect = true});
    NEED(output_book_close(book, &error));
    CHECK(access(path, R_OK) == 0);
    // The parts are well-formed XML for a parser that is not ours.
    char command[256];
    snprintf(command, sizeof command, "unzip -p %s xl/worksheets/sheet1.xml xl/sharedStrings.xml >/dev/null 2>&1", path);
    if (access("/usr/bin/unzip", X_OK) != 0 || access("/usr/bin/xmllint", X_OK) != 0)
        SKIP("unzip or xmllint is not installed");
    for (int part = 0; part < 4; part++) {
        static const char *const parts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "docProps/custom.xml"};
        snprintf(command, sizeof command, "unzip -p %s %s | xmllint --noout -", path, parts[part]);
        CHECK(system(command) == 0);
    }
    snprintf(command, sizeof command, "unzip -p %s xl/worksheets/sheet1.xml | grep -q '<f>'", path);
    CHECK(system(command) != 0); // no formula anywhere
    unlink(path);
}

static void the_same_input_gives_the_same_bytes(void)
{
    char *bytes[2];
    size_t length[2];
    for (int run = 0; run < 2; run++) {
        struct output_book *book = start();
        struct survey_error error;
        struct output_sheet *sheet = output_sheet_new(book, "t", false);
        output_number(sheet, 0, 0, 0.1, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
        NEED(output_book_close(book, &error));
        FILE *file = fopen(path, "rb");
        NEED(file);
        bytes[run] = malloc(1 << 20);
        length[run] = fread(bytes[run], 1, 1 << 20, file);
        fclose(file);
        unlink(path);
    }
    CHECK(length[0] > 1000 && length[0] == length[1] && memcmp(bytes[0], bytes[1], length[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
    rmdir(folder);
}

static void an_impossible_path_is_an_error(void)
{
    struct output_book *book = NULL;
    struct survey_error error = {0};
    CHECK(!output_book_new("/nonexistent/x.xlsx", "t", (struct survey_time){0}, &book, &error));
    CHECK(error.code == SURVEY_ERROR_RESOURCE && !book);
}

TESTS(CASE(text_is_made_safe), CASE(sheet_names_are_valid_and_unique), CASE(hostile_content_makes_a_sound_file),
      CASE(the_same_input_gives_the_same_bytes), CASE(an_impossible_path_is_an_error))
