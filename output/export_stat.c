// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists as SPSS (.sav) and Stata (.dta) files, by ReadStat.
#include "output/export.h"

#include "survey/base/arena.h"
#include "survey/base/date.h"
#include "survey/base/file.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <errno.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATA_COLUMNS = 32767,
    STATA_TEXT = 2045, // bytes; longer ones are strL
    STATA_LABEL = 80,  // characters
    SPSS_TEXT = 32767, // bytes
    SPSS_LABEL = 255,  // bytes
    SPSS_CHOICE = 120,
    MOST_FLAGS = 500, // choices that get a column each
};
#define SPSS_EPOCH 12219379200.0 // seconds from 1582-10-14 to 1970-01-01
#define STATA_DAYS 3653          // days from 1960-01-01 to 1970-01-01

// A variable of the file: a column, one choice of a select_multiple, or the labels of a text code.
struct variable {
    size_t column;
    const struct survey_export_choice *flag;
    bool labels;
    bool reference; // strL
    char name[33];
    readstat_variable_t *made;
};

struct stat {
    struct survey_export_table *table;
    const struct survey_export_column *columns;
    size_t column_count;
    struct output_profile profile;
    struct variable *variables;
    size_t count, references;
    bool stata;
    const char *path;
    struct survey_arena *arena;
    struct survey_map taken;
    readstat_writer_t *writer;
    FILE *file;
};

// --- variables ----------------------------------------------------------------------------------

static bool number_of(const struct stat *s, const struct variable *v)
{
    return v->flag || (!v->labels && s->profile.facts[v->column].held != OUTPUT_HELD_TEXT);
}

static size_t longest_labels(const struct survey_export_column *column)
{
    size_t longest = 120; // the kinds of missing in words
    for (size_t i = 0; i < column->choice_count; i++)
        if (strlen(column->choices[i].label) > longest)
            longest = strlen(column->choices[i].label);
    return longest;
}

static void plan(struct stat *s)
{
    size_t room = 0;
    for (size_t i = 0; i < s->column_count; i++)
        room += 2 + (s->columns[i].multiple ? s->columns[i].choice_count : 0);
    s->variables = survey_arena_array(s->arena, room + 1, sizeof *s->variables);
    // Columns take their names first, so that a choice's never pushes a question's aside.
    struct survey_arena *arena = s->arena;
    char(*names)[33] = survey_arena_array(arena, s->column_count + 1, sizeof *names);
    for (size_t i = 0; i < s->column_count; i++)
        output_stat_name(s->columns[i].name, i, &s->taken, arena, names[i]);
    for (size_t i = 0; i < s->column_count; i++) {
        const struct survey_export_column *column = &s->columns[i];
        struct variable *v = &s->variables[s->count++];
        *v = (struct variable){.column = i, .reference = s->stata && s->profile.facts[i].longest + 1 > STATA_TEXT};
        memcpy(v->name, names[i], sizeof v->name);
        v->reference &= !number_of(s, v);
        if (s->stata && column->type == SURVEY_EXPORT_CODE && column->choice_count && !number_of(s, v)) {
            struct variable *labels = &s->variables[s->count++];
            *labels = (struct variable){.column = i, .labels = true};
            labels->reference = longest_labels(column) > STATA_TEXT || v->reference;
            output_stat_name(survey_arena_format(arena, "%s_label", column->name), s->count, &s->taken, arena, labels->name);
        }
        for (size_t c = 0; column->multiple && column->choice_count <= MOST_FLAGS && c < column->choice_count; c++) {
            struct variable *flag = &s->variables[s->count++];
            *flag = (struct variable){.column = i, .flag = &column->choices[c]};
            output_stat_name(survey_arena_format(arena, "%s_%s", column->name, flag->flag->name), s->count, &s->taken, arena,
                             flag->name);
        }
    }
}

// Whether the format can hold it all.
static bool holds(const struct stat *s, struct survey_error *error)
{
    if (s->stata && s->count > STATA_COLUMNS)
        return survey_fail(error, SURVEY_ERROR_INPUT, s->path,
                           _("the list has %zu variables, and Stata takes %d; write .csv or .sav"), s->count, STATA_COLUMNS);
    if (s->profile.rows > INT32_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, s->path, _("the list has too many rows; write .csv"));
    for (size_t i = 0; !s->stata && i < s->column_count; i++)
        if (s->profile.facts[i].held == OUTPUT_HELD_TEXT && s->profile.facts[i].longest + 1 > SPSS_TEXT)
            return survey_fail(error, SURVEY_ERROR_INPUT, s->path,
                               _("an answer to '%s' has %zu bytes, and SPSS takes %d; write .csv or .dta"), s->columns[i].name,
                               s->profile.facts[i].longest, SPSS_TEXT - 1);
    return true;
}

// A label on one line, cut to what the format shows.
static const char *label_text(const struct stat *s, const char *text, size_t bytes, size_t characters)
{
    char *copy = survey_arena_strdup(s->arena, text);
    for (char *at = copy; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    size_t length = survey_utf8_cut(copy, strlen(copy), bytes), at = 0, size;
    uint32_t character;
    while (at < length && characters-- && (size = survey_utf8_next(copy + at, length - at, &character)))
        at += size;
    copy[at < length ? at : length] = '\0';
    return copy;
}

static const char *short_label(const struct stat *s, const char *text)
{
    return s->stata ? label_text(s, text, 4 * STATA_LABEL, STATA_LABEL) : label_text(s, text, SPSS_LABEL, SPSS_LABEL);
}

static const char *choice_text(const struct stat *s, const char *text)
{
    return label_text(s, text, s->stata ? 4000 : SPSS_CHOICE, 4000);
}

static void set_label(const struct stat *s, const struct variable *v)
{
    const struct survey_export_column *column = &s->columns[v->column];
    const char *name = column->name, *label = column->label;
    if (v->flag) {
        name = survey_arena_format(s->arena, "%s_%s", column->name, v->flag->name);
        label = survey_arena_format(s->arena, "%s: %s", label, v->flag->label);
    } else if (v->labels) {
        name = v->name;
    }
    if (strcmp(name, v->name) != 0)
        label = survey_arena_format(s->arena, "[%s] %s", name, label);
    readstat_variable_set_label(v->made, short_label(s, label));
}

// The four kinds: .a to .d in Stata, declared numbers in SPSS.
static void label_kinds(struct stat *s, readstat_label_set_t *set, const struct survey_export_column *column)
{
    for (int kind = SURVEY_NOT_ASKED; kind <= SURVEY_BLANK; kind++) {
        const char *text = output_missing_text((enum survey_missing)kind);
        for (size_t i = 0; column && i < column->choice_count; i++)
            if ((int)column->choices[i].missing == kind && kind != SURVEY_BLANK)
                text = survey_arena_format(s->arena, "%s (%s)", text, column->choices[i].label);
        text = choice_text(s, text);
        if (s->stata)
            readstat_label_tagged_value(set, (char)('a' + kind - SURVEY_NOT_ASKED), text);
        else
            readstat_label_double_value(set, OUTPUT_MISSING_HIGH - (kind - SURVEY_NOT_ASKED), text);
    }
}

static const char *text_kind(enum survey_missing kind)
{
    return kind == SURVEY_NOT_ASKED ? ".a" : kind == SURVEY_DONT_KNOW ? ".b" : kind == SURVEY_REFUSED ? ".c" : "";
}

static void label_number(struct stat *s, const struct variable *v, readstat_label_set_t *set)
{
    const struct survey_export_column *column = &s->columns[v->column];
    double value;
    if (v->flag) {
        readstat_label_double_value(set, 0, _("not chosen"));
        readstat_label_double_value(set, 1, _("chosen"));
    }
    for (size_t i = 0; !v->flag && i < column->choice_count; i++)
        if (output_plain_number(column->choices[i].name, &value))
            readstat_label_double_value(set, value, choice_text(s, column->choices[i].label));
    if (!column->asked)
        return;
    label_kinds(s, set, v->flag ? NULL : column);
    if (!s->stata)
        readstat_variable_add_missing_double_range(v->made, OUTPUT_MISSING_LOW, OUTPUT_MISSING_HIGH);
}

static void label_string(struct stat *s, const struct variable *v, readstat_label_set_t *set)
{
    const struct survey_export_column *column = &s->columns[v->column];
    for (size_t i = 0; column->type == SURVEY_EXPORT_CODE && i < column->choice_count; i++)
        readstat_label_string_value(set, column->choices[i].name, choice_text(s, column->choices[i].label));
    for (int kind = SURVEY_NOT_ASKED; column->asked && kind < SURVEY_BLANK; kind++) {
        readstat_label_string_value(set, text_kind((enum survey_missing)kind), output_missing_text((enum survey_missing)kind));
        readstat_variable_add_missing_string_value(v->made, text_kind((enum survey_missing)kind));
    }
}

static void set_labels(struct stat *s, size_t index)
{
    const struct variable *v = &s->variables[index];
    const struct survey_export_column *column = &s->columns[v->column];
    bool number = number_of(s, v);
    if ((!column->asked && !column->choice_count && !v->flag) || (!number && s->stata) || v->labels)
        return;
    char name[32];
    survey_format_into(name, sizeof name, "labels%zu", index + 1);
    readstat_label_set_t *set = readstat_add_label_set(s->writer, number ? READSTAT_TYPE_DOUBLE : READSTAT_TYPE_STRING, name);
    readstat_variable_set_label_set(v->made, set);
    if (number)
        label_number(s, v, set);
    else
        label_string(s, v, set);
}

static const char *number_format(const struct stat *s, const struct variable *v)
{
    const struct output_fact *fact = &s->profile.facts[v->column];
    if (!v->flag && fact->held == OUTPUT_HELD_DATE)
        return s->stata ? "%tdCCYY-NN-DD" : "SDATE10";
    if (!v->flag && fact->held == OUTPUT_HELD_MOMENT)
        return s->stata ? "%tcCCYY-NN-DD_HH:MM:SS" : "DATETIME20";
    if (s->stata)
        return "%12.0g";
    return v->flag || fact->whole ? "F11.0" : "F16.6";
}

static void add_variable(struct stat *s, size_t index)
{
    struct variable *v = &s->variables[index];
    const struct survey_export_column *column = &s->columns[v->column];
    if (number_of(s, v)) {
        v->made = readstat_add_variable(s->writer, v->name, READSTAT_TYPE_DOUBLE, 0);
        readstat_variable_set_format(v->made, number_format(s, v));
        readstat_variable_set_measure(v->made, v->flag || column->choice_count ? READSTAT_MEASURE_NOMINAL
                                                                               : READSTAT_MEASURE_SCALE);
    } else if (v->reference) {
        v->made = readstat_add_variable(s->writer, v->name, READSTAT_TYPE_STRING_REF, 0);
    } else {
        // One more for the apostrophe before what looks like a kind of missing.
        size_t longest = s->profile.facts[v->column].longest + 1;
        size_t labels = longest_labels(column);
        v->made = readstat_add_variable(s->writer, v->name, READSTAT_TYPE_STRING, v->labels && labels > longest ? labels : longest);
        readstat_variable_set_measure(v->made, READSTAT_MEASURE_NOMINAL);
    }
    set_label(s, v);
    set_labels(s, index);
}

// --- rows ---------------------------------------------------------------------------------------

static readstat_error_t put_missing(const struct stat *s, const struct variable *v, enum survey_missing kind)
{
    if (!s->columns[v->column].asked || kind == SURVEY_PRESENT)
        return readstat_insert_missing_value(s->writer, v->made);
    int place = (int)kind - SURVEY_NOT_ASKED;
    return s->stata ? readstat_insert_tagged_missing_value(s->writer, v->made, (char)('a' + place))
                    : readstat_insert_double_value(s->writer, v->made, OUTPUT_MISSING_HIGH - place);
}

static double number_value(const struct stat *s, const struct variable *v, const char *text)
{
    size_t length = strlen(text);
    double value = 0;
    int64_t days = 0;
    struct survey_time time = {0};
    switch (s->profile.facts[v->column].held) {
    case OUTPUT_HELD_DATE:
        survey_date_parse(text, length, &days);
        return s->stata ? (double)(days + STATA_DAYS) : (double)days * 86400 + SPSS_EPOCH;
    case OUTPUT_HELD_MOMENT: { // as the clock on the wall showed it
        survey_time_parse(text, length, 0, &time);
        double seconds = (double)(time.seconds + (int64_t)time.offset * 60) + time.milliseconds / 1000.0;
        return s->stata ? (seconds + STATA_DAYS * 86400.0) * 1000 : seconds + SPSS_EPOCH;
    }
    case OUTPUT_HELD_NUMBER:
    case OUTPUT_HELD_TEXT:
        break;
    }
    survey_number_parse(text, length, &value);
    return value;
}

static bool chosen(const char *codes, const char *name)
{
    size_t wanted = strlen(name);
    while (*codes) {
        size_t length = strcspn(codes, " ");
        if (length == wanted && memcmp(codes, name, length) == 0)
            return true;
        codes += length;
        codes += strspn(codes, " ");
    }
    return false;
}

// The text that a text variable gets; in the arena or borrowed.
static const char *text_value(const struct stat *s, const struct variable *v, const struct survey_export_value *value,
                              struct survey_buffer *buffer)
{
    buffer->length = 0;
    if (v->labels) {
        survey_buffer_text(buffer, value->missing ? output_missing_text(value->missing) : "");
        if (!value->missing)
            survey_export_labels(&s->columns[v->column], value->text, buffer);
        return survey_buffer_string(buffer);
    }
    if (!s->columns[v->column].asked)
        return value->text;
    if (value->missing)
        return text_kind(value->missing);
    for (int kind = SURVEY_NOT_ASKED; kind < SURVEY_BLANK; kind++)
        if (strcmp(value->text, text_kind((enum survey_missing)kind)) == 0) {
            survey_format(buffer, "'%s", value->text);
            return survey_buffer_string(buffer);
        }
    return value->text;
}

static readstat_error_t put_value(struct stat *s, const struct variable *v, const struct survey_export_value *value,
                                  struct survey_buffer *buffer)
{
    if (number_of(s, v)) {
        if (value->missing || !*value->text)
            return put_missing(s, v, value->missing ? value->missing : SURVEY_BLANK);
        double number = v->flag ? chosen(value->text, v->flag->name) : number_value(s, v, value->text);
        return readstat_insert_double_value(s->writer, v->made, number);
    }
    const char *text = text_value(s, v, value, buffer);
    if (!v->reference)
        return readstat_insert_string_value(s->writer, v->made, text);
    return readstat_insert_string_ref(s->writer, v->made, readstat_get_string_ref(s->writer, (int)s->references++));
}

// Stata's long texts are told to ReadStat before the rows.
static bool add_references(struct stat *s, struct survey_error *error)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1 << 24);
    const struct survey_export_value *values;
    struct survey_error failed = {0};
    bool any = false;
    for (size_t i = 0; i < s->count; i++)
        any |= s->variables[i].reference;
    while (any && (values = survey_export_next(s->table, &failed)))
        for (size_t i = 0; i < s->count; i++) {
            const struct variable *v = &s->variables[i];
            if (v->reference) // an empty text needs one too
                readstat_add_string_ref(s->writer, text_value(s, v, &values[v->column], &buffer));
        }
    survey_buffer_clear(&buffer);
    if (failed.code != SURVEY_OK)
        *error = failed;
    return failed.code == SURVEY_OK && (!any || survey_export_rewind(s->table, error));
}

static bool check(const struct stat *s, readstat_error_t code, struct survey_error *error)
{
    if (code == READSTAT_OK)
        return true;
    const char *why = code == READSTAT_ERROR_WRITE && errno ? strerror(errno) : readstat_error_message(code);
    return survey_fail(error, SURVEY_ERROR_RESOURCE, s->path, "%s", why);
}

static bool write_rows(struct stat *s, struct survey_error *error)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1 << 24);
    const struct survey_export_value *values;
    struct survey_error failed = {0};
    readstat_error_t code = READSTAT_OK;
    size_t rows = 0;
    while (code == READSTAT_OK && rows < s->profile.rows && (values = survey_export_next(s->table, &failed))) {
        code = readstat_begin_row(s->writer);
        for (size_t i = 0; code == READSTAT_OK && i < s->count; i++)
            code = put_value(s, &s->variables[i], &values[s->variables[i].column], &buffer);
        code = code == READSTAT_OK ? readstat_end_row(s->writer) : code;
        rows++;
    }
    survey_buffer_clear(&buffer);
    if (failed.code != SURVEY_OK) {
        *error = failed;
        return false;
    }
    return check(s, code, error) && check(s, readstat_end_writing(s->writer), error);
}

// --- the file -----------------------------------------------------------------------------------

static ssize_t write_bytes(const void *bytes, size_t length, void *user)
{
    struct stat *s = user;
    return fwrite(bytes, 1, length, s->file) == length ? (ssize_t)length : -1;
}

static bool write_file(struct stat *s, const char *title, const struct survey_actor *actor, struct survey_error *error)
{
    s->writer = readstat_writer_init();
    readstat_set_data_writer(s->writer, write_bytes);
    readstat_writer_set_file_label(s->writer, label_text(s, title, 64, 64));
    readstat_writer_set_file_timestamp(s->writer, (time_t)actor->now.seconds);
    if (s->stata)
        readstat_writer_set_file_format_version(s->writer, 118);
    else
        readstat_writer_set_compression(s->writer, READSTAT_COMPRESS_ROWS);
    for (size_t i = 0; i < s->count; i++)
        add_variable(s, i);
    errno = 0;
    bool done = add_references(s, error) &&
                check(s, s->stata ? readstat_begin_writing_dta(s->writer, s, (long)s->profile.rows)
                                  : readstat_begin_writing_sav(s->writer, s, (long)s->profile.rows),
                      error) &&
                write_rows(s, error);
    readstat_writer_free(s->writer);
    return done;
}

bool output_export_stat(struct survey_export_table *table, bool stata, const char *title, const struct survey_actor *actor,
                        const char *path, struct survey_error *error)
{
    struct stat s = {.table = table, .stata = stata, .path = path, .arena = survey_arena_new()};
    char temporary[4096] = "";
    s.columns = survey_export_columns(table, &s.column_count);
    bool done = output_export_profile(table, &s.profile, error);
    if (done) {
        plan(&s);
        done = holds(&s, error) && survey_file_aside(path, temporary, sizeof temporary, error);
    }
    if (done) {
        s.file = fopen(temporary, "wbe");
        done = s.file ? write_file(&s, title, actor, error)
                      : survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
        if (s.file && fclose(s.file) != 0 && done)
            done = survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
        if (done)
            done = survey_file_keep(temporary, path, error);
        else
            survey_file_drop(temporary);
    }
    free(s.profile.facts);
    survey_map_clear(&s.taken);
    survey_arena_free(s.arena);
    return done;
}
