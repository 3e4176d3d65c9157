// SPDX-License-Identifier: GPL-3.0-or-later
// Scans into the evaluation file: the ledger, responses put together from pages in any order, what waits
// for review, batches by many threads, and batches that are cut short.
#include "forms/scan/batch.h"
#include "forms/scan/keep.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/store/response.h"
#include "survey/workbook/workbook.h"
#include "tests/forms/drawn_page.h"
#include "tests/tap.h"

#include <unistd.h>

static const char questionnaire[] =
    "| survey | | | | | | | |\n"
    "| | type | name | label | relevant | constraint | calculation | role | paper |\n"
    "| | calculate | line | | | | 3000 | | |\n"
    "| | barcode | code | Code | | | | | none |\n"
    "| | text | typed | Typed | ${code} = '' | | | | none |\n"
    "| | calculate | household_id | | | | if(${code} != '', pulldata('sample', 'household_id', 'token', ${code}), ${typed}) | key | |\n"
    "| | calculate | listed | | | | pulldata('sample', 'kind', 'household_id', ${household_id}) | | |\n"
    "| | select_one five | q1 | Q1 | | ${listed} = '' or . = ${listed} | | | |\n"
    "| | select_one five | q2 | Q2 | ${q1} = '1' | | | | |\n"
    "| | select_one five | q3 | Q3 | | | | | |\n| | select_one five | q4 | Q4 | | | | | |\n"
    "| | select_one five | q5 | Q5 | | | | | |\n| | select_one five | q6 | Q6 | | | | | |\n"
    "| | select_one five | q7 | Q7 | | | | | |\n| | select_one five | q8 | Q8 | | | | | |\n"
    "| | select_multiple five | many | Many | | | | | |\n"
    "| | integer | age | Age | | . >= -99 and . <= 99 | | | |\n"
    "| | calculate | twice | | | | ${age} * 2 | | |\n"
    "| | text | words | Words | | | | | |\n"
    "| | select_one five | q9 | Q9 | | | | | |\n| | select_one five | q10 | Q10 | | | | | |\n"
    "| choices | | | |\n| | list_name | name | label |\n"
    "| | five | 1 | A |\n| | five | 2 | B |\n| | five | 3 | C |\n| | five | 4 | D |\n| | five | 5 | E |\n"
    "| settings | | |\n| | form_id | version |\n| | hh | 1 |\n";

static struct survey_error error;
static const struct survey_actor tester = {"tester", "testing", {1480000000, 0, 480}, ""};
static struct survey_arena *arena;
static struct survey_store *store;
static struct paper_layout *layout;
static char folder[64];
static char *files[400];
static size_t file_count;
static uint8_t key[PAPER_TOKEN_KEY];
static uint16_t tag;

static const char *path_of(const char *name)
{
    return survey_arena_format(arena, "%s/%s", folder, name);
}

static struct survey_form *make_form(void)
{
    struct survey_arena *own = survey_arena_new();
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    struct survey_report *report = survey_report_new();
    NEED(survey_workbook_read(own, "hh.md", "md", questionnaire, strlen(questionnaire), &survey_workbook_default_limits, &workbook, &error));
    NEED(survey_form_read(own, workbook, false, report, &form, &error));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
    survey_report_free(report);
    return form;
}

static void run_sql(const char *sql)
{
    if (!survey_store_run(store, &error, sql, ""))
        fprintf(stderr, "# %s\n", error.message);
}

// An evaluation with three sheets, printed for A1, A2 and nobody.
static void set_up(void)
{
    arena = survey_arena_new();
    error = (struct survey_error){0};
    file_count = 0;
    layout = drawn_layout(arena);
    survey_format_into(folder, sizeof folder, "/tmp/assay-scan-XXXXXX");
    NEED(mkdtemp(folder) != NULL);
    struct survey_form *form = make_form();
    NEED(survey_store_create(path_of("e.assay"), &form, 1, &tester, &error));
    survey_form_free(form);
    NEED(survey_store_open(path_of("e.assay"), SURVEY_STORE_WRITE, &store, &error));
    const uint8_t *stored;
    size_t length;
    NEED(survey_store_key(store, "token", &stored, &length, &error) && length == sizeof key);
    memcpy(key, stored, sizeof key);
    struct survey_buffer geometry = SURVEY_BUFFER(1 << 20);
    paper_layout_write(layout, &geometry);
    NEED(survey_store_begin(store, &error));
    run_sql("ALTER TABLE frame ADD COLUMN kind TEXT");
    run_sql("INSERT INTO frame (unit, position, kind) VALUES ('A1', 1, '2'), ('A2', 2, '1')");
    NEED(survey_store_run(store, &error, "INSERT INTO layout VALUES (1, 1, 'en', zeroblob(32), ?)", "t", survey_buffer_string(&geometry)));
    run_sql("INSERT INTO sheet (number, unit, round, form, layout, pages, printed_at, who) VALUES (1001, 'A1', '1', 1, 1, 2, '2016-11-01', 't'), (1002, 'A2', '1', 1, 1, 2, '2016-11-01', 't'), "
            "(1003, NULL, '1', 1, 1, 2, '2016-11-01', 't')");
    NEED(survey_store_commit(store, &error));
    survey_buffer_clear(&geometry);
    struct survey_query *query = survey_query(store, &error, "SELECT sha256 FROM form", "");
    NEED(query && survey_query_next(query));
    const uint8_t *hash = survey_query_blob(query, 0, &length);
    tag = (uint16_t)(hash[0] << 8 | hash[1]);
    survey_query_end(query, NULL);
}

static void tear_down(void)
{
    static const char *const names[] = {"e.assay", "e.assay-wal", "e.assay-shm", "e.private", "e.private-wal", "e.private-shm"};
    survey_store_close(store);
    for (size_t i = 0; i < file_count; i++)
        unlink(files[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    rmdir(folder);
    survey_arena_free(arena);
}

static struct scan_image page_of(uint64_t sheet, unsigned number, double dpi)
{
    char text[PAPER_TOKEN_LENGTH + 1];
    paper_token_write(&(struct paper_token){sheet, number, tag}, key, text);
    return draw_page(layout, (int)number, text, dpi);
}

static void cross(struct scan_image *image, int page, const char *question, const char *value, int digit)
{
    draw_cross(image, drawn_find(&layout->pages[page - 1], question, value, digit), 0.5, 40);
}

static void save(struct scan_image *image, const char *name)
{
    struct survey_buffer png = SURVEY_BUFFER(64 << 20);
    files[file_count] = survey_arena_strdup(arena, path_of(name));
    CHECK(scan_png_write(image, 0, 0, image->width, image->height, 1, &png, &error) &&
          survey_file_write(files[file_count], png.at, png.length, &error));
    file_count++;
    survey_buffer_clear(&png);
    scan_image_clear(image);
}

static struct scan_image first_page(uint64_t sheet)
{
    struct scan_image image = page_of(sheet, 1, 150);
    static const char *const answers[] = {"2", "5", "1", "3", "3", "4", "2", "1"};
    for (int i = 0; i < 8; i++)
        cross(&image, 1, survey_arena_format(arena, "q%d", i + 1), answers[i], -2);
    cross(&image, 1, "many", "1", -2);
    cross(&image, 1, "many", "4", -2);
    cross(&image, 1, "age", "-", -1);
    cross(&image, 1, "age", "0", 0);
    cross(&image, 1, "age", "7", 1);
    return image;
}

static struct scan_image second_page(uint64_t sheet)
{
    struct scan_image image = page_of(sheet, 2, 150);
    cross(&image, 2, "q9", "5", -2);
    cross(&image, 2, "q10", "1", -2);
    return image;
}

struct run {
    struct scan_keeper *keeper;
    size_t limit, seen;
};

static bool keep(void *user, const char *file, int file_page, struct scan_page *page, struct survey_error *e)
{
    struct run *run = user;
    if (run->limit && run->seen++ == run->limit)
        return survey_fail(e, SURVEY_ERROR_RESOURCE, file, "stopped");
    return scan_keep(run->keeper, file, file_page, page, e);
}

static struct scan_outcome outcome;
static const char *read_json;

// Scans the files from first on; limit 0: all of them.
static bool scan_some(size_t first, size_t count, size_t limit, int threads)
{
    struct survey_arena *own = survey_arena_new();
    struct scan_context context;
    NEED(scan_context_load(store, own, &scan_rules_pen, &context, &error));
    struct run run = {.keeper = scan_keeper_new(store, &context, &tester), .limit = limit};
    struct scan_batch batch = {.context = &context, .files = files + first, .file_count = count, .threads = threads, .visit = keep, .user = &run};
    bool done = scan_batch_run(&batch, &error) && scan_keep_end(run.keeper, &error);
    if (!done && !limit)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    outcome = *scan_keep_outcome(run.keeper);
    struct survey_buffer text = SURVEY_BUFFER(16 << 20);
    struct survey_json_writer json = survey_json_writer(&text, false);
    for (size_t i = 0; done && i < outcome.sheet_count; i++)
        CHECK(scan_response_json(store, outcome.sheets[i], &json, &error));
    read_json = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    scan_keeper_free(run.keeper);
    survey_arena_free(own);
    return done;
}

static const char *value(const char *sql)
{
    struct survey_query *query = survey_query(store, &error, sql, "");
    const char *text = "(failed)";
    if (query) {
        text = survey_query_next(query) ? survey_query_null(query, 0) ? "(null)" : survey_query_text(query, 0) : "(none)";
        text = survey_arena_strdup(arena, text);
        survey_query_end(query, NULL);
    }
    return text;
}

static void a_sheet_becomes_a_response(void)
{
    set_up();
    struct scan_image image = first_page(1001);
    save(&image, "1.png");
    image = second_page(1001);
    save(&image, "2.png");
    CHECK(scan_some(0, 2, 0, 2));
    CHECK(outcome.states[SCAN_OK] == 2 && outcome.unread_count == 0 && outcome.responses == 1 && outcome.waiting == 0);
    CHECK_TEXT("complete|A1|paper|scan|1", value("SELECT state || '|' || unit || '|' || channel || '|' || raw_kind || '|' || round FROM response"));
    CHECK_TEXT("2|(null)|1|3|3|4|2|1|1 4|-7|-14|5|1",
               value("SELECT q1 || '|' || coalesce(q2, '(null)') || '|' || q3 || '|' || q4 || '|' || q5 || '|' || q6 || '|' || q7 || '|' || q8 "
                     "|| '|' || many || '|' || age || '|' || twice || '|' || q9 || '|' || q10 FROM answers_hh"));
    // What the code leads to, as a phone would have it: the household and its row of the list.
    CHECK_TEXT("A1|2", value("SELECT household_id || '|' || listed FROM answers_hh"));
    CHECK_TEXT("26", value("SELECT length(code) FROM answers_hh"));
    // q2 was answered although it is not asked: kept in the raw, noted, not among the answers.
    CHECK_TEXT("q2", value("SELECT group_concat(question) FROM violation WHERE kind = 'not_relevant'"));
    CHECK_TEXT("0", value("SELECT count(*) FROM violation WHERE kind IN ('constraint', 'unit', 'type')"));
    CHECK(strstr(read_json, "\"age\": \"-07\"") != NULL && strstr(read_json, "\"q2\": \"5\"") != NULL);
    CHECK_TEXT("2", value("SELECT count(*) FROM page WHERE state = 'ok' AND response IS NOT NULL AND image IS NOT NULL AND reading <> ''"));
    CHECK_TEXT("1", value("SELECT count(*) FROM log WHERE action = 'scan'"));
    // Answers can be made again from the raw alone.
    struct survey_error none;
    CHECK(survey_store_begin(store, &error) && survey_response_rebuild(store, value("SELECT id FROM response"), &none) && survey_store_commit(store, &error));
    CHECK_TEXT("A1|2|-14", value("SELECT household_id || '|' || listed || '|' || twice FROM answers_hh"));
    tear_down();
}

static void pages_come_in_any_order_and_late(void)
{
    set_up();
    struct scan_image image = second_page(1001);
    save(&image, "2.png");
    image = first_page(1001);
    save(&image, "1.png");
    CHECK(scan_some(0, 1, 0, 1));
    CHECK_TEXT("waiting", value("SELECT state FROM response"));
    CHECK_TEXT("(null)|5", value("SELECT coalesce(q3, '(null)') || '|' || q9 FROM answers_hh"));
    const char *id = value("SELECT id FROM response");
    // A correction in between must survive the other page.
    CHECK(survey_store_begin(store, &error) && survey_response_edit(store, id, "q9", "", "4", "edit", &tester, &error) &&
          survey_store_commit(store, &error));
    CHECK(scan_some(1, 1, 0, 1));
    CHECK(outcome.responses == 0 && outcome.states[SCAN_OK] == 1);
    CHECK_TEXT(id, value("SELECT id FROM response"));
    CHECK_TEXT("complete", value("SELECT state FROM response"));
    CHECK_TEXT("1|4", value("SELECT q3 || '|' || q9 FROM answers_hh"));
    CHECK(strstr(read_json, "\"pages\": [1,2]") != NULL && strstr(read_json, "\"q9\": \"5\"") != NULL);
    tear_down();
}

static void the_same_again_changes_nothing(void)
{
    set_up();
    struct scan_image image = first_page(1002);
    save(&image, "1.png");
    image = second_page(1002);
    save(&image, "2.png");
    CHECK(scan_some(0, 2, 0, 2));
    const char *before = value("SELECT group_concat(hex(hash)) FROM log");
    CHECK(scan_some(0, 2, 0, 2));
    CHECK(outcome.states[SCAN_AGAIN] == 2 && outcome.unread_count == 0 && outcome.responses == 0);
    CHECK_TEXT(before, value("SELECT group_concat(hex(hash)) FROM log"));
    CHECK_TEXT("2", value("SELECT count(*) FROM image"));
    CHECK_TEXT("2", value("SELECT count(*) FROM page"));
    // Within one batch too.
    image = first_page(1001);
    save(&image, "3.png");
    files[file_count++] = files[2];
    CHECK(scan_some(2, 2, 0, 2));
    CHECK(outcome.states[SCAN_OK] == 1 && outcome.states[SCAN_AGAIN] == 1);
    tear_down();
}

static void another_scan_of_the_same_page_is_kept_for_review(void)
{
    set_up();
    struct scan_image image = first_page(1001);
    save(&image, "1.png");
    image = page_of(1001, 1, 150); // a copy with other answers
    cross(&image, 1, "q1", "5", -2);
    save(&image, "2.png");
    CHECK(scan_some(0, 2, 0, 2));
    CHECK(outcome.states[SCAN_OK] == 1 && outcome.states[SCAN_DUPLICATE] == 1 && outcome.unread_count == 1);
    CHECK_TEXT("2", value("SELECT count(*) FROM image"));
    CHECK_TEXT("2", value("SELECT q1 FROM answers_hh"));
    CHECK_TEXT("1", value("SELECT count(*) FROM page WHERE state = 'duplicate' AND sheet = 1001 AND number = 1 AND response IS NOT NULL AND reading LIKE '%\"value\": \"5\"%'"));
    tear_down();
}

static void doubt_waits_with_its_crop(void)
{
    set_up();
    struct scan_image image = first_page(1001);
    cross(&image, 1, "q5", "5", -2); // two answers
    draw_line(&image, 40, 185, 60, 188, 0.5, 40); // handwriting
    save(&image, "1.png");
    image = second_page(1001);
    save(&image, "2.png");
    CHECK(scan_some(0, 2, 0, 2));
    CHECK(outcome.waiting == 1 && outcome.writing == 1);
    CHECK_TEXT("waiting", value("SELECT state FROM response"));
    CHECK_TEXT("(null)", value("SELECT q5 FROM answers_hh"));
    CHECK_TEXT("doubtful|q5|multiple", value("SELECT kind || '|' || question || '|' || why FROM mark WHERE kind = 'doubtful'"));
    CHECK_TEXT("words", value("SELECT question FROM mark WHERE kind = 'writing'"));
    CHECK_TEXT("2", value("SELECT count(*) FROM mark WHERE state = 'waiting' AND substr(hex(crop), 1, 8) = '89504E47' AND response = (SELECT id FROM response)"));
    CHECK(strstr(read_json, "{\"question\": \"q5\",\"why\": \"multiple\"}") != NULL);
    CHECK(strstr(read_json, "\"q5\": ") == NULL);
    // Decided, nothing waits any more.
    const char *id = value("SELECT id FROM response");
    NEED(survey_store_begin(store, &error));
    run_sql("UPDATE mark SET state = 'decided', value = '3'");
    CHECK(scan_response_settle(store, id, &error) && survey_store_commit(store, &error));
    CHECK_TEXT("complete", value("SELECT state FROM response"));
    tear_down();
}

static void pages_that_cannot_be_read_add_their_entry_only(void)
{
    set_up();
    struct scan_image blank = {0};
    NEED(scan_image_new(&blank, 1240, 1754, "test", &error));
    save(&blank, "1.png");
    char forged[PAPER_TOKEN_LENGTH + 1];
    paper_token_write(&(struct paper_token){1001, 1, tag}, (uint8_t[PAPER_TOKEN_KEY]){9}, forged);
    struct scan_image image = draw_page(layout, 1, forged, 150);
    save(&image, "2.png");
    image = page_of(999, 1, 150);
    save(&image, "3.png");
    files[file_count] = survey_arena_strdup(arena, path_of("4.png"));
    CHECK(survey_file_write(files[file_count++], "\x89PNG\r\n\x1a\n broken", 15, &error));
    files[file_count] = survey_arena_strdup(arena, path_of("5.pdf"));
    CHECK(survey_file_write(files[file_count++], "no page at all", 14, &error));
    image = first_page(1002);
    save(&image, "6.png");
    CHECK(scan_some(0, 6, 0, 2));
    CHECK(outcome.states[SCAN_EMPTY] == 1 && outcome.states[SCAN_FORGED] == 1 && outcome.states[SCAN_NOT_ISSUED] == 1);
    CHECK(outcome.states[SCAN_DAMAGED] == 2 && outcome.states[SCAN_OK] == 1 && outcome.unread_count == 5);
    size_t sum = 0;
    for (int i = 0; i < SCAN_STATES; i++)
        sum += outcome.states[i];
    CHECK(sum == 6);
    CHECK_TEXT("6", value("SELECT count(*) FROM page"));
    CHECK_TEXT("4", value("SELECT count(*) FROM image"));
    CHECK_TEXT("1", value("SELECT count(*) FROM response"));
    CHECK_TEXT("0", value("SELECT count(*) FROM page WHERE state <> 'ok' AND reason = ''"));
    // Tried again, nothing is noted twice.
    CHECK(scan_some(0, 6, 0, 2));
    CHECK_TEXT("6", value("SELECT count(*) FROM page"));
    CHECK(outcome.states[SCAN_AGAIN] == 4 && outcome.states[SCAN_DAMAGED] == 2);
    tear_down();
}

static void a_blank_form_has_no_unit(void)
{
    set_up();
    struct scan_image image = first_page(1003);
    save(&image, "1.png");
    CHECK(scan_some(0, 1, 0, 1));
    CHECK_TEXT("waiting|(null)", value("SELECT state || '|' || coalesce(unit, '(null)') FROM response"));
    CHECK_TEXT("(null)|2", value("SELECT coalesce(code, '(null)') || '|' || q1 FROM answers_hh"));
    tear_down();
}

// Everything that a batch leaves but ids, times and the log.
static const char *everything(void)
{
    return value("SELECT group_concat(one, char(10)) FROM (SELECT file || file_page || state || reason || coalesce(sheet, '') || coalesce(number, '') || reading "
                 "AS one FROM page ORDER BY rowid) ") ;
}

// A batch that was cut short goes on where it stopped, and comes to the same.
static void a_batch_cut_short_loses_nothing(void)
{
    set_up();
    NEED(survey_store_begin(store, &error));
    for (int i = 0; i < 40; i++)
        NEED(survey_store_run(store, &error, "INSERT INTO sheet (number, unit, round, form, layout, pages, printed_at, who) VALUES (?, NULL, '1', 1, 1, 2, '2016-11-01', 't')", "i", (int64_t)(2000 + i)));
    NEED(survey_store_commit(store, &error));
    for (int i = 0; i < 80; i++) {
        struct scan_image image = i % 2 ? first_page(2000 + (uint64_t)i / 2) : second_page(2000 + (uint64_t)i / 2);
        save(&image, survey_arena_format(arena, "%d.png", i));
    }
    CHECK(!scan_some(0, 80, 70, 2));
    CHECK_TEXT("64", value("SELECT count(*) FROM page"));
    CHECK_TEXT("64", value("SELECT count(*) FROM page WHERE response IS NOT NULL"));
    CHECK_TEXT("32", value("SELECT count(*) FROM response"));
    CHECK(scan_some(0, 80, 0, 2));
    CHECK(outcome.states[SCAN_AGAIN] == 64 && outcome.states[SCAN_OK] == 16);
    CHECK_TEXT("40", value("SELECT count(*) FROM response WHERE state = 'complete'"));
    const char *cut = everything();
    run_sql("DELETE FROM mark; ");
    run_sql("DELETE FROM violation");
    run_sql("DELETE FROM missing");
    run_sql("DELETE FROM answers_hh");
    run_sql("DELETE FROM page");
    run_sql("DELETE FROM response");
    run_sql("DELETE FROM image");
    CHECK(scan_some(0, 80, 0, 1)); // in one go, by one thread
    CHECK_TEXT(cut, everything());
    CHECK_TEXT("40", value("SELECT count(*) FROM response WHERE state = 'complete'"));
    tear_down();
}

// The same page turned, rescaled, re-encoded: the same answers.
static void however_a_page_was_scanned_it_says_the_same(void)
{
    set_up();
    static const struct {
        double dpi;
        struct drawn_scan scan;
    } ways[] = {{150, {.turn = 0}}, {200, {.turn = 180}}, {300, {.turn = 90, .noise = 4}}, {240, {.turn = 271, .noise = 4, .paper = 235, .ink = 25}},
                {200, {.turn = 1.3, .across = 1.01, .down = 0.99}}};
    const char *first = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct scan_image image = page_of(1001, 1, ways[i].dpi);
        cross(&image, 1, "q1", "3", -2);
        cross(&image, 1, "q2", "1", -2);
        cross(&image, 1, "q2", "5", -2);
        cross(&image, 1, "many", "2", -2);
        cross(&image, 1, "age", "4", 0);
        cross(&image, 1, "age", "2", 1);
        draw_line(&image, 40, 185, 60, 188, 0.5, 40);
        struct scan_image scanned = scan_drawn(&image, &ways[i].scan);
        scan_image_clear(&image);
        save(&scanned, survey_arena_format(arena, "%zu.png", i));
        CHECK(scan_some(i, 1, 0, 1));
        CHECK(outcome.states[SCAN_OK] == 1);
        if (!first)
            first = read_json;
        CHECK_TEXT(first, read_json);
        run_sql("DELETE FROM mark");
        run_sql("DELETE FROM page");
    }
    CHECK(first && strstr(first, "\"q1\": \"3\"") && strstr(first, "\"age\": \"42\""));
    tear_down();
}

TESTS(CASE(a_sheet_becomes_a_response), CASE(pages_come_in_any_order_and_late), CASE(the_same_again_changes_nothing),
      CASE(another_scan_of_the_same_page_is_kept_for_review), CASE(doubt_waits_with_its_crop),
      CASE(pages_that_cannot_be_read_add_their_entry_only), CASE(a_blank_form_has_no_unit), CASE(a_batch_cut_short_loses_nothing),
      CASE(however_a_page_was_scanned_it_says_the_same))
