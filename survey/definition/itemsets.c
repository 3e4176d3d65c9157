// SPDX-License-Identifier: GPL-3.0-or-later
// itemsets.csv: the choices that phones look up beside the XForm.
#include "survey/definition/xform.h"
#include "survey/workbook/workbook.h"

#include <string.h>

bool survey_form_has_itemsets(const struct survey_form *form)
{
    for (size_t i = 0; i < form->item_count; i++)
        if (form->items[i]->list && form->items[i]->list->external)
            return true;
    return false;
}

// Every field is quoted, as Collect's reader of this file wants it.
static void put_field(struct survey_buffer *csv, const char *text, bool first)
{
    survey_buffer_text(csv, first ? "\"" : ",\"");
    for (; *text; text++) {
        if (*text == '"')
            survey_buffer_byte(csv, '"');
        survey_buffer_byte(csv, *text);
    }
    survey_buffer_byte(csv, '"');
}

void survey_itemsets_write(const struct survey_form *form, struct survey_buffer *csv)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(form->workbook, "external_choices");
    for (uint32_t row = 0; sheet && row < sheet->rows; row++) {
        bool first = true;
        for (uint32_t column = 0; column < sheet->columns; column++) {
            const char *header = survey_sheet_cell(sheet, 0, column),
                       *text = survey_sheet_cell(sheet, row, column);
            if (!*header)
                continue;
            put_field(csv, row == 0 && strcmp(header, "list name") == 0 ? "list_name" : text,
                      first);
            first = false;
        }
        survey_buffer_text(csv, "\r\n");
    }
}
