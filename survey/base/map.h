// SPDX-License-Identifier: GPL-3.0-or-later
// A map from text to a pointer or number that remembers the order of insertion.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;

struct survey_map_entry {
    const char *key;
    void *value;
    int64_t number;
};

// All-zero is a valid empty map. Keys are copied into the arena; entries stand in order of insertion.
struct survey_map {
    struct survey_map_entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *slots; // index + 1 into entries, open addressing
    size_t slot_count;
};

// The entry of key, or NULL.
struct survey_map_entry *survey_map_find(const struct survey_map *map, const char *key);
struct survey_map_entry *survey_map_find_n(const struct survey_map *map, const char *key, size_t length);
// The entry of key, added (all-zero but for its key) where it was missing; *added (may be NULL)
// says which. The entry moves when the next is added: keep its index, not its address.
struct survey_map_entry *survey_map_put(struct survey_map *map, struct survey_arena *arena,
                                        const char *key, bool *added);
// Frees the map's own memory (not keys or values) and empties it.
void survey_map_clear(struct survey_map *map);
