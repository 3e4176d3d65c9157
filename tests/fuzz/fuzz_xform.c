// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as a questionnaire in Markdown: read as strictly and as leniently as can be, examined, written as
// an XForm, and answered. None may crash, hang, or leave what it has begun.
#include "survey/base/arena.h"
#include "survey/definition/examine.h"
#include "survey/definition/xform.h"
#include "survey/record/record.h"
#include "survey/workbook/workbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// The same short answer to every question.
static void answer(const struct survey_form *form, const char *value)
{
    struct survey_record_env env = {.now = {1480000000, 0, 0}, .seed = 1, .steps = 10000000};
    struct survey_record *record = survey_record_new(form, &env);
    for (size_t i = 0; i < form->item_count && i < 40; i++) {
        struct survey_node *node = survey_record_find(record, form->items[i]->name);
        if (node && survey_item_is_asked(form->items[i]))
            survey_record_set(record, node, value);
    }
    survey_record_check(record, NULL, NULL);
    survey_record_free(record);
}

static void convert(const char *bytes, size_t length, bool strict)
{
    static const struct survey_workbook_limits limits = {1 << 20, 5000, 100, 16};
    struct survey_arena *arena = survey_arena_new();
    struct survey_report *report = survey_report_new();
    struct survey_buffer xml = SURVEY_BUFFER(8 << 20);
    struct survey_workbook *workbook;
    struct survey_form *form = NULL;
    struct survey_error error;
    if (survey_workbook_read(arena, "fuzz.md", "md", bytes, length, &limits, &workbook, &error) &&
        survey_form_read(arena, workbook, strict, report, &form, &error)) {
        survey_form_examine(form, report);
        survey_xform_write(form, &xml, &error);
        if (!strict)
            answer(form, "2");
        survey_form_free(form);
    } else {
        survey_arena_free(arena);
    }
    survey_buffer_clear(&xml);
    survey_report_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    convert((const char *)bytes, length, true);
    convert((const char *)bytes, length, false);
    return 0;
}
