// SPDX-License-Identifier: GPL-3.0-or-later
// What has to be recalculated after a change: for each item, the items whose relevance, calculation or
// count names it. Bits stand for items by their rank in the order of calculation.
#include "survey/base/arena.h"
#include "survey/record/instance.h"

#include <string.h>

struct collecting {
    struct survey_record *record;
    const struct survey_map *names; // name -> 1 + index of the first item called so
    const size_t *same;             // 1 + index of the next item of the same name
    size_t item;                    // whose expressions are looked at
    uint32_t *counts;               // first round: how many dependents each item has
    bool filling;                   // second round: they are written down
};

static void set_bit(uint64_t *bits, size_t at)
{
    bits[at / 64] |= (uint64_t)1 << at % 64;
}

static void depend(struct collecting *collecting, const char *name)
{
    struct record_changes *changes = &collecting->record->changes;
    const struct survey_map_entry *entry = survey_map_find(collecting->names, name);
    for (size_t next = entry ? (size_t)entry->number : 0; next; next = collecting->same[next - 1]) {
        if (collecting->filling)
            changes->dependents[changes->start[next - 1] + collecting->counts[next - 1]] = changes->rank[collecting->item];
        collecting->counts[next - 1]++;
    }
}

// What can't be told by names ("..", "*", current()/x, position()) is looked at after every change.
static bool collect(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct collecting *collecting = user;
    struct record_changes *changes = &collecting->record->changes;
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    (void)at;
    bool moving = use == SURVEY_USES_PATH && (!*last || *last == '.' || *last == '*');
    if (use == SURVEY_USES_FUNCTION)
        moving = strcmp(name, "current") == 0 || strcmp(name, "position") == 0 || strcmp(name, "last") == 0 || strcmp(name, "once") == 0;
    if (moving)
        set_bit(changes->moving, changes->rank[collecting->item]);
    if (use == SURVEY_USES_NAME || use == SURVEY_USES_PATH)
        depend(collecting, last);
    return true;
}

static void collect_all(struct collecting *collecting)
{
    const struct survey_form *form = collecting->record->form;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        const struct survey_logic *logics[] = {&item->relevant, &item->calculation, &item->repeat_count};
        collecting->item = i;
        for (size_t k = 0; k < sizeof logics / sizeof *logics; k++)
            if (logics[k]->expr)
                survey_expr_each_use(logics[k]->expr, collect, collecting);
    }
}

void record_changes_begin(struct survey_record *record)
{
    const struct survey_form *form = record->form;
    struct record_changes *changes = &record->changes;
    size_t count = form->item_count, total = 0;
    struct survey_map names = {0};
    size_t *same = survey_arena_array(record->arena, count + 1, sizeof *same);
    changes->words = count / 64 + 1;
    changes->dirty = survey_arena_array(record->arena, changes->words, sizeof *changes->dirty);
    changes->moving = survey_arena_array(record->arena, changes->words, sizeof *changes->moving);
    changes->rank = survey_arena_array(record->arena, count + 1, sizeof *changes->rank);
    changes->start = survey_arena_array(record->arena, count + 1, sizeof *changes->start);
    for (size_t i = 0; i < count; i++)
        changes->rank[record->order[i]->index] = (uint32_t)i;
    for (size_t i = count; i-- > 0;) {
        struct survey_map_entry *entry = survey_map_put(&names, record->arena, form->items[i]->name, NULL);
        same[i] = (size_t)entry->number;
        entry->number = (int64_t)i + 1;
    }
    struct collecting collecting = {record, &names, same, 0, survey_arena_array(record->arena, count + 1, sizeof(uint32_t)), false};
    collect_all(&collecting);
    for (size_t i = 0; i <= count; i++) {
        changes->start[i] = (uint32_t)total;
        total += i < count ? collecting.counts[i] : 0;
        collecting.counts[i] = 0;
    }
    changes->dependents = survey_arena_array(record->arena, total + 1, sizeof *changes->dependents);
    collecting.filling = true;
    collect_all(&collecting);
    survey_map_clear(&names);
}

void record_changed(struct survey_record *record, const struct survey_item *item)
{
    struct record_changes *changes = &record->changes;
    changes->any = true;
    for (uint32_t i = changes->start[item->index]; i < changes->start[item->index + 1]; i++)
        set_bit(changes->dirty, changes->dependents[i]);
}

void record_stale(struct survey_record *record, const struct survey_item *item)
{
    set_bit(record->changes.dirty, record->changes.rank[item->index]);
}

void record_stale_below(struct survey_record *record, const struct survey_item *item)
{
    record_stale(record, item);
    record_changed(record, item);
    for (size_t i = 0; i < item->child_count; i++)
        record_stale_below(record, item->children[i]);
}

size_t record_next_stale(const struct survey_record *record, size_t from)
{
    const struct record_changes *changes = &record->changes;
    for (size_t word = from / 64; word < changes->words; word++) {
        uint64_t bits = changes->dirty[word];
        if (word == from / 64)
            bits &= ~(uint64_t)0 << from % 64;
        if (bits)
            return word * 64 + (size_t)__builtin_ctzll(bits);
    }
    return SIZE_MAX;
}
