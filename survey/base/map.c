// SPDX-License-Identifier: GPL-3.0-or-later
// Map from text, by open addressing over an array in order of insertion.
#include "survey/base/map.h"

#include "survey/base/arena.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const char *key, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u; // FNV-1a, finished as in splitmix64
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)key[i]) * 0x100000001b3u;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
    return hash ^ hash >> 27;
}

// The slot that holds key, or the free one where it belongs.
static size_t slot_of(const struct survey_map *map, const char *key, size_t length)
{
    size_t mask = map->slot_count - 1;
    size_t slot = hash_of(key, length) & mask;
    for (; map->slots[slot]; slot = (slot + 1) & mask) {
        const char *other = map->entries[map->slots[slot] - 1].key;
        if (strncmp(other, key, length) == 0 && other[length] == '\0')
            break;
    }
    return slot;
}

struct survey_map_entry *survey_map_find_n(const struct survey_map *map, const char *key, size_t length)
{
    if (!map->count)
        return NULL;
    size_t slot = slot_of(map, key, length);
    return map->slots[slot] ? &map->entries[map->slots[slot] - 1] : NULL;
}

struct survey_map_entry *survey_map_find(const struct survey_map *map, const char *key)
{
    return survey_map_find_n(map, key, strlen(key));
}

static void grow(struct survey_map *map)
{
    map->capacity = map->capacity ? map->capacity * 2 : 8;
    map->entries = survey_realloc(map->entries, map->capacity, sizeof *map->entries);
    free(map->slots);
    map->slot_count = map->capacity * 2;
    map->slots = survey_alloc(map->slot_count * sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++) {
        const char *key = map->entries[i].key;
        map->slots[slot_of(map, key, strlen(key))] = (uint32_t)(i + 1);
    }
}

struct survey_map_entry *survey_map_put(struct survey_map *map, struct survey_arena *arena,
                                        const char *key, bool *added)
{
    struct survey_map_entry *found = survey_map_find(map, key);
    if (added)
        *added = !found;
    if (found)
        return found;
    if (map->count == map->capacity)
        grow(map);
    map->slots[slot_of(map, key, strlen(key))] = (uint32_t)(map->count + 1);
    struct survey_map_entry *entry = &map->entries[map->count++];
    *entry = (struct survey_map_entry){.key = survey_arena_strdup(arena, key)};
    return entry;
}

void survey_map_clear(struct survey_map *map)
{
    free(map->entries);
    free(map->slots);
    *map = (struct survey_map){0};
}
