// SPDX-License-Identifier: GPL-3.0-or-later
// Responses into the evaluation file and back.
#include "tests/survey/evaluation.h"

static const char answers[] = "<g><age>30</age><income>1234.5</income></g><child>2</child><sat>98</sat>"
                              "<traits>a b</traits><note1>x &lt; y</note1><twice>60</twice>"
                              "<member><mname>Wang</mname><mage>30</mage></member>"
                              "<member><mname>Li</mname><mage/></member>";

#define IS(expected, sql) CHECK_TEXT(expected, value(store, arena, sql))

static void round_trip(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    CHECK(add_xml(store, submission(arena, "uuid:1", "A1", answers), &good) == SURVEY_ARRIVED_NEW);
    NEED(good);
    IS("A1|1|phone|ann|complete|110|2016-12-01T09:00:00.000+08:00",
       "SELECT unit || '|' || round || '|' || channel || '|' || who || '|' || state || '|' || disposition || '|' || "
       "started_at FROM response");
    IS("integer|30|real|1234.5|2|text|a b", "SELECT typeof(age) || '|' || age || '|' || typeof(income) || '|' || income "
                                            "|| '|' || child || '|' || typeof(traits) || '|' || traits FROM answers_hh");
    IS("x < y", "SELECT note1 FROM answers_hh");
    IS("(null)", "SELECT sat FROM answers_hh");
    IS("dont_know", "SELECT kind FROM missing WHERE question = 'sat'");
    IS("60", "SELECT twice FROM answers_hh");
    IS("1 Wang 30,2 Li -", "SELECT group_concat(occurrence || ' ' || mname || ' ' || ifnull(mage, '-')) FROM "
                           "(SELECT * FROM answers_hh_member ORDER BY occurrence)");
    IS("blank", "SELECT kind FROM missing WHERE question = 'mage' AND occurrence = '2'");
    IS("0", "SELECT count(*) FROM violation");
    IS("1", "SELECT raw_sha256 = (SELECT raw_sha256 FROM response) AND length(raw) > 100 FROM response");
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void keeps_what_is_wrong(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", "<g><age>abc</age><income>1</income></g><sat>7</sat><twice>9</twice>"), &good);
    NEED(good);
    IS("(null)", "SELECT age FROM answers_hh");
    IS("age type,sat choice", "SELECT group_concat(question || ' ' || kind) FROM (SELECT * FROM violation ORDER BY question)");
    IS("not_asked", "SELECT kind FROM missing WHERE question = 'child'");
    IS("9", "SELECT twice FROM answers_hh"); // as received, though the office cannot make it
    add_xml(store, submission(arena, "uuid:2", "A2", "<g><age>130</age><income>-1e3</income></g>"), &good);
    NEED(good);
    IS("130|-1000.0", "SELECT age || '|' || income FROM answers_hh WHERE response = 'uuid:2'");
    IS("constraint", "SELECT kind FROM violation WHERE response = 'uuid:2'");
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void rebuilds(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", answers), &good);
    NEED(good);
    NEED(survey_store_begin(store, &error));
    CHECK(survey_response_edit(store, "uuid:1", "age", "", "41", "edit", &tester, &error));
    CHECK(survey_response_edit(store, "uuid:1", "mage", "2", "7", "edit", &tester, &error));
    NEED(survey_store_commit(store, &error));
    static const char all[] = "SELECT group_concat(quote(a.age) || quote(twice) || quote(sat) || quote(income) || quote(mage)"
                              " || quote(traits)) FROM answers_hh a JOIN answers_hh_member m USING (response)";
    const char *before = value(store, arena, all);
    CHECK(strstr(before, "41") && strstr(before, "82") && strstr(before, "7"));
    static const char counts[] = "SELECT (SELECT count(*) FROM missing) || ' ' || (SELECT count(*) FROM violation)";
    const char *beside = value(store, arena, counts);
    NEED(survey_store_begin(store, &error));
    NEED(survey_store_run(store, &error, "DELETE FROM answers_hh", ""));
    NEED(survey_store_run(store, &error, "DELETE FROM answers_hh_member", ""));
    NEED(survey_store_run(store, &error, "DELETE FROM missing", ""));
    CHECK(survey_response_rebuild(store, "uuid:1", &error));
    NEED(survey_store_commit(store, &error));
    IS(before, all);
    IS(beside, counts);
    CHECK(!survey_response_rebuild(store, "uuid:none", &error));
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void edits(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", answers), &good);
    NEED(good && survey_store_begin(store, &error));
    CHECK(!survey_response_edit(store, "uuid:1", "age", "", "old", "edit", &tester, &error));
    CHECK(!survey_response_edit(store, "uuid:1", "age", "", "130", "edit", &tester, &error));
    CHECK(!survey_response_edit(store, "uuid:1", "sat", "", "6", "edit", &tester, &error));
    CHECK(!survey_response_edit(store, "uuid:1", "nothing", "", "6", "edit", &tester, &error));
    CHECK(!survey_response_edit(store, "uuid:1", "twice", "", "6", "edit", &tester, &error));
    CHECK(!survey_response_edit(store, "uuid:1", "mage", "x", "6", "edit", &tester, &error));
    IS("0", "SELECT count(*) FROM edit");
    CHECK(survey_response_edit(store, "uuid:1", "age", "", "130", "review", &tester, &error)); // as on paper
    IS("constraint", "SELECT kind FROM violation");
    CHECK(survey_response_edit(store, "uuid:1", "age", "", "12", "edit", &tester, &error));
    IS("(null)", "SELECT child FROM answers_hh"); // no longer asked
    IS("24", "SELECT twice FROM answers_hh");
    IS("child not_relevant", "SELECT group_concat(question || ' ' || kind) FROM violation");
    CHECK(survey_response_edit(store, "uuid:1", "result", "", "210", "edit", &tester, &error));
    IS("210", "SELECT disposition FROM response");
    CHECK(survey_response_edit(store, "uuid:1", "household_id", "", "A5", "edit", &tester, &error));
    IS("A5", "SELECT unit FROM response");
    IS("household_id", "SELECT question FROM violation WHERE kind = 'unit'");
    IS("30|130|tester|testing|review", "SELECT before || '|' || after || '|' || who || '|' || why || '|' || source FROM edit "
                                       "ORDER BY rowid LIMIT 1");
    CHECK(strstr(value(store, arena, "SELECT after FROM log WHERE action = 'edit' ORDER BY seq LIMIT 1"), "\"12\"") != NULL);
    NEED(survey_store_commit(store, &error));
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void takes_each_once(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    const char *xml = submission(arena, "uuid:1", "A1", answers);
    CHECK(add_xml(store, xml, &good) == SURVEY_ARRIVED_NEW && good);
    CHECK(add_xml(store, xml, &good) == SURVEY_ARRIVED_AGAIN && good);
    CHECK(add_xml(store, submission(arena, "uuid:1", "A2", answers), &good) == SURVEY_ARRIVED_CONFLICT && good);
    IS("1", "SELECT count(*) FROM response");
    IS("A1", "SELECT household_id FROM answers_hh");
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void holds_units_against_the_sample(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    static const char *const units[] = {"A1", "A1", "A4", "A5", "Z9", ""};
    bool good;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        add_xml(store, submission(arena, survey_arena_format(arena, "uuid:%zu", i), units[i], ""), &good);
        NEED(good);
    }
    IS("complete,duplicate,complete,complete,complete,complete",
       "SELECT group_concat(state) FROM (SELECT state FROM response ORDER BY id)");
    IS("uuid:1 duplicate,uuid:2 unit,uuid:3 unit,uuid:4 unit,uuid:5 unit",
       "SELECT group_concat(response || ' ' || kind) FROM (SELECT * FROM violation ORDER BY response)");
    IS("3", "SELECT count(DISTINCT message) - 1 FROM violation WHERE kind = 'unit'");
    IS("(null)", "SELECT unit FROM response WHERE id = 'uuid:5'");
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void supersedes(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", answers), &good);
    const char *second = submission(arena, "uuid:2</orx:instanceID><orx:deprecatedID>uuid:1</orx:deprecatedID><orx:instanceID>uuid:2",
                                    "A1", answers);
    CHECK(add_xml(store, second, &good) == SURVEY_ARRIVED_NEW && good);
    IS("superseded complete", "SELECT group_concat(state, ' ') FROM (SELECT state FROM response ORDER BY id)");
    add_xml(store, submission(arena, "uuid:3</orx:instanceID><orx:deprecatedID>uuid:1</orx:deprecatedID><orx:instanceID>uuid:3",
                              "A1", answers), &good);
    CHECK(!good);
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void widens(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", answers), &good);
    struct survey_form *second = make_form("hh2.md", "| | text | extra | Extra | | | | | | |\n"
                                           "| | integer | Response | A name of the table's own | | | | | | |\n", "2");
    NEED(survey_store_begin(store, &error));
    CHECK(survey_response_tables(store, second, &error));
    IS("30|(x)", "SELECT age || '|' || ifnull(extra, '(x)') FROM answers_hh");
    IS("1", "SELECT count(*) FROM pragma_table_info('answers_hh') WHERE name = 'Response_'");
    CHECK(survey_response_tables(store, second, &error)); // twice does nothing
    survey_form_free(second);
    // An integer that became a text is kept as one.
    static const char *const change = "UPDATE answers_hh SET child = 2";
    NEED(survey_store_run(store, &error, change, ""));
    struct survey_form *third = make_form("hh3.md", "", "3");
    for (size_t i = 0; i < third->item_count; i++)
        if (strcmp(third->items[i]->name, "child") == 0)
            third->items[i]->type = SURVEY_TYPE_TEXT;
    CHECK(survey_response_tables(store, third, &error));
    IS("text 2", "SELECT typeof(child) || ' ' || child FROM answers_hh");
    IS("1", "SELECT count(*) FROM pragma_table_info('answers_hh') WHERE name = 'extra'");
    survey_form_free(third);
    survey_store_rollback(store);
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void says_when_too_wide(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_buffer many = SURVEY_BUFFER(1 << 20);
    for (int i = 0; i < 1900; i++)
        survey_format(&many, "| | text | q%d | Q | | | | | | |\n", i);
    struct survey_form *form = make_form("wide.md", survey_buffer_string(&many), "2");
    NEED(survey_store_begin(store, &error));
    CHECK(!survey_response_tables(store, form, &error));
    CHECK(error.code == SURVEY_ERROR_INPUT && strstr(error.message, "1900") != NULL);
    survey_store_rollback(store);
    survey_form_free(form);
    survey_buffer_clear(&many);
    drop_evaluation(store);
}

// The code on a sheet says whose it is; what somebody keys cannot move it to another household.
static void a_sheet_stays_with_its_household(void)
{
    struct survey_store *store = make_evaluation();
    struct survey_arena *arena = survey_arena_new();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", ""), &good);
    NEED(good);
    NEED(survey_store_run(store, &error, "UPDATE response SET raw_kind = 'scan', channel = 'paper', raw = CAST('{\"answers\": "
                                         "{\"household_id\": \"A1\", \"result\": \"110\"}}' AS BLOB)", ""));
    NEED(survey_store_begin(store, &error));
    NEED(survey_response_edit(store, "uuid:1", "household_id", "", "A2", "review", &tester, &error));
    NEED(survey_store_commit(store, &error));
    IS("A1", "SELECT unit FROM response");
    IS("the sheet was printed for A1; the answer says A2", "SELECT message FROM violation WHERE kind = 'unit'");
    NEED(survey_store_begin(store, &error));
    NEED(survey_response_edit(store, "uuid:1", "household_id", "", "A1", "review", &tester, &error));
    NEED(survey_store_commit(store, &error));
    IS("0", "SELECT count(*) FROM violation WHERE kind = 'unit'");
    survey_arena_free(arena);
    drop_evaluation(store);
}

TESTS(CASE(a_sheet_stays_with_its_household), CASE(round_trip), CASE(keeps_what_is_wrong), CASE(rebuilds), CASE(edits), CASE(takes_each_once),
      CASE(holds_units_against_the_sample), CASE(supersedes), CASE(widens), CASE(says_when_too_wide))
