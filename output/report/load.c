// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what a report says of the evaluation, its round, its draw and its weights.
#include "output/report/load.h"

#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

void *load_more(struct load *load, void *items, size_t count, size_t size)
{
    if (count & (count - 1)) // not a power of two, nor 0: there is room
        return items;
    void *grown = survey_arena_array(load->arena, count ? 2 * count : 1, size);
    if (count)
        memcpy(grown, items, count * size);
    return grown;
}

const char *load_text(struct load *load, const struct survey_query *query, int column)
{
    return survey_arena_strdup(load->arena, survey_query_text(query, column));
}

output_labels load_labels(struct load *load, const struct survey_sheet *sheet, uint32_t row, const char *label)
{
    const struct survey_form *form = load->report->form;
    const char **labels = survey_arena_array(load->arena, form->language_count, sizeof *labels);
    bool any = false;
    for (size_t i = 0; i < form->language_count; i++) {
        const char *head = survey_arena_format(load->arena, "%s::%s", label, form->languages[i]);
        int column = survey_sheet_column(sheet, head);
        if (column < 0)
            column = survey_sheet_column(sheet, label);
        const char *text = column < 0 ? "" : survey_sheet_cell(sheet, row, (uint32_t)column);
        labels[i] = *text ? survey_arena_strdup(load->arena, text) : NULL;
        any |= *text != '\0';
    }
    return any ? labels : NULL;
}

output_labels load_same(struct load *load, const char *text)
{
    const char **labels = survey_arena_array(load->arena, load->report->form->language_count, sizeof *labels);
    const char *kept = survey_arena_strdup(load->arena, text);
    for (size_t i = 0; i < load->report->form->language_count; i++)
        labels[i] = kept;
    return labels;
}

output_labels load_value(struct load *load, const char *column, const char *value)
{
    for (size_t i = 0; i < load->report->word_count; i++)
        if (strcmp(load->report->words[i].name, value) == 0)
            return load->report->words[i].labels;
    const struct survey_item *item = survey_form_find(load->report->form, column);
    const struct survey_choice *choice = item && item->list ? survey_item_choice(item, value) : NULL;
    return choice ? (output_labels)choice->labels : load_same(load, value);
}

int load_unit(const struct load *load, const char *id)
{
    const struct stats_assessment *assessment = load->report->assessment;
    for (size_t low = 0, high = assessment->unit_count; low < high;) { // they stand by id
        size_t middle = low + (high - low) / 2;
        int order = strcmp(id, assessment->units[middle].id);
        if (order == 0)
            return (int)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    for (size_t i = 0; i < assessment->unit_count; i++)
        if (strcmp(assessment->units[i].id, id) == 0)
            return (int)i;
    return -1;
}

// --- settings -----------------------------------------------------------------------------------

static const char *setting(struct load *load, const char *key)
{
    const char *text = survey_store_setting(load->store, key, load->day);
    return text ? survey_arena_strdup(load->arena, text) : "";
}

// A setting in each language: "title::中文 (zh)", else "title".
static output_labels setting_labels(struct load *load, const char *key)
{
    const struct survey_form *form = load->report->form;
    const char **labels = survey_arena_array(load->arena, form->language_count, sizeof *labels);
    bool any = false;
    for (size_t i = 0; i < form->language_count; i++) {
        const char *text = setting(load, survey_arena_format(load->arena, "%s::%s", key, form->languages[i]));
        if (!*text)
            text = setting(load, key);
        labels[i] = *text ? text : NULL;
        any |= *text != '\0';
    }
    return any ? labels : NULL;
}

// Settings "label_NAME::LANGUAGE" say what a frame column or a value of it is called.
static void load_words(struct load *load)
{
    const struct survey_sheet *sheet = survey_store_plan(load->store, "evaluation");
    struct output_report *report = load->report;
    int keys = sheet ? survey_sheet_column(sheet, "key") : -1;
    for (uint32_t row = 1; keys >= 0 && row < sheet->rows; row++) {
        const char *key = survey_sheet_cell(sheet, row, (uint32_t)keys), *end = strstr(key, "::");
        if (strncmp(key, "label_", 6) != 0)
            continue;
        const char *whole = end ? survey_arena_strndup(load->arena, key, (size_t)(end - key)) : survey_arena_strdup(load->arena, key);
        bool known = false;
        for (size_t i = 0; i < report->word_count; i++)
            known |= strcmp(report->words[i].name, whole + 6) == 0;
        if (known)
            continue;
        report->words = load_more(load, report->words, report->word_count, sizeof *report->words);
        report->words[report->word_count++] = (struct output_word){whole + 6, setting_labels(load, whole)};
    }
}

static void load_round(struct load *load)
{
    const struct survey_sheet *sheet = survey_store_plan(load->store, "rounds");
    struct output_report *report = load->report;
    report->round_start = report->round_end = "";
    int rounds = sheet ? survey_sheet_column(sheet, "round") : -1;
    for (uint32_t row = 1; rounds >= 0 && row < sheet->rows; row++) {
        if (strcmp(survey_sheet_cell(sheet, row, (uint32_t)rounds), load->round) != 0)
            continue;
        int start = survey_sheet_column(sheet, "start"), end = survey_sheet_column(sheet, "end");
        report->round_labels = load_labels(load, sheet, row, "label");
        report->round_start = start < 0 ? "" : survey_arena_strdup(load->arena, survey_sheet_cell(sheet, row, (uint32_t)start));
        report->round_end = end < 0 ? "" : survey_arena_strdup(load->arena, survey_sheet_cell(sheet, row, (uint32_t)end));
    }
    int64_t days;
    if (survey_date_parse(report->round_end, strlen(report->round_end), &days))
        load->day = days;
}

static bool load_file(struct load *load, struct survey_error *error)
{
    struct output_report *report = load->report;
    char *head = survey_arena_alloc(load->arena, 65);
    struct survey_query *query = survey_query(load->store, error, "SELECT value FROM evaluation WHERE key = 'id'", "");
    if (!query)
        return false;
    report->file_id = survey_query_next(query) ? load_text(load, query, 0) : "";
    if (!survey_query_end(query, error) || !survey_store_head(load->store, head, error))
        return false;
    report->head = head;
    report->entries = survey_store_count(load->store, 0, "SELECT count(*) FROM log", "");
    report->evaluation = setting(load, "id");
    report->version = setting(load, "version");
    report->titles = setting_labels(load, "title");
    if (!report->titles && report->form->title)
        report->titles = load_same(load, report->form->title);
    report->lonely = *setting(load, "lonely_psu") ? setting(load, "lonely_psu") : stats_lonely_name(STATS_LONELY_FAIL);
    report->assumed_icc = setting(load, "assumed_icc");
    report->brewer = strcmp(setting(load, "pps_variance"), "brewer") == 0;
    report->assessed_unit = setting(load, "assessed_unit");
    return true;
}

static bool load_forms(struct load *load, struct survey_error *error)
{
    struct output_report *report = load->report;
    struct survey_query *query = survey_query(load->store, error,
        "SELECT f.name, f.version, lower(hex(f.sha256)), (SELECT count(*) FROM response r WHERE r.form = f.id AND r.round = ? "
        "AND r.state NOT IN ('duplicate', 'superseded', 'rejected')) FROM form f ORDER BY f.position, f.id", "t", load->round);
    while (query && survey_query_next(query)) {
        report->forms = load_more(load, report->forms, report->form_count, sizeof *report->forms);
        report->forms[report->form_count++] = (struct output_form){load_text(load, query, 0), load_text(load, query, 1),
            load_text(load, query, 2), (size_t)survey_query_integer(query, 3)};
    }
    return query && survey_query_end(query, error);
}

// --- the draw -----------------------------------------------------------------------------------

static bool load_draw(struct load *load, struct survey_error *error)
{
    struct output_report *report = load->report;
    report->first_stage = report->drawn_at = "";
    report->frame_size = (size_t)survey_store_count(load->store, 0, "SELECT count(*) FROM frame", "");
    report->draws = (size_t)survey_store_count(load->store, 0, "SELECT count(*) FROM draw WHERE round = ?", "t", load->round);
    struct survey_query *query = survey_query(load->store, error,
        "SELECT seed, made_at FROM draw WHERE round = ? AND current", "t", load->round);
    if (query && survey_query_next(query)) {
        report->drawn = true;
        report->seed = survey_query_integer(query, 0);
        report->drawn_at = load_text(load, query, 1);
    }
    return query && survey_query_end(query, error);
}

static int64_t drawn(struct load *load, int64_t row, const char *status)
{
    return survey_store_count(load->store, 0, "SELECT count(*) FROM sample s JOIN draw d ON d.id = s.draw AND d.current "
        "WHERE s.round = ? AND s.plan_row = ? AND (s.status = 'reserve') = (? = 'reserve')", "tit", load->round, row, status);
}

static const char *cell(struct load *load, const struct survey_sheet *sheet, uint32_t row, const char *head)
{
    int column = survey_sheet_column(sheet, head);
    return column < 0 ? "" : survey_arena_strdup(load->arena, survey_sheet_cell(sheet, row, (uint32_t)column));
}

static void load_stages(struct load *load)
{
    const struct survey_sheet *sheet = survey_store_plan(load->store, "sample");
    struct output_report *report = load->report;
    for (uint32_t row = 1; report->drawn && sheet && row < sheet->rows; row++) {
        const char *stage = cell(load, sheet, row, "stage"), *size = cell(load, sheet, row, "size");
        if (!*stage)
            continue;
        int64_t line = (int64_t)survey_sheet_line(sheet, row);
        report->stages = load_more(load, report->stages, report->stage_count, sizeof *report->stages);
        report->stages[report->stage_count++] = (struct output_stage){*stage - '0', cell(load, sheet, row, "unit"),
            cell(load, sheet, row, "strata"), cell(load, sheet, row, "where"), cell(load, sheet, row, "method"),
            *size ? size : cell(load, sheet, row, "take"), (size_t)drawn(load, line, "selected"), (size_t)drawn(load, line, "reserve")};
    }
    int64_t deepest = 0;
    for (size_t i = 0; i < report->stage_count; i++) {
        deepest = report->stages[i].stage > deepest ? report->stages[i].stage : deepest;
        if (report->stages[i].stage != 1)
            continue;
        report->first_stage = report->stages[i].unit;
        report->villages += report->stages[i].selected;
    }
    if (deepest < 2)
        report->villages = 0;
}

static bool load_steps(struct load *load, struct survey_error *error)
{
    struct output_report *report = load->report;
    struct survey_query *query = survey_query(load->store, error,
        "SELECT step, min(method), count(*), sum(value), avg(value), min(value), max(value), avg(value * value) FROM weight "
        "WHERE round = ? GROUP BY step ORDER BY step", "t", load->round);
    while (query && survey_query_next(query)) {
        double mean = survey_query_number(query, 4), variance = survey_query_number(query, 7) - mean * mean;
        report->steps = load_more(load, report->steps, report->step_count, sizeof *report->steps);
        report->steps[report->step_count++] = (struct output_step){survey_query_integer(query, 0), load_text(load, query, 1),
            (size_t)survey_query_integer(query, 2), survey_query_number(query, 3), mean, survey_query_number(query, 5),
            survey_query_number(query, 6), mean > 0 && variance > 0 ? sqrt(variance) / mean : 0};
    }
    return query && survey_query_end(query, error);
}

// --- the whole ----------------------------------------------------------------------------------

static bool load_all(struct load *load, struct survey_error *error)
{
    struct survey_buffer name = SURVEY_BUFFER(1 << 12);
    load_round(load);
    load_words(load);
    bool done = load_file(load, error) && load_forms(load, error) && load_draw(load, error);
    if (!done)
        return false;
    if (*load->report->assessed_unit)
        survey_sql_name(&name, load->report->assessed_unit);
    load->assessed = *load->report->assessed_unit ? survey_arena_format(load->arena, "f.%s", survey_buffer_string(&name)) : "''";
    survey_buffer_clear(&name);
    load_stages(load);
    load->report->ruled = survey_store_plan(load->store, "rules") != NULL;
    return load_steps(load, error) && load_outcomes(load, error) && load_opinions(load, error) && load_cases(load, error) &&
           load_fieldwork(load, error);
}

bool output_report_load(struct survey_store *store, const struct survey_actor *actor, const struct stats_assessment *assessment,
                        enum output_audience audience, struct output_report **made, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_report *report = survey_arena_alloc(arena, sizeof *report);
    *report = (struct output_report){.arena = arena, .audience = audience, .assessment = assessment, .now = actor->now};
    report->form = survey_store_current_form(store, NULL, NULL, error);
    report->who = survey_arena_strdup(arena, actor->who);
    struct load load = {.store = store, .actor = actor, .report = report, .arena = arena, .round = assessment->round,
                        .day = (actor->now.seconds + (int64_t)actor->now.offset * 60) / 86400};
    if (!report->form || !load_all(&load, error)) {
        survey_arena_free(arena);
        return false;
    }
    *made = report;
    return true;
}

void output_report_free(struct output_report *report)
{
    if (report)
        survey_arena_free(report->arena);
}
