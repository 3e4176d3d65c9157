// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's panel: the rules flag suspicions, and a panel that knows the truth decides them.
#include "output/demo/demo.h"

#include "stats/stats.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/store/store.h"
#include "survey/workbook/workbook.h"

#include <string.h>

static bool is_true(const struct demo_household *household, const char *type)
{
    return (strcmp(type, "wrong_exit") == 0 && household->wrong_exit) || (strcmp(type, "missed") == 0 && household->missed);
}

static void decide(struct demo *demo, struct survey_query *query, struct survey_buffer *csv)
{
    const char *type = survey_query_text(query, 1);
    const struct demo_household *household = demo_household_find(demo->population, survey_query_text(query, 2));
    bool confirmed = household && is_true(household, type);
    survey_csv_put(csv, survey_query_text(query, 0), true);
    survey_csv_put(csv, confirmed ? "confirm" : "dismiss", false);
    survey_csv_put(csv, confirmed ? _("income and living conditions checked on the spot: confirmed")
                                  : _("the county's evidence was checked: not confirmed"), false);
    survey_buffer_byte(csv, '\n');
}

static bool write_decisions(struct demo *demo, struct survey_error *error)
{
    struct survey_store *store = NULL;
    struct survey_buffer csv = SURVEY_BUFFER(64 << 20);
    if (!survey_store_open(demo_path(demo, "evaluation.assay"), SURVEY_STORE_READ, &store, error))
        return false;
    struct survey_query *query = survey_query(store, error, "SELECT id, type, unit FROM \"case\" WHERE state = 'flagged' AND type IN "
                                                            "('wrong_exit', 'missed') ORDER BY type, unit", "");
    bool done = query != NULL;
    survey_buffer_text(&csv, "id,decision,why\n");
    while (done && survey_query_next(query))
        decide(demo, query, &csv);
    done = query && survey_query_end(query, error) &&
           survey_file_write(demo_path(demo, "decisions.csv"), survey_buffer_string(&csv), csv.length, error);
    survey_buffer_clear(&csv);
    survey_store_close(store);
    return done;
}

bool demo_cases(struct demo *demo, struct survey_error *error)
{
    const char *file = demo_path(demo, "evaluation.assay");
    return demo_run(demo, &stats_case_command, 0, error, file, "flag", "--as", "evaluator", "--now", demo_time(demo, 31), NULL) &&
           write_decisions(demo, error) &&
           demo_run(demo, &stats_case_command, 0, error, file, "decide", "--from", demo_path(demo, "decisions.csv"), "--as", "panel",
                    "--now", demo_time(demo, 35), NULL);
}
