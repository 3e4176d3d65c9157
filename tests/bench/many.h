// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation with as many responses as wanted, written straight into its tables: 100 strata, up to 20,000 villages drawn
// by PPS, 20 questions of which two have missing answers, an income, 62 counties across villages, weights. Rows arrive in
// no order.
#pragma once

#include "survey/base/arena.h"
#include "survey/base/random.h"
#include "survey/base/text.h"
#include "survey/store/store.h"
#include "survey/workbook/workbook.h"

#include <string.h>

enum { MANY_STRATA = 100, MANY_VILLAGES = 20000, MANY_LEAST = 10, MANY_ITEMS = 20, MANY_COUNTIES = 62 };

static inline struct survey_form *many_form(struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new(); // the form's, once it is read
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    struct survey_report *report = survey_report_new();
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    survey_buffer_text(&text, "| survey | | | | |\n| | type | name | label | role |\n| | text | household_id | Household | key |\n");
    for (int k = 1; k <= MANY_ITEMS; k++)
        survey_format(&text, "| | %s | q%d | Question %d | |\n", k <= 10 ? "select_one five" : k <= 15 ? "select_one yesno" : "integer", k, k);
    survey_buffer_text(&text, "| | decimal | income | Income | |\n| choices | | | | |\n| | list_name | name | label | missing |\n");
    for (int i = 1; i <= 5; i++)
        survey_format(&text, "| | five | %d | Degree %d | |\n", i, i);
    survey_buffer_text(&text, "| | five | 9 | Cannot say | dont_know |\n| | yesno | 0 | No | |\n| | yesno | 1 | Yes | |\n"
                              "| settings | | |\n| | form_id | version | form_title |\n| | hh | 1 | Households |\n");
    bool read = survey_workbook_read(arena, "many.md", "md", survey_buffer_string(&text), text.length,
                                     &survey_workbook_default_limits, &workbook, error) &&
                survey_form_read(arena, workbook, false, report, &form, error);
    survey_report_free(report);
    survey_buffer_clear(&text);
    return read ? form : NULL;
}

// What hangs on the number of a household.
struct many {
    struct survey_store *store;
    struct survey_error *error;
    size_t each; // households a village
    char unit[24], village[16], id[56];
    double chance; // of its village
};

static inline void many_at(struct many *many, size_t number)
{
    size_t village = number / many->each;
    survey_format_into(many->village, sizeof many->village, "%07zu", village);
    survey_format_into(many->unit, sizeof many->unit, "%07zu%04zu", village, number % many->each);
    survey_format_into(many->id, sizeof many->id, "uuid:%08x-0000-4000-8000-%012zu", (unsigned)(number * 2654435761u), number);
    many->chance = 0.01 + 0.0001 * (double)(village % 90);
}

static inline bool many_draw(struct many *many, size_t number)
{
    static const char villages[] = "INSERT INTO sample SELECT 'd', '1', 1, ?, NULL, ?, 2, 'pps_systematic', 'selected', ?, ?4, 30000, 200, ?4, '', NULL",
                      households[] = "INSERT INTO sample SELECT 'd', '1', 2, ?, ?, '', 3, 'systematic', 'selected', ?, 0.2, 5 * ?4, ?4, 0.2 * ?5, '', NULL",
                      frame[] = "INSERT INTO frame (unit, position, county) VALUES (?, ?, ?)";
    struct survey_random random = survey_random_at(1, "county", many->unit);
    char stratum[8], county[8];
    int64_t each = (int64_t)many->each, rank = (int64_t)number % each, village = (int64_t)number / each;
    survey_format_into(stratum, sizeof stratum, "S%02lld", (long long)village % MANY_STRATA);
    survey_format_into(county, sizeof county, "C%02u", survey_random_below(&random, MANY_COUNTIES));
    return (rank > 0 || survey_store_run(many->store, many->error, villages, "ttid", many->village, stratum, village, many->chance)) &&
           survey_store_run(many->store, many->error, households, "ttiid", many->unit, many->village, rank, each, many->chance) &&
           survey_store_run(many->store, many->error, frame, "tit", many->unit, (int64_t)number + 1, county);
}

static inline bool many_row(struct many *many, struct survey_random *random, bool cannot, bool blank)
{
    char q[MANY_ITEMS][4], income[24];
    const char *t[MANY_ITEMS];
    for (int k = 1; k <= MANY_ITEMS; k++) {
        unsigned value = k <= 10 ? 1 + survey_random_below(random, 5) : survey_random_below(random, k <= 15 ? 2 : 21);
        survey_format_into(q[k - 1], sizeof q[0], "%u", value);
        t[k - 1] = (cannot && k == 5) || (blank && k == 12) ? NULL : q[k - 1];
    }
    survey_format_into(income, sizeof income, "%.2f", 20000 * survey_random_unit(random) * survey_random_unit(random));
    return survey_store_run(many->store, many->error, "INSERT INTO answers_hh VALUES (?,?, ?,?,?,?,?,?,?,?,?,?, ?,?,?,?,?,?,?,?,?,?, ?)",
                            "ttttttttttttttttttttttt", many->id, many->unit, t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9],
                            t[10], t[11], t[12], t[13], t[14], t[15], t[16], t[17], t[18], t[19], income);
}

static inline bool many_answer(struct many *many)
{
    static const char response[] = "INSERT INTO response VALUES (?1, 1, ?2, '1', 'import', 'many', '2016-12-02T09:00:00+08:00', NULL, NULL, "
                                   "'complete', NULL, CAST('household_id' || char(10) || ?2 || char(10) AS BLOB), 'csv', zeroblob(32))",
                      missing[] = "INSERT INTO missing VALUES (?, ?, '', ?)", weight[] = "INSERT INTO weight VALUES ('1', ?, ?, ?, ?)";
    struct survey_random random = survey_random_at(1, "answers", many->unit);
    bool cannot = survey_random_below(&random, 50) == 0, blank = survey_random_below(&random, 33) == 0;
    double base = 5 / many->chance, spread = 1 + 0.2 * survey_random_unit(&random);
    return survey_store_run(many->store, many->error, response, "tt", many->id, many->unit) &&
           many_row(many, &random, cannot, blank) &&
           (!cannot || survey_store_run(many->store, many->error, missing, "ttt", many->id, "q5", "dont_know")) &&
           (!blank || survey_store_run(many->store, many->error, missing, "ttt", many->id, "q12", "blank")) &&
           survey_store_run(many->store, many->error, weight, "titd", many->id, (int64_t)1, "base", base) &&
           survey_store_run(many->store, many->error, weight, "titd", many->id, (int64_t)2, "nonresponse", base * spread);
}

static inline bool many_fill(struct many *many, size_t rows)
{
    if (!survey_store_run(many->store, many->error, "ALTER TABLE frame ADD COLUMN county TEXT", "") ||
        !survey_store_run(many->store, many->error, "INSERT INTO draw VALUES ('d', '1', 1, '2016-12-01', 'many', '', 1, '')", ""))
        return false;
    for (size_t number = 0; number < rows; number++) {
        many_at(many, number);
        if (!many_draw(many, number))
            return false;
    }
    for (size_t i = 0; i < rows; i++) { // a step that shares no factor with the number of rows meets each household once
        many_at(many, (i * 7368787 + rows / 3) % rows);
        if (!many_answer(many))
            return false;
    }
    return true;
}

// Makes the evaluation at path, which must not exist.
static inline bool many_make(const char *path, size_t rows, struct survey_error *error)
{
    static const struct survey_actor actor = {"many", "", {1480000000, 0, 480}, ""};
    struct many many = {.error = error, .each = rows / MANY_VILLAGES > MANY_LEAST ? rows / MANY_VILLAGES : MANY_LEAST};
    struct survey_form *form = many_form(error);
    bool done = form && survey_store_create(path, &form, 1, &actor, error) &&
                survey_store_open(path, SURVEY_STORE_WRITE, &many.store, error) && survey_store_begin(many.store, error) &&
                many_fill(&many, rows) && survey_store_commit(many.store, error);
    survey_store_close(many.store);
    survey_form_free(form);
    return done;
}
