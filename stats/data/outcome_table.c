// SPDX-License-Identifier: GPL-3.0-or-later
// Outcomes of the sampled units, counted by group.
#include "stats/data/roster.h"

#include <stdlib.h>
#include <string.h>

static void count_unit(struct stats_outcome_group *group, const struct stats_roster_unit *unit)
{
    group->count[unit->outcome]++;
    group->silent += unit->response == NULL;
}

struct keyed {
    const char *const *values;
    size_t count;
    const struct stats_roster_unit *unit;
};

static int compare_keys(const struct keyed *a, const struct keyed *b)
{
    int order = 0;
    for (size_t c = 0; c < a->count && order == 0; c++)
        order = strcmp(a->values[c], b->values[c]);
    return order;
}

static int by_keys(const void *a, const void *b)
{
    return compare_keys(a, b);
}

static const char *const *copy_words(struct survey_arena *arena, const char *const *words,
                                     size_t count)
{
    const char **copy = survey_arena_array(arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = survey_arena_strdup(arena, words[i]);
    return copy;
}

static void fill(struct stats_outcome_table *table, const struct stats_roster *roster,
                 const char *const *values)
{
    struct keyed *keyed = survey_arena_array(roster->arena, roster->count + 1, sizeof *keyed);
    for (size_t i = 0; i < roster->count; i++)
        keyed[i] = (struct keyed){values + i * table->by_count, table->by_count, &roster->units[i]};
    qsort(keyed, roster->count, sizeof *keyed, by_keys);
    size_t groups = 0;
    for (size_t i = 0; i < roster->count; i++)
        groups += i == 0 || compare_keys(&keyed[i - 1], &keyed[i]) != 0;
    table->groups = survey_arena_array(table->arena, groups + 1, sizeof *table->groups);
    for (size_t i = 0; i < roster->count; i++) {
        if (i == 0 || compare_keys(&keyed[i - 1], &keyed[i]) != 0)
            table->groups[table->group_count++].keys =
                copy_words(table->arena, keyed[i].values, table->by_count);
        count_unit(&table->groups[table->group_count - 1], keyed[i].unit);
        count_unit(&table->all, keyed[i].unit);
    }
    for (size_t i = 0; i < table->group_count; i++)
        stats_outcome_rates(table->groups[i].count, &table->groups[i].rates);
    stats_outcome_rates(table->all.count, &table->all.rates);
}

bool stats_outcome_table(struct survey_store *store, const struct survey_actor *actor,
                         const char *by, struct stats_outcome_table **made,
                         struct survey_error *error)
{
    struct stats_roster *roster;
    const char **words, **values;
    if (!stats_roster_read(store, actor, &roster, error))
        return false;
    size_t count = stats_words(roster->arena, by ? by : "", " ,", &words);
    if (!stats_roster_columns(roster, words, count, &values, error)) {
        stats_roster_free(roster);
        return false;
    }
    struct survey_arena *arena = survey_arena_new();
    struct stats_outcome_table *table = survey_arena_alloc(arena, sizeof *table);
    *table = (struct stats_outcome_table){.arena = arena,
                                          .by = copy_words(arena, words, count),
                                          .by_count = count,
                                          .outside = roster->outside};
    fill(table, roster, values);
    stats_roster_free(roster);
    *made = table;
    return true;
}

void stats_outcome_table_free(struct stats_outcome_table *table)
{
    if (table)
        survey_arena_free(table->arena);
}
