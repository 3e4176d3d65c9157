// SPDX-License-Identifier: GPL-3.0-or-later
// Dispositions and the rates made of them.
#include "stats/data/outcome.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <string.h>

static const char *const names[STATS_OUTCOMES] = {"I", "P", "R", "NC", "O", "UH", "UO", "NE"};

const char *stats_outcome_name(enum stats_outcome outcome)
{
    return names[outcome];
}

static int outcome_named(const char *name)
{
    for (int outcome = 0; outcome < STATS_OUTCOMES; outcome++)
        if (strcmp(names[outcome], name) == 0)
            return outcome;
    return -1;
}

static bool fail_at(struct survey_store *store, const struct survey_sheet *sheet, uint32_t row,
                    int column, const char *message, const char *what, struct survey_error *error)
{
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, NULL);
    struct survey_problem problem = {.file = form ? form->path : "",
                                     .sheet = sheet->name,
                                     .row = survey_sheet_line(sheet, row),
                                     .column = (uint32_t)(column + 1)};
    char where[512];
    survey_place_text(&problem, where, sizeof where);
    return survey_fail(error, SURVEY_ERROR_INPUT, where, message, what);
}

bool stats_outcome_codes_read(struct survey_store *store, struct survey_arena *arena,
                              struct stats_outcome_codes *codes, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "dispositions");
    *codes = (struct stats_outcome_codes){.given = sheet != NULL};
    if (!sheet)
        return true;
    int code = survey_sheet_column(sheet, "code"), aapor = survey_sheet_column(sheet, "aapor");
    if (code < 0 || aapor < 0)
        return fail_at(store, sheet, 0, 0, _("the sheet needs a column '%s'"),
                       code < 0 ? "code" : "aapor", error);
    for (uint32_t row = 1; row < sheet->rows; row++) {
        const char *key = survey_sheet_cell(sheet, row, (uint32_t)code),
                   *name = survey_sheet_cell(sheet, row, (uint32_t)aapor);
        bool added;
        if (!*key && !*name)
            continue;
        int outcome = outcome_named(name);
        if (outcome < 0)
            return fail_at(store, sheet, row, aapor,
                           _("'%s' is none of I, P, R, NC, O, UH, UO, NE"), name, error);
        struct survey_map_entry *entry = survey_map_put(&codes->codes, arena, key, &added);
        if (!added)
            return fail_at(store, sheet, row, code, _("the code '%s' stands there twice"), key,
                           error);
        entry->number = outcome;
    }
    return true;
}

int stats_outcome_of(const struct stats_outcome_codes *codes, const char *code)
{
    if (!codes->given || !code)
        return STATS_COMPLETE;
    if (!*code)
        return STATS_UNKNOWN_OTHER;
    const struct survey_map_entry *entry = survey_map_find(&codes->codes, code);
    return entry ? (int)entry->number : -1;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : (double)NAN;
}

void stats_outcome_rates(const size_t count[static STATS_OUTCOMES],
                         struct stats_outcome_rates *rates)
{
    double i = (double)count[STATS_COMPLETE], ip = i + (double)count[STATS_PARTIAL],
           r = (double)count[STATS_REFUSAL];
    double nc = (double)count[STATS_NON_CONTACT], o = (double)count[STATS_OTHER];
    double u = (double)count[STATS_UNKNOWN_HOME] + (double)count[STATS_UNKNOWN_OTHER];
    double eligible = ip + r + nc + o;
    double e = share(eligible, eligible + (double)count[STATS_NOT_ELIGIBLE]);
    // Where nothing is known of anyone's eligibility, the unknown are taken for eligible.
    double known = eligible + (u > 0 ? (isnan(e) ? 1 : e) * u : 0);
    *rates = (struct stats_outcome_rates){
        .e = e,
        .response = {share(i, eligible + u), share(ip, eligible + u), share(i, known),
                     share(ip, known), share(i, eligible), share(ip, eligible)},
        .cooperation = {share(i, ip + r + o), share(ip, ip + r + o), share(i, ip + r),
                        share(ip, ip + r)},
        .refusal = {share(r, eligible + u), share(r, known), share(r, eligible)},
        .contact = {share(ip + r + o, eligible + u), share(ip + r + o, known),
                    share(ip + r + o, eligible)},
    };
}
