// SPDX-License-Identifier: GPL-3.0-or-later
// One interview in memory: relevance, calculations, repeats, filters, verdicts, the submission.
#include "survey/base/arena.h"
#include "survey/record/record.h"
#include "tests/tap.h"

// 2016-11-24T00:30:00+08:00: still the day before in Greenwich.
static const struct survey_record_env clock_env = {
    .now = {.seconds = 1479918600, .offset = 480}, .seed = 7, .username = "li"};

static struct survey_form *form;
static struct survey_record *record;

static void begin_with(const char *path, const struct survey_record_env *env, size_t faults)
{
    struct survey_report *report = survey_report_new();
    struct survey_error error = {0};
    survey_record_free(record);
    record = NULL;
    if (!form && !survey_form_open(path, false, report, &form, &error))
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    for (size_t i = 0; i < survey_report_count_of(report, SURVEY_FAULT); i++)
        fprintf(stderr, "%s\n", survey_report_at(report, i)->message);
    CHECK(survey_report_count_of(report, SURVEY_FAULT) <= faults);
    survey_report_free(report);
    NEED(form != NULL);
    record = survey_record_new(form, env);
}

static void begin(void)
{
    begin_with(FORM, &clock_env, 0);
}

static void end(void)
{
    survey_record_free(record);
    record = NULL;
    survey_form_free(form);
    form = NULL;
}

static void set(const char *name, const char *value)
{
    struct survey_node *node = survey_record_find(record, name);
    NEED(node != NULL);
    survey_record_set(record, node, value);
}

static const char *get(const char *name)
{
    struct survey_node *node = survey_record_find(record, name);
    return node ? node->value : "(none)";
}

static struct survey_node *member(const char *name, uint32_t number)
{
    return survey_record_node(record, survey_form_find(form, name), &number, 1);
}

static enum survey_violation judged(const char *name, const char *value)
{
    set(name, value);
    return survey_record_judge(record, survey_record_find(record, name), NULL);
}

static void defaults_and_the_clock(void)
{
    begin();
    CHECK_TEXT("no", get("poor"));
    CHECK_TEXT("2016-11-24", get("day"));
}

static void relevance_goes_down_and_prunes(void)
{
    begin();
    struct survey_node *amount = survey_record_find(record, "amount");
    CHECK(amount->irrelevant && amount->parent->irrelevant);
    CHECK(survey_record_missing(record, amount) == SURVEY_NOT_ASKED);
    set("poor", "yes");
    CHECK(!amount->parent->irrelevant && amount->irrelevant);
    set("kinds", "money grain");
    CHECK(!amount->irrelevant);
    CHECK(survey_record_missing(record, amount) == SURVEY_BLANK);
    CHECK(survey_record_judge(record, amount, NULL) == SURVEY_REQUIRED);
    set("amount", "12.5");
    CHECK(survey_record_missing(record, amount) == SURVEY_PRESENT);
    set("poor", "no");
    CHECK(survey_record_judge(record, amount, NULL) == SURVEY_NOT_RELEVANT);
    CHECK(survey_record_fit(record, amount) == SURVEY_FINE);
    set("amount", "much"); // not asked, and no answer at all
    CHECK(survey_record_judge(record, amount, NULL) == SURVEY_NOT_RELEVANT);
    CHECK(survey_record_fit(record, amount) == SURVEY_WRONG_TYPE);
    CHECK(survey_record_fit(record, (set("kinds", "money gold"), survey_record_find(record, "kinds"))) == SURVEY_NOT_A_CHOICE);
    set("poor", "dk");
    CHECK(survey_record_missing(record, survey_record_find(record, "poor")) == SURVEY_DONT_KNOW);
}

static void calculations_follow_their_needs(void)
{
    begin();
    CHECK_TEXT("0", get("adults"));
    set("hh_size", "3");
    survey_record_set(record, member("age", 1), "40");
    survey_record_set(record, member("age", 2), "17");
    survey_record_set(record, member("age", 3), "18");
    CHECK_TEXT("2", get("adults"));
    CHECK_TEXT("20", get("grown")); // stands before what it needs
    CHECK_TEXT("0", member("adult", 2)->value);
    CHECK_TEXT("3", member("place", 3)->value);
    CHECK(member("school", 1)->irrelevant && !member("school", 2)->irrelevant);
    survey_record_keep(record, survey_record_find(record, "adults"), "9");
    CHECK_TEXT("90", get("grown"));
    set("hh_size", "2"); // what was received is not lost
    CHECK_TEXT("18", member("age", 3)->value);
    CHECK(member("age", 0) == NULL);
    CHECK(survey_record_node(record, survey_form_find(form, "age"), NULL, 0) == NULL);
}

static void choices_are_filtered(void)
{
    begin();
    const struct survey_choice *choices[8];
    struct survey_node *village = survey_record_find(record, "village");
    CHECK(survey_record_choices(record, village, choices, 8) == 0);
    set("county", "a");
    CHECK(survey_record_choices(record, village, choices, 8) == 2);
    CHECK_TEXT("a2", choices[1]->name);
    CHECK(judged("village", "b1") == SURVEY_NOT_A_CHOICE);
    CHECK(judged("village", "a1") == SURVEY_FINE);
    CHECK_TEXT("A one", get("spoken"));
    CHECK(judged("kinds", "money") == SURVEY_NOT_RELEVANT);
}

static void answers_are_judged(void)
{
    begin();
    const char *message;
    CHECK(judged("hh_size", "") == SURVEY_REQUIRED);
    CHECK(judged("hh_size", "x") == SURVEY_WRONG_TYPE);
    CHECK(judged("hh_size", "3.5") == SURVEY_WRONG_TYPE);
    CHECK(judged("hh_size", "31") == SURVEY_CONSTRAINT);
    survey_record_judge(record, survey_record_find(record, "hh_size"), &message);
    CHECK_TEXT("1 to 30", message);
    CHECK(judged("hh_size", "30") == SURVEY_FINE);
    CHECK(judged("code", "AB12") == SURVEY_FINE);
    CHECK(judged("code", "AB12x") == SURVEY_CONSTRAINT);
    CHECK(judged("born", "2016-11-24") == SURVEY_FINE);
    CHECK(judged("born", "2016-11-25") == SURVEY_CONSTRAINT);
    CHECK(judged("born", "2016-02-30") == SURVEY_WRONG_TYPE);
    set("poor", "yes");
    CHECK(judged("kinds", "none money") == SURVEY_CONSTRAINT);
    CHECK(judged("kinds", "money gold") == SURVEY_NOT_A_CHOICE);
    CHECK(judged("poor", "perhaps") == SURVEY_NOT_A_CHOICE);
}

static void count_violation(void *user, const struct survey_node *node,
                            enum survey_violation violation, const char *message)
{
    (void)message;
    survey_format(user, "%s:%s ", node->name, survey_violation_name(violation));
}

static void all_faults_are_found(void)
{
    begin();
    struct survey_buffer buffer = SURVEY_BUFFER(1000);
    set("hh_size", "2");
    survey_record_set(record, member("age", 2), "130");
    CHECK(survey_record_check(record, count_violation, &buffer) == 2);
    CHECK_TEXT("code:required age:constraint ", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
}

static void the_submission_is_pruned(void)
{
    begin();
    struct survey_buffer xml = SURVEY_BUFFER(10000);
    set("code", "AB<1>&");
    set("hh_size", "1");
    survey_record_set(record, member("age", 1), "50");
    survey_record_write_xml(record, "uuid:1", &xml);
    const char *text = survey_buffer_string(&xml);
    CHECK(strstr(text, "<code>AB&lt;1&gt;&amp;</code>") != NULL);
    CHECK(strstr(text, "<aid>") == NULL && strstr(text, "<school") == NULL);
    CHECK(strstr(text, "<member><person/><age>50</age><adult>1</adult><place>1</place></member>"
                       "<grown>10</grown>") != NULL);
    CHECK(strstr(text, " id=\"hh\" version=\"3\">") != NULL);
    CHECK(strstr(text, "<meta><instanceID>uuid:1</instanceID><instanceName>HH AB&lt;1&gt;&amp;"
                       "</instanceName></meta>") != NULL);
    survey_buffer_clear(&xml);
    end();
}

static const struct survey_node *villages(void *user, const char *id)
{
    return strcmp(id, "villages") == 0 ? user : NULL;
}

static struct survey_node *add_villages(struct survey_arena *arena)
{
    struct survey_node *root =
        survey_node_add(arena, survey_node_add(arena, NULL, "", ""), "root", "");
    for (int i = 0; i < 4; i++) {
        struct survey_node *item = survey_node_add(arena, root, "item", "");
        survey_node_add(arena, item, "name", survey_arena_format(arena, "v%d", i));
        survey_node_add(arena, item, "label", survey_arena_format(arena, "Village %d", i));
        survey_node_add(arena, item, "town", i < 3 ? "t1" : "t2");
    }
    return root;
}

static struct survey_node *yield_of(uint32_t plot, uint32_t season, const char *name)
{
    uint32_t numbers[] = {plot, season};
    return survey_record_node(record, survey_form_find(form, name), numbers, 2);
}

static void nested_repeats(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_record_env env = clock_env;
    env.instance = villages;
    env.user = add_villages(arena);
    begin_with(DEEP_FORM, &env, 2); // the cycle
    for (uint32_t plot = 1; plot <= 2; plot++)
        for (uint32_t season = 1; season <= 2; season++)
            survey_record_put(record, yield_of(plot, season, "yield"),
                              survey_arena_format(arena, "%u", plot * 10 + season));
    survey_record_update(record);
    uint32_t two = 2;
    CHECK_TEXT("66", get("all_yield"));
    CHECK_TEXT("21", get("second"));
    CHECK_TEXT("43", survey_record_node(record, survey_form_find(form, "total"), &two, 1)->value);
    CHECK_TEXT("21", yield_of(2, 1, "so_far")->value);
    CHECK_TEXT("43", yield_of(2, 2, "so_far")->value);
    CHECK_TEXT("crop 2",
               survey_record_node(record, survey_form_find(form, "crop"), &two, 1)->value);
    CHECK(yield_of(2, 0, "yield") == NULL && yield_of(4000000000u, 1, "yield") == NULL);
    const struct survey_choice *choices[8];
    CHECK(survey_record_choices(record, survey_record_find(record, "village"), choices, 8) == 3);
    CHECK_TEXT("v2", choices[2]->name);
    CHECK(judged("village", "v3") == SURVEY_NOT_A_CHOICE && judged("village", "v1") == SURVEY_FINE);
    survey_arena_free(arena);
}

static void triggers_and_floods(void)
{
    begin_with(DEEP_FORM, &clock_env, 2);
    CHECK_TEXT("", get("seen"));
    set("plots", "1000000000"); // a hostile count is cut
    CHECK_TEXT("2016-11-24T00:30:00.000+08:00", get("seen"));
    uint32_t many = 5000, more = 5001;
    CHECK(survey_record_node(record, survey_form_find(form, "note_of"), &many, 1) != NULL);
    CHECK(survey_record_node(record, survey_form_find(form, "note_of"), &more, 1) == NULL);
    end();
}

// The innermost first of each repeat, some value that fits the type.
static void answer_all(const struct survey_form *any, struct survey_record *interview)
{
    static const uint32_t first[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    for (size_t i = 0; i < any->item_count; i++) {
        const struct survey_item *item = any->items[i];
        const struct survey_choice *choice = NULL;
        size_t depth = 0;
        for (const struct survey_item *up = item->repeat; up; up = up->repeat)
            depth++;
        if (!survey_item_is_asked(item))
            continue;
        struct survey_node *node = survey_record_node(interview, item, first, depth);
        NEED(node != NULL);
        bool number = item->type == SURVEY_TYPE_INTEGER || item->type == SURVEY_TYPE_DECIMAL ||
                      item->type == SURVEY_TYPE_RANGE;
        if (item->list)
            survey_record_choices(interview, node, &choice, 1);
        survey_record_put(interview, node, choice ? choice->name : number ? "3" : "2016-01-02");
    }
    survey_record_update(interview);
}

// A roster whose every row counts all rows: what is given up is told, with the row, and nothing hangs.
static void too_much_work(void)
{
    static const struct {
        const char *size, *expected;
        uint64_t steps;
    } cases[] = {{"300", "", 0}, {"300", "seen:too_much_work ", 20000}, {"2000", "seen:too_much_work ", 5000000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct survey_record_env env = clock_env;
        struct survey_buffer buffer = SURVEY_BUFFER(1000);
        env.steps = cases[i].steps;
        begin_with(ROSTER_FORM, &env, 0);
        set("size", cases[i].size);
        survey_record_check(record, count_violation, &buffer);
        CHECK_TEXT(cases[i].expected, survey_buffer_string(&buffer));
        survey_buffer_clear(&buffer);
        end();
    }
}

static void real_forms(void)
{
    static const char *const names[] = {"ipa_household_survey",
                                        "mitwirken_participation_de",
                                        "odk_all_question_types",
                                        "odk_socio_economic",
                                        "pma_hq",
                                        "reach_msna_2024_v11",
                                        "who_va_webforms_fixture"};
    const char *shared = getenv("ASSAY_SHARED");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[4096];
        struct survey_form *any = NULL;
        struct survey_report *report = survey_report_new();
        survey_format_into(path, sizeof path, "%s/data/xlsforms/%s.xlsx", shared ? shared : SHARED,
                           names[i]);
        FILE *file = fopen(path, "rb");
        if (file)
            fclose(file);
        else
            SKIP("the shared questionnaires are not here");
        survey_form_open(path, false, report, &any, NULL);
        NEED(any != NULL);
        struct survey_record *interview = survey_record_new(any, &clock_env);
        struct survey_buffer xml = SURVEY_BUFFER(1 << 20);
        answer_all(any, interview);
        survey_record_check(interview, NULL, NULL);
        survey_record_write_xml(interview, "uuid:1", &xml);
        CHECK(xml.length > 500 && !xml.overflow);
        survey_buffer_clear(&xml);
        survey_record_free(interview);
        survey_form_free(any);
        survey_report_free(report);
    }
}

TESTS(CASE(defaults_and_the_clock), CASE(relevance_goes_down_and_prunes),
      CASE(calculations_follow_their_needs), CASE(choices_are_filtered), CASE(answers_are_judged),
      CASE(all_faults_are_found), CASE(the_submission_is_pruned), CASE(nested_repeats),
      CASE(triggers_and_floods), CASE(too_much_work), CASE(real_forms))
