// SPDX-License-Identifier: GPL-3.0-or-later
// The params cells of the indicators and scheme sheets: keys with their values.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct stats_parameters stats_parameters_read(struct survey_arena *arena, const char *text)
{
    struct stats_parameters parameters = {0};
    char *value = NULL;
    const char *key = NULL;
    for (const char *at = text; *(at += strspn(at, " ;\n")); at += strcspn(at, " ;\n")) {
        size_t length = strcspn(at, " ;\n");
        const char *equals = memchr(at, '=', length);
        if (equals && equals > at) {
            size_t name = (size_t)(equals - at);
            key = survey_arena_strndup(arena, at, name);
            value = survey_arena_strndup(arena, equals + 1, length - name - 1);
        } else if (key) {
            value =
                survey_arena_format(arena, "%s%s%.*s", value, *value ? " " : "", (int)length, at);
        } else {
            parameters.fault = survey_arena_strndup(arena, at, length);
            continue;
        }
        survey_map_put(&parameters.map, arena, key, NULL)->value = value;
    }
    return parameters;
}

const char *stats_parameter(const struct stats_parameters *parameters, const char *key)
{
    const struct survey_map_entry *entry = survey_map_find(&parameters->map, key);
    return entry ? entry->value : NULL;
}

bool stats_parameter_number(const struct stats_parameters *parameters, const char *key,
                            double *value)
{
    const char *text = stats_parameter(parameters, key);
    return !text || survey_number_parse(text, strlen(text), value);
}

const char *stats_parameter_unknown(const struct stats_parameters *parameters,
                                    const char *const *known)
{
    for (size_t i = 0; i < parameters->map.count; i++) {
        bool found = false;
        for (const char *const *name = known; *name && !found; name++)
            found = strcmp(*name, parameters->map.entries[i].key) == 0;
        if (!found)
            return parameters->map.entries[i].key;
    }
    return NULL;
}

static int by_place(const void *left, const void *right)
{
    double a = ((const struct stats_point *)left)->at, b = ((const struct stats_point *)right)->at;
    return a < b ? -1 : a > b;
}

bool stats_points_read(struct survey_arena *arena, const char *text, struct stats_point **points,
                       size_t *count)
{
    size_t found = 0;
    struct stats_point *list = survey_arena_array(arena, strlen(text) / 2 + 1, sizeof *list);
    for (const char *at = text; *(at += strspn(at, " ")); at += strcspn(at, " ")) {
        size_t length = strcspn(at, " ");
        const char *colon = memchr(at, ':', length);
        if (!colon || !survey_number_parse(at, (size_t)(colon - at), &list[found].at) ||
            !survey_number_parse(colon + 1, length - (size_t)(colon - at) - 1, &list[found].points))
            return false;
        found++;
    }
    qsort(list, found, sizeof *list, by_place);
    for (size_t i = 1; i < found; i++)
        if (list[i].at == list[i - 1].at)
            return false;
    *points = list;
    *count = found;
    return found > 0;
}
