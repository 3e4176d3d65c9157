// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a workbook by what it is, and builds sheets cell by cell for the readers.
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/workbook/kinds.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_CELLS = 1 << 26 }; // of a sheet as a rectangle

bool survey_grid_put(struct survey_grid *grid, uint32_t row, uint32_t column, const char *text, size_t length)
{
    uint32_t character;
    for (size_t size; (size = survey_utf8_next(text, length, &character)) && survey_utf8_is_space(character);) {
        text += size;
        length -= size;
    }
    while (length && ((unsigned char)text[length - 1] <= ' '))
        length--;
    while (length >= 2 && memcmp(text + length - 2, "\xc2\xa0", 2) == 0)
        length -= 2;
    if (!length)
        return true;
    size_t rows = row >= grid->rows ? row + 1u : grid->rows, columns = column >= grid->columns ? column + 1u : grid->columns;
    size_t kept = rows < grid->count + 2 ? rows : grid->count + 2; // at most: rows without a cell are left out
    grid->bytes += length + 1;
    if (row >= grid->limits->rows || column >= grid->limits->columns || grid->bytes > grid->limits->bytes ||
        kept * columns > MOST_CELLS)
        return false;
    if (grid->count == grid->capacity) {
        grid->capacity = grid->capacity ? grid->capacity * 2 : 256;
        grid->cells = survey_realloc(grid->cells, grid->capacity, sizeof *grid->cells);
    }
    grid->cells[grid->count++] = (struct survey_grid_cell){row, column, survey_arena_strndup(grid->arena, text, length)};
    grid->rows = row >= grid->rows ? row + 1 : grid->rows;
    grid->columns = column >= grid->columns ? column + 1 : grid->columns;
    return true;
}

// Rows without any cell are left out; lines keep the numbers that a person sees. The first row
// stays the header, even where it is blank.
void survey_grid_finish(struct survey_grid *grid, const char *name, struct survey_sheet *sheet)
{
    uint32_t *place = survey_alloc((grid->rows + 1u) * sizeof *place), kept = 0;
    for (size_t i = 0; i < grid->count; i++)
        place[grid->cells[i].row] = 1;
    if (grid->rows)
        place[0] = 1;
    uint32_t *lines = survey_arena_array(grid->arena, grid->rows + 1u, sizeof *lines);
    for (uint32_t row = 0; row < grid->rows; row++)
        if (place[row]) {
            lines[kept] = row + 1;
            place[row] = kept++;
        }
    size_t cells = (size_t)kept * grid->columns;
    *sheet = (struct survey_sheet){.name = survey_arena_strdup(grid->arena, name), .rows = kept, .columns = grid->columns, .lines = lines};
    sheet->cells = survey_arena_array(grid->arena, cells + 1, sizeof *sheet->cells);
    for (size_t i = 0; i < cells; i++)
        sheet->cells[i] = "";
    for (size_t i = 0; i < grid->count; i++)
        sheet->cells[(size_t)place[grid->cells[i].row] * grid->columns + grid->cells[i].column] = grid->cells[i].text;
    free(place);
    free(grid->cells);
    *grid = (struct survey_grid){.arena = grid->arena, .limits = grid->limits};
}

static bool ends_with(const char *text, const char *tail)
{
    size_t length = strlen(text), wanted = strlen(tail);
    return length >= wanted && strcasecmp(text + length - wanted, tail) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Names of the .csv files of a folder, sorted; the caller frees them.
static bool list_folder(const char *path, char ***names, size_t *count, struct survey_error *error)
{
    DIR *folder = opendir(path);
    if (!folder)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
    *names = NULL;
    *count = 0;
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (ends_with(entry->d_name, ".csv") && entry->d_name[0] != '.') {
            *names = survey_realloc(*names, *count + 1, sizeof **names);
            (*names)[(*count)++] = strdup(entry->d_name);
        }
    closedir(folder);
    if (*count)
        qsort(*names, *count, sizeof **names, by_name);
    return true;
}

static bool open_csv(struct survey_arena *arena, const char *path, const char *name,
                     const struct survey_workbook_limits *limits, struct survey_sheet *sheet, struct survey_error *error)
{
    if (!survey_csv_open(arena, path, limits, sheet, error))
        return false;
    size_t length = strlen(name);
    sheet->name = survey_arena_strndup(arena, name, ends_with(name, ".csv") ? length - 4 : length);
    return true;
}

static bool open_folder(struct survey_arena *arena, const char *path, const struct survey_workbook_limits *limits,
                        struct survey_workbook *workbook, struct survey_error *error)
{
    char **names = NULL;
    size_t count = 0;
    if (!list_folder(path, &names, &count, error))
        return false;
    bool done = count > 0 && count <= limits->sheets;
    if (!done)
        survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", count ? _("too many sheets") : _("the folder holds no .csv file"));
    workbook->sheets = survey_arena_array(arena, count + 1, sizeof *workbook->sheets);
    for (size_t i = 0; done && i < count; i++) {
        char file[4096];
        survey_format_into(file, sizeof file, "%s%s%s", path, ends_with(path, "/") ? "" : "/", names[i]);
        done = open_csv(arena, file, names[i], limits, &workbook->sheets[workbook->sheet_count++], error);
    }
    for (size_t i = 0; done && i < count; i++) // survey.csv and Survey.csv are one sheet twice
        for (size_t k = 0; done && k < i; k++)
            done = strcasecmp(names[k], names[i]) != 0 ||
                   survey_fail(error, SURVEY_ERROR_INPUT, path, _("'%s' and '%s' are the same sheet"), names[k], names[i]);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return done;
}

// True for the row that names a sheet and nothing else.
static bool names_sheet(const struct survey_sheet *sheet, uint32_t row)
{
    for (uint32_t column = 1; column < sheet->columns; column++)
        if (*survey_sheet_cell(sheet, row, column))
            return false;
    return *survey_sheet_cell(sheet, row, 0) != '\0';
}

// One CSV file may hold several sheets, one below the other, each under its name in the first column and
// with its cells from the second on; else it is one sheet.
static bool unstack(struct survey_arena *arena, const struct survey_sheet *all, const struct survey_workbook_limits *limits,
                    struct survey_workbook *workbook, struct survey_error *error)
{
    bool stacked = all->rows > 1 && all->columns > 1 && names_sheet(all, 0) && !*survey_sheet_cell(all, 1, 0);
    struct survey_grid grid = {.arena = arena, .limits = limits};
    const char *name = NULL;
    uint32_t first = 0;
    workbook->sheets = survey_arena_array(arena, (stacked ? limits->sheets : 0) + 1u, sizeof *workbook->sheets);
    if (!stacked) {
        workbook->sheets[workbook->sheet_count++] = *all;
        return true;
    }
    for (uint32_t row = 0; row <= all->rows; row++) {
        bool begins = row < all->rows && *survey_sheet_cell(all, row, 0);
        if (name && (begins || row == all->rows))
            survey_grid_finish(&grid, name, &workbook->sheets[workbook->sheet_count++]);
        if (begins && workbook->sheet_count == limits->sheets)
            return survey_fail(error, SURVEY_ERROR_INPUT, workbook->path, "%s", _("too many sheets"));
        if (begins) {
            name = survey_sheet_cell(all, row, 0);
            first = row + 1;
        }
        for (uint32_t column = 1; !begins && row < all->rows && column < all->columns; column++) {
            const char *text = survey_sheet_cell(all, row, column);
            survey_grid_put(&grid, row - first, column - 1, text, strlen(text));
        }
    }
    return true;
}

bool survey_workbook_read(struct survey_arena *arena, const char *path, const char *kind, const char *bytes, size_t length,
                          const struct survey_workbook_limits *limits, struct survey_workbook **workbook,
                          struct survey_error *error)
{
    struct survey_workbook *read = survey_arena_alloc(arena, sizeof *read);
    read->path = survey_arena_strdup(arena, path);
    bool done;
    if (strcmp(kind, "xlsx") == 0) {
        done = survey_xlsx_read(arena, path, bytes, length, limits, read, error);
    } else if (strcmp(kind, "xls") == 0) {
        bool older;
        done = survey_biff_read(arena, path, bytes, length, limits, read, &older, error);
    } else if (strcmp(kind, "md") == 0) {
        done = survey_md_read(arena, path, bytes, length, limits, read, error);
    } else {
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        struct survey_sheet sheet;
        done = survey_csv_read(arena, path, bytes, length, limits, &sheet, error);
        sheet.name = survey_arena_strndup(arena, name, strlen(name) - (ends_with(name, ".csv") ? 4 : 0));
        done = done && unstack(arena, &sheet, limits, read, error);
    }
    if (done)
        *workbook = read;
    return done;
}

// By content where it tells, else by name.
static const char *kind_of(const char *path, const char *bytes, size_t length)
{
    if (length >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return "xlsx";
    if (length >= 8 && memcmp(bytes, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0)
        return "xls";
    if (ends_with(path, ".md"))
        return "md";
    return ends_with(path, ".xlsx") || ends_with(path, ".xlsm") ? "xlsx" : "csv";
}

bool survey_workbook_open(struct survey_arena *arena, const char *path, const struct survey_workbook_limits *limits,
                          struct survey_workbook **workbook, struct survey_error *error)
{
    struct stat status;
    char *bytes;
    size_t length;
    if (stat(path, &status) != 0)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        struct survey_workbook *read = survey_arena_alloc(arena, sizeof *read);
        read->path = survey_arena_strdup(arena, path);
        if (!open_folder(arena, path, limits, read, error))
            return false;
        *workbook = read;
        return true;
    }
    if (!survey_file_read(path, limits->bytes, &bytes, &length, error))
        return false;
    const char *kind = kind_of(path, bytes, length);
    bool older = false;
    bool done = survey_workbook_read(arena, path, kind, bytes, length, limits, workbook, error);
    if (!done && strcmp(kind, "xls") == 0) { // of Excel 95 and before, which only a library still reads
        struct survey_workbook *read = survey_arena_alloc(arena, sizeof *read);
        read->path = survey_arena_strdup(arena, path);
        survey_biff_read(arena, path, bytes, length, limits, read, &older, NULL);
        read->sheet_count = 0;
        done = older && survey_xls_open(arena, path, limits, read, error);
        if (done)
            *workbook = read;
    }
    free(bytes);
    return done;
}
