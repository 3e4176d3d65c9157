// SPDX-License-Identifier: GPL-3.0-or-later
// ODK XForm XML from a definition, as pyxform writes it, so that Collect, Enketo and every other
// client of this field can ask it. Free of any library.
#pragma once

#include "survey/base/error.h"
#include "survey/base/format.h"
#include "survey/definition/form.h"

// Appends the whole document to buffer. The same form gives the same bytes. Fails where the
// definition has no XForm: a ${name} that names nothing, or a document past the buffer's ceiling;
// the buffer is then not to be used.
bool survey_xform_write(const struct survey_form *form, struct survey_buffer *buffer,
                        struct survey_error *error);

// True where a question's choices are in the external_choices sheet: clients then need
// itemsets.csv, the rows of that sheet, beside the XForm.
bool survey_form_has_itemsets(const struct survey_form *form);
void survey_itemsets_write(const struct survey_form *form, struct survey_buffer *csv);
