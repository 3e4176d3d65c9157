// SPDX-License-Identifier: GPL-3.0-or-later
// Arena: memory of one lifetime (a form, a page, a request), freed all at once.
#pragma once

#include <stddef.h>

struct survey_arena;

// A new empty arena; the caller frees it. Running out of memory aborts, here and below.
struct survey_arena *survey_arena_new(void);
void survey_arena_free(struct survey_arena *arena); // NULL is fine

// Zeroed memory of size bytes, aligned for any type; lives as long as the arena. Never NULL.
void *survey_arena_alloc(struct survey_arena *arena, size_t size);
// The same for count items of size bytes; aborts when the product overflows.
void *survey_arena_array(struct survey_arena *arena, size_t count, size_t size);
// Copies of text, NUL-terminated.
char *survey_arena_strdup(struct survey_arena *arena, const char *text);
char *survey_arena_strndup(struct survey_arena *arena, const char *text, size_t length);
// Formatted text (see format.h for what is understood).
char *survey_arena_format(struct survey_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Bytes handed out so far.
size_t survey_arena_used(const struct survey_arena *arena);

// malloc and realloc that abort when memory runs out; for things that outlive any arena.
void *survey_alloc(size_t size);
void *survey_realloc(void *memory, size_t count, size_t size);
