// SPDX-License-Identifier: GPL-3.0-or-later
// Two laptops in the field: copies of one evaluation that go apart and come together again.
#include "survey/base/file.h"
#include "survey/store/forms.h"
#include "survey/store/log.h"
#include "survey/store/merge.h"
#include "tests/survey/evaluation.h"

#define IS(expected, sql) CHECK_TEXT(expected, value(store, arena, sql))

static const struct survey_actor later = {"lee", "looked again", {1480003600, 0, 480}, ""};

static char copy_path[128], copy_private[128];

static void copy_file(const char *from, const char *to)
{
    char *bytes;
    size_t length;
    NEED(survey_file_read(from, 64 << 20, &bytes, &length, &error));
    NEED(survey_file_write(to, bytes, length, &error));
    free(bytes);
}

// A second copy beside the first, which is closed for it and opened again.
static void copy_evaluation(struct survey_store **store)
{
    char private_path[128];
    survey_format_into(copy_path, sizeof copy_path, "%s/other.assay", folder);
    survey_format_into(copy_private, sizeof copy_private, "%s/other.private", folder);
    survey_format_into(private_path, sizeof private_path, "%s/test.private", folder);
    survey_store_close(*store); // the last one to close writes everything into the file itself
    copy_file(evaluation_path(), copy_path);
    copy_file(private_path, copy_private);
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_WRITE, store, &error));
}

static void drop_both(struct survey_store *store)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char path[160];
        survey_format_into(path, sizeof path, "%s%s", copy_path, tails[i]);
        unlink(path);
        survey_format_into(path, sizeof path, "%s%s", copy_private, tails[i]);
        unlink(path);
    }
    drop_evaluation(store);
}

static void post(struct survey_store *store, struct survey_arena *arena, const char *id, const char *unit, const char *more)
{
    bool good;
    add_xml(store, submission(arena, id, unit, more), &good);
    NEED(good);
}

static void correct(struct survey_store *store, const char *id, const char *question, const char *answer,
                    const struct survey_actor *actor)
{
    NEED(survey_store_begin(store, &error));
    NEED(survey_response_edit(store, id, question, "", answer, "edit", actor, &error));
    NEED(survey_store_commit(store, &error));
}

static struct survey_merged merge(struct survey_store *store, struct survey_report *report)
{
    struct survey_merged merged;
    error = (struct survey_error){0};
    bool done = survey_merge(store, copy_path, NULL, &tester, report, &merged, &error);
    if (!done)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    NEED(done);
    return merged;
}

static void takes_what_is_new(void)
{
    struct survey_store *store = make_evaluation(), *other;
    struct survey_arena *arena = survey_arena_new();
    int64_t entries;
    post(store, arena, "uuid:1", "A1", "<g><age>30</age></g>");
    copy_evaluation(&store);
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    post(other, arena, "uuid:2", "A2", "<g><age>41</age></g><child>3</child>");
    correct(other, "uuid:1", "age", "31", &later);
    NEED(survey_store_run(other, &error, "INSERT INTO admin VALUES ('A', 'poor', '1', '12', 's', '2016-12-01')", ""));
    NEED(survey_store_run(other, &error, "INSERT INTO private.identity VALUES ('A2', 'head_name', 'Wang')", ""));
    survey_store_close(other);
    post(store, arena, "uuid:3", "A3", "<g><age>52</age></g>");
    struct survey_merged merged = merge(store, NULL);
    CHECK(merged.responses == 1 && merged.edits == 1 && merged.admin == 1 && merged.conflicts == 0);
    IS("uuid:1 31,uuid:2 41,uuid:3 52",
       "SELECT group_concat(response || ' ' || age) FROM (SELECT * FROM answers_hh ORDER BY response)");
    IS("3", "SELECT child FROM answers_hh WHERE response = 'uuid:2'");
    IS("complete", "SELECT state FROM response WHERE id = 'uuid:2'");
    IS("Wang", "SELECT value FROM private.identity WHERE unit = 'A2'");
    IS("edit", "SELECT action FROM log_merged"); // the correction, as the other copy logged it
    IS("merge", "SELECT action FROM log ORDER BY seq DESC LIMIT 1");
    CHECK(survey_log_verify(store, &entries, &error));
    // Once more: nothing is new, nothing is logged.
    char head[65], again[65];
    NEED(survey_store_head(store, head, &error));
    merged = merge(store, NULL);
    NEED(survey_store_head(store, again, &error));
    CHECK(merged.responses == 0 && merged.edits == 0 && merged.conflicts == 0);
    CHECK_TEXT(head, again);
    survey_arena_free(arena);
    drop_both(store);
}

static void lists_conflicts_and_loses_nothing(void)
{
    struct survey_store *store = make_evaluation(), *other;
    struct survey_arena *arena = survey_arena_new();
    struct survey_report *report = survey_report_new();
    post(store, arena, "uuid:1", "A1", "<g><age>30</age></g>");
    copy_evaluation(&store);
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    post(other, arena, "uuid:9", "A2", "<g><age>70</age></g>");
    post(other, arena, "uuid:5", "A3", "<g><age>20</age></g>");
    correct(other, "uuid:1", "age", "33", &later);
    survey_store_close(other);
    post(store, arena, "uuid:9", "A2", "<g><age>71</age></g>"); // the same id, another content
    post(store, arena, "uuid:6", "A3", "<g><age>21</age></g>"); // another interview of the same household
    correct(store, "uuid:1", "age", "32", &tester);
    struct survey_merged merged = merge(store, report);
    CHECK(merged.responses == 1 && merged.conflicts == 2);
    CHECK(survey_report_count(report) == 2);
    IS("71", "SELECT age FROM answers_hh WHERE response = 'uuid:9'");
    IS("1", "SELECT theirs LIKE '%<age>70</age>%' FROM conflict WHERE thing = 'response' AND subject = 'uuid:9'");
    IS("duplicate", "SELECT state FROM response WHERE id = 'uuid:5'");
    IS("20", "SELECT age FROM answers_hh WHERE response = 'uuid:5'");
    // Both corrections are kept; the later one holds.
    IS("33", "SELECT age FROM answers_hh WHERE response = 'uuid:1'");
    IS("2", "SELECT count(*) FROM edit WHERE response = 'uuid:1'");
    IS("32|33", "SELECT ours || '|' || theirs FROM conflict WHERE thing = 'edit'");
    merged = merge(store, NULL);
    CHECK(merged.conflicts == 0);
    survey_report_free(report);
    survey_arena_free(arena);
    drop_both(store);
}

static void decisions_that_differ_are_nobodys(void)
{
    struct survey_store *store = make_evaluation(), *other;
    struct survey_arena *arena = survey_arena_new();
    post(store, arena, "uuid:1", "A1", "<g><age>30</age></g>");
    post(store, arena, "uuid:2", "A2", "<g><age>30</age></g>");
    NEED(survey_store_run(store, &error, "INSERT INTO \"case\" VALUES ('k1', '1', 'wrong_exit', 'A1', 'uuid:1', 4, 'WE1', 'flagged', "
                                         "'2016-12-01'), ('k2', '1', 'wrong_exit', 'A2', 'uuid:2', 3, 'WE1', 'flagged', '2016-12-01')", ""));
    copy_evaluation(&store);
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    NEED(survey_store_run(other, &error, "UPDATE \"case\" SET state = 'confirmed'", ""));
    NEED(survey_store_run(other, &error, "INSERT INTO case_step VALUES ('s1', 'k1', 'confirmed', 'lee', 'seen', '', '2016-12-02'), "
                                         "('s2', 'k2', 'confirmed', 'lee', 'seen', '', '2016-12-02')", ""));
    survey_store_close(other);
    NEED(survey_store_run(store, &error, "UPDATE \"case\" SET state = 'dismissed' WHERE id = 'k1'", ""));
    NEED(survey_store_run(store, &error, "INSERT INTO case_step VALUES ('s3', 'k1', 'dismissed', 'ann', 'proof', '', '2016-12-02')", ""));
    struct survey_merged merged = merge(store, NULL);
    CHECK(merged.conflicts == 1);
    IS("k1 flagged,k2 confirmed", "SELECT group_concat(id || ' ' || state) FROM (SELECT * FROM \"case\" ORDER BY id)");
    IS("3", "SELECT count(*) FROM case_step");
    survey_arena_free(arena);
    drop_both(store);
}

static void takes_a_newer_form(void)
{
    struct survey_store *store = make_evaluation(), *other;
    struct survey_arena *arena = survey_arena_new();
    copy_evaluation(&store);
    struct survey_form *form = make_form("hh2.md", "| | integer | dogs | Dogs | | | | | | |\n", "2");
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    // A form is added by the workbook's own door, as `revise` does.
    NEED(survey_store_begin(other, &error));
    NEED(survey_store_add_form(other, form, 0, &later, &error));
    NEED(survey_store_commit(other, &error));
    survey_form_free(form);
    survey_store_close(other);
    merge(store, NULL);
    IS("1 0,2 1", "SELECT group_concat(version || ' ' || current) FROM (SELECT * FROM form ORDER BY version)");
    IS("1", "SELECT count(*) FROM pragma_table_info('answers_hh') WHERE name = 'dogs'");
    survey_arena_free(arena);
    drop_both(store);
}

static void refuses_what_is_foreign(void)
{
    struct survey_store *store = make_evaluation(), *other;
    struct survey_merged merged;
    copy_evaluation(&store);
    CHECK(!survey_merge(store, evaluation_path(), NULL, &tester, NULL, &merged, &error) && error.code == SURVEY_ERROR_USAGE);
    CHECK(!survey_merge(store, "/nowhere/x.assay", NULL, &tester, NULL, &merged, &error) && error.code == SURVEY_ERROR_RESOURCE);
    // A log that was changed by hand.
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    NEED(survey_store_run(other, &error, "DROP TRIGGER log_no_update", ""));
    NEED(survey_store_run(other, &error, "UPDATE log SET who = 'nobody' WHERE seq = 1", ""));
    survey_store_close(other);
    CHECK(!survey_merge(store, copy_path, NULL, &tester, NULL, &merged, &error) && error.code == SURVEY_ERROR_INPUT);
    CHECK(strstr(error.message, "entry 1") != NULL);
    copy_evaluation(&store);
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    NEED(survey_store_run(other, &error, "UPDATE evaluation SET value = 'uuid:x' WHERE key = 'id'", ""));
    survey_store_close(other);
    CHECK(!survey_merge(store, copy_path, NULL, &tester, NULL, &merged, &error) && error.code == SURVEY_ERROR_INPUT);
    copy_evaluation(&store);
    NEED(survey_store_open(copy_path, SURVEY_STORE_WRITE, &other, &error));
    NEED(survey_store_run(other, &error, "UPDATE private.key SET value = zeroblob(32) WHERE name = 'token'", ""));
    survey_store_close(other);
    CHECK(!survey_merge(store, copy_path, NULL, &tester, NULL, &merged, &error) && error.code == SURVEY_ERROR_INPUT);
    drop_both(store);
}

TESTS(CASE(takes_what_is_new), CASE(lists_conflicts_and_loses_nothing), CASE(decisions_that_differ_are_nobodys),
      CASE(takes_a_newer_form), CASE(refuses_what_is_foreign))
