// SPDX-License-Identifier: GPL-3.0-or-later
// The sample sheet, read against the columns of the frame.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/sample/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct survey_sheet *sheet;
    const struct survey_frame *frame;
    struct survey_arena *arena;
    struct survey_report *report;
    const char *path;
    uint32_t row;
};

static const char *cell(const struct reader *reader, const char *header)
{
    return survey_sheet_text(reader->sheet, reader->row, header);
}

static void say(const struct reader *reader, const char *header, const char *code, const char *expected, const char *message)
{
    struct survey_problem problem = survey_sheet_fault(reader->sheet, reader->row, header);
    problem.code = code, problem.file = reader->path, problem.message = message, problem.expected = expected;
    survey_report_add(reader->report, &problem);
}

static int frame_column(const struct reader *reader, const char *header, const char *name)
{
    int column = survey_frame_column(reader->frame, name);
    if (column < 0) {
        char message[300];
        survey_format_into(message, sizeof message, _("the frame has no column '%s'"), name);
        say(reader, header, "E311", "", message);
    }
    return column;
}

static size_t read_columns(const struct reader *reader, const char *header, size_t columns[8])
{
    size_t count = 0;
    const char *at = cell(reader, header);
    while (*at && count < 8) {
        at += strspn(at, " ,");
        size_t length = strcspn(at, " ,");
        if (!length)
            break;
        int column = frame_column(reader, header, survey_arena_strndup(reader->arena, at, length));
        if (column >= 0)
            columns[count++] = (size_t)column;
        at += length;
    }
    return count;
}

// "14" or "20%".
static void read_amount(const struct reader *reader, const char *header, double *number, double *share)
{
    const char *text = cell(reader, header);
    size_t length = strlen(text);
    double value;
    bool percent = length && text[length - 1] == '%';
    if (!length)
        return;
    if (!survey_number_parse(text, length - percent, &value) || value < 0 || (percent && value > 100))
        say(reader, header, "E312", _("a number, or a share such as 20%"), _("this is no amount"));
    else if (percent)
        *share = value / 100;
    else
        *number = value;
}

static const char *const methods[SURVEY_DRAW_METHODS] = {"all", "srs", "systematic", "pps_systematic", "sampford", "brewer", "midzuno"};

const char *survey_draw_method_name(enum survey_draw_method method)
{
    return methods[method];
}

bool survey_draw_method_parse(const char *name, enum survey_draw_method *method)
{
    for (int i = 0; i < SURVEY_DRAW_METHODS; i++)
        if (strcmp(methods[i], name) == 0) {
            *method = (enum survey_draw_method)i;
            return true;
        }
    return false;
}

static void read_method(const struct reader *reader, struct survey_draw_row *row)
{
    if (!survey_draw_method_parse(cell(reader, "method"), &row->method))
        say(reader, "method", "E313", "all, srs, systematic, pps_systematic, sampford, brewer, midzuno", _("this method of drawing is not known"));
}

// Part of a sample can be kept on purpose only where units stand in the order of their numbers.
static void read_overlap(const struct reader *reader, struct survey_draw_row *row)
{
    double number = (double)NAN, share = (double)NAN;
    row->overlap = (double)NAN;
    if (!*cell(reader, "overlap"))
        return;
    read_amount(reader, "overlap", &number, &share);
    row->overlap = isnan(share) ? number : share;
    if (row->overlap > 1)
        // xgettext:no-c-format
        say(reader, "overlap", "E317", _("a share such as 50%"), _("an overlap is at most 100%"));
    else if (row->overlap < 1 && row->method != SURVEY_DRAW_SRS && row->method != SURVEY_DRAW_ALL)
        say(reader, "overlap", "E317", "srs, 100%", _("only srs keeps a part of a sample; other methods keep all of it"));
}

static void read_row(const struct reader *reader, struct survey_draw_row *row)
{
    int64_t stage = 0;
    struct survey_error error;
    const char *text = cell(reader, "stage"), *where = cell(reader, "where"), *unit = cell(reader, "unit");
    *row = (struct survey_draw_row){.row = survey_sheet_line(reader->sheet, reader->row), .measure = -1};
    if (!survey_integer_parse(text, strlen(text), &stage) || stage < 1 || stage > 8)
        say(reader, "stage", "E314", "1, 2, ...", _("this is no stage"));
    row->stage = (int)stage;
    int column = *unit ? frame_column(reader, "unit", unit) : -1;
    if (!*unit)
        say(reader, "unit", "E315", _("a column of the frame"), _("the row does not say what is drawn"));
    row->unit = column < 0 ? 0 : (size_t)column;
    row->strata_count = read_columns(reader, "strata", row->strata);
    row->sort_count = read_columns(reader, "sort", row->sort);
    read_method(reader, row);
    read_amount(reader, "size", &row->size, &row->share);
    read_amount(reader, "take", &row->size, &row->share);
    read_amount(reader, "reserve", &row->reserve, &row->reserve_share);
    if (row->method != SURVEY_DRAW_ALL && row->size <= 0 && row->share <= 0)
        say(reader, "size", "E316", _("a number, or a share such as 20%"), _("the row does not say how many are drawn"));
    const char *measure = cell(reader, "measure");
    if (*measure)
        row->measure = frame_column(reader, "measure", measure);
    if (*where && !survey_expr_parse(reader->arena, where, &row->where, NULL, &error))
        say(reader, "where", "E110", "", error.message);
    row->form = cell(reader, "form");
    read_overlap(reader, row);
}

// Units below others are the same only where those are.
static void check_overlaps(struct reader *reader, const struct survey_draw_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        for (size_t above = 0; !isnan(plan->rows[i].overlap) && above < plan->count; above++)
            if (plan->rows[above].stage < plan->rows[i].stage && isnan(plan->rows[above].overlap) && plan->rows[above].method != SURVEY_DRAW_ALL) {
                for (reader->row = 1; survey_sheet_line(reader->sheet, reader->row) != plan->rows[i].row;)
                    reader->row++;
                say(reader, "overlap", "E317", _("an overlap in the rows of the stages above too"),
                    _("units of this stage can't be kept where those above are drawn afresh"));
                break;
            }
}

size_t survey_draw_turn(const struct survey_sheet *rounds, const char *round)
{
    int column = rounds ? survey_sheet_column(rounds, "round") : -1;
    size_t turn = 0;
    for (uint32_t row = 1; column >= 0 && row < rounds->rows; row++) {
        const char *name = survey_sheet_cell(rounds, row, (uint32_t)column);
        if (strcmp(name, round) == 0)
            return turn;
        turn += *name != '\0';
    }
    return 0;
}

bool survey_draw_plan_of(const struct survey_sheet *sheet, const char *path, const struct survey_frame *frame, struct survey_arena *arena,
                         struct survey_report *report, struct survey_draw_plan *plan, struct survey_error *error)
{
    struct reader reader = {sheet, frame, arena, report, path, 0};
    *plan = (struct survey_draw_plan){.rows = survey_arena_array(arena, sheet->rows, sizeof *plan->rows)};
    for (uint32_t row = 1; row < sheet->rows; row++) {
        reader.row = row;
        if (!*cell(&reader, "stage") && !*cell(&reader, "unit"))
            continue;
        read_row(&reader, &plan->rows[plan->count]);
        if (plan->rows[plan->count].stage > plan->stages)
            plan->stages = plan->rows[plan->count].stage;
        plan->count++;
    }
    for (int stage = 1; stage <= plan->stages; stage++) {
        bool any = false;
        for (size_t i = 0; i < plan->count; i++)
            any |= plan->rows[i].stage == stage;
        if (!any)
            return survey_fail(error, SURVEY_ERROR_INPUT, path, _("the sample sheet has no row for stage %d"), stage);
    }
    check_overlaps(&reader, plan);
    if (survey_report_count_of(report, SURVEY_FAULT))
        return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the sample sheet has faults; nothing was drawn"));
    return true;
}

bool survey_draw_plan_read(struct survey_store *store, const struct survey_frame *frame, struct survey_arena *arena,
                           struct survey_report *report, struct survey_draw_plan *plan, struct survey_error *error)
{
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    const struct survey_sheet *sheet = survey_store_plan(store, "sample");
    if (!form)
        return false;
    if (!sheet || sheet->rows < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, form->path, "%s", _("the workbook has no 'sample' sheet to draw by"));
    return survey_draw_plan_of(sheet, form->path, frame, arena, report, plan, error);
}
