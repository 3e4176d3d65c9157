// SPDX-License-Identifier: GPL-3.0-or-later
// Ordered pairs and the parameters cell.
#include "survey/definition/parameter.h"

#include "survey/base/arena.h"

#include <string.h>

static struct survey_pair *find(const struct survey_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->at[i].name, name) == 0)
            return &pairs->at[i];
    return NULL;
}

void survey_pairs_set(struct survey_arena *arena, struct survey_pairs *pairs, const char *name,
                      const char *value)
{
    struct survey_pair *pair = find(pairs, name);
    if (pair) {
        pair->value = value;
        return;
    }
    if (pairs->count == pairs->capacity) {
        size_t capacity = pairs->capacity ? pairs->capacity * 2 : 4;
        struct survey_pair *grown = survey_arena_array(arena, capacity, sizeof *grown);
        if (pairs->count)
            memcpy(grown, pairs->at, pairs->count * sizeof *grown);
        pairs->at = grown;
        pairs->capacity = capacity;
    }
    pairs->at[pairs->count++] = (struct survey_pair){name, value};
}

const char *survey_pairs_get(const struct survey_pairs *pairs, const char *name)
{
    const struct survey_pair *pair = find(pairs, name);
    return pair ? pair->value : NULL;
}

void survey_pairs_drop(struct survey_pairs *pairs, const char *name)
{
    struct survey_pair *pair = find(pairs, name);
    if (!pair)
        return;
    for (struct survey_pair *end = pairs->at + --pairs->count; pair < end; pair++)
        pair[0] = pair[1];
}

static const char gap[] = " \t\r\n\f\v,;";

static char *word(struct survey_arena *arena, const char **text, bool lower)
{
    size_t length = strcspn(*text, " \t\r\n\f\v,;=");
    char *copy = survey_arena_strndup(arena, *text, length);
    for (char *at = copy; lower && *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    *text += length;
    *text += strspn(*text, gap);
    return copy;
}

bool survey_parameters_read(struct survey_arena *arena, const char *text,
                            struct survey_pairs *pairs)
{
    for (text += strspn(text, gap); *text;) {
        const char *name = word(arena, &text, true);
        if (!*name || *text != '=')
            return false;
        text++;
        text += strspn(text, gap);
        const char *value =
            word(arena, &text, strcmp(name, "label") != 0 && strcmp(name, "value") != 0);
        if (!*value)
            return false;
        survey_pairs_set(arena, pairs, name, value);
    }
    return true;
}
