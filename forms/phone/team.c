// SPDX-License-Identifier: GPL-3.0-or-later
// Members of the team in the evaluation file.
#include "forms/phone/team.h"

#include "survey/base/json.h"
#include "survey/base/text.h"

#include <sodium.h>
#include <string.h>

void phone_token_make(char token[static PHONE_TOKEN_SIZE])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    for (int i = 0; i < PHONE_TOKEN_SIZE - 1; i++)
        token[i] = letters[randombytes_uniform(32)];
    token[PHONE_TOKEN_SIZE - 1] = '\0';
}

static void hash_token(const char *token, uint8_t hash[static 32])
{
    crypto_generichash(hash, 32, (const unsigned char *)token, strlen(token), NULL, 0);
}

static bool log_member(struct survey_store *store, const struct survey_actor *actor,
                       const char *name, const char *change, const char *role,
                       struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(4096);
    struct survey_json_writer json = survey_json_writer(&after, false);
    survey_json_open(&json, '{');
    survey_json_member(&json, "change", change);
    if (role)
        survey_json_member(&json, "role", role);
    survey_json_close(&json, '}');
    bool done =
        survey_store_log(store, actor, "team", name, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

static bool is_good_name(const char *name)
{
    size_t length = strlen(name);
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    return length > 0 && length <= 100 && name[0] != ' ' && name[length - 1] != ' ';
}

// -1 where nobody of that name was ever there, else whether they may send.
static int64_t standing(struct survey_store *store, const char *name)
{
    return survey_store_count(store, -1, "SELECT active FROM team WHERE name = ?", "t", name);
}

bool phone_team_add(struct survey_store *store, const char *name, const char *role,
                    const struct survey_actor *actor, char token[static PHONE_TOKEN_SIZE],
                    struct survey_error *error)
{
    uint8_t hash[32];
    char id[48];
    if (!is_good_name(name))
        return survey_fail(error, SURVEY_ERROR_USAGE, "",
                           _("'%s' is no name: it has 1 to 100 bytes on one line"), name);
    if (strcmp(role, "enumerator") != 0 && strcmp(role, "supervisor") != 0 &&
        strcmp(role, "evaluator") != 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, "",
                           _("'%s' is no role: enumerator, supervisor or evaluator"), role);
    int64_t before = standing(store, name);
    if (before > 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store),
                           _("'%s' is in the team already; 'qr' gives a new token"), name);
    phone_token_make(token);
    hash_token(token, hash);
    survey_store_new_id(id);
    bool done =
        before < 0
            ? survey_store_run(store, error,
                               "INSERT INTO team (id, name, role, token_hash) VALUES (?, ?, ?, ?)",
                               "tttb", id, name, role, (const void *)hash, sizeof hash)
            : survey_store_run(
                  store, error,
                  "UPDATE team SET role = ?, token_hash = ?, active = 1 WHERE name = ?", "tbt",
                  role, (const void *)hash, sizeof hash, name);
    return done && log_member(store, actor, name, before < 0 ? "added" : "came back", role, error);
}

static bool is_member(struct survey_store *store, const char *name, struct survey_error *error)
{
    return standing(store, name) > 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store),
                       _("there is no '%s' in the team"), name);
}

bool phone_team_renew(struct survey_store *store, const char *name,
                      const struct survey_actor *actor, char token[static PHONE_TOKEN_SIZE],
                      struct survey_error *error)
{
    uint8_t hash[32];
    if (!is_member(store, name, error))
        return false;
    phone_token_make(token);
    hash_token(token, hash);
    return survey_store_run(store, error, "UPDATE team SET token_hash = ? WHERE name = ?", "bt",
                            (const void *)hash, sizeof hash, name) &&
           log_member(store, actor, name, "new token", NULL, error);
}

bool phone_team_remove(struct survey_store *store, const char *name,
                       const struct survey_actor *actor, struct survey_error *error)
{
    return is_member(store, name, error) &&
           survey_store_run(store, error, "UPDATE team SET active = 0 WHERE name = ?", "t", name) &&
           log_member(store, actor, name, "removed", NULL, error);
}
