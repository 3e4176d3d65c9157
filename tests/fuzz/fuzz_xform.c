// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as a questionnaire in Markdown: read as strictly and as leniently as can be, and written as
// an XForm. Neither may crash, hang, or leave what it has begun.
#include "survey/base/arena.h"
#include "survey/definition/xform.h"
#include "survey/workbook/workbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

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
        survey_xform_write(form, &xml, &error);
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
