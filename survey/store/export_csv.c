// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists as CSV.
#include "survey/store/export.h"

#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <string.h>

enum { MOST_LABELS = 1 << 20 };

void survey_export_labels(const struct survey_export_column *column, const char *codes, struct survey_buffer *labels)
{
    bool first = true;
    while (*codes) {
        size_t length = column->type == SURVEY_EXPORT_CODES ? strcspn(codes, " ") : strlen(codes);
        const struct survey_export_choice *choice = survey_export_choice(column, codes, length);
        survey_buffer_text(labels, first ? "" : "; ");
        if (choice)
            survey_buffer_text(labels, choice->label);
        else
            survey_buffer_add(labels, codes, length);
        first = false;
        codes += length;
        codes += strspn(codes, " ");
    }
}

void survey_export_csv_head(const struct survey_export_table *table, struct survey_buffer *csv)
{
    size_t count;
    const struct survey_export_column *columns = survey_export_columns(table, &count);
    for (size_t i = 0; i < count; i++) {
        survey_csv_put_safe(csv, columns[i].name, i == 0);
        if (!columns[i].choice_count)
            continue;
        struct survey_buffer label = SURVEY_BUFFER(4096);
        survey_format(&label, "%s_label", columns[i].name);
        survey_csv_put_safe(csv, survey_buffer_string(&label), false);
        survey_buffer_clear(&label);
    }
    survey_buffer_byte(csv, '\n');
}

void survey_export_csv_row(const struct survey_export_table *table, const struct survey_export_value *values,
                           struct survey_buffer *csv)
{
    size_t count;
    const struct survey_export_column *columns = survey_export_columns(table, &count);
    struct survey_buffer labels = SURVEY_BUFFER(MOST_LABELS);
    for (size_t i = 0; i < count; i++) {
        survey_csv_put_safe(csv, values[i].text, i == 0);
        if (!columns[i].choice_count)
            continue;
        survey_export_labels(&columns[i], values[i].text, &labels);
        survey_csv_put_safe(csv, survey_buffer_string(&labels), false);
        labels.length = 0;
        if (labels.at)
            labels.at[0] = '\0';
    }
    survey_buffer_byte(csv, '\n');
    survey_buffer_clear(&labels);
}

bool survey_export_csv(struct survey_store *store, const struct survey_export *export, const char *repeat,
                       const struct survey_actor *actor, struct survey_buffer *csv, struct survey_error *error)
{
    struct survey_export_table *table;
    const struct survey_export_value *values;
    struct survey_error failed = {0};
    if (!survey_export_open(store, export, repeat, actor, &table, error))
        return false;
    survey_export_csv_head(table, csv);
    while ((values = survey_export_next(table, &failed)))
        survey_export_csv_row(table, values, csv);
    survey_export_close(table);
    if (failed.code == SURVEY_OK && csv->overflow)
        survey_fail(&failed, SURVEY_ERROR_RESOURCE, "", _("the list is longer than 1 GB"));
    if (failed.code != SURVEY_OK && error)
        *error = failed;
    return failed.code == SURVEY_OK;
}
