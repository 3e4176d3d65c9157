// SPDX-License-Identifier: GPL-3.0-or-later
// The file of columns: sections by name, each with its hash.
#include "stats/data/snapshot.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/format.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { ALIGN = 64, MOST_SECTIONS = 1 << 16, MOST_ROWS = 1 << 30, ORDER = 0x01020304, FORMAT = 2, PATH_MOST = 4500, TEXTS_MOST = 64 << 20 };
static const char magic[8] = "ASSAYcol";

struct header {
    char magic[8];
    char version[16]; // of the program
    uint32_t order, format;
    struct stats_snapshot_head head;
    uint64_t sections, hash; // of the header with a hash of 0, then of the sections' table, which stands at the end
    uint64_t table;          // its offset
};

struct stats_snapshot {
    FILE *file;
    struct header header;
    struct stats_section *sections;
};

struct stats_snapshot_writer {
    FILE *file;
    char *path, temporary[PATH_MOST];
    struct header header;
    struct stats_section *sections;
    size_t room;
    uint64_t at;
    bool failed;
};

// Against damage, not against malice: each step can be undone, so that one changed word always shows.
static uint64_t hash_more(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *at = data;
    uint64_t lanes[4] = {hash, hash ^ 0x9E3779B97F4A7C15u, hash + length, ~hash}, word;
    for (; length >= 32; at += 32, length -= 32)
        for (int i = 0; i < 4; i++) {
            memcpy(&word, at + 8 * i, sizeof word);
            lanes[i] = (lanes[i] ^ word) * 0xD6E8FEB86659FD93u;
            lanes[i] ^= lanes[i] >> 29;
        }
    for (; length; at++, length--)
        lanes[0] = (lanes[0] ^ *at) * 0xD6E8FEB86659FD93u;
    for (int i = 1; i < 4; i++)
        lanes[0] = (lanes[0] ^ lanes[i] ^ lanes[i] >> 31) * 0xD6E8FEB86659FD93u + (uint64_t)i;
    return lanes[0] ^ lanes[0] >> 32;
}

static uint64_t hash_table(const struct header *header, const struct stats_section *sections)
{
    struct header plain = *header;
    plain.hash = 0;
    return hash_more(hash_more(1, &plain, sizeof plain), sections, header->sections * sizeof *sections);
}

char *stats_snapshot_path(const char *evaluation, const char *form, const char *round)
{
    struct survey_buffer path = SURVEY_BUFFER(1 << 16);
    size_t length = strlen(evaluation);
    if (length > 6 && strcmp(evaluation + length - 6, ".assay") == 0)
        length -= 6;
    uint64_t hash = hash_more(hash_more(2, form, strlen(form)), round, strlen(round));
    survey_buffer_add(&path, evaluation, length);
    survey_format(&path, ".%08x.snapshot", (unsigned)(hash & 0xffffffff));
    return path.at;
}

// --- reading

static bool is_sound(const struct stats_section *section, uint64_t size)
{
    return memchr(section->name, '\0', sizeof section->name) && section->width <= 8 && section->entries <= MOST_ROWS &&
           section->offset <= size && section->length <= size - section->offset &&
           section->entries * section->width + section->texts <= section->length &&
           section->length - section->entries * section->width <= TEXTS_MOST;
}

static bool read_table(struct stats_snapshot *snapshot, const uint8_t *state)
{
    struct header *header = &snapshot->header;
    struct stat about;
    if (fread(header, sizeof *header, 1, snapshot->file) != 1 || memcmp(header->magic, magic, sizeof magic) != 0 ||
        strncmp(header->version, ASSAY_VERSION, sizeof header->version) != 0 ||
        header->order != ORDER || header->format != FORMAT || memcmp(header->head.state, state, SURVEY_STATE) != 0 ||
        header->sections > MOST_SECTIONS || header->head.rows > MOST_ROWS || fstat(fileno(snapshot->file), &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    uint64_t size = (uint64_t)about.st_size, length = header->sections * sizeof *snapshot->sections;
    if (header->table > size || length != size - header->table || fseeko(snapshot->file, (off_t)header->table, SEEK_SET) != 0)
        return false;
    snapshot->sections = survey_alloc(length + 1);
    if (fread(snapshot->sections, 1, length, snapshot->file) != length || hash_table(header, snapshot->sections) != header->hash)
        return false;
    for (size_t i = 0; i < header->sections; i++)
        if (!is_sound(&snapshot->sections[i], size))
            return false;
    return true;
}

struct stats_snapshot *stats_snapshot_open(const char *path, const uint8_t state[static SURVEY_STATE])
{
    struct stats_snapshot *snapshot = survey_alloc(sizeof *snapshot);
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); // should somebody have put a pipe there
    *snapshot = (struct stats_snapshot){.file = file >= 0 ? fdopen(file, "rb") : NULL};
    if (snapshot->file && read_table(snapshot, state))
        return snapshot;
    stats_snapshot_close(snapshot);
    return NULL;
}

void stats_snapshot_close(struct stats_snapshot *snapshot)
{
    if (!snapshot)
        return;
    if (snapshot->file)
        fclose(snapshot->file);
    free(snapshot->sections);
    free(snapshot);
}

const struct stats_snapshot_head *stats_snapshot_head(const struct stats_snapshot *snapshot)
{
    return &snapshot->header.head;
}

const struct stats_section *stats_snapshot_find(const struct stats_snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->header.sections; i++)
        if (strcasecmp(snapshot->sections[i].name, name) == 0)
            return &snapshot->sections[i];
    return NULL;
}

// The texts stand behind the entries; the last ends with the section.
static bool split_texts(const struct stats_section *section, struct survey_arena *arena, char *at, const char ***texts)
{
    const char *end = at + (section->length - section->entries * section->width);
    *texts = survey_arena_array(arena, section->texts + 1, sizeof **texts);
    for (size_t i = 0; i < section->texts; i++) {
        char *stop = memchr(at, '\0', (size_t)(end - at));
        if (!stop)
            return false;
        (*texts)[i] = at;
        at = stop + 1;
    }
    return at == end;
}

bool stats_snapshot_read(const struct stats_snapshot *snapshot, const char *name, uint32_t width, uint64_t entries,
                         struct survey_arena *arena, void **data, const char ***texts)
{
    const struct stats_section *section = stats_snapshot_find(snapshot, name);
    if (!section || section->width != width || section->entries != entries)
        return false;
    char *bytes = survey_arena_alloc(arena, section->length + 1);
    const char **found;
    if (fseeko(snapshot->file, (off_t)section->offset, SEEK_SET) != 0 ||
        fread(bytes, 1, section->length, snapshot->file) != section->length ||
        hash_more(3, bytes, section->length) != section->hash || !split_texts(section, arena, bytes + entries * width, &found))
        return false;
    *data = bytes;
    if (texts)
        *texts = found;
    return true;
}

// --- writing

static void put(struct stats_snapshot_writer *writer, const void *data, size_t length)
{
    writer->failed = writer->failed || fwrite(data, 1, length, writer->file) != length;
    writer->at += length;
}

static void align(struct stats_snapshot_writer *writer)
{
    static const char zeros[ALIGN];
    put(writer, zeros, (ALIGN - writer->at % ALIGN) % ALIGN);
}

struct stats_snapshot_writer *stats_snapshot_write(const char *path, const char *evaluation,
                                                    const struct stats_snapshot_head *head)
{
    struct stats_snapshot_writer *writer = survey_alloc(sizeof *writer);
    struct survey_error error;
    *writer = (struct stats_snapshot_writer){.header = {.order = ORDER, .format = FORMAT, .head = *head}, .path = strdup(path)};
    struct stat like;
    memcpy(writer->header.magic, magic, sizeof magic);
    survey_format_into(writer->header.version, sizeof writer->header.version, "%s", ASSAY_VERSION);
    if (stat(evaluation, &like) == 0 && survey_file_aside(path, writer->temporary, sizeof writer->temporary, &error)) {
        chmod(writer->temporary, like.st_mode & 0666);
        writer->file = fopen(writer->temporary, "wbe");
        if (!writer->file)
            survey_file_drop(writer->temporary);
    }
    if (writer->file) {
        put(writer, &writer->header, sizeof writer->header);
        return writer;
    }
    free(writer->path);
    free(writer);
    return NULL;
}

void stats_snapshot_add(struct stats_snapshot_writer *writer, const char *name, const void *data, uint32_t width,
                        uint64_t entries, const char *const *texts, size_t count)
{
    struct stats_section section = {.width = width, .texts = (uint32_t)count, .entries = entries, .length = entries * width};
    struct survey_buffer bytes = SURVEY_BUFFER((size_t)1 << 31);
    if (strlen(name) >= sizeof section.name || writer->header.sections == MOST_SECTIONS)
        return;
    memcpy(section.name, name, strlen(name) + 1);
    survey_buffer_add(&bytes, data ? data : "", section.length);
    for (size_t i = 0; i < count; i++)
        survey_buffer_add(&bytes, texts[i], strlen(texts[i]) + 1);
    align(writer);
    section.offset = writer->at;
    section.length = bytes.length;
    section.hash = hash_more(3, survey_buffer_string(&bytes), bytes.length);
    writer->failed |= bytes.overflow;
    put(writer, survey_buffer_string(&bytes), bytes.length);
    survey_buffer_clear(&bytes);
    if (writer->header.sections == writer->room) {
        writer->room = writer->room ? 2 * writer->room : 64;
        writer->sections = survey_realloc(writer->sections, writer->room, sizeof *writer->sections);
    }
    writer->sections[writer->header.sections++] = section;
}

bool stats_snapshot_end(struct stats_snapshot_writer *writer, bool keep)
{
    struct survey_error error;
    align(writer);
    writer->header.table = writer->at;
    writer->header.hash = hash_table(&writer->header, writer->sections);
    put(writer, writer->sections, writer->header.sections * sizeof *writer->sections);
    writer->failed = writer->failed || fseeko(writer->file, 0, SEEK_SET) != 0;
    put(writer, &writer->header, sizeof writer->header);
    bool done = fclose(writer->file) == 0 && !writer->failed && keep && survey_file_keep(writer->temporary, writer->path, &error);
    if (!done)
        survey_file_drop(writer->temporary);
    free(writer->sections);
    free(writer->path);
    free(writer);
    return done;
}
