// SPDX-License-Identifier: GPL-3.0-or-later
// A small .xls workbook (BIFF8 in a compound file) made in memory for tests: strings by the shared table,
// also rich and wide ones, numbers, Excel's own dates, booleans, formulas.
#pragma once

#include <stdint.h>
#include <string.h>

enum { BIFF_MOST = 1 << 16, BIFF_SECTOR = 512 };

struct biff {
    uint8_t bytes[BIFF_MOST];
    size_t length;
};

static void biff_put(struct biff *biff, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        biff->bytes[biff->length++] = (uint8_t)(i < 8 ? value >> 8 * i : 0);
}

static void biff_double(struct biff *biff, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    biff_put(biff, bits, 8);
}

// The head of a record; its length is put right by biff_close().
static size_t biff_open(struct biff *biff, uint16_t type)
{
    biff_put(biff, type, 2);
    biff_put(biff, 0, 2);
    return biff->length;
}

static void biff_close(struct biff *biff, size_t start)
{
    biff->bytes[start - 2] = (uint8_t)(biff->length - start);
    biff->bytes[start - 1] = (uint8_t)((biff->length - start) >> 8);
}

static void biff_cell(struct biff *biff, uint16_t type, unsigned row, unsigned column, unsigned style, size_t *start)
{
    *start = biff_open(biff, type);
    biff_put(biff, row, 2);
    biff_put(biff, column, 2);
    biff_put(biff, style, 2);
}

static void biff_shared(struct biff *biff, unsigned row, unsigned column, unsigned index)
{
    size_t start;
    biff_cell(biff, 0x00fd, row, column, 0, &start);
    biff_put(biff, index, 4);
    biff_close(biff, start);
}

static void biff_number(struct biff *biff, unsigned row, unsigned column, unsigned style, double value)
{
    size_t start;
    biff_cell(biff, 0x0203, row, column, style, &start);
    biff_double(biff, value);
    biff_close(biff, start);
}

static void biff_rk(struct biff *biff, unsigned row, unsigned column, int32_t whole)
{
    size_t start;
    biff_cell(biff, 0x027e, row, column, 0, &start);
    biff_put(biff, (uint32_t)whole << 2 | 2, 4);
    biff_close(biff, start);
}

static void biff_boolean(struct biff *biff, unsigned row, unsigned column, bool value)
{
    size_t start;
    biff_cell(biff, 0x0205, row, column, 0, &start);
    biff_put(biff, value, 1);
    biff_put(biff, 0, 1);
    biff_close(biff, start);
}

// A formula whose result is a text: the text follows in a record of its own.
static void biff_formula_text(struct biff *biff, unsigned row, unsigned column, const char *text)
{
    size_t start;
    biff_cell(biff, 0x0006, row, column, 0, &start);
    biff_put(biff, 0xffff000000000000u, 8);
    biff_put(biff, 0, 6);
    biff_put(biff, 3, 2);
    biff_put(biff, 0x1e, 1); // the number 1, whatever it says
    biff_put(biff, 1, 2);
    biff_close(biff, start);
    start = biff_open(biff, 0x0207);
    biff_put(biff, strlen(text), 2);
    biff_put(biff, 0, 1);
    for (; *text; text++)
        biff_put(biff, (uint8_t)*text, 1);
    biff_close(biff, start);
}

static void biff_formula_number(struct biff *biff, unsigned row, unsigned column, double value)
{
    size_t start;
    biff_cell(biff, 0x0006, row, column, 0, &start);
    biff_double(biff, value);
    biff_put(biff, 0, 6);
    biff_put(biff, 3, 2);
    biff_put(biff, 0x1e, 1);
    biff_put(biff, 1, 2);
    biff_close(biff, start);
}

static void biff_begin(struct biff *biff, uint16_t what)
{
    size_t start = biff_open(biff, 0x0809);
    biff_put(biff, 0x0600, 2);
    biff_put(biff, what, 2);
    biff_put(biff, 0x07cc0dbb, 4);
    biff_put(biff, 0, 4);
    biff_put(biff, 6, 4);
    biff_close(biff, start);
}

static void biff_style(struct biff *biff, uint16_t format)
{
    size_t start = biff_open(biff, 0x00e0);
    biff_put(biff, 0, 2);
    biff_put(biff, format, 2);
    biff_put(biff, 0, 16);
    biff_close(biff, start);
}

// A shared string: "*" before it makes it rich, "u" wide (from UTF-16 units).
static void biff_narrow(struct biff *biff, const char *text, bool rich)
{
    biff_put(biff, strlen(text), 2);
    biff_put(biff, rich ? 8 : 0, 1);
    if (rich)
        biff_put(biff, 1, 2);
    for (const char *at = text; *at; at++)
        biff_put(biff, (uint8_t)*at, 1);
    if (rich)
        biff_put(biff, 1, 4);
}

static void biff_wide(struct biff *biff, const uint16_t *units, size_t count)
{
    biff_put(biff, count, 2);
    biff_put(biff, 1, 1);
    for (size_t i = 0; i < count; i++)
        biff_put(biff, units[i], 2);
}

static void biff_end(struct biff *biff)
{
    biff_close(biff, biff_open(biff, 0x000a));
}

// The name of a sheet; its offset is put right at the place returned.
static size_t biff_sheet(struct biff *biff, const char *name)
{
    size_t start = biff_open(biff, 0x0085);
    biff_put(biff, 0, 6);
    biff_put(biff, strlen(name), 1);
    biff_put(biff, 0, 1);
    for (const char *at = name; *at; at++)
        biff_put(biff, (uint8_t)*at, 1);
    biff_close(biff, start);
    return start;
}

static void biff_offset(struct biff *biff, size_t place)
{
    for (size_t i = 0; i < 4; i++)
        biff->bytes[place + i] = (uint8_t)(biff->length >> 8 * i);
}

static void biff_entry(struct biff *file, const char *name, uint8_t type, uint32_t child, uint32_t start, uint32_t size)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < 32; i++)
        biff_put(file, i < length ? (uint8_t)name[i] : 0, 2);
    biff_put(file, (length + 1) * 2, 2);
    biff_put(file, type, 1);
    biff_put(file, 1, 1);
    biff_put(file, 0xffffffffu, 4);
    biff_put(file, 0xffffffffu, 4);
    biff_put(file, child, 4);
    biff_put(file, 0, 36);
    biff_put(file, start, 4);
    biff_put(file, size, 4);
    biff_put(file, 0, 4);
}

// The stream in a compound file: header, one table of sectors, the directory, the stream.
static void biff_wrap(struct biff *stream, struct biff *file)
{
    while (stream->length < 4096 || stream->length % BIFF_SECTOR)
        biff_put(stream, 0, 1);
    size_t sectors = stream->length / BIFF_SECTOR;
    static const uint8_t magic[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
    *file = (struct biff){0};
    memcpy(file->bytes, magic, sizeof magic);
    file->length = 24;
    biff_put(file, 0xfffe0003003eu, 6);
    biff_put(file, 9 | 6 << 16, 4);
    biff_put(file, 0, 10);
    biff_put(file, 1, 4); // tables of sectors
    biff_put(file, 1, 4); // the directory's sector
    biff_put(file, 0, 4);
    biff_put(file, 4096, 4);
    biff_put(file, 0xfffffffeu, 4);
    biff_put(file, 0, 4);
    biff_put(file, 0xfffffffeu, 4);
    biff_put(file, 0, 4);
    biff_put(file, 0, 4);
    while (file->length < BIFF_SECTOR)
        biff_put(file, 0xffffffffu, 4);
    biff_put(file, 0xfffffffdu, 4); // sector 0 is the table
    biff_put(file, 0xfffffffeu, 4);
    for (size_t i = 0; i < sectors; i++)
        biff_put(file, i + 1 < sectors ? i + 3 : 0xfffffffeu, 4);
    while (file->length < 2 * BIFF_SECTOR)
        biff_put(file, 0xffffffffu, 4);
    biff_entry(file, "Root Entry", 5, 1, 0xfffffffeu, 0);
    biff_entry(file, "Workbook", 2, 0xffffffffu, 2, (uint32_t)stream->length);
    while (file->length < 3 * BIFF_SECTOR)
        biff_put(file, 0, 1);
    memcpy(file->bytes + file->length, stream->bytes, stream->length);
    file->length += stream->length;
}

// The workbook that tests read: survey with a cell of each kind, and choices.
static void biff_make(struct biff *file)
{
    static struct biff stream;
    static const uint16_t chinese[] = {0x6237, 0x4e3b};
    stream = (struct biff){0};
    biff_begin(&stream, 0x0005);
    size_t start = biff_open(&stream, 0x0042);
    biff_put(&stream, 1200, 2);
    biff_close(&stream, start);
    start = biff_open(&stream, 0x0022);
    biff_put(&stream, 0, 2);
    biff_close(&stream, start);
    static const uint16_t formats[] = {0, 14, 22, 21};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        biff_style(&stream, formats[i]);
    size_t survey = biff_sheet(&stream, "survey"), choices = biff_sheet(&stream, "choices");
    start = biff_open(&stream, 0x00fc);
    biff_put(&stream, 6, 4);
    biff_put(&stream, 6, 4);
    biff_narrow(&stream, "type", false);
    biff_narrow(&stream, "name", false);
    biff_narrow(&stream, "rich text", true);
    biff_wide(&stream, chinese, 2);
    biff_narrow(&stream, "list_name", false);
    biff_narrow(&stream, " trimmed ", false);
    biff_close(&stream, start);
    biff_end(&stream);
    biff_offset(&stream, survey);
    biff_begin(&stream, 0x0010);
    start = biff_open(&stream, 0x0200);
    biff_put(&stream, 0, 4);
    biff_put(&stream, 4, 4);
    biff_put(&stream, 0, 2);
    biff_put(&stream, 4, 2);
    biff_put(&stream, 0, 2);
    biff_close(&stream, start);
    biff_shared(&stream, 0, 0, 0);
    biff_shared(&stream, 0, 1, 1);
    biff_shared(&stream, 1, 0, 2);
    biff_shared(&stream, 1, 1, 3);
    biff_shared(&stream, 1, 2, 5);
    biff_number(&stream, 2, 0, 0, 2.5);
    biff_rk(&stream, 2, 1, 42);
    biff_number(&stream, 2, 2, 1, 42735);       // 2016-12-31
    biff_number(&stream, 2, 3, 2, 42735.75);    // at six in the evening
    biff_boolean(&stream, 3, 0, true);
    biff_formula_text(&stream, 3, 1, "worked out");
    biff_formula_number(&stream, 3, 2, 7);
    biff_number(&stream, 3, 3, 3, 0.5); // noon
    biff_end(&stream);
    biff_offset(&stream, choices);
    biff_begin(&stream, 0x0010);
    start = biff_open(&stream, 0x0200);
    biff_put(&stream, 0, 4);
    biff_put(&stream, 1, 4);
    biff_put(&stream, 0, 2);
    biff_put(&stream, 1, 2);
    biff_put(&stream, 0, 2);
    biff_close(&stream, start);
    biff_shared(&stream, 0, 0, 4);
    biff_end(&stream);
    biff_wrap(&stream, file);
}
