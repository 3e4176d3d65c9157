// SPDX-License-Identifier: GPL-3.0-or-later
// The base: numbers, formats, dates, UTF-8, maps, JSON, random numbers, files, CSV, problems.
#include "survey/base/arena.h"
#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/base/file.h"
#include "survey/base/format.h"
#include "survey/base/json.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/random.h"
#include "survey/base/utf8.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

#include <stdint.h>
#include <unistd.h>

static void numbers_read_back(void)
{
    struct survey_random random = survey_random_at(1, "numbers", "");
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)survey_random_word(&random) << 32 | survey_random_word(&random);
        double value, again;
        char text[SURVEY_NUMBER_TEXT], exact[64];
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        size_t length = survey_number_text(value, text);
        NEED(survey_number_parse(text, length, &again) && again == value);
        // The C library's own conversions are the second opinion.
        snprintf(exact, sizeof exact, "%.*g", i % 20 + 1, value);
        NEED(survey_number_parse(exact, strlen(exact), &again));
        NEED(again == strtod(exact, NULL));
    }
}

static void numbers_as_people_write_them(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.1, "0.1"},   {-0.0, "0"},    {100, "100"},   {1e21, "1e+21"},
                 {1e-7, "1e-7"}, {-2.5, "-2.5"}, {5e-324, "5e-324"}, {1.0 / 3, "0.3333333333333333"}};
    static const char *const bad[] = {"",  "-",  ".",  "1,5",   "0x1", "nan",
                                      "1e", "1 ", " 1", "1.2.3", "--1"};
    char text[SURVEY_NUMBER_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        survey_number_text(cases[i].value, text);
        CHECK_TEXT(cases[i].text, text);
    }
    double value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!survey_number_parse(bad[i], strlen(bad[i]), &value) && value == 7);
}

static void rounding_modes(void)
{
    static const struct {
        double value;
        const char *exact, *even, *up;
    } cases[] = {{28.165, "28.16", "28.16", "28.17"}, {28.175, "28.18", "28.18", "28.18"},
                 {2.675, "2.67", "2.68", "2.68"},     {0.005, "0.01", "0.00", "0.01"},
                 {-1.005, "-1.00", "-1.00", "-1.01"}, {1.999, "2.00", "2.00", "2.00"},
                 {-0.001, "0.00", "0.00", "0.00"}};
    char text[SURVEY_NUMBER_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        survey_number_fixed(cases[i].value, 2, SURVEY_ROUND_EXACT, text);
        CHECK_TEXT(cases[i].exact, text);
        survey_number_fixed(cases[i].value, 2, SURVEY_HALF_EVEN, text);
        CHECK_TEXT(cases[i].even, text);
        survey_number_fixed(cases[i].value, 2, SURVEY_HALF_UP, text);
        CHECK_TEXT(cases[i].up, text);
    }
}

static void integers(void)
{
    int64_t value = 0;
    CHECK(survey_integer_parse("-9223372036854775808", 20, &value) && value == INT64_MIN);
    CHECK(survey_integer_parse("9223372036854775807", 19, &value) && value == INT64_MAX);
    CHECK(!survey_integer_parse("9223372036854775808", 19, &value));
    CHECK(!survey_integer_parse("", 0, &value) && !survey_integer_parse("1.0", 3, &value));
}

static void formats(void)
{
    char text[64];
    survey_format_into(text, sizeof text, "%s|%5d|%-4s|%05.1f|%x|%lld|%c%%", "a", -42, "b", 3.25,
                       255u, -7ll, 'z');
    CHECK_TEXT("a|  -42|b   |003.2|ff|-7|z%", text);
    survey_format_into(text, 5, "%s", "甲乙");
    CHECK_TEXT("甲", text); // cut at a whole character
    survey_format_into(text, sizeof text, "%-6s|%6s|%3s", "步骤", "n步", "合计数");
    CHECK_TEXT("步骤  |   n步|合计数", text); // widths in columns
    struct survey_buffer buffer = SURVEY_BUFFER(4);
    survey_buffer_text(&buffer, "abc");
    survey_buffer_text(&buffer, "de");
    CHECK(buffer.overflow);
    CHECK_TEXT("abc", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
}

static void cells(void)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1000);
    survey_buffer_cell(&buffer, "抽样框", 8, false);
    survey_buffer_cell(&buffer, "|层", 5, true);
    survey_buffer_cell(&buffer, "|抽样框", 4, false);
    survey_buffer_cell(&buffer, "|a\tb", 5, false);
    survey_buffer_cell(&buffer, "|1234", 1, true);
    CHECK_TEXT("抽样框    |层|抽 |a b |1234", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    CHECK(survey_utf8_columns("甲b，", strlen("甲b，")) == 5 && survey_utf8_columns("", 0) == 0);
}

static void dates(void)
{
    int64_t days = 0;
    char text[40];
    CHECK(survey_date_parse("1970-01-01", 10, &days) && days == 0);
    CHECK(survey_date_parse("2016-02-29", 10, &days) && days == 16860);
    CHECK(!survey_date_parse("2015-02-29", 10, &days));
    CHECK(!survey_date_parse("2016-13-01", 10, &days));
    for (int64_t day = -800000; day < 800000; day += 997) {
        int64_t year;
        int month, date;
        survey_civil_from_days(day, &year, &month, &date);
        NEED(survey_days_from_civil(year, month, date) == day);
    }
    struct survey_time time;
    const char *written = "2016-12-31T08:30:05.250+08:00";
    NEED(survey_time_parse(written, strlen(written), 0, &time));
    CHECK(time.seconds == 1483144205 && time.milliseconds == 250 && time.offset == 480);
    survey_time_text(&time, text);
    CHECK_TEXT(written, text);
    CHECK(survey_time_parse("2016-12-31T08:30Z", 17, 480, &time) && time.offset == 0);
    CHECK(!survey_time_parse("2016-12-31T25:00", 16, 0, &time));
}

static void utf8(void)
{
    CHECK(survey_utf8_valid("甲a\xf0\x9f\x99\x82", 8));
    CHECK(!survey_utf8_valid("\xc0\x80", 2));
    CHECK(!survey_utf8_valid("\xed\xa0\x80", 3));
    CHECK(!survey_utf8_valid("\xe7\x94", 2));
    CHECK(survey_utf8_count("甲乙c", 7) == 3);
    CHECK(survey_utf8_cut("甲乙", 6, 5) == 3);
}

static void maps_keep_their_order(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_map map = {0};
    char key[16];
    for (int i = 0; i < 1000; i++) {
        survey_format_into(key, sizeof key, "k%d", i * 7919 % 1000);
        survey_map_put(&map, arena, key, NULL)->number = i;
    }
    CHECK(map.count == 1000);
    CHECK_TEXT("k919", map.entries[1].key);
    CHECK(survey_map_find(&map, "k919")->number == 1 && !survey_map_find(&map, "k1000"));
    CHECK(survey_map_find_n(&map, "k91999", 4) == survey_map_find(&map, "k919"));
    survey_map_clear(&map);
    survey_arena_free(arena);
}

static void json_round_trip(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *json;
    struct survey_error error;
    const char *text = "{\"a\": [1, -2.5e3, true, null], \"b\": {\"名\": \"\\u7532\\ud83d\\ude42\\n\"}}";
    NEED(survey_json_read(arena, "t.json", text, strlen(text), &json, &error));
    CHECK_TEXT("甲🙂\n", survey_json_text(survey_json_get(json, "b"), "名", "-"));
    CHECK(survey_json_at(survey_json_get(json, "a"), 1)->number == -2500);
    struct survey_buffer buffer = SURVEY_BUFFER(1000);
    struct survey_json_writer writer = survey_json_writer(&buffer, false);
    survey_json_open(&writer, '{');
    survey_json_key(&writer, "list");
    survey_json_open(&writer, '[');
    survey_json_put_number(&writer, 0.5);
    survey_json_put_number(&writer, (double)NAN);
    survey_json_close(&writer, ']');
    survey_json_member(&writer, "text", "a\"b\\\n\x01: ");
    survey_json_member(&writer, "empty", NULL);
    survey_json_close(&writer, '}');
    CHECK_TEXT("{\"list\": [0.5,null],\"text\": \"a\\\"b\\\\\\n\\u0001: \",\"empty\": null}",
               survey_buffer_string(&buffer));
    CHECK(survey_json_read(arena, "again", buffer.at, buffer.length, &json, &error));
    survey_buffer_clear(&buffer);
    survey_arena_free(arena);
}

static void json_faults(void)
{
    static const char *const bad[] = {"",     "{",       "[1,]",        "{\"a\" 1}", "01",      "1.",
                                      "\"\\x\"", "\"\\ud800\"", "tru", "[1] 2", "{'a':1}", "\"a\nb\""};
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *json;
    struct survey_error error;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!survey_json_read(arena, "t", bad[i], strlen(bad[i]), &json, &error));
    char deep[200];
    memset(deep, '[', sizeof deep);
    CHECK(!survey_json_read(arena, "t", deep, sizeof deep, &json, &error));
    CHECK(!survey_json_read(arena, "t.json", "{\n \"a\": x}", 10, &json, &error));
    CHECK_TEXT("t.json: line 2, column 7", error.where);
    survey_arena_free(arena);
}

static void philox_known_answer(void)
{
    // The published vector of Random123 for an all-zero key and counter.
    uint32_t key[2] = {0}, counter[4] = {0}, out[4];
    survey_philox(key, counter, out);
    CHECK(out[0] == 0x6627e8d5 && out[1] == 0xe169c58d && out[2] == 0xbc57ac4c && out[3] == 0x9b00dbd8);
}

static void random_numbers(void)
{
    struct survey_random a = survey_random_at(7, "draw", "u1"), b = survey_random_at(7, "draw", "u1"),
                         c = survey_random_at(7, "draw", "u2");
    bool same = true, other = false;
    double sum = 0, normal = 0, square = 0;
    for (int i = 0; i < 20000; i++) {
        double x = survey_random_unit(&a), z = survey_random_normal(&c);
        same &= x == survey_random_unit(&b);
        other |= x != z;
        sum += x;
        normal += z;
        square += z * z;
    }
    CHECK(same && other);
    CHECK_NEAR(0.5, sum / 20000, 0.01);
    CHECK_NEAR(0, normal / 20000, 0.03);
    CHECK_NEAR(1, square / 20000, 0.05);
    unsigned counts[5] = {0};
    for (int i = 0; i < 50000; i++)
        counts[survey_random_below(&a, 5)]++;
    for (int i = 0; i < 5; i++)
        CHECK_NEAR(10000, counts[i], 400);
}

static void files_written_aside(void)
{
    struct survey_error error;
    char folder[] = "/tmp/assay-base-XXXXXX", path[64], *bytes;
    size_t length;
    NEED(mkdtemp(folder));
    survey_format_into(path, sizeof path, "%s/a.txt", folder);
    NEED(survey_file_write(path, "one", 3, &error) && survey_file_write(path, "two!", 4, &error));
    NEED(survey_file_read(path, 100, &bytes, &length, &error));
    CHECK(length == 4 && memcmp(bytes, "two!", 5) == 0);
    free(bytes);
    CHECK(!survey_file_read(path, 3, &bytes, &length, &error) && error.code == SURVEY_ERROR_INPUT);
    CHECK(!survey_file_write("/nonexistent/x", "a", 1, &error) && error.code == SURVEY_ERROR_RESOURCE);
    unlink(path);
    CHECK(rmdir(folder) == 0); // nothing else was left behind
}

// What is too large is refused by its size, whatever there is of memory; a pipe is read to its end; what has no end,
// to the limit.
static void files_read_within_limits(void)
{
    struct survey_error error;
    char path[] = "/tmp/assay-base-XXXXXX", *bytes, name[40];
    size_t length;
    int file = mkstemp(path), ends[2];
    NEED(file >= 0 && ftruncate(file, (off_t)1 << 42) == 0);
    CHECK(survey_file_check(path, &error));
    CHECK(!survey_file_read(path, ((size_t)1 << 42) - 1, &bytes, &length, &error) && error.code == SURVEY_ERROR_INPUT);
    NEED(ftruncate(file, 100000) == 0);
    for (size_t limit = 99999; limit <= 100001; limit++) {
        bool read = survey_file_read(path, limit, &bytes, &length, &error);
        CHECK(read == (limit >= 100000) && (!read || (length == 100000 && bytes[length] == '\0')));
        if (read)
            free(bytes);
    }
    close(file);
    unlink(path);
    NEED(pipe(ends) == 0 && write(ends[1], "from a pipe", 11) == 11);
    close(ends[1]);
    survey_format_into(name, sizeof name, "/dev/fd/%d", ends[0]);
    CHECK(!survey_file_check(name, &error) && error.code == SURVEY_ERROR_USAGE);
    NEED(survey_file_read(name, 11, &bytes, &length, &error));
    CHECK(length == 11 && memcmp(bytes, "from a pipe", 12) == 0);
    free(bytes);
    close(ends[0]);
    CHECK(!survey_file_read("/dev/zero", 300000, &bytes, &length, &error) && error.code == SURVEY_ERROR_INPUT);
    CHECK(!survey_file_check("/tmp", &error) && error.code == SURVEY_ERROR_USAGE);
    CHECK(!survey_file_check("/nonexistent", &error) && error.code == SURVEY_ERROR_RESOURCE);
}

static bool csv(struct survey_arena *arena, const char *text, struct survey_sheet *sheet, struct survey_error *error)
{
    return survey_csv_read(arena, "f.csv", text, strlen(text), &survey_workbook_default_limits, sheet, error);
}

static void csv_rows_and_lines(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_sheet sheet;
    struct survey_error error;
    NEED(csv(arena, "\xef\xbb\xbf" "a;b;c\r\n1;\"x \"\"y\"\"\nz\";3\r\n\r\n4;5\n", &sheet, &error));
    CHECK(sheet.rows == 4 && sheet.columns == 3);
    CHECK_TEXT("x \"y\"\nz", survey_sheet_cell(&sheet, 1, 1));
    CHECK_TEXT("", survey_sheet_cell(&sheet, 3, 2));
    CHECK(survey_sheet_line(&sheet, 3) == 5 && survey_sheet_column(&sheet, "B") == 1);
    survey_arena_free(arena);
}

static void csv_faults_name_their_line(void)
{
    static const struct {
        const char *text, *where;
    } cases[] = {{"a,b\n1,2,3\n", "f.csv: line 2"}, {"a,b\n1,\"2\n", "f.csv: line 2"},
                 {"a\n\"x\"y\n", "f.csv: line 2"},  {"a\nb\n\xff\n", "f.csv: line 3"}};
    struct survey_arena *arena = survey_arena_new();
    struct survey_sheet sheet;
    struct survey_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!csv(arena, cases[i].text, &sheet, &error));
        CHECK_TEXT(cases[i].where, error.where);
    }
    survey_arena_free(arena);
}

static void csv_formulas_are_neutralised(void)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1000);
    survey_csv_put_safe(&buffer, "=1+1", true);
    survey_csv_put_safe(&buffer, "-5", false);
    survey_csv_put_safe(&buffer, "@x,y", false);
    CHECK_TEXT("'=1+1,-5,\"'@x,y\"", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
}

static void problems_sorted_with_places(void)
{
    struct survey_report *report = survey_report_new();
    struct survey_problem fault = {SURVEY_FAULT, "E1", "b.xlsx", "survey", 14, 28, "m", ""};
    struct survey_problem note = {SURVEY_NOTE, "N1", "a.csv", "", 7, 0, "m", NULL};
    char place[64];
    survey_report_add(report, &fault);
    survey_report_add(report, &note);
    survey_report_sort(report);
    survey_place_text(survey_report_at(report, 0), place, sizeof place);
    CHECK_TEXT("a.csv: line 7", place);
    survey_place_text(survey_report_at(report, 1), place, sizeof place);
    CHECK_TEXT("b.xlsx: survey!AB14", place);
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 1);
    survey_report_free(report);
}

TESTS(CASE(numbers_read_back), CASE(numbers_as_people_write_them), CASE(rounding_modes), CASE(integers),
      CASE(formats), CASE(cells), CASE(dates), CASE(utf8), CASE(maps_keep_their_order), CASE(json_round_trip),
      CASE(json_faults), CASE(philox_known_answer), CASE(random_numbers), CASE(files_written_aside), CASE(files_read_within_limits),
      CASE(csv_rows_and_lines), CASE(csv_faults_name_their_line), CASE(csv_formulas_are_neutralised),
      CASE(problems_sorted_with_places))
