// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as a workbook of each kind, and as one whose properties are asked for: none may crash, hang or
// read past its end.
#include "survey/base/arena.h"
#include "survey/base/map.h"
#include "survey/workbook/workbook.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const kinds[] = {"xlsx", "xls", "csv", "md"};
    static const struct survey_workbook_limits limits = {1 << 22, 2000, 200, 20};
    struct survey_map properties = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct survey_arena *arena = survey_arena_new();
        struct survey_workbook *workbook;
        survey_workbook_read(arena, "fuzz", kinds[i], (const char *)bytes, length, &limits, &workbook, NULL);
        survey_arena_free(arena);
    }
    struct survey_arena *arena = survey_arena_new();
    survey_workbook_properties(arena, "fuzz.xlsx", (const char *)bytes, length, &properties, NULL);
    survey_map_clear(&properties);
    survey_arena_free(arena);
    return 0;
}
