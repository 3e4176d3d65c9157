// SPDX-License-Identifier: GPL-3.0-or-later
// A stream of a compound file (OLE2), the container of .xls. Every chain of sectors is followed for no more
// steps than the file has sectors.
#include "survey/base/arena.h"
#include "survey/workbook/kinds.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 512, ENTRY = 128, HEADER_TABLES = 109 };
#define NO_SECTOR 0xfffffffau // this and all above mean the end, or nothing

struct compound {
    const uint8_t *bytes;
    size_t length, sector, mini_sector;
    uint32_t *table; // the next sector of each
    size_t sectors;
};

static uint32_t number(const uint8_t *at, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static const uint8_t *sector_at(const struct compound *file, uint32_t index)
{
    return index < file->sectors ? file->bytes + file->sector * (index + 1u) : NULL;
}

// Fills a part of the table from one of its own sectors.
static void read_table(struct compound *file, uint32_t index, size_t *filled)
{
    const uint8_t *at = sector_at(file, index);
    for (size_t i = 0; at && i < file->sector / 4 && *filled < file->sectors; i++)
        file->table[(*filled)++] = number(at + i * 4, 4);
}

static bool open_file(struct compound *file, const uint8_t *bytes, size_t length)
{
    uint32_t shift = length >= HEADER ? number(bytes + 30, 2) : 0, mini = shift ? number(bytes + 32, 2) : 0;
    if ((shift != 9 && shift != 12) || mini >= shift || mini < 4 || length < (size_t)2 << shift)
        return false;
    *file = (struct compound){.bytes = bytes, .length = length, .sector = (size_t)1 << shift, .mini_sector = (size_t)1 << mini};
    file->sectors = length / file->sector - 1;
    file->table = survey_alloc((file->sectors + 1) * sizeof *file->table);
    size_t filled = 0;
    for (size_t i = 0; i < HEADER_TABLES; i++)
        read_table(file, number(bytes + 76 + i * 4, 4), &filled);
    uint32_t next = number(bytes + 68, 4);
    for (size_t steps = 0; next < NO_SECTOR && steps < file->sectors; steps++) {
        const uint8_t *at = sector_at(file, next);
        for (size_t i = 0; at && i + 1 < file->sector / 4; i++)
            read_table(file, number(at + i * 4, 4), &filled);
        next = at ? number(at + file->sector - 4, 4) : NO_SECTOR;
    }
    while (filled < file->sectors)
        file->table[filled++] = 0xffffffffu;
    return true;
}

// The sectors of a chain, one after the other, at most size bytes (a multiple of the sector's); the caller
// frees them. NULL where the chain is damaged.
static uint8_t *read_chain(const struct compound *file, uint32_t first, size_t most, size_t *length)
{
    size_t count = 0, limit = (most + file->sector - 1) / file->sector;
    for (uint32_t at = first; at < file->sectors && count < limit && count <= file->sectors; at = file->table[at])
        count++;
    if (count > file->sectors)
        return NULL; // it bites its tail
    uint8_t *data = survey_alloc(count * file->sector + 1);
    *length = 0;
    for (uint32_t at = first; *length < count * file->sector; at = file->table[at]) {
        memcpy(data + *length, sector_at(file, at), file->sector);
        *length += file->sector;
    }
    return data;
}

// A small stream: its sectors lie within the root's stream.
static uint8_t *read_mini(const struct compound *file, uint32_t first, size_t size, uint32_t root, size_t *length)
{
    size_t pool_length = 0, table_length = 0;
    uint8_t *pool = read_chain(file, root, file->length, &pool_length);
    uint8_t *table = read_chain(file, number(file->bytes + 60, 4), file->length, &table_length), *data = survey_alloc(size + file->mini_sector);
    size_t steps = 0;
    *length = 0;
    for (uint32_t at = first; pool && table && *length < size && steps <= pool_length / file->mini_sector; steps++) {
        if ((at + (size_t)1) * file->mini_sector > pool_length || (at + (size_t)1) * 4 > table_length)
            break;
        memcpy(data + *length, pool + at * file->mini_sector, file->mini_sector);
        *length += file->mini_sector;
        at = number(table + at * (size_t)4, 4);
    }
    free(pool);
    free(table);
    return data;
}

static bool is_called(const uint8_t *entry, const char *name)
{
    size_t length = strlen(name);
    if (number(entry + 64, 2) != (length + 1) * 2)
        return false;
    for (size_t i = 0; i < length; i++)
        if (number(entry + i * 2, 2) != (uint8_t)name[i])
            return false;
    return true;
}

bool survey_compound_read(const uint8_t *bytes, size_t length, const char *name, uint8_t **stream, size_t *size)
{
    struct compound file;
    size_t directory_length = 0;
    if (!open_file(&file, bytes, length))
        return false;
    uint8_t *directory = read_chain(&file, number(bytes + 48, 4), length, &directory_length);
    *stream = NULL;
    for (size_t at = 0; directory && at + ENTRY <= directory_length && !*stream; at += ENTRY) {
        const uint8_t *entry = directory + at;
        size_t wanted = number(entry + 120, 4);
        if (entry[66] != 2 || !is_called(entry, name) || wanted > length)
            continue;
        bool mini = wanted < number(bytes + 56, 4);
        *stream = mini ? read_mini(&file, number(entry + 116, 4), wanted, number(directory + 116, 4), size)
                       : read_chain(&file, number(entry + 116, 4), wanted, size);
        if (*stream && *size > wanted)
            *size = wanted;
    }
    free(directory);
    free(file.table);
    return *stream != NULL;
}
