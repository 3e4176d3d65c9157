// SPDX-License-Identifier: GPL-3.0-or-later
// What the two files that read entities share; nobody else includes this.
#pragma once

#include "survey/definition/entity.h"

// A question that a declaration refers to, or that saves a property of it.
struct entity_use {
    const struct survey_item *container; // that holds the question
    const struct survey_item *item;
    const char *property; // NULL where it is only referred to
};

struct entity_uses {
    struct entity_use *at;
    size_t count, capacity;
    size_t order; // in which declarations are first referred to; 0 where never
};

struct entity_reader {
    struct survey_arena *arena;
    const struct survey_form *form;
    struct survey_entity *entities;
    size_t count;
    struct entity_uses *uses; // one a declaration
    size_t referred;
    size_t faults;
    survey_entity_fault *say;
    void *user;
};

void entity_say(struct entity_reader *reader, const char *sheet, uint32_t row, const char *key,
                const char *message);
// Gives each declaration its container.
void entity_allocate(struct entity_reader *reader);
