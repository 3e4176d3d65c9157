// SPDX-License-Identifier: GPL-3.0-or-later
// multipart/form-data (RFC 7578) over a body held whole.
#pragma once

#include "survey/base/error.h"

struct survey_arena;

struct phone_part {
    const char *name;
    const char *file; // file name without folders; "" where none
    const char *bytes; // into the body
    size_t length;
};

enum { PHONE_MOST_PARTS = 256 };

// Reads the parts of a body whose Content-Type is type. A fault names the byte where it stands.
bool phone_multipart_read(struct survey_arena *arena, const char *type, const char *body, size_t length,
                          struct phone_part **parts, size_t *count, struct survey_error *error);
