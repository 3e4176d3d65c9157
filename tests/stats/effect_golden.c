// SPDX-License-Identifier: GPL-3.0-or-later
// effect_golden FILE [--list]: computes the entries of golden-effect.json that have a request, one
// TAP line an entry. Entries without a request are counted at the end; --list names them. Skips
// where the file is not there.
#include "effect_cases.h"

#include "stats/request/request.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct effect_case *const families[] = {
    effect_poverty_cases,
    effect_composite_cases,
    effect_effect_cases,
    effect_scale_cases,
};

static const struct survey_json *at_path(const struct survey_json *json, const char *path,
                                         size_t length)
{
    while (json && length) {
        size_t part = 0;
        while (part < length && path[part] != '.')
            part++;
        char key[200];
        snprintf(key, sizeof key, "%.*s", (int)part, path);
        json = json->kind == SURVEY_JSON_ARRAY ? survey_json_at(json, strtoul(key, NULL, 10))
                                               : survey_json_get(json, key);
        path += part + (part < length);
        length -= part + (part < length);
    }
    return json;
}

static bool near(double expected, double got, const struct effect_case *asked)
{
    double relative = asked->relative > 0 ? asked->relative : 1e-9;
    got *= asked->scale > 0 ? asked->scale : 1;
    return fabs(expected - got) <= fmax(relative * fabs(expected), asked->absolute);
}

// Where the reference has its name number index, in ours; index itself where no names are given.
static size_t place_of(const struct survey_json *names, const struct survey_json *our_names,
                       size_t index)
{
    const struct survey_json *name = names ? survey_json_at(names, index) : NULL;
    size_t place = 0;
    for (const struct survey_json *ours = name && our_names ? our_names->first : NULL; ours;
         ours = ours->next, place++)
        if (strcmp(ours->text, name->text) == 0)
            return place;
    return name ? SIZE_MAX : index;
}

// What is compared, and by which names lists are matched.
struct matter {
    const struct effect_case *asked;
    const struct survey_json *names, *our_names;
};

// Objects member by member, but those whose name begins with _; what ours has beside them is no matter.
static bool same(const struct survey_json *expected, const struct survey_json *got,
                 const struct matter *matter, char *why, size_t room);
static bool same_members(const struct survey_json *expected, const struct survey_json *got,
                         const struct matter *matter, char *why, size_t room)
{
    for (const struct survey_json *member = expected->first; member; member = member->next)
        if (*member->key != '_' &&
            !same(member, survey_json_get(got, member->key), matter, why, room))
            return false;
    return true;
}

// "A;B" against ["A", "B"].
static bool same_texts(const char *expected, const struct survey_json *got)
{
    for (const struct survey_json *item = got->first; item; item = item->next) {
        size_t length = strlen(item->text);
        if (strncmp(expected, item->text, length) != 0 || expected[length] != (item->next ? ';' : 0))
            return false;
        expected += length + (item->next != NULL);
    }
    return got->count > 0;
}

// Lists item by item; a number against a list of one is against its item.
static bool same(const struct survey_json *expected, const struct survey_json *got,
                 const struct matter *matter, char *why, size_t room)
{
    if (expected && got && expected->kind == SURVEY_JSON_NUMBER && got->kind == SURVEY_JSON_ARRAY &&
        got->count == 1)
        got = got->first;
    if (expected && got && expected->kind == SURVEY_JSON_OBJECT && got->kind == SURVEY_JSON_OBJECT)
        return same_members(expected, got, matter, why, room);
    if (expected && got && expected->kind == SURVEY_JSON_STRING && got->kind == SURVEY_JSON_ARRAY &&
        same_texts(expected->text, got))
        return true;
    bool equal = expected && got && expected->kind == got->kind && expected->count == got->count;
    if (equal && expected->kind == SURVEY_JSON_ARRAY) {
        size_t index = 0;
        for (const struct survey_json *item = expected->first; item; item = item->next, index++) {
            size_t place = place_of(matter->names, matter->our_names, index);
            if (!same(item, survey_json_at(got, place), matter, why, room))
                return false;
        }
        return true;
    }
    if (equal && expected->kind == SURVEY_JSON_NUMBER)
        equal = near(expected->number, got->number, matter->asked);
    else if (equal && expected->kind == SURVEY_JSON_STRING)
        equal = strcmp(expected->text, got->text) == 0;
    if (!equal)
        snprintf(why, room, "expected %s, got %s",
                 expected && expected->text ? expected->text : "?",
                 got && got->text ? got->text : "nothing of the kind");
    return equal;
}

static bool compare(const struct effect_case *asked, const struct survey_json *expected,
                    const struct survey_json *got, char *why, size_t room)
{
    struct matter matter = {.asked = asked};
    if (asked->by) {
        size_t left = strcspn(asked->by, "=");
        matter.names = at_path(expected, asked->by, left);
        matter.our_names = at_path(got, asked->by + left + 1, strlen(asked->by + left + 1));
    }
    for (const char *at = asked->fields; *at;) {
        size_t length = strcspn(at, " "), left = strcspn(at, "=");
        char reason[300];
        if (!same(at_path(expected, at, left), at_path(got, at + left + 1, length - left - 1),
                  &matter, reason, sizeof reason)) {
            snprintf(why, room, "%.*s: %s", (int)length, at, reason);
            return false;
        }
        at += length + (at[length] == ' ');
    }
    return true;
}

static bool check(const struct effect_case *asked, const struct survey_json *entry,
                  const char *folder)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 28);
    struct survey_json_writer writer = survey_json_writer(&text, false);
    struct survey_error error = {0};
    struct survey_json *request, *got;
    char why[1600] = "";
    bool done =
        survey_json_read(arena, asked->id, asked->request, strlen(asked->request), &request,
                         &error) &&
        stats_request_run(request, folder, &writer, NULL, &error) &&
        survey_json_read(arena, asked->id, survey_buffer_string(&text), text.length, &got, &error);
    bool passed = done && compare(asked, survey_json_get(entry, "result"), got, why, sizeof why);
    if (!done)
        snprintf(why, sizeof why, "%s: %s", error.where, error.message);
    if (!passed)
        fprintf(stderr, "%s: %s\n", asked->id, why);
    survey_arena_free(arena);
    survey_buffer_clear(&text);
    return passed;
}

// Runs all requests of an entry; false in *asked where it has none.
static bool run(const struct survey_json *entry, const char *folder, bool *asked)
{
    bool passed = true;
    const char *id = survey_json_text(entry, "id", "?");
    *asked = false;
    for (size_t family = 0; family < sizeof families / sizeof *families; family++)
        for (const struct effect_case *one = families[family]; one->id; one++)
            if (strcmp(one->id, id) == 0) {
                *asked = true;
                passed = check(one, entry, folder) && passed;
            }
    return passed;
}

// Requests whose entry is not in the file: they would otherwise pass unseen.
static size_t strangers(const struct survey_json *entries)
{
    size_t count = 0;
    for (size_t family = 0; family < sizeof families / sizeof *families; family++)
        for (const struct effect_case *one = families[family]; one->id; one++) {
            bool found = false;
            for (const struct survey_json *entry = entries->first; entry && !found;
                 entry = entry->next)
                found = strcmp(survey_json_text(entry, "id", ""), one->id) == 0;
            if (!found)
                fprintf(stderr, "there is no entry %s\n", one->id);
            count += !found;
        }
    return count;
}

int main(int argc, char **argv)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *entries;
    struct survey_error error;
    char *bytes, *copy = strdup(argc > 1 ? argv[1] : "");
    size_t length, number = 0, without = 0, failed = 0;
    if (!survey_file_read(copy, (size_t)1 << 28, &bytes, &length, &error)) {
        printf("1..1\nok 1 - effect # SKIP there is no %s\n", copy);
        free(copy);
        survey_arena_free(arena);
        return 0;
    }
    bool read = survey_json_read(arena, copy, bytes, length, &entries, &error);
    const char *folder = dirname(copy);
    for (const struct survey_json *entry = read ? entries->first : NULL; entry;
         entry = entry->next) {
        bool asked, passed = run(entry, folder, &asked);
        const char *id = survey_json_text(entry, "id", "?");
        if (asked)
            printf("%sok %zu - %s\n", passed ? "" : "not ", ++number, id);
        else if (argc > 2)
            printf("# without a request: %s\n", id);
        without += !asked;
        failed += asked && !passed;
    }
    bool known = read && strangers(entries) == 0;
    printf("%sok %zu - requests have entries (%zu entries have no request)\n", known ? "" : "not ",
           number + 1, without);
    printf("1..%zu\n", number + 1);
    free(bytes);
    free(copy);
    survey_arena_free(arena);
    return failed || !number || !known;
}
