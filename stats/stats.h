// SPDX-License-Identifier: GPL-3.0-or-later
// The room stats: columns, weights, estimates and the assessment. What main.c needs of it.
#pragma once

#include "survey/command/command.h"

extern const struct survey_command stats_estimate_command;
extern const struct survey_command stats_case_command;
extern const struct survey_command stats_score_command;
extern const struct survey_command stats_size_command;
extern const struct survey_command stats_weight_command;
