// SPDX-License-Identifier: GPL-3.0-or-later
// The room forms: paper, scans and phones. What main.c needs of it.
#pragma once

#include "survey/command/command.h"

extern const struct survey_command forms_merge_command;
extern const struct survey_command forms_print_command;
extern const struct survey_command forms_scan_command;
extern const struct survey_command forms_review_command;
extern const struct survey_command forms_serve_command;
extern const struct survey_command forms_simulate_command;
extern const struct survey_command forms_team_command;
