// SPDX-License-Identifier: GPL-3.0-or-later
// The reader of multipart/form-data.
#include "forms/phone/multipart.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <string.h>
#include <strings.h>

static bool fail_at(struct survey_error *error, size_t at, const char *why)
{
    char where[64];
    survey_format_into(where, sizeof where, _("body: byte %zu"), at);
    return survey_fail(error, SURVEY_ERROR_INPUT, where, _("this is no multipart form that can be read: %s"), why);
}

// The parameter of a header value ("boundary" of "multipart/form-data; boundary=x"), unquoted; NULL.
static const char *parameter(struct survey_arena *arena, const char *value, size_t length, const char *name)
{
    const char *at = memchr(value, ';', length), *end = value + length;
    size_t name_length = strlen(name);
    while (at && at < end) {
        at++;
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        bool ours = (size_t)(end - at) > name_length && strncasecmp(at, name, name_length) == 0 && at[name_length] == '=';
        while (at < end && *at != '=' && *at != ';')
            at++;
        if (at == end || *at == ';')
            continue;
        at++;
        char *text = survey_arena_alloc(arena, (size_t)(end - at) + 1);
        size_t count = 0;
        bool quoted = at < end && *at == '"';
        for (at += quoted; at < end && (quoted ? *at != '"' : *at != ';' && *at != ' '); at++) {
            if (quoted && *at == '\\' && at + 1 < end && (at[1] == '"' || at[1] == '\\'))
                at++;
            text[count++] = *at;
        }
        if (ours)
            return text;
        at = at < end ? memchr(at, ';', (size_t)(end - at)) : NULL;
    }
    return NULL;
}

// A name that is safe to keep: no folders, no control characters, UTF-8.
static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/'), *back = strrchr(file, '\\');
    const char *name = slash && (!back || slash > back) ? slash + 1 : back ? back + 1 : file;
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return "";
    return survey_utf8_valid(name, strlen(name)) && strlen(name) <= 255 ? name : "";
}

// The headers of a part; *at moves behind the blank line.
static bool read_headers(struct survey_arena *arena, const char *body, size_t length, size_t *at,
                         struct phone_part *part, struct survey_error *error)
{
    static const char disposition[] = "content-disposition:";
    part->name = part->file = "";
    for (int lines = 0; lines < 32; lines++) {
        const char *line = body + *at;
        const char *end = memmem(line, length - *at, "\r\n", 2);
        if (!end || end - line > 8192)
            return fail_at(error, *at, _("a header line is not closed"));
        size_t size = (size_t)(end - line);
        *at += size + 2;
        if (size == 0)
            return true;
        if (size < sizeof disposition - 1 || strncasecmp(line, disposition, sizeof disposition - 1) != 0)
            continue;
        const char *name = parameter(arena, line, size, "name");
        const char *file = parameter(arena, line, size, "filename");
        part->name = name ? name : "";
        part->file = file ? base_name(file) : "";
    }
    return fail_at(error, *at, _("a part has too many headers"));
}

static bool read_parts(struct survey_arena *arena, const char *mark, const char *body, size_t length,
                       struct phone_part *parts, size_t *count, struct survey_error *error)
{
    size_t mark_length = strlen(mark); // "\r\n--BOUNDARY"
    size_t at = 0;
    // The first delimiter may stand at the very start, without a line end before it.
    if (length >= mark_length - 2 && memcmp(body, mark + 2, mark_length - 2) == 0) {
        at = mark_length - 2;
    } else {
        const char *first = memmem(body, length, mark, mark_length);
        if (!first)
            return fail_at(error, 0, _("the boundary does not occur"));
        at = (size_t)(first - body) + mark_length;
    }
    for (;;) {
        if (length - at >= 2 && memcmp(body + at, "--", 2) == 0)
            return true;
        while (at < length && (body[at] == ' ' || body[at] == '\t'))
            at++;
        if (length - at < 2 || memcmp(body + at, "\r\n", 2) != 0)
            return fail_at(error, at, _("the boundary is not followed by a line end"));
        at += 2;
        if (*count == PHONE_MOST_PARTS)
            return fail_at(error, at, _("there are too many parts"));
        struct phone_part *part = &parts[*count];
        if (!read_headers(arena, body, length, &at, part, error))
            return false;
        const char *end = memmem(body + at - 2, length - at + 2, mark, mark_length);
        if (!end)
            return fail_at(error, at, _("a part is not closed"));
        part->bytes = body + at;
        part->length = end > body + at ? (size_t)(end - (body + at)) : 0;
        at = (size_t)(end - body) + mark_length;
        (*count)++;
    }
}

bool phone_multipart_read(struct survey_arena *arena, const char *type, const char *body, size_t length,
                          struct phone_part **parts, size_t *count, struct survey_error *error)
{
    static const char wanted[] = "multipart/form-data";
    *parts = survey_arena_array(arena, PHONE_MOST_PARTS, sizeof **parts);
    *count = 0;
    if (strncasecmp(type, wanted, sizeof wanted - 1) != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a submission comes as multipart/form-data, not as '%s'"), type);
    const char *boundary = parameter(arena, type, strlen(type), "boundary");
    if (!boundary || !*boundary || strlen(boundary) > 200)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("Content-Type names no boundary"));
    const char *mark = survey_arena_format(arena, "\r\n--%s", boundary);
    return read_parts(arena, mark, body ? body : "", length, *parts, count, error);
}
