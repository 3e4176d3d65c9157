// SPDX-License-Identifier: GPL-3.0-or-later
// The attached list: the sample of the round as CSV for pulldata() on the phone. Names and phones are
// not in it, since the frame of the evaluation file has none.
#include "forms/phone/phone_private.h"

#include "survey/sample/draw.h"
#include "survey/workbook/workbook.h"

#include <string.h>
#include <strings.h>

static bool is_own(const char *column)
{
    static const char *const own[] = {"unit", "position", "members", "sheet_number", "sheet_form", "sample_stratum", "draw_seed", NULL};
    for (const char *const *name = own; *name; name++)
        if (strcasecmp(*name, column) == 0)
            return true;
    return false;
}

static const char *const sql =
    "SELECT sample.unit AS unit, sample.stratum AS sample_stratum, sheet.number AS sheet_number, "
    "sheet.form AS sheet_form, draw.seed AS draw_seed, frame.* FROM sample JOIN draw ON draw.id = sample.draw AND draw.current = 1 "
    "LEFT JOIN frame ON frame.unit = sample.unit "
    "LEFT JOIN sheet ON sheet.unit = sample.unit AND sheet.round = sample.round "
    "WHERE sample.round = ?1 AND sample.status <> 'reserve' AND sample.form IN ('', ?2) "
    "AND sample.stage = (SELECT max(stage) FROM sample AS last WHERE last.draw = sample.draw) "
    "ORDER BY frame.position, sample.unit, sheet.number";

bool phone_sample_list(const struct phone_request *request, const char *form, struct survey_buffer *csv,
                       struct survey_error *error)
{
    const struct phone_options *options = &request->server->options;
    struct survey_actor actor = {.who = request->who, .why = "", .now = request->now, .round = options->round};
    struct survey_query *query = survey_query(request->store, error, sql, "tt",
                                              survey_store_round(request->store, &actor), form);
    if (!query)
        return false;
    bool has_household = false, has_stratum = false, has_pick = false;
    int columns = survey_query_columns(query);
    for (int i = 0; i < columns; i++) {
        has_household |= strcasecmp(survey_query_column(query, i), "household_id") == 0;
        has_stratum |= strcasecmp(survey_query_column(query, i), "stratum") == 0;
        has_pick |= strcasecmp(survey_query_column(query, i), "pick") == 0;
    }
    survey_csv_put(csv, "token", true);
    if (!has_household)
        survey_csv_put(csv, "household_id", false);
    if (!has_stratum)
        survey_csv_put(csv, "stratum", false);
    if (!has_pick)
        survey_csv_put(csv, "pick", false);
    for (int i = 0; i < columns; i++)
        if (!is_own(survey_query_column(query, i)))
            survey_csv_put(csv, survey_query_column(query, i), false);
    survey_buffer_byte(csv, '\n');
    while (survey_query_next(query)) {
        char token[64] = "";
        if (options->sheet_token && !survey_query_null(query, 2) &&
            !options->sheet_token(options->user, request->store, survey_query_integer(query, 2),
                                  survey_query_integer(query, 3), token))
            *token = '\0';
        survey_csv_put(csv, token, true);
        if (!has_household)
            survey_csv_put(csv, survey_query_text(query, 0), false);
        if (!has_stratum)
            survey_csv_put(csv, survey_query_text(query, 1), false);
        if (!has_pick)
            survey_format(csv, ",%.6f", survey_draw_pick((uint64_t)survey_query_integer(query, 4), survey_query_text(query, 0)));
        for (int i = 0; i < columns; i++)
            if (!is_own(survey_query_column(query, i)))
                survey_csv_put(csv, survey_query_text(query, i), false);
        survey_buffer_byte(csv, '\n');
    }
    return survey_query_end(query, error);
}
