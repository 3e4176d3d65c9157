// SPDX-License-Identifier: GPL-3.0-or-later
// The schema of the evaluation file, as text made of schema.sql by the build.
#pragma once

extern const char survey_schema_sql[];
