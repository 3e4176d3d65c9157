// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of two rounds beside each other, with the error of their change.
#include "stats/ask_change.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/map.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct answering {
    struct effect_change_table *table;
    struct stats_design design;
    uint8_t *round;
    struct effect_changes *changes;
    size_t group_count;
    const char *const **groups; // names, by group of either round
    uint32_t *group_of_row;     // of the stacked rows; STATS_NO_LEVEL
    double *y;
    uint8_t *kept;
};

static size_t rows_before(const struct answering *in, int which)
{
    return which ? in->table->asked[0]->source->rows : 0;
}

// Groups by the names of their levels: those of the second round, then what only the first has.
static void number_groups(struct answering *in)
{
    struct survey_arena *arena = in->table->arena;
    struct survey_map map = {0};
    size_t most = in->table->asked[0]->group_count + in->table->asked[1]->group_count;
    in->groups = survey_arena_array(arena, most + 1, sizeof *in->groups);
    in->group_of_row = survey_arena_array(arena, in->design.n, sizeof *in->group_of_row);
    for (int which = 1; which >= 0; which--) {
        const struct stats_asked *asked = in->table->asked[which];
        uint32_t *number = survey_arena_array(arena, asked->group_count + 1, sizeof *number);
        for (size_t group = 0; group < asked->group_count && asked->by_count; group++) {
            const char *key = "";
            bool added;
            for (size_t c = 0; c < asked->by_count; c++)
                key = survey_arena_format(arena, "%s\x1f%s", key, asked->groups[group][c]);
            struct survey_map_entry *entry = survey_map_put(&map, arena, key, &added);
            if (added) {
                entry->number = (int64_t)in->group_count;
                in->groups[in->group_count++] = (const char *const *)asked->groups[group];
            }
            number[group] = (uint32_t)entry->number;
        }
        for (size_t row = 0; row < asked->source->rows; row++) {
            bool inside = !asked->inside || asked->inside[row];
            uint32_t group = asked->by_count ? asked->group_of_row[row] : 0;
            in->group_of_row[rows_before(in, which) + row] = !inside || group == STATS_NO_LEVEL
                                                                 ? STATS_NO_LEVEL
                                                             : asked->by_count ? number[group]
                                                                               : 0;
        }
    }
    if (!in->table->asked[0]->by_count)
        in->group_count = 1;
    survey_map_clear(&map);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct stats_ask *find_ask(const struct stats_asked *asked,
                                        const struct stats_ask *like, bool level)
{
    for (size_t i = 0; i < asked->ask_count; i++)
        if (asked->asks[i].statistic == like->statistic &&
            strcmp(asked->asks[i].of, like->of) == 0 &&
            (!level || same_text(asked->asks[i].level, like->level)))
            return &asked->asks[i];
    return NULL;
}

// Values of an ask in a round. A code that nobody gave there is 0 for all who answered.
static bool spread(struct answering *in, int which, const struct stats_ask *like,
                   struct survey_error *error)
{
    const struct stats_asked *asked = in->table->asked[which];
    const struct stats_ask *ask = find_ask(asked, like, true),
                           *other = find_ask(asked, like, false);
    size_t from = rows_before(in, which), rows = asked->source->rows;
    if (!other || !other->level != !like->level)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "--change",
            _("'%s' has codes of another kind in the other round: ask for a condition on it"),
            like->of);
    stats_values_spread(ask ? &ask->y : &other->y, rows, in->y + from);
    for (size_t row = 0; row < rows && !ask; row++)
        in->y[from + row] = isnan(in->y[from + row]) ? (double)NAN : 0;
    return true;
}

static void count(struct answering *in, size_t group, struct effect_change_line *line)
{
    for (size_t row = 0; row < in->design.n; row++) {
        int which = in->round[row] - 1;
        bool inside = in->group_of_row[row] == group && in->design.weight[row] > 0;
        in->kept[row] = inside && !isnan(in->y[row]);
        line->n[which] += in->kept[row];
        line->missing[which] += inside && !in->kept[row];
    }
}

static bool answer_group(struct answering *in, size_t group, struct effect_change_line *line,
                         struct survey_error *error)
{
    count(in, group, line);
    if (!line->n[0] || !line->n[1]) {
        line->why = _("one of the two rounds has no value");
        return true;
    }
    if (!effect_change_of(in->changes, in->y, in->kept, line->statistic == STATS_TOTAL,
                          &line->change, error))
        return false;
    line->known = true;
    in->table->without = in->table->without || line->change.without;
    if (line->change.constant[0] || line->change.constant[1])
        line->why = _("all values of a round are equal, which shows no variance");
    else if (!(line->change.df > 0))
        line->why = _("no degrees of freedom: each stratum has one PSU in the domain");
    line->sure = !line->why;
    return true;
}

static bool answer_ask(struct answering *in, const struct stats_ask *ask,
                       struct survey_error *error)
{
    for (int which = 0; which < 2; which++)
        if (!spread(in, which, ask, error))
            return false;
    for (size_t group = 0; group < in->group_count; group++) {
        struct effect_change_line *line = &in->table->lines[in->table->count++];
        *line = (struct effect_change_line){.statistic = ask->statistic,
                                            .of = ask->of,
                                            .level = ask->level,
                                            .groups = in->groups[group]};
        if (!answer_group(in, group, line, error))
            return false;
    }
    return true;
}

static bool answer_all(struct answering *in, struct survey_error *error)
{
    struct effect_change_table *table = in->table;
    size_t most = (table->asked[0]->ask_count + table->asked[1]->ask_count) * in->group_count;
    table->lines = survey_arena_array(table->arena, most + 1, sizeof *table->lines);
    table->overlap = *effect_changes_overlap(in->changes);
    for (int which = 1; which >= 0; which--)
        for (size_t i = 0; i < table->asked[which]->ask_count; i++) {
            const struct stats_ask *ask = &table->asked[which]->asks[i];
            if ((which == 1 || !find_ask(table->asked[1], ask, true)) &&
                !answer_ask(in, ask, error))
                return false;
        }
    return true;
}

bool effect_change_answer(struct effect_change_table *table, struct survey_error *error)
{
    struct answering in = {.table = table};
    const struct stats_source *const sources[2] = {table->asked[0]->source,
                                                   table->asked[1]->source};
    effect_stack(sources, table->arena, &in.design, &in.round);
    struct effect_rounds rounds = {&in.design, in.round};
    number_groups(&in);
    in.y = survey_arena_array(table->arena, in.design.n, sizeof *in.y);
    in.kept = survey_arena_array(table->arena, in.design.n, 1);
    bool done =
        effect_changes_open(&rounds, table->arena, &in.changes, error) && answer_all(&in, error);
    effect_changes_close(in.changes);
    return done;
}
