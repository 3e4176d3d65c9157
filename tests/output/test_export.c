// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists as SPSS, Stata and Excel files, read back: values, labels, kinds of missing, and that
// the two lists never meet.
#include "output/export.h"
#include "survey/base/file.h"
#include "survey/store/import.h"
#include "tests/survey/evaluation.h"

#include <dirent.h>
#include <readstat.h>

#define CHECK_INT(expected, actual) CHECK((long long)(expected) == (long long)(actual))

enum { MOST_VARIABLES = 3000, MOST_CELLS = 4000 };

struct read_back {
    int rows, columns;
    struct survey_map places; // variable -> index
    const char *labels[MOST_VARIABLES], *sets[MOST_VARIABLES], *formats[MOST_VARIABLES];
    const char *cells[MOST_CELLS]; // row-major; ".a" where tagged, "." where system missing
    bool declared[MOST_CELLS];     // missing by declaration
    struct survey_map values;      // "set|code" -> label
};

static struct survey_store *store;
static struct survey_arena *arena;
static struct read_back back;

static const char *show(readstat_value_t value)
{
    if (readstat_value_is_tagged_missing(value))
        return survey_arena_format(arena, ".%c", readstat_value_tag(value));
    if (readstat_value_is_system_missing(value))
        return ".";
    if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING)
        return survey_arena_strdup(arena, readstat_string_value(value) ? readstat_string_value(value) : "");
    return survey_arena_format(arena, "%g", readstat_double_value(value));
}

static int on_metadata(readstat_metadata_t *metadata, void *user)
{
    (void)user;
    back.rows = readstat_get_row_count(metadata);
    back.columns = readstat_get_var_count(metadata);
    return READSTAT_HANDLER_OK;
}

static int on_variable(int index, readstat_variable_t *variable, const char *set, void *user)
{
    (void)user;
    NEED(index < MOST_VARIABLES);
    survey_map_put(&back.places, arena, readstat_variable_get_name(variable), NULL)->number = index;
    back.labels[index] = survey_arena_strdup(arena, readstat_variable_get_label(variable) ? readstat_variable_get_label(variable) : "");
    back.sets[index] = survey_arena_strdup(arena, set ? set : "");
    back.formats[index] = survey_arena_strdup(arena, readstat_variable_get_format(variable) ? readstat_variable_get_format(variable) : "");
    return READSTAT_HANDLER_OK;
}

static int on_value(int row, readstat_variable_t *variable, readstat_value_t value, void *user)
{
    (void)user;
    int at = row * back.columns + readstat_variable_get_index(variable);
    if (at < MOST_CELLS) {
        back.cells[at] = show(value);
        back.declared[at] = readstat_value_is_defined_missing(value, variable);
    }
    return READSTAT_HANDLER_OK;
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *user)
{
    (void)user;
    const char *key = survey_arena_format(arena, "%s|%s", set, show(value));
    survey_map_put(&back.values, arena, key, NULL)->value = survey_arena_strdup(arena, label);
    return READSTAT_HANDLER_OK;
}

static const char *file_named(const char *name)
{
    return survey_arena_format(arena, "%s/%s", folder, name);
}

static bool write_as(struct survey_export export, const char *repeat, const char *name)
{
    struct survey_export_table *table;
    NEED(survey_export_open(store, &export, repeat, &tester, &table, &error));
    bool stata = strcmp(name + strlen(name) - 4, ".dta") == 0;
    bool done = strcmp(name + strlen(name) - 4, ".csv") == 0
                    ? output_export_csv(table, file_named(name), &error)
                    : output_export_stat(table, stata, "Households", &tester, file_named(name), &error);
    survey_export_close(table);
    if (!done)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    return done;
}

static void forget_back(void)
{
    survey_map_clear(&back.places);
    survey_map_clear(&back.values);
    back = (struct read_back){0};
}

static void read_stat(const char *name)
{
    forget_back();
    readstat_parser_t *parser = readstat_parser_init();
    readstat_set_metadata_handler(parser, on_metadata);
    readstat_set_variable_handler(parser, on_variable);
    readstat_set_value_handler(parser, on_value);
    readstat_set_value_label_handler(parser, on_label);
    bool stata = strcmp(name + strlen(name) - 4, ".dta") == 0;
    readstat_error_t code = stata ? readstat_parse_dta(parser, file_named(name), NULL)
                                  : readstat_parse_sav(parser, file_named(name), NULL);
    if (code != READSTAT_OK)
        fprintf(stderr, "%s: %s\n", name, readstat_error_message(code));
    CHECK(code == READSTAT_OK);
    readstat_parser_free(parser);
}

static int place(const char *variable)
{
    const struct survey_map_entry *entry = survey_map_find(&back.places, variable);
    return entry ? (int)entry->number : -1;
}

static const char *cell(int row, const char *variable)
{
    int at = place(variable);
    return at < 0 ? "no such variable" : back.cells[row * back.columns + at];
}

static const char *value_label(const char *variable, const char *code)
{
    if (place(variable) < 0)
        return "no such variable";
    const struct survey_map_entry *entry =
        survey_map_find(&back.values, survey_arena_format(arena, "%s|%s", back.sets[place(variable)], code));
    return entry ? entry->value : "no such label";
}

static bool take(const char *csv)
{
    struct survey_report *report = survey_report_new();
    struct survey_imported imported = {0};
    NEED(survey_file_write(file_named("in.csv"), csv, strlen(csv), &error));
    NEED(survey_store_begin(store, &error));
    struct survey_import import = {.channel = "import"};
    bool done = survey_import_csv(store, file_named("in.csv"), &import, &tester, report, &imported, &error);
    for (size_t i = 0; i < survey_report_count(report); i++)
        fprintf(stderr, "%s\n", survey_report_at(report, i)->message);
    done = survey_report_count_of(report, SURVEY_FAULT) == 0 && done && survey_store_commit(store, &error);
    survey_buffer_clear(&imported.refusals);
    survey_report_free(report);
    return done;
}

static void begin_with(const char *more)
{
    store = make_evaluation_with(more);
    arena = survey_arena_new();
}

static void finish(void)
{
    DIR *files = opendir(folder);
    for (struct dirent *file; files && (file = readdir(files));)
        if (strncmp(file->d_name, "test.", 5) != 0 && file->d_name[0] != '.')
            unlink(file_named(file->d_name));
    if (files)
        closedir(files);
    forget_back();
    survey_arena_free(arena);
    drop_evaluation(store);
}

static const char more_rows[] =
    "| | date | seen | Seen on | | | | | | |\n"
    "| | select_one sat | ill | Is 某人 \"ill\"?\a | | | | | | |\n"
    "| | text | long | A long one | | | | | | |\n"
    "| | text | 年龄 | 名字 | | | | | | |\n"
    "| | integer | with | A word of SPSS | | | | | | |\n"
    "| | integer | a_very_long_name_of_a_question_one | One | | | | | | |\n"
    "| | integer | a_very_long_name_of_a_question_two | Two | | | | | | |\n";

static const char rows[] =
    "KEY,household_id,result,age,child,income,sat,traits,note1,phone,seen,ill,mname[1],mage[1]\n"
    "r1,A1,110,30,2,10.5,5,a b,=cmd(),139,2016-12-05,5,Wang,40\n"
    "r2,A2,210,10,,,98,,.b,,,98,,\n"
    "r3,A3,110,50,,0.125,1,b,@x,,1959-12-31,99,Li,\n";

static void stata_file(void)
{
    begin_with(more_rows);
    CHECK(take(rows));
    NEED(write_as((struct survey_export){.evaluators = true}, NULL, "x.dta"));
    read_stat("x.dta");
    CHECK_INT(3, back.rows);
    CHECK_TEXT("30", cell(0, "age"));
    CHECK_TEXT("2", cell(0, "child"));
    CHECK_TEXT(".a", cell(1, "child")); // not asked below 18
    CHECK_TEXT(".d", cell(2, "child")); // asked, blank
    CHECK_TEXT("not asked", value_label("child", ".a"));
    CHECK_TEXT("blank", value_label("child", ".d"));
    CHECK_TEXT("10.5", cell(0, "income"));
    CHECK_TEXT("0.125", cell(2, "income"));
    CHECK_TEXT("5", cell(0, "ill"));
    CHECK_TEXT(".b", cell(1, "ill"));
    CHECK_TEXT(".c", cell(2, "ill"));
    CHECK_TEXT("Very", value_label("ill", "5"));
    CHECK_TEXT("don't know (Cannot say)", value_label("ill", ".b"));
    CHECK_TEXT("refused (Refuses)", value_label("ill", ".c"));
    CHECK(strstr(back.labels[place("ill")], "某人 \"ill\"") != NULL && !strchr(back.labels[place("ill")], '\a'));
    CHECK_TEXT("20793", cell(0, "seen")); // days from 1960
    CHECK_TEXT("-1", cell(2, "seen"));
    CHECK(strncmp(back.formats[place("seen")], "%td", 3) == 0);
    CHECK_TEXT("a b", cell(0, "traits"));
    CHECK_TEXT("1", cell(0, "traits_a"));
    CHECK_TEXT("0", cell(2, "traits_a"));
    CHECK_TEXT(".d", cell(1, "traits_a"));
    CHECK_TEXT("Traits: =Beta", back.labels[place("traits_b")]);
    CHECK_TEXT("=cmd()", cell(0, "note1")); // no spreadsheet reads this
    CHECK_TEXT("'.b", cell(1, "note1"));    // a text that is no kind of missing
    CHECK_TEXT("60", cell(0, "twice"));     // calculated numbers are numbers
    CHECK(place("sat") < 0 && place("sat_label") < 0);
    CHECK(place("with") < 0 && strstr(back.labels[place("with_2")], "[with]") != NULL);
    CHECK(place("a_very_long_name_of_a_question_o") >= 0 && place("a_very_long_name_of_a_question_t") >= 0);
    finish();
}

static void spss_file(void)
{
    begin_with(more_rows);
    CHECK(take(rows));
    NEED(write_as((struct survey_export){.evaluators = true}, NULL, "x.sav"));
    read_stat("x.sav");
    CHECK_INT(3, back.rows);
    CHECK_TEXT("30", cell(0, "age"));
    CHECK_TEXT("-999999991", cell(1, "child"));
    CHECK_TEXT("-999999994", cell(2, "child"));
    CHECK_TEXT("-999999992", cell(1, "ill"));
    CHECK_TEXT("-999999993", cell(2, "ill"));
    CHECK(back.declared[back.columns + place("child")] && back.declared[2 * back.columns + place("child")]);
    CHECK(back.declared[back.columns + place("ill")] && !back.declared[place("ill")] && !back.declared[place("age")]);
    CHECK_TEXT("not asked", value_label("child", "-999999991"));
    CHECK_TEXT("don't know (Cannot say)", value_label("ill", "-999999992"));
    CHECK_TEXT("Very", value_label("ill", "5"));
    CHECK_TEXT("Complete", value_label("result", "110"));
    CHECK_TEXT("13700275200", cell(0, "seen")); // seconds from 1582
    CHECK(strstr(back.formats[place("seen")], "DATE") != NULL);
    CHECK_TEXT("1", cell(0, "traits_b"));
    CHECK_TEXT("'.b", cell(1, "note1"));
    CHECK(place("sat") < 0);
    finish();
}

static const char *whole(const char *name)
{
    char *bytes;
    size_t length;
    NEED(survey_file_read(file_named(name), 1 << 26, &bytes, &length, &error));
    for (size_t i = 0; i < length; i++)
        if (!bytes[i])
            bytes[i] = ' ';
    const char *text = survey_arena_strdup(arena, bytes);
    free(bytes);
    return text;
}

// Nobody's id, response, time or weight beside an opinion, whatever the format.
static void two_lists(void)
{
    static const char *const names[] = {"o.csv", "o.sav", "o.dta"};
    static const struct survey_export_column more = {.name = "design_weight", .label = "", .question = ""};
    begin_with("");
    CHECK(take("KEY,household_id,result,age,sat\nr1,HOUSE1,110,30,99\nr2,HOUSE2,110,40,98\nr3,HOUSE3,110,20,1\n"));
    struct survey_export opinions = {.opinions = true, .evaluators = true, .more = &more, .more_count = 1};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        NEED(write_as(opinions, NULL, names[i]));
        const char *text = whole(names[i]);
        CHECK(!strstr(text, "HOUSE") && !strstr(text, "design_weight") && !strstr(text, "r1") && !strstr(text, "household_id"));
    }
    read_stat("o.dta");
    CHECK_INT(2, back.columns);
    CHECK_TEXT("1", cell(0, "sat")); // in the order of what they say
    CHECK_TEXT(".b", cell(1, "sat"));
    CHECK_TEXT(".c", cell(2, "sat"));
    NEED(output_export_book(store, &opinions, &tester, file_named("o.xlsx"), &error));
    struct survey_workbook *book;
    NEED(survey_workbook_open(arena, file_named("o.xlsx"), &survey_workbook_default_limits, &book, &error));
    const struct survey_sheet *data = survey_workbook_sheet(book, "data");
    CHECK_INT(2, data->columns);
    CHECK(survey_workbook_sheet(book, "member") == NULL);
    for (size_t i = 0; i < book->sheet_count; i++)
        for (size_t c = 0; c < (size_t)book->sheets[i].rows * book->sheets[i].columns; c++)
            CHECK(!strstr(book->sheets[i].cells[c], "HOUSE"));
    finish();
}

static const char *at(const struct survey_sheet *sheet, uint32_t row, const char *column)
{
    int found = survey_sheet_column(sheet, column);
    return found < 0 ? "no such column" : survey_sheet_cell(sheet, row, (uint32_t)found);
}

static void excel_file(void)
{
    begin_with(more_rows);
    CHECK(take(rows));
    struct survey_export export = {.evaluators = true};
    NEED(output_export_book(store, &export, &tester, file_named("x.xlsx"), &error));
    struct survey_workbook *book;
    NEED(survey_workbook_open(arena, file_named("x.xlsx"), &survey_workbook_default_limits, &book, &error));
    const struct survey_sheet *data = survey_workbook_sheet(book, "data"), *labels = survey_workbook_sheet(book, "labels"),
                              *member = survey_workbook_sheet(book, "member"),
                              *dictionary = survey_workbook_sheet(book, "dictionary");
    NEED(data && labels && member && dictionary);
    CHECK_TEXT("30", at(data, 1, "age"));
    CHECK_TEXT("=cmd()", at(data, 1, "note1")); // as text: a formula would be read as its value
    CHECK_TEXT("2016-12-05", at(data, 1, "seen"));
    CHECK_TEXT("98", at(data, 2, "ill"));
    CHECK_TEXT("Cannot say (don't know)", at(labels, 2, "ill"));
    CHECK_TEXT("Very", at(labels, 1, "ill"));
    CHECK_TEXT("(not asked)", at(labels, 2, "child"));
    CHECK_TEXT("(blank)", at(labels, 3, "child"));
    CHECK_TEXT("Alpha; =Beta", at(labels, 1, "traits"));
    CHECK_TEXT("no such column", at(data, 0, "sat"));
    CHECK_TEXT("Wang", at(member, 1, "mname"));
    CHECK_TEXT(at(data, 1, "response"), at(member, 1, "response"));
    bool found = false;
    for (uint32_t row = 1; row < dictionary->rows; row++)
        found |= strcmp(at(dictionary, row, "variable"), "ill") == 0 &&
                 strcmp(at(dictionary, row, "choices"), "5 = Very; 1 = Not; 98 = Cannot say; 99 = Refuses") == 0 &&
                 strstr(at(dictionary, row, "missing kinds"), "don't know = 98") != NULL;
    CHECK(found);
    finish();
}

static void long_texts(void)
{
    begin_with(more_rows);
    struct survey_buffer csv = SURVEY_BUFFER(1 << 20);
    survey_buffer_text(&csv, "KEY,household_id,result,long\nr1,A1,110,");
    for (int i = 0; i < 40000; i++)
        survey_buffer_byte(&csv, (char)('a' + i % 26));
    survey_buffer_text(&csv, "\nr2,A2,110,short\nr3,A3,110,\n");
    CHECK(take(survey_buffer_string(&csv)));
    survey_buffer_clear(&csv);
    struct survey_export export = {0};
    NEED(write_as(export, NULL, "l.dta"));
    read_stat("l.dta");
    CHECK_INT(40000, strlen(cell(0, "long_2")));
    CHECK_TEXT("short", cell(1, "long_2"));
    CHECK(!write_as(export, NULL, "l.sav") && strstr(error.message, "'long' has 40000 bytes") != NULL);
    CHECK(access(file_named("l.sav"), F_OK) != 0);
    CHECK(!output_export_book(store, &export, &tester, file_named("l.xlsx"), &error));
    CHECK(error.code == SURVEY_ERROR_INPUT && strstr(error.message, "'long'") != NULL);
    CHECK(access(file_named("l.xlsx"), F_OK) != 0);
    finish();
}

static void no_rows(void)
{
    begin_with(more_rows);
    struct survey_export export = {0};
    NEED(write_as(export, NULL, "e.dta") && write_as(export, NULL, "e.sav") && write_as(export, "member", "e_member.sav"));
    read_stat("e.dta");
    CHECK_INT(0, back.rows);
    CHECK(place("age") >= 0);
    read_stat("e.sav");
    CHECK_INT(0, back.rows);
    CHECK(place("age") >= 0);
    read_stat("e_member.sav");
    CHECK(place("occurrence") >= 0 && place("mage") >= 0);
    CHECK(output_export_book(store, &export, &tester, file_named("e.xlsx"), &error));
    finish();
}

// 1,600 questions more.
static void wide_form(void)
{
    struct survey_buffer more = SURVEY_BUFFER(1 << 20);
    for (int i = 0; i < 1600; i++)
        survey_format(&more, "| | integer | w%d | Wide %d | | | | | | |\n", i, i);
    begin_with(survey_buffer_string(&more));
    survey_buffer_clear(&more);
    CHECK(take("KEY,household_id,result,w0,w1599\nr1,A1,110,7,9\n"));
    struct survey_export export = {0};
    NEED(write_as(export, NULL, "w.dta") && write_as(export, NULL, "w.sav"));
    read_stat("w.dta");
    CHECK_TEXT("9", cell(0, "w1599"));
    read_stat("w.sav");
    CHECK_TEXT("9", cell(0, "w1599"));
    CHECK_TEXT("-999999994", cell(0, "w1"));
    finish();
}

static void names(void)
{
    struct survey_map taken = {0};
    static const char *const given[] = {"age", "AGE", "if", "str12", "年龄", "_x", "1st", "a.b-c"};
    static const char *const wanted[] = {"age", "AGE_2", "if_2", "str12_2", "v5", "v_x", "v1st", "a_b_c"};
    char valid[33];
    arena = survey_arena_new();
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        output_stat_name(given[i], i, &taken, arena, valid);
        CHECK_TEXT(wanted[i], valid);
    }
    survey_map_clear(&taken);
    survey_arena_free(arena);
}

static void design_columns(void)
{
    begin_with("");
    CHECK(take("KEY,household_id,result,age\nr1,A1,110,30\nr2,A2,110,40\nr3,A3,110,50\n"));
    struct survey_export export = {0};
    struct output_design *design = output_design_open(store, &tester, &export, &error);
    NEED(design);
    NEED(write_as(export, NULL, "d.dta"));
    read_stat("d.dta");
    // 3 of 5 taken, each with the probability 0.5 that the draw noted
    CHECK_TEXT("2", cell(0, "design_weight"));
    CHECK_TEXT("5", cell(0, "design_fpc"));
    CHECK(strcmp(cell(0, "design_stratum"), cell(1, "design_stratum")) == 0);
    NEED(write_as(export, "member", "d_member.dta"));
    read_stat("d_member.dta");
    CHECK(place("design_weight") < 0);
    output_design_close(design);
    finish();
}

TESTS(CASE(stata_file), CASE(spss_file), CASE(two_lists), CASE(excel_file), CASE(long_texts), CASE(no_rows), CASE(wide_form),
      CASE(names), CASE(design_columns))
