// SPDX-License-Identifier: GPL-3.0-or-later
// The entities sheet: lists that submissions create and update, and which group or repeat of the
// form each declaration belongs to. Free of any library.
#pragma once

#include "survey/definition/form.h"

struct survey_entity {
    const char *dataset, *id, *create_if, *update_if, *label; // "" where blank
    uint32_t row;                                             // as a person counts
    const struct survey_item *container; // the form's root, a group or a repeat
};

// Told of each fault: where it stands ("entities" or "survey", row, key of the column) and what it
// is.
typedef void survey_entity_fault(void *user, const char *sheet, uint32_t row, const char *key,
                                 const char *message);

// Reads the declarations and finds each its container by what it refers to. False where there is a
// fault; say may be NULL. Without an entities sheet there are none, and a save_to is a fault.
bool survey_entities_read(struct survey_arena *arena, const struct survey_form *form,
                          struct survey_entity **entities, size_t *count, survey_entity_fault *say,
                          void *user);
// True where some declaration needs what came with version 2025.1.0 of the specification.
bool survey_entities_are_new(const struct survey_entity *entities, size_t count);
// The declaration's list and the property that a save_to cell names: "list#property" or "property".
const char *survey_entity_property(const char *save_to);
