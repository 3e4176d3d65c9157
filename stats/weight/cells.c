// SPDX-License-Identifier: GPL-3.0-or-later
// Cells of units that share the values of some columns, and the totals that they are to meet.
#include "stats/weight/private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

static const char *join(struct survey_arena *arena, const char *const *values, size_t width)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    for (size_t c = 0; c < width; c++) {
        survey_buffer_text(&text, values[c]);
        survey_buffer_byte(&text, '\x1f');
    }
    const char *key = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return key;
}

bool weight_cells(struct weighing *in, const char *by, struct cells *cells)
{
    struct stats_roster *roster = in->roster;
    struct survey_error why = {0};
    *cells = (struct cells){0};
    cells->width = stats_words(in->arena, by, " ,", &cells->columns);
    if (!stats_roster_columns(roster, cells->columns, cells->width, &cells->values, &why))
        return weight_fault(in, "by", "W201", why.message, _("columns of the frame"));
    cells->of = survey_arena_array(in->arena, roster->count + 1, sizeof *cells->of);
    cells->keys = survey_arena_array(in->arena, roster->count + 1, sizeof *cells->keys);
    for (size_t i = 0; i < roster->count; i++) {
        bool added;
        const char **values = cells->values + i * cells->width;
        struct survey_map_entry *entry =
            survey_map_put(&cells->index, in->arena, join(in->arena, values, cells->width), &added);
        if (added) {
            entry->number = (int64_t)cells->count;
            cells->keys[cells->count++] = values;
        }
        cells->of[i] = (uint32_t)entry->number;
    }
    return true;
}

void weight_cells_clear(struct cells *cells)
{
    survey_map_clear(&cells->index);
}

const char *weight_cell_name(struct weighing *in, const struct cells *cells, size_t cell)
{
    return stats_cell_name(in->arena, cells->columns, cells->keys[cell], cells->width);
}

// --- totals
// ---------------------------------------------------------------------------------------

static bool count_frame(struct weighing *in, const struct cells *cells, double *totals,
                        struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 16);
    const char **values = survey_arena_array(in->arena, cells->width + 1, sizeof *values);
    survey_buffer_text(&sql, "SELECT count(*)");
    for (size_t c = 0; c < cells->width; c++) {
        if (!survey_store_count(
                in->store, 0,
                "SELECT count(*) FROM pragma_table_info('frame') WHERE lower(name) = lower(?)", "t",
                cells->columns[c])) {
            survey_buffer_clear(&sql);
            return weight_fault(in, "by", "W201",
                                survey_arena_format(in->arena,
                                                    _("the frame has no column '%s' to count by"),
                                                    cells->columns[c]),
                                "");
        }
        survey_buffer_text(&sql, ", ");
        survey_sql_name(&sql, cells->columns[c]);
    }
    survey_buffer_text(&sql, " FROM frame");
    for (size_t c = 0; c < cells->width; c++) {
        survey_buffer_text(&sql, c ? ", " : " GROUP BY ");
        survey_format(&sql, "%zu", c + 2);
    }
    struct survey_query *query = survey_query(in->store, error, survey_buffer_string(&sql), "");
    survey_buffer_clear(&sql);
    bool good = true;
    while (query && good && survey_query_next(query)) {
        for (size_t c = 0; c < cells->width; c++)
            values[c] = survey_arena_strdup(in->arena, survey_query_text(query, (int)c + 1));
        const struct survey_map_entry *entry =
            survey_map_find(&cells->index, join(in->arena, values, cells->width));
        if (entry)
            totals[entry->number] = survey_query_number(query, 0);
        else
            good = weight_fault(
                in, "by", "W202",
                survey_arena_format(
                    in->arena,
                    _("the frame has %lld units in the cell %s, of which none was sampled"),
                    (long long)survey_query_integer(query, 0),
                    stats_cell_name(in->arena, cells->columns, values, cells->width)),
                _("fewer columns, or wider categories"));
    }
    return query && survey_query_end(query, error) && good;
}

// The sheet of the workbook, else a CSV file beside the evaluation file.
static const struct survey_sheet *find_totals(struct weighing *in, const char *source,
                                              const char **name, struct survey_error *error)
{
    size_t length = strlen(source);
    bool csv = length > 4 && strcmp(source + length - 4, ".csv") == 0;
    const struct survey_sheet *sheet = survey_store_plan(
        in->store, csv ? survey_arena_strndup(in->arena, source, length - 4) : source);
    *name = in->path;
    if (sheet || !csv)
        return sheet;
    const char *path = survey_store_path(in->store), *slash = strrchr(path, '/');
    *name = *source == '/' || !slash
                ? source
                : survey_arena_format(in->arena, "%.*s%s", (int)(slash - path + 1), path, source);
    struct survey_sheet *read = survey_arena_alloc(in->arena, sizeof *read);
    return survey_csv_open(in->arena, *name, &survey_workbook_default_limits, read, error) ? read
                                                                                           : NULL;
}

struct table {
    const struct survey_sheet *sheet;
    const char *name;
    int columns[16], total;
};

static bool table_fault(struct weighing *in, const struct table *table, uint32_t row,
                        const char *message)
{
    struct survey_problem problem = {.severity = SURVEY_FAULT,
                                     .code = "W203",
                                     .file = table->name,
                                     .sheet = table->sheet->name,
                                     .row = survey_sheet_line(table->sheet, row),
                                     .message = message,
                                     .expected = ""};
    survey_report_add(in->report, &problem);
    return false;
}

// Rows of other margins leave this margin's columns blank, or fill columns of their own.
static bool is_of_margin(const struct table *table, const struct cells *cells, uint32_t row,
                         bool shared)
{
    bool filled = true, other = false;
    for (uint32_t c = 0; c < table->sheet->columns; c++) {
        bool mine = (int)c == table->total, blank = !*survey_sheet_cell(table->sheet, row, c);
        for (size_t k = 0; k < cells->width; k++) {
            filled &= table->columns[k] != (int)c || !blank;
            mine |= table->columns[k] == (int)c;
        }
        other |= !mine && !blank;
    }
    return shared ? filled && !other : filled;
}

static bool read_total(struct weighing *in, const struct table *table, const struct cells *cells,
                       uint32_t row, double *totals)
{
    const char *values[16], *text = survey_sheet_cell(table->sheet, row, (uint32_t)table->total);
    double total;
    for (size_t c = 0; c < cells->width; c++)
        values[c] = survey_sheet_cell(table->sheet, row, (uint32_t)table->columns[c]);
    if (!survey_number_parse(text, strlen(text), &total) || !(total >= 0))
        return table_fault(in, table, row,
                           survey_arena_format(in->arena, _("'%s' is no total"), text));
    const struct survey_map_entry *entry =
        survey_map_find(&cells->index, join(in->arena, values, cells->width));
    const char *name = stats_cell_name(in->arena, cells->columns, values, cells->width);
    if (!entry)
        return total == 0 ||
               table_fault(in, table, row,
                           survey_arena_format(in->arena,
                                               _("no unit of the sample is in the cell %s"), name));
    if (!isnan(totals[entry->number]))
        return table_fault(
            in, table, row,
            survey_arena_format(in->arena, _("the cell %s has a total already"), name));
    totals[entry->number] = total;
    return true;
}

// Opens the sheet of totals with its column of them; NULL and a fault, or an error.
static const struct survey_sheet *open_totals(struct weighing *in, const char *source, struct table *table,
                                              struct survey_error *error)
{
    table->sheet = find_totals(in, source, &table->name, error);
    if (!table->sheet) {
        if (error->code == SURVEY_OK)
            weight_fault(in, "totals", "W204",
                         survey_arena_format(in->arena, _("there is no sheet '%s'"), source),
                         _("a sheet of the workbook, or a .csv beside the evaluation file"));
        return NULL;
    }
    table->total = survey_sheet_column(table->sheet, "total");
    if (table->total < 0 && !table_fault(in, table, 0, _("the column 'total' is missing")))
        return NULL;
    return table->sheet;
}

bool weight_totals(struct weighing *in, const struct cells *cells, const char *source, bool shared,
                   double *totals, struct survey_error *error)
{
    struct table table = {0};
    for (size_t cell = 0; cell < cells->count; cell++)
        totals[cell] = (double)NAN;
    if (!source || !*source)
        return count_frame(in, cells, totals, error);
    if (!open_totals(in, source, &table, error))
        return false;
    bool good = true;
    for (size_t c = 0; c < cells->width; c++) {
        table.columns[c] = survey_sheet_column(table.sheet, cells->columns[c]);
        if (table.columns[c] < 0)
            good = table_fault(
                in, &table, 0,
                survey_arena_format(in->arena, _("the column '%s' is missing"), cells->columns[c]));
    }
    for (uint32_t row = 1; good && row < table.sheet->rows; row++)
        if (is_of_margin(&table, cells, row, shared))
            good = read_total(in, &table, cells, row, totals);
    return good;
}

const char *weight_call(struct weighing *in, const char *term, const char *what)
{
    size_t length = strlen(what), all;
    term += strspn(term, " ");
    all = strlen(term);
    while (all && term[all - 1] == ' ')
        all--;
    if (all < length + 2 || strncmp(term, what, length) != 0 || term[length] != '(' || term[all - 1] != ')')
        return NULL;
    return survey_arena_strndup(in->arena, term + length + 1, all - length - 2);
}

bool weight_numbers(struct weighing *in, const char *column,
                    bool (*needed)(const struct weighing *in, size_t unit), double **numbers)
{
    const char **texts;
    struct survey_error why = {0};
    double *values = survey_arena_array(in->arena, in->roster->count + 1, sizeof *values);
    if (!stats_roster_columns(in->roster, &column, 1, &texts, &why))
        return weight_fault(in, "by", "W201", survey_arena_strdup(in->arena, why.message),
                            _("columns of the frame"));
    for (size_t i = 0; i < in->roster->count; i++)
        if (!survey_number_parse(texts[i], strlen(texts[i]), &values[i]) && needed(in, i))
            return weight_fault(in, "by", "W214",
                                survey_arena_format(in->arena, _("unit '%s' has '%s' in '%s', which is no number"),
                                                    in->roster->units[i].unit, texts[i], column),
                                "");
    *numbers = values;
    return true;
}

static bool sum_frame(struct weighing *in, const char *column, double *total, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(4096);
    survey_buffer_text(&sql, "SELECT unit, ");
    survey_sql_name(&sql, column);
    survey_buffer_text(&sql, " FROM frame ORDER BY unit");
    struct survey_query *query = survey_query(in->store, error, survey_buffer_string(&sql), "");
    survey_buffer_clear(&sql);
    bool good = true;
    *total = 0;
    while (query && good && survey_query_next(query)) {
        const char *text = survey_query_text(query, 1);
        double number = 0;
        good = survey_number_parse(text, strlen(text), &number) ||
               weight_fault(in, "by", "W214",
                            survey_arena_format(in->arena, _("unit '%s' has '%s' in '%s', which is no number"),
                                                survey_query_text(query, 0), text, column),
                            "");
        *total += number;
    }
    return query && survey_query_end(query, error) && good;
}

bool weight_number_total(struct weighing *in, const char *column, const char *source, double *total,
                         struct survey_error *error)
{
    struct table table = {0};
    bool found = false;
    if (!source || !*source)
        return sum_frame(in, column, total, error);
    if (!open_totals(in, source, &table, error))
        return false;
    int key = survey_sheet_column(table.sheet, "number");
    for (uint32_t row = 1; key >= 0 && row < table.sheet->rows; row++) {
        const char *text = survey_sheet_cell(table.sheet, row, (uint32_t)table.total);
        if (strcmp(survey_sheet_cell(table.sheet, row, (uint32_t)key), column) != 0)
            continue;
        if (found)
            return table_fault(in, &table, row,
                               survey_arena_format(in->arena, _("number(%s) has a total already"), column));
        found = true;
        if (!survey_number_parse(text, strlen(text), total))
            return table_fault(in, &table, row, survey_arena_format(in->arena, _("'%s' is no total"), text));
    }
    return found || table_fault(in, &table, 0,
                                survey_arena_format(in->arena,
                                                    _("there is no total of number(%s): a row with '%s' in the column 'number'"),
                                                    column, column));
}
