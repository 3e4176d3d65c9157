// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the command review that tells how far reviewers agree.
#pragma once

#include "survey/command/command.h"

// Prints it, as JSON where that was asked for; returns the exit code.
int forms_review_agreement(const struct survey_invocation *invocation, struct survey_store *store);
