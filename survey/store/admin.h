// SPDX-License-Identifier: GPL-3.0-or-later
// Administrative values: what registers and offices say of a unit of any level (a county, a
// village), beside what people answered.
#pragma once

#include "survey/store/store.h"

// Takes in a CSV with the columns unit, name, value, round, source, date (the last three may be
// missing or blank: a blank round holds for every round that has no row of its own; a date is
// 2016-12-31). Within a transaction; a value that is there already and differs is replaced, with
// what it was in the log. Faults go to report with their line, and then the caller rolls back.
// Warnings go there too, of what is taken and may be missed later: a unit that stands in no column of the frame
// (where one was loaded), a value that is no number, a name that no expression of the workbook's
// sheets asks for (once a name).
// *count is the number of rows taken. False with error where the file cannot be read or the store
// failed.
bool survey_admin_import(struct survey_store *store, const char *file,
                         const struct survey_actor *actor, struct survey_report *report,
                         size_t *count, struct survey_error *error);

// The value of a unit in a round, else the one with a blank round; NULL where there is none. Lives
// as long as the store.
const char *survey_admin_value(struct survey_store *store, const char *unit, const char *name,
                               const char *round);
// The same as a number; false where there is none, or where it is no number.
bool survey_admin_number(struct survey_store *store, const char *unit, const char *name,
                         const char *round, double *value);
