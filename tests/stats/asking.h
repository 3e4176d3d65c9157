// SPDX-License-Identifier: GPL-3.0-or-later
// Small files and requests on them, for tests of figures worked by hand. A test includes it once, and has set_up first and
// clean_up last among its cases.
#pragma once

#include "stats/request/request.h"
#include "survey/base/arena.h"
#include "tests/tap.h"

#include <dirent.h>
#include <unistd.h>

static struct survey_error error;
static struct survey_buffer text = {.ceiling = 1 << 20};
static struct survey_arena *arena;
static struct survey_json *got;
static char folder[] = "/tmp/assay-request-XXXXXX";

static void put(const char *name, const char *content)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    fputs(content, file);
    fclose(file);
}

// Runs a request; its result is then in got.
static bool ask(const char *request)
{
    struct survey_json *json;
    survey_arena_free(arena);
    survey_buffer_clear(&text);
    arena = survey_arena_new();
    got = NULL;
    error = (struct survey_error){0};
    struct survey_json_writer writer = survey_json_writer(&text, false);
    return survey_json_read(arena, "request", request, strlen(request), &json, &error) &&
           stats_request_run(json, folder, &writer, NULL, &error) &&
           survey_json_read(arena, "result", survey_buffer_string(&text), text.length, &got, &error);
}

// The index-th number of a list, or the number itself.
static double field(const char *key, size_t index)
{
    const struct survey_json *json = survey_json_get(got, key);
    if (json && json->kind == SURVEY_JSON_ARRAY)
        json = survey_json_at(json, index);
    return json && json->kind == SURVEY_JSON_NUMBER ? json->number : (double)NAN;
}

#define REQUEST(design, estimator, args)                                                                     \
    "{\"data\": \"data.csv\", \"design\": " design ", \"estimator\": \"" estimator "\", \"args\": " args "}"

static void set_up(void)
{
    NEED(mkdtemp(folder));
}

static void clean_up(void)
{
    char path[600];
    DIR *files = opendir(folder);
    for (struct dirent *file; (file = readdir(files));) {
        snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        unlink(path);
    }
    closedir(files);
    CHECK(rmdir(folder) == 0);
    survey_arena_free(arena);
    survey_buffer_clear(&text);
}
