// SPDX-License-Identifier: GPL-3.0-or-later
// Arena: blocks that grow, freed together.
#include "survey/base/arena.h"

#include "survey/base/format.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20, ALIGNMENT = 16 };

struct block {
    struct block *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct survey_arena {
    struct block *blocks;
    size_t used;
    struct survey_buffer scratch; // what survey_arena_format has written last
};

void *survey_alloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        abort();
    return memory;
}

void *survey_realloc(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    void *moved = realloc(memory, bytes ? bytes : 1);
    if (!moved)
        abort();
    return moved;
}

struct survey_arena *survey_arena_new(void)
{
    struct survey_arena *arena = survey_alloc(sizeof *arena);
    arena->scratch.ceiling = 1 << 20;
    return arena;
}

void survey_arena_free(struct survey_arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->blocks; block;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    survey_buffer_clear(&arena->scratch);
    free(arena);
}

static struct block *add_block(struct survey_arena *arena, size_t needed)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < needed)
        size = needed;
    size_t bytes;
    if (__builtin_add_overflow(size, sizeof(struct block), &bytes))
        abort();
    struct block *block = survey_alloc(bytes);
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

// At a multiple of alignment, a power of two up to ALIGNMENT.
static void *take(struct survey_arena *arena, size_t size, size_t alignment)
{
    if (size > PTRDIFF_MAX)
        abort();
    struct block *block = arena->blocks;
    size_t start = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;
    if (!block || start > block->size || block->size - start < size) {
        block = add_block(arena, size);
        start = 0;
    }
    arena->used += start + size - block->used;
    block->used = start + size;
    return block->bytes + start;
}

void *survey_arena_alloc(struct survey_arena *arena, size_t size)
{
    return take(arena, size, ALIGNMENT);
}

void *survey_arena_array(struct survey_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    return survey_arena_alloc(arena, bytes);
}

char *survey_arena_strndup(struct survey_arena *arena, const char *text, size_t length)
{
    char *copy = take(arena, length + 1, 1);
    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *survey_arena_strdup(struct survey_arena *arena, const char *text)
{
    return survey_arena_strndup(arena, text, strlen(text));
}

char *survey_arena_format(struct survey_arena *arena, const char *format, ...)
{
    struct survey_buffer *buffer = &arena->scratch;
    va_list list;
    buffer->length = 0;
    buffer->overflow = false;
    va_start(list, format);
    survey_format_list(buffer, format, list);
    va_end(list);
    return survey_arena_strndup(arena, buffer->at ? buffer->at : "", buffer->length);
}

size_t survey_arena_used(const struct survey_arena *arena)
{
    return arena->used;
}
