// SPDX-License-Identifier: GPL-3.0-or-later
// The core's door in WebAssembly: a form from its canonical JSON, an interview with it, what it makes of the
// answers. Texts are UTF-8 and end with a zero byte; what comes back is released by the caller.
#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/record/state.h"
#include "survey/workbook/workbook.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(name)))

enum { TEXT_MOST = 64 << 20 };


EXPORT("alloc") void *wasm_alloc(size_t size);
EXPORT("release") void wasm_release(void *memory);
EXPORT("form_open") struct survey_form *wasm_form_open(const char *path, const char *json);
EXPORT("form_close") void wasm_form_close(struct survey_form *form);
EXPORT("interview_begin") struct survey_record *wasm_begin(struct survey_form *form, double seconds, int offset, double seed);
EXPORT("interview_end") void wasm_end(struct survey_record *record);
EXPORT("interview_set") int wasm_set(struct survey_record *record, const char *path, const char *value);
EXPORT("interview_state") char *wasm_state(struct survey_record *record);
EXPORT("interview_xml") char *wasm_xml(struct survey_record *record, const char *instance_id);

void *wasm_alloc(size_t size)
{
    return survey_alloc(size);
}

void wasm_release(void *memory)
{
    free(memory);
}

// The form of a workbook as survey_workbook_write_json() wrote it; NULL where it is none. path is for messages.
struct survey_form *wasm_form_open(const char *path, const char *json)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    struct survey_form *form;
    if (survey_workbook_read_json(arena, path, json, strlen(json), &workbook, NULL) &&
        survey_form_read(arena, workbook, false, NULL, &form, NULL))
        return form;
    survey_arena_free(arena);
    return NULL;
}

void wasm_form_close(struct survey_form *form)
{
    survey_form_free(form);
}

// Seconds since 1970, the clock's offset in minutes.
struct survey_record *wasm_begin(struct survey_form *form, double seconds, int offset, double seed)
{
    struct survey_record_env env = {.now = {(int64_t)seconds, 0, offset}, .seed = (uint64_t)seed};
    return survey_record_new(form, &env);
}

void wasm_end(struct survey_record *record)
{
    survey_record_free(record);
}

// 0 where there is no such question.
int wasm_set(struct survey_record *record, const char *path, const char *value)
{
    struct survey_node *node = survey_record_at(record, path);
    if (node)
        survey_record_set(record, node, value);
    return node != NULL;
}

char *wasm_state(struct survey_record *record)
{
    struct survey_buffer text = SURVEY_BUFFER(TEXT_MOST);
    struct survey_json_writer writer = survey_json_writer(&text, false);
    survey_record_write_json(record, &writer);
    return text.at;
}

char *wasm_xml(struct survey_record *record, const char *instance_id)
{
    struct survey_buffer text = SURVEY_BUFFER(TEXT_MOST);
    survey_record_write_xml(record, instance_id, &text);
    return text.at;
}
