// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as a submission and as a multipart post: neither may crash, hang or read past its end.
#include "forms/phone/multipart.h"
#include "survey/base/arena.h"
#include "survey/store/submission_xml.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_submission_head head;
    struct survey_element *root;
    struct phone_part *parts;
    size_t count;
    survey_submission_head("fuzz", (const char *)bytes, length, &head, NULL);
    survey_submission_tree(arena, "fuzz", (const char *)bytes, length, &root, &count, NULL);
    phone_multipart_read(arena, "multipart/form-data; boundary=b", (const char *)bytes, length,
                         &parts, &count, NULL);
    survey_arena_free(arena);
    return 0;
}
