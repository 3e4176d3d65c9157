// SPDX-License-Identifier: GPL-3.0-or-later
// What a header means, whatever alias and case it is written in: "Relevance" is "bind::relevant",
// "image::French" is "media::image" in French.
#include "survey/base/arena.h"
#include "survey/definition/reader.h"

#include <string.h>

enum { PARTS = 8 };

// Today's key of a header's first part. Those of the choices sheet are few: its other columns are
// the user's own, for choice filters.
static const struct {
    const char *name;
    const char *key;
    bool choices;
} aliases[] = {
    {"caption", "label", true},
    {"list_name", "list name", true},
    {"value", "name", true},
    {"image", "media::image", true},
    {"big-image", "media::big-image", true},
    {"audio", "media::audio", true},
    {"video", "media::video", true},
    {"command", "type", false},
    {"tag", "name", false},
    {"read_only", "bind::readonly", false},
    {"readonly", "bind::readonly", false},
    {"relevant", "bind::relevant", false},
    {"relevance", "bind::relevant", false},
    {"required", "bind::required", false},
    {"constraint", "bind::constraint", false},
    {"constraint_message", "bind::jr:constraintMsg", false},
    {"constraining_message", "bind::jr:constraintMsg", false},
    {"constraintmsg", "bind::jr:constraintMsg", false},
    {"required_message", "bind::jr:requiredMsg", false},
    {"requiredmsg", "bind::jr:requiredMsg", false},
    {"no_app_error_string", "bind::jr:noAppErrorString", false},
    {"noapperrorstring", "bind::jr:noAppErrorString", false},
    {"calculation", "bind::calculate", false},
    {"calculate", "bind::calculate", false},
    {"save_to", "bind::entities:saveto", false},
    {"appearance", "control::appearance", false},
    {"count", "control::jr:count", false},
    {"repeat_count", "control::jr:count", false},
    {"jr:count", "control::jr:count", false},
    {"autoplay", "control::autoplay", false},
    {"rows", "control::rows", false},
    {"body", "control", false},
    {"compact_tag", "instance::odk:tag", false},
};

// Names that stand for themselves in any case: "Guidance Hint" is "guidance_hint".
static const char *const plain[] = {
    "type",     "name",       "label",      "hint",      "guidance_hint", "default",
    "trigger",  "media",      "parameters", "bind",      "choice_filter", "control",
    "instance", "intent",     "disabled",   "paper",     "role",          "pii",
    "missing",  "back_check", "restricted", "sms_option"};

// Keys that have a second part: the attribute or the medium.
static bool is_grouped(const char *key)
{
    return strcmp(key, "bind") == 0 || strcmp(key, "control") == 0 || strcmp(key, "media") == 0 ||
           strcmp(key, "instance") == 0;
}

static bool is_text(const char *key)
{
    return strcmp(key, "label") == 0 || strcmp(key, "hint") == 0 ||
           strcmp(key, "guidance_hint") == 0;
}

// Lower case, runs of spaces as one underscore.
static char *snake_case(struct survey_arena *arena, const char *text)
{
    char *out = survey_arena_alloc(arena, strlen(text) + 1), *at = out;
    while (*text == ' ')
        text++;
    for (; *text; text++) {
        if (*text != ' ')
            *at++ = (char)(*text >= 'A' && *text <= 'Z' ? *text + 32 : *text);
        else if (text[1] && text[1] != ' ')
            *at++ = '_';
    }
    *at = '\0';
    return out;
}

static char *trimmed(struct survey_arena *arena, const char *text, size_t length)
{
    while (length && *text == ' ') {
        text++;
        length--;
    }
    while (length && text[length - 1] == ' ')
        length--;
    return survey_arena_strndup(arena, text, length);
}

// The parts between "::", or between ":" where no header of the sheet has "::"; "jr:count" is one
// part.
static size_t split(struct survey_arena *arena, const char *written, const char *mark,
                    char *parts[static PARTS])
{
    size_t count = 0;
    for (const char *at = written;;) {
        const char *end = strstr(at, mark);
        if (end && strlen(mark) == 1 && end - at == 2 && strncmp(at, "jr", 2) == 0)
            end = strstr(end + 1, mark);
        if (count == PARTS - 1)
            end = NULL;
        parts[count++] = trimmed(arena, at, end ? (size_t)(end - at) : strlen(at));
        if (!end)
            return count;
        at = end + strlen(mark);
    }
}

static const char *first_key(const char *name, bool choices)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].name, name) == 0 && (aliases[i].choices || !choices) &&
            !(strcmp(name, "list_name") == 0 && !choices))
            return aliases[i].key;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(plain[i], name) == 0 &&
            (!choices || is_text(name) || strcmp(name, "name") == 0 || strcmp(name, "media") == 0 ||
             strcmp(name, "missing") == 0))
            return plain[i];
    return choices && strcmp(name, "list name") == 0 ? name : NULL;
}

void survey_column_parse(struct survey_arena *arena, const char *written, bool doubled,
                         bool choices, const char **key, const char **language)
{
    char *parts[PARTS];
    size_t count = split(arena, written, doubled || strstr(written, "::") ? "::" : ":", parts),
           used = 1;
    const char *first = first_key(snake_case(arena, parts[0]), choices);
    *key = written;
    *language = NULL;
    if (!first)
        return;
    if (is_grouped(first) && count > 1)
        first = survey_arena_format(arena, "%s::%s", first, parts[used++]);
    *key = first;
    for (; used < count; used++) // what is left names the language
        *language =
            *language ? survey_arena_format(arena, "%s::%s", *language, parts[used]) : parts[used];
}
