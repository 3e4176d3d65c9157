// SPDX-License-Identifier: GPL-3.0-or-later
// Who may send: members of the team and the tokens that let them in. A token is shown once; the
// evaluation file keeps its hash.
#pragma once

#include "survey/store/store.h"

enum { PHONE_TOKEN_SIZE = 21 };

// 100 random bits in letters and digits that are not mistaken for one another.
void phone_token_make(char token[static PHONE_TOKEN_SIZE]);

// Each within a transaction of the caller's, with its entry in the log.
// A new member, or one who was removed and comes back; role "enumerator", "supervisor" or
// "evaluator".
bool phone_team_add(struct survey_store *store, const char *name, const char *role,
                    const struct survey_actor *actor, char token[static PHONE_TOKEN_SIZE],
                    struct survey_error *error);
// A fresh token; the former one no longer holds.
bool phone_team_renew(struct survey_store *store, const char *name,
                      const struct survey_actor *actor, char token[static PHONE_TOKEN_SIZE],
                      struct survey_error *error);
// The member stays named in what was sent, but sends no more.
bool phone_team_remove(struct survey_store *store, const char *name,
                       const struct survey_actor *actor, struct survey_error *error);
