// SPDX-License-Identifier: GPL-3.0-or-later
// Functions on nodes and attached lists, digests and base 64.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/expr/function.h"

#include <string.h>

static bool wants_nodes(struct evaluation *evaluation, const struct survey_value *argument,
                        const char *function)
{
    return argument->kind == SURVEY_NODES ||
           expr_fail(evaluation, _("%s takes nodes, not a value"), function);
}

bool expr_call_count(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return wants_nodes(evaluation, &arguments[0], "count()") &&
           expr_number(value, (double)arguments[0].count);
}

bool expr_call_count_non_empty(EXPR_CALL_PARAMETERS)
{
    (void)count;
    size_t found = 0;
    if (!wants_nodes(evaluation, &arguments[0], "count-non-empty()"))
        return false;
    for (size_t i = 0; i < arguments[0].count; i++)
        found += arguments[0].nodes[i]->first || arguments[0].nodes[i]->value[0];
    return expr_number(value, (double)found);
}

// pulldata('file', 'column', 'key column', key): "" where no row has the key.
bool expr_call_pulldata(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const struct survey_expr_env *env = evaluation->env;
    const char *file = TEXT(0), *column = TEXT(1), *key_column = TEXT(2), *key = TEXT(3);
    const struct survey_node *root = env->instance ? env->instance(env->user, file) : NULL;
    if (!root)
        return expr_fail(evaluation, _("there is no attached file '%s'"), file);
    for (const struct survey_node *row = root->first; row; row = row->next) {
        const struct survey_node *cell = survey_node_child(row, key_column);
        if (!expr_spend(evaluation, 1))
            return false;
        if (!cell || strcmp(cell->value, key) != 0)
            continue;
        const struct survey_node *found = survey_node_child(row, column);
        if (!found)
            return expr_fail(evaluation, _("the attached file '%s' has no column '%s'"), file,
                             column);
        return expr_text(evaluation, value, found->value);
    }
    return expr_text(evaluation, value, "");
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t to_base64(const uint8_t *bytes, size_t length, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= i + 2 < length ? bytes[i + 2] : 0;
        out[at++] = base64[group >> 18];
        out[at++] = base64[group >> 12 & 63];
        out[at++] = i + 1 < length ? base64[group >> 6 & 63] : '=';
        out[at++] = i + 2 < length ? base64[group & 63] : '=';
    }
    return at;
}

bool expr_call_digest(EXPR_CALL_PARAMETERS)
{
    const char *text = TEXT(0), *algorithm = TEXT(1);
    const char *encoding = count == 3 ? TEXT(2) : "base64";
    uint8_t digest[64];
    char out[129];
    size_t used = 0;
    size_t length = expr_hash(algorithm, text, strlen(text), digest);
    if (length == 0)
        return expr_fail(evaluation,
                         _("digest() knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512, not '%s'"),
                         algorithm);
    if (strcmp(encoding, "base64") == 0) {
        used = to_base64(digest, length, out);
    } else if (strcmp(encoding, "hex") == 0) {
        for (size_t i = 0; i < length; i++) {
            out[used++] = "0123456789abcdef"[digest[i] >> 4];
            out[used++] = "0123456789abcdef"[digest[i] & 15];
        }
    } else {
        return expr_fail(evaluation, _("digest() writes base64 or hex, not '%s'"), encoding);
    }
    return expr_spend(evaluation, strlen(text) / 32) && expr_text_n(evaluation, value, out, used);
}

bool expr_call_base64_decode(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0);
    size_t length = strlen(text), at = 0;
    char *out = survey_arena_alloc(evaluation->arena, length + 1);
    uint32_t group = 0, bits = 0;
    while (length && text[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(base64, text[i]);
        if (!digit)
            return expr_fail(evaluation, _("base64-decode() met '%c'"), text[i]);
        group = group << 6 | (uint32_t)(digit - base64);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[at++] = (char)(group >> bits & 255);
        }
    }
    if (memchr(out, '\0', at) || !survey_utf8_valid(out, at))
        return expr_fail(evaluation, _("base64-decode() does not give text"));
    return expr_text_n(evaluation, value, out, at);
}
