// SPDX-License-Identifier: GPL-3.0-or-later
// The review desk: pages of the collection server where supervisors and evaluators decide and key what
// waits, each behind a sign-in with the token that the team gave them.
#pragma once

#include "forms/phone/phone.h"

struct desk;

struct desk_options {
    double share;         // of the items that a second person decides too, without seeing the first's decision; 0: none
    const char
        *language; // of readers whose browser asks for neither Chinese nor English: "zh", "en"; NULL: the environment's
};

// To be made before the server's threads are: it reads the messages of both languages.
struct desk *desk_new(const struct desk_options *options);
void desk_free(struct desk *desk); // after the server has stopped; NULL is fine

// Its pages, below /review, for struct phone_options; they live as long as the desk.
const struct phone_page *desk_pages(const struct desk *desk, size_t *count);
