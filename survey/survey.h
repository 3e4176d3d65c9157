// SPDX-License-Identifier: GPL-3.0-or-later
// The room survey: what is asked, of whom, and what they said. What main.c needs of it.
#pragma once

#include "survey/command/command.h"

extern const struct survey_command survey_import_command;
extern const struct survey_command survey_revise_command;
extern const struct survey_command survey_edit_command;

extern const struct survey_command survey_check_command;
extern const struct survey_command survey_new_command;
extern const struct survey_command survey_frame_command;
extern const struct survey_command survey_sample_command;
extern const struct survey_command survey_xform_command;
