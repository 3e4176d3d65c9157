// SPDX-License-Identifier: GPL-3.0-or-later
// TIFF as a container: its pages counted, one of them copied out with its strips as they are, and fax
// data of a PDF wrapped. Only numbers are moved here; nothing is decoded.
#include "forms/scan/image.h"

#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    STRIP_OFFSETS = 273,
    ORIENTATION = 274,
    STRIP_COUNTS = 279,
    TILE_OFFSETS = 324,
    TILE_COUNTS = 325,
    OLD_JPEG_FIRST = 512, // old-style JPEG: tables by offset, not to be copied
    OLD_JPEG_LAST = 521,
    SUB_IFDS = 330,
    EXIF = 34665,
    GPS = 34853,
    SHORT = 3, // types
    LONG = 4,
    LONG8 = 16,
    MOST_ENTRIES = 500,
    MOST_STRIPS = 1000000,
};

struct walk {
    const uint8_t *bytes;
    size_t length;
    bool big_end, big; // byte order; BigTIFF
};

static uint64_t number(const struct walk *walk, size_t at, int size)
{
    uint64_t value = 0;
    if (size > (int)walk->length || at > walk->length - (size_t)size)
        return 0;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)walk->bytes[at + (size_t)i] << 8 * (walk->big_end ? size - 1 - i : i);
    return value;
}

static void put(const struct walk *walk, struct survey_buffer *to, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        survey_buffer_byte(to, (char)(value >> 8 * (walk->big_end ? size - 1 - i : i)));
}

static bool start(struct walk *walk, const void *bytes, size_t length)
{
    *walk = (struct walk){.bytes = bytes, .length = length};
    if (length < 16 || scan_kind_of(bytes, length) != SCAN_TIFF)
        return false;
    walk->big_end = walk->bytes[0] == 'M';
    walk->big = number(walk, 2, 2) == 43;
    return true;
}

static int entry_size(const struct walk *walk)
{
    return walk->big ? 20 : 12;
}

static uint64_t entries_at(const struct walk *walk, uint64_t directory)
{
    return number(walk, directory, walk->big ? 8 : 2);
}

// Where the next directory is, 0 at the end; false where this one does not lie within the file.
static bool next_directory(const struct walk *walk, uint64_t directory, uint64_t *next)
{
    int room = walk->big ? 8 : 4;
    if (directory < 8 || directory >= walk->length)
        return false;
    uint64_t count = entries_at(walk, directory);
    uint64_t end = directory + (walk->big ? 8 : 2) + count * (uint64_t)entry_size(walk);
    if (count == 0 || count > MOST_ENTRIES || end + (uint64_t)room > walk->length)
        return false;
    *next = number(walk, end, room);
    return true;
}

// Offset of the page-th directory (from 0), 0 where there is none. The pages are 0 where the chain is
// broken or endless: a file cut off must not pass for one of fewer pages.
static uint64_t find_directory(const struct walk *walk, int page, int *pages)
{
    uint64_t directory = walk->big ? number(walk, 8, 8) : number(walk, 4, 4), found = 0;
    int count = 0;
    for (; directory != 0; count++) {
        if (count == page)
            found = directory;
        if (count == SCAN_MOST_PAGES || !next_directory(walk, directory, &directory)) {
            count = 0;
            break;
        }
    }
    if (pages)
        *pages = count;
    return found;
}

int scan_tiff_pages(const void *bytes, size_t length)
{
    struct walk walk;
    int pages = 0;
    if (start(&walk, bytes, length))
        find_directory(&walk, -1, &pages);
    return pages;
}

struct entry {
    uint16_t tag, type;
    uint64_t count;
    size_t value; // where its value stands in the old file
    size_t size;  // of the value in bytes, as it will be written
};

static int type_size(int type)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type < (int)sizeof sizes ? sizes[type] : 0;
}

static bool read_entry(const struct walk *walk, size_t at, struct entry *entry)
{
    int room = walk->big ? 8 : 4;
    entry->tag = (uint16_t)number(walk, at, 2);
    entry->type = (uint16_t)number(walk, at + 2, 2);
    entry->count = number(walk, at + 4, room);
    int size = type_size(entry->type);
    if (size == 0 || entry->count > walk->length / (size_t)size)
        return false;
    entry->size = (size_t)entry->count * (size_t)size;
    entry->value = at + 4 + (size_t)room;
    if (entry->size > (size_t)room)
        entry->value = number(walk, entry->value, room);
    return entry->value <= walk->length && entry->size <= walk->length - entry->value;
}

int scan_tiff_orientation(const void *bytes, size_t length)
{
    struct walk walk;
    uint64_t next;
    if (!start(&walk, bytes, length))
        return 1;
    uint64_t directory = walk.big ? number(&walk, 8, 8) : number(&walk, 4, 4);
    if (!next_directory(&walk, directory, &next))
        return 1;
    for (uint64_t i = 0; i < entries_at(&walk, directory); i++) {
        struct entry entry;
        if (!read_entry(&walk, directory + (walk.big ? 8 : 2) + i * (uint64_t)entry_size(&walk), &entry) || entry.tag != ORIENTATION)
            continue;
        uint64_t value = entry.type == SHORT && entry.count == 1 ? number(&walk, entry.value, 2) : 1;
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

// True for what points into the old file and means nothing in the new one.
static bool is_dropped(int tag)
{
    return (tag >= OLD_JPEG_FIRST && tag <= OLD_JPEG_LAST) || tag == SUB_IFDS || tag == EXIF || tag == GPS;
}

struct copy {
    struct walk walk;
    struct entry entries[MOST_ENTRIES];
    size_t count;
    const struct entry *offsets, *sizes; // of strips or tiles
};

// Offsets are written as wide as they may need, whatever the old ones were.
static int offset_size(const struct walk *walk)
{
    return walk->big ? 8 : 4;
}

static bool read_directory(struct copy *copy, uint64_t directory)
{
    uint64_t count = entries_at(&copy->walk, directory);
    if (count == 0 || count > MOST_ENTRIES)
        return false;
    size_t at = directory + (copy->walk.big ? 8 : 2);
    for (uint64_t i = 0; i < count; i++, at += (size_t)entry_size(&copy->walk)) {
        struct entry *entry = &copy->entries[copy->count];
        if (at + (size_t)entry_size(&copy->walk) > copy->walk.length || !read_entry(&copy->walk, at, entry))
            return false;
        if (is_dropped(entry->tag))
            continue;
        if (entry->tag == STRIP_OFFSETS || entry->tag == TILE_OFFSETS) {
            copy->offsets = entry;
            entry->size = (size_t)entry->count * (size_t)offset_size(&copy->walk);
        }
        if (entry->tag == STRIP_COUNTS || entry->tag == TILE_COUNTS)
            copy->sizes = entry;
        copy->count++;
    }
    return copy->offsets && copy->sizes && copy->offsets->count == copy->sizes->count &&
           copy->offsets->count <= MOST_STRIPS;
}

static uint64_t item(const struct copy *copy, const struct entry *entry, uint64_t index)
{
    int size = type_size(entry->type);
    return number(&copy->walk, entry->value + (size_t)index * (size_t)size, size);
}

// Values that do not fit into their entry, each at an even place; the strips' offsets written anew.
static void put_value(const struct copy *copy, const struct entry *entry, uint64_t data, struct survey_buffer *to)
{
    if (entry != copy->offsets) {
        survey_buffer_add(to, (const char *)copy->walk.bytes + entry->value, entry->size);
        return;
    }
    for (uint64_t i = 0; i < entry->count; i++) {
        put(&copy->walk, to, data, offset_size(&copy->walk));
        data += item(copy, copy->sizes, i);
    }
}

// Header (where the file is new), directory, values, then the strips one behind the other. Offsets count
// from the start of the buffer; the next directory's is left 0 and stands at the returned place.
static size_t write_page(const struct copy *copy, struct survey_buffer *to)
{
    const struct walk *walk = &copy->walk;
    size_t room = walk->big ? 8 : 4, start = to->length, head = start ? start : 4 + (walk->big ? 12u : 4u);
    size_t directory = (walk->big ? 8 : 2) + copy->count * (size_t)entry_size(walk) + room;
    size_t values = head + directory, data = values;
    for (size_t i = 0; i < copy->count; i++)
        if (copy->entries[i].size > room)
            data += copy->entries[i].size + copy->entries[i].size % 2;
    if (start == 0) {
        survey_buffer_add(to, (const char *)walk->bytes, walk->big ? 8 : 4);
        put(walk, to, head, (int)room);
    }
    put(walk, to, copy->count, walk->big ? 8 : 2);
    for (size_t i = 0, place = values; i < copy->count; i++) {
        const struct entry *entry = &copy->entries[i];
        put(walk, to, entry->tag, 2);
        put(walk, to, entry == copy->offsets ? (walk->big ? LONG8 : LONG) : entry->type, 2);
        put(walk, to, entry->count, (int)room);
        if (entry->size > room) {
            put(walk, to, place, (int)room);
            place += entry->size + entry->size % 2;
            continue;
        }
        put_value(copy, entry, data, to);
        for (size_t pad = entry->size; pad < room; pad++)
            survey_buffer_byte(to, 0);
    }
    put(walk, to, 0, (int)room);
    for (size_t i = 0; i < copy->count; i++)
        if (copy->entries[i].size > room) {
            put_value(copy, &copy->entries[i], data, to);
            if (copy->entries[i].size % 2)
                survey_buffer_byte(to, 0);
        }
    for (uint64_t i = 0; i < copy->offsets->count; i++)
        survey_buffer_add(to, (const char *)walk->bytes + item(copy, copy->offsets, i), item(copy, copy->sizes, i));
    return head + directory - room;
}

// The strips must lie within the file and, together, not be
// larger than it (hostile files name one strip many times).
static bool strips_are_sound(const struct copy *copy)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < copy->offsets->count; i++) {
        uint64_t offset = item(copy, copy->offsets, i), size = item(copy, copy->sizes, i);
        if (offset > copy->walk.length || size > copy->walk.length - offset)
            return false;
        sum += size;
    }
    return sum <= copy->walk.length;
}

static bool copy_page(const void *bytes, size_t length, int page, struct survey_buffer *tiff, size_t *next)
{
    struct copy *copy = calloc(1, sizeof *copy);
    bool done = copy && start(&copy->walk, bytes, length);
    uint64_t directory = done ? find_directory(&copy->walk, page, NULL) : 0;
    done = directory > 0 && read_directory(copy, directory) && strips_are_sound(copy);
    if (done)
        *next = write_page(copy, tiff);
    free(copy);
    return done && !tiff->overflow;
}

bool scan_tiff_page(const void *bytes, size_t length, int page, const char *where, struct survey_buffer *tiff,
                    struct survey_error *error)
{
    size_t next;
    return copy_page(bytes, length, page, tiff, &next) ||
           survey_fail(error, SURVEY_ERROR_INPUT, where, _("the page of the TIFF file is damaged or cut off"));
}

bool scan_tiff_append(const void *bytes, size_t length, struct survey_buffer *tiff, size_t *next,
                      struct survey_error *error)
{
    struct walk walk;
    if (tiff->length % 2)
        survey_buffer_byte(tiff, 0); // directories stand at even places
    size_t before = *next, at = tiff->length;
    bool done = start(&walk, bytes, length) && !walk.big && !walk.big_end && at < UINT32_MAX / 2 &&
                copy_page(bytes, length, 0, tiff, next);
    for (int i = 0; done && at > 0 && i < 4; i++)
        tiff->at[before + (size_t)i] = (char)(at >> 8 * i);
    return done || survey_fail(error, SURVEY_ERROR_INPUT, "", _("the TIFF file is larger than the limit"));
}

// One entry of a little-endian TIFF; short values stand left in their four bytes.
static void put_entry(const struct walk *walk, struct survey_buffer *to, int tag, int type, uint32_t value)
{
    put(walk, to, (uint64_t)tag, 2);
    put(walk, to, (uint64_t)type, 2);
    put(walk, to, 1, 4);
    put(walk, to, value, 4);
}

bool scan_tiff_of_fax(const struct scan_fax *fax, const void *bytes, size_t length, const char *where,
                      struct survey_buffer *tiff, struct survey_error *error)
{
    enum { ENTRIES = 10, HEAD = 8 + 2 + ENTRIES * 12 + 4 };
    if (fax->width < 1 || fax->height < 1 || fax->width > SCAN_MOST_SIDE || fax->height > SCAN_MOST_SIDE ||
        length > UINT32_MAX / 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the fax image's size is out of bounds"));
    if (fax->aligned)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("fax data aligned to bytes are not supported"));
    struct walk walk = {0}; // little end first
    survey_buffer_add(tiff, "II*\0\x08\0\0\0", 8);
    put(&walk, tiff, ENTRIES, 2);
    put_entry(&walk, tiff, 256, LONG, (uint32_t)fax->width);
    put_entry(&walk, tiff, 257, LONG, (uint32_t)fax->height);
    put_entry(&walk, tiff, 258, SHORT, 1);
    put_entry(&walk, tiff, 259, SHORT, fax->k < 0 ? 4 : 3);
    put_entry(&walk, tiff, 262, SHORT, fax->black_is_1 ? 1 : 0);
    put_entry(&walk, tiff, STRIP_OFFSETS, LONG, HEAD);
    put_entry(&walk, tiff, 277, SHORT, 1);
    put_entry(&walk, tiff, 278, LONG, (uint32_t)fax->height);
    put_entry(&walk, tiff, STRIP_COUNTS, LONG, (uint32_t)length);
    put_entry(&walk, tiff, fax->k < 0 ? 293 : 292, LONG, fax->k > 0 ? 1 : 0);
    put(&walk, tiff, 0, 4);
    survey_buffer_add(tiff, bytes, length);
    return !tiff->overflow || survey_fail(error, SURVEY_ERROR_INPUT, where, _("the fax image is larger than the limit"));
}
