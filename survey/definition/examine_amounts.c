// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of our sheets that sample, weight and score would stop at: sizes, shares and their sums, quotas, bounds,
// and cells that say nothing. What is no number at all is told elsewhere.
#include "survey/base/arena.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"

#include <math.h>
#include <string.h>

struct place {
    struct survey_examination *in;
    const struct survey_sheet *sheet;
    uint32_t row;
};

static const char *cell(const struct place *at, const char *header)
{
    return survey_sheet_text(at->sheet, at->row, header);
}

static void say(const struct place *at, const char *header, const char *code, const char *expected, const char *message)
{
    survey_examine_say(at->in, SURVEY_FAULT, code, at->sheet->name, survey_sheet_line(at->sheet, at->row),
                       (uint32_t)(survey_sheet_column(at->sheet, header) + 1), expected, "%s", message);
}

static bool is_blank(const struct place *at)
{
    for (uint32_t column = 0; column < at->sheet->columns; column++)
        if (*survey_sheet_cell(at->sheet, at->row, column))
            return false;
    return true;
}

// "14" or "20%"; *value is of the number as written. False where it is blank or no number.
static bool amount(const char *text, double *value, bool *percent)
{
    size_t length = strlen(text);
    *percent = length && text[length - 1] == '%';
    return survey_number_parse(text, length - *percent, value);
}

// --- sample ---------------------------------------------------------------------------------------

// Whether a row draws something by that column: what is no amount is told of once.
static bool draws(const struct place *at, const char *header)
{
    double value;
    bool percent;
    const char *text = cell(at, header);
    if (!*text)
        return false;
    if (!amount(text, &value, &percent))
        return true;
    if (value < 0 || (percent && value > 100))
        say(at, header, "E312", _("a number, or a share such as 20%"), _("this is no amount"));
    return value != 0;
}

static void check_draw(const struct place *at)
{
    const char *stage = cell(at, "stage");
    int64_t number = 0;
    double value;
    bool percent;
    if (!*stage && !*cell(at, "unit"))
        return; // as sample has it
    if (!survey_integer_parse(stage, strlen(stage), &number) || number < 1 || number > 8)
        say(at, "stage", "E314", "1, 2, ...", _("this is no stage"));
    if (!*cell(at, "unit"))
        say(at, "unit", "E315", _("a column of the frame"), _("the row does not say what is drawn"));
    if (!*cell(at, "method"))
        say(at, "method", "E313", "all, srs, systematic, pps_systematic, sampford, brewer, midzuno", _("this method of drawing is not known"));
    bool sized = draws(at, "size"), taken = draws(at, "take");
    draws(at, "reserve");
    draws(at, "overlap");
    if (!sized && !taken && strcmp(cell(at, "method"), "all") != 0)
        say(at, "size", "E316", _("a number, or a share such as 20%"), _("the row does not say how many are drawn"));
    if (amount(cell(at, "overlap"), &value, &percent) && !percent && value > 1)
        // xgettext:no-c-format
        say(at, "overlap", "E317", _("a share such as 50%"), _("an overlap is at most 100%"));
}

// --- weights --------------------------------------------------------------------------------------

// The numbers of a cell, divided by spaces, commas and semicolons, after one word that is none; -1 where another is none.
static int numbers(const char *text, double values[2], const char **word, size_t *length)
{
    int count = 0;
    *word = NULL;
    for (const char *at = text; *(at += strspn(at, " ,;")); at += strcspn(at, " ,;")) {
        size_t here = strcspn(at, " ,;");
        if (at == text + strspn(text, " ,;") && strchr("lr", *at)) {
            *word = at;
            *length = here;
        } else if (count == 2 || !survey_number_parse(at, here, &values[count++])) {
            return -1;
        }
    }
    return count;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

static void check_bounds(const struct place *at)
{
    const char *method = cell(at, "method"), *text = cell(at, "bounds"), *word;
    bool calibrated = strcmp(method, "calibrate") == 0;
    double values[2] = {0, 0};
    size_t length = 0;
    if (!calibrated && strcmp(method, "trim") != 0)
        return;
    int count = numbers(text, values, &word, &length);
    bool logit = word && is_word(word, length, "logit");
    bool known = !word || (calibrated && (logit || is_word(word, length, "linear") || is_word(word, length, "raking")));
    double low = count == 2 ? values[0] : 0, high = count == 2 ? values[1] : values[0];
    bool unbounded = calibrated && count == 0 && !logit, one = !calibrated && count == 1;
    if (known && (unbounded || ((count == 2 || one) && low >= 0 && low < 1 && high > 1)))
        return;
    say(at, "bounds", "E329",
        calibrated ? _("0.5 2 (logit), linear, linear 0.5 2, raking, raking 0.5 2: of the new weight over the old")
                   : _("0.3 3: multiples of the median weight below and above 1"),
        survey_arena_format(at->in->arena, calibrated ? _("'%s' are no bounds of a calibration") : _("'%s' are no bounds"), text));
}

// --- scheme ---------------------------------------------------------------------------------------

static bool is_weight(const char *header)
{
    return strcmp(header, "weight") == 0 || strncmp(header, "weight::", 8) == 0;
}

// Shares of one class: NAN where the cell is blank. False where one is no share.
static bool read_shares(const struct place *scheme, uint32_t column, double *shares)
{
    struct place at = *scheme;
    const char *header = survey_sheet_cell(at.sheet, 0, column);
    bool good = true;
    for (at.row = 1; at.row < at.sheet->rows; at.row++) {
        const char *text = survey_sheet_cell(at.sheet, at.row, column);
        shares[at.row] = (double)NAN;
        if (!*text)
            continue;
        bool number = survey_number_parse(text, strlen(text), &shares[at.row]), share = number && shares[at.row] >= 0 && shares[at.row] <= 100;
        if (!number)
            say(&at, header, "E328", _("a share of 0 to 100"), survey_arena_format(at.in->arena, _("'%s' is no number"), text));
        else if (!share)
            say(&at, header, "E531", _("a share of 0 to 100"), survey_arena_format(at.in->arena, _("%g is no share"), shares[at.row]));
        good &= share;
    }
    return good;
}

// Under each parent the shares of a class sum to 100, to the last digit written; none at all where the class lacks the parent.
static void check_sums(const struct place *scheme, const char *header, const double *shares)
{
    struct place at = *scheme;
    int codes = survey_sheet_column(at.sheet, "code"), parents = survey_sheet_column(at.sheet, "parent");
    struct survey_map rows = {0}; // parent -> number: its first child's row; value: the sum
    for (uint32_t row = 1; codes >= 0 && parents >= 0 && row < at.sheet->rows; row++) {
        bool added;
        struct survey_map_entry *entry = survey_map_put(&rows, at.in->arena, survey_sheet_cell(at.sheet, row, (uint32_t)parents), &added);
        if (added) {
            entry->number = row;
            entry->value = survey_arena_array(at.in->arena, 1, sizeof(double));
        }
        *(double *)entry->value += isnan(shares[row]) ? 0 : shares[row];
    }
    for (uint32_t row = 1; codes >= 0 && parents >= 0 && row < at.sheet->rows; row++) {
        const char *code = survey_sheet_cell(at.sheet, row, (uint32_t)codes);
        const struct survey_map_entry *entry = *code ? survey_map_find(&rows, code) : NULL;
        double sum = entry ? *(const double *)entry->value : 100;
        if ((isnan(shares[row]) && sum == 0) || fabs(sum - 100) < 1e-6)
            continue;
        at.row = (uint32_t)entry->number;
        say(&at, header, "E540", "100", survey_arena_format(at.in->arena, _("the shares under '%s' sum to %g"), code, sum));
    }
    survey_map_clear(&rows);
}

static void check_scheme(const struct place *scheme)
{
    const struct survey_sheet *sheet = scheme->sheet;
    double *shares = survey_arena_array(scheme->in->arena, sheet->rows + 1u, sizeof *shares);
    bool any = false;
    for (uint32_t column = 0; column < sheet->columns; column++) {
        const char *header = survey_sheet_cell(sheet, 0, column);
        any |= is_weight(header);
        if (is_weight(header) && read_shares(scheme, column, shares))
            check_sums(scheme, header, shares);
    }
    if (!any && sheet->rows > 1)
        say(scheme, "code", "E530", "weight, weight::CLASS", _("the scheme has no column of weights"));
}

// --- indicators -----------------------------------------------------------------------------------

static void check_indicator(const struct place *at)
{
    const char *statistic = cell(at, "statistic"), *op = cell(at, "line_op"), *line = cell(at, "line"), *decimals = cell(at, "decimals");
    double value;
    if (!*cell(at, "code"))
        say(at, "code", "E501", "", _("the row has no code"));
    if (!*statistic)
        say(at, "statistic", "E502", "share, mean, total, ratio, quantile, index, cases, admin, external, derived", _("the row names no statistic"));
    if (!*cell(at, "of"))
        say(at, "of", "E521", "", _("the row does not say what is computed"));
    if (strcmp(statistic, "ratio") == 0 && !*cell(at, "over"))
        say(at, "over", "E521", "", _("a ratio needs what it is over"));
    if (*op && !*line)
        say(at, "line", "E504", _("a number such as 2 or 0.5"), _("there is a comparison but no line"));
    if (*line && !*op)
        say(at, "line_op", "E503", "<, <=, >, >=", _("there is a line but no comparison"));
    if (survey_number_parse(decimals, strlen(decimals), &value) && !(value >= 0 && value <= 9 && value == rint(value)))
        say(at, "decimals", "E506", _("a whole number from 0 to 9"), _("so many decimals can't be printed"));
}

// --- grades ---------------------------------------------------------------------------------------

static void check_grade(const struct place *at)
{
    const char *text = cell(at, "quota");
    double value;
    bool percent;
    if (*text && !(amount(text, &value, &percent) && value >= 0 && value <= (percent ? 100 : 1)))
        // xgettext:no-c-format
        say(at, "quota", "E542", _("a share such as 30% or 0.3"), survey_arena_format(at->in->arena, _("'%s' is no share"), text));
    if (!*cell(at, "condition"))
        say(at, "condition", "E543", "true()", _("the grade has no condition"));
}

static void each_row(struct survey_examination *in, const char *name, void (*check)(const struct place *at))
{
    struct place at = {in, survey_workbook_sheet(in->form->workbook, name), 1};
    for (; at.sheet && at.row < at.sheet->rows; at.row++)
        if (!is_blank(&at))
            check(&at);
}

void survey_examine_amounts(struct survey_examination *in)
{
    struct place scheme = {in, survey_workbook_sheet(in->form->workbook, "scheme"), 0};
    each_row(in, "sample", check_draw);
    each_row(in, "weights", check_bounds);
    each_row(in, "indicators", check_indicator);
    each_row(in, "grades", check_grade);
    if (scheme.sheet)
        check_scheme(&scheme);
}
