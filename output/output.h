// SPDX-License-Identifier: GPL-3.0-or-later
// The room output: what people read, and the commands that span rooms. What main.c needs of it.
#pragma once

#include "survey/command/command.h"

extern const struct survey_command output_demo_command;
extern const struct survey_command output_export_command;
extern const struct survey_command output_report_command;
extern const struct survey_command output_verify_command;
