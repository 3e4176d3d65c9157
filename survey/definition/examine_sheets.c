// SPDX-License-Identifier: GPL-3.0-or-later
// The sheets of an evaluation, as far as the workbook alone can tell: misspelt sheets and columns,
// codes given twice, parents and indicators that are not there, dates, and what expressions name.
#include "survey/base/arena.h"
#include "survey/base/date.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"
#include "survey/definition/reader.h"
#include "survey/definition/word.h"

#include <string.h>
#include <strings.h>

// Columns: a name with "::" at its end takes a language or class after it. unique: the column in which
// nothing stands twice. Expressions have '$' before them where ${name} is a question of the form, '*'
// where it is what a grade knows, '=' where it is a column of the frame; '@' marks a date, '^' the unique
// column, '>' one that names a code of another sheet.
static const struct ours {
    const char *name;
    const char *columns[20];
} sheets[] = {
    {"evaluation", {"key", "value", "@from", "note"}},
    {"rounds", {"^round", "label::", "@start", "@end", "weight", "feeds"}},
    {"sample", {"stage", "unit", "strata", "=where", "method", "size", "sort", "take", "reserve", "measure", "overlap", "form"}},
    {"weights", {"step", "method", "by", "totals", "bounds"}},
    {"indicators", {"^code", "label::", "unit", "form", "statistic", "$of", "$over", "$among", "$per", "params", "line_op", "line",
                    "direction", "decimals", "round_mode", "min_base", "note::"}},
    {"scheme", {"^code", ">scheme.parent", "label::", ">indicators.indicator", "weight::", "score", "params", "gate_op", "gate",
                "gate_effect", "missing"}},
    {"grades", {"grade::", "*condition", "quota", "action::"}},
    {"rules", {"^rule", "type", "strata", "$expression", "severity", "label::", "needs"}},
    {"dispositions", {"^code", "aapor", "label::"}},
};
enum { SHEETS = sizeof sheets / sizeof *sheets, COLUMNS = 20 };

static const char *const foreign_sheets[] = {"survey", "choices", "settings", "external_choices", "entities", "osm"};

struct at {
    struct survey_examination *in;
    const struct survey_sheet *sheet;
    const struct ours *ours;
    uint32_t row, column; // from 0
};

static void say(const struct at *at, enum survey_severity severity, const char *code, const char *expected, const char *message)
{
    survey_examine_say(at->in, severity, code, at->sheet->name, survey_sheet_line(at->sheet, at->row), at->column + 1, expected, "%s", message);
}

static const char *plain_name(const char *column)
{
    const char *dot = *column == '>' ? strchr(column, '.') : NULL;
    return dot ? dot + 1 : column + (strchr("@^$=*", *column) != NULL);
}

// Whether a header is that column: "label::" takes any "label::X" and a lone "label".
static bool is_header(const char *header, const char *name)
{
    size_t length = strlen(name);
    bool many = length > 2 && strcmp(name + length - 2, "::") == 0;
    length -= many ? 2 : 0;
    if (strncasecmp(header, name, length) != 0)
        return false;
    return !header[length] || (many && strncmp(header + length, "::", 2) == 0);
}

static const char *column_of(const struct ours *ours, const char *header)
{
    for (size_t i = 0; i < COLUMNS && ours->columns[i]; i++)
        if (is_header(header, plain_name(ours->columns[i])))
            return ours->columns[i];
    return NULL;
}

static void check_header(const struct at *at, const char *header)
{
    const char *names[COLUMNS];
    size_t count = 0;
    for (; count < COLUMNS && at->ours->columns[count]; count++)
        names[count] = plain_name(at->ours->columns[count]);
    if (*header)
        say(at, SURVEY_WARNING, "W322", survey_examine_near(at->in, header, names, count),
            survey_arena_format(at->in->arena, _("sheet '%s' has no column '%s': what stands in it is not used"), at->ours->name, header));
}

// The rows of another sheet whose column says text.
static bool is_in(struct survey_examination *in, const char *sheet_name, const char *header, const char *text)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(in->form->workbook, sheet_name);
    int column = sheet ? survey_sheet_column(sheet, header) : -1;
    for (uint32_t row = 1; column >= 0 && row < sheet->rows; row++)
        if (strcmp(survey_sheet_cell(sheet, row, (uint32_t)column), text) == 0)
            return true;
    return false;
}

static const char *near_in(struct survey_examination *in, const char *sheet_name, const char *header, const char *text)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(in->form->workbook, sheet_name);
    int column = sheet ? survey_sheet_column(sheet, header) : -1;
    if (column < 0)
        return "";
    const char **names = survey_arena_array(in->arena, sheet->rows, sizeof *names);
    for (uint32_t row = 1; row < sheet->rows; row++)
        names[row - 1] = survey_sheet_cell(sheet, row, (uint32_t)column);
    return survey_examine_near(in, text, names, sheet->rows - 1);
}

// The literal first argument of the call at a place in the text; NULL where it is no literal.
static const char *literal(struct survey_arena *arena, const char *text, size_t at)
{
    const char *open = strchr(text + at, '(');
    open = open ? open + 1 + strspn(open + 1, " ") : "";
    const char *close = *open == '\'' || *open == '"' ? strchr(open + 1, *open) : NULL;
    return close ? survey_arena_strndup(arena, open + 1, (size_t)(close - open - 1)) : NULL;
}

static const char *const own_functions[] = {"admin", "all-equal", "case", "distance-km", "frame", "indicator", "minutes", "parameter", "rule", "same"};

static const char *const grade_names[] = {"score", "veto", "talk", "flag", "rank", "class"};
enum { GRADE_NAMES = sizeof grade_names / sizeof *grade_names };

struct expression {
    const struct at *at;
    const char *text;
    char names; // what ${name} is: '$' a question of this form, '*' what a grade knows; else nothing known here
};

static void check_call(const struct expression *expression, const char *name, size_t place)
{
    static const struct {
        const char *function, *sheet, *column, *message;
    } known[] = {{"parameter", "evaluation", "key", N_("the evaluation sheet has no key '%s'")},
                 {"indicator", "indicators", "code", N_("the indicators sheet has no code '%s'")},
                 {"rule", "rules", "rule", N_("the rules sheet has no rule '%s'")},
                 {"case", "rules", "type", N_("the rules sheet has no type '%s'")}};
    struct survey_examination *in = expression->at->in;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *argument = strcmp(known[i].function, name) == 0 ? literal(in->arena, expression->text, place) : NULL;
        if (argument && !is_in(in, known[i].sheet, known[i].column, argument))
            say(expression->at, SURVEY_WARNING, "W324", near_in(in, known[i].sheet, known[i].column, argument),
                survey_arena_format(in->arena, _(known[i].message), argument));
    }
    const char *names[200];
    size_t count = 0;
    for (size_t i = 0; i < sizeof own_functions / sizeof *own_functions; i++)
        names[count++] = own_functions[i];
    for (size_t i = 0; survey_expr_functions[i] && count < 200; i++)
        names[count++] = survey_expr_functions[i];
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return;
    say(expression->at, SURVEY_FAULT, "E112", survey_examine_near(in, name, names, count),
        survey_arena_format(in->arena, _("'%s()' is not a function that assay knows"), name));
}

// An indicator of administrative values, or of other indicators, has no responses to ask.
static bool has_no_responses(const struct at *at)
{
    int column = survey_sheet_column(at->sheet, "statistic");
    const char *statistic = column < 0 ? "" : survey_sheet_cell(at->sheet, at->row, (uint32_t)column);
    return strcmp(statistic, "admin") == 0 || strcmp(statistic, "external") == 0 || strcmp(statistic, "derived") == 0;
}

static void check_question(const struct expression *expression, const char *name)
{
    struct survey_examination *in = expression->at->in;
    const struct survey_item *item = survey_form_find(in->form, name);
    if (has_no_responses(expression->at)) {
        say(expression->at, SURVEY_FAULT, "E508", "",
            survey_arena_format(in->arena, _("'${%s}' is a question, and this statistic is not computed over responses"), name));
        return;
    }
    if (item && item->repeat)
        say(expression->at, SURVEY_FAULT, "E111", "",
            survey_arena_format(in->arena, _("the question '%s' stands in a repeat: it has many answers a row"), name));
    if (item)
        return;
    const char **names = survey_arena_array(in->arena, in->items.count + 1, sizeof *names);
    for (size_t i = 0; i < in->items.count; i++)
        names[i] = in->items.entries[i].key;
    say(expression->at, SURVEY_FAULT, "E111", survey_examine_near(in, name, names, in->items.count),
        survey_arena_format(in->arena, _("'${%s}' is not a question of this form"), name));
}

static void check_grade_name(const struct expression *expression, const char *name)
{
    struct survey_arena *arena = expression->at->in->arena;
    for (size_t i = 0; i < GRADE_NAMES; i++)
        if (strcmp(grade_names[i], name) == 0)
            return;
    say(expression->at, SURVEY_FAULT, "E541", survey_examine_near(expression->at->in, name, grade_names, GRADE_NAMES),
        survey_arena_format(arena, _("a grade knows no '${%s}'"), name));
}

static bool check_use(void *user, enum survey_expr_use use, const char *name, size_t place)
{
    const struct expression *expression = user;
    if (use == SURVEY_USES_FUNCTION)
        check_call(expression, name, place);
    if (use == SURVEY_USES_NAME && expression->names == '$')
        check_question(expression, name);
    if (use == SURVEY_USES_NAME && expression->names == '*')
        check_grade_name(expression, name);
    return true;
}

// ${class} = 'X', where the scheme has columns weight::X.
static void check_class(void *user, const struct survey_comparison *comparison)
{
    const struct expression *expression = user;
    struct survey_examination *in = expression->at->in;
    const struct survey_sheet *scheme = survey_workbook_sheet(in->form->workbook, "scheme");
    if (strcmp(comparison->name, "class") != 0 || !scheme || !*comparison->text)
        return;
    const char **names = survey_arena_array(in->arena, scheme->columns + 1u, sizeof *names);
    size_t count = 0;
    for (uint32_t column = 0; column < scheme->columns; column++) {
        const char *header = survey_sheet_cell(scheme, 0, column);
        if (strncmp(header, "weight::", 8) == 0)
            names[count++] = header + 8;
        if (count && strcmp(names[count - 1], comparison->text) == 0)
            return;
    }
    if (count)
        say(expression->at, SURVEY_WARNING, "W304", survey_examine_near(in, comparison->text, names, count),
            survey_arena_format(in->arena, _("the scheme has no column 'weight::%s': '%s' is none of its classes"), comparison->text,
                                comparison->text));
}

static void check_expression(const struct at *at, const char *text, char names)
{
    struct expression expression = {at, text, names};
    const struct survey_expr *expr;
    struct survey_error error;
    if (!survey_expr_parse(at->in->arena, text, &expr, NULL, &error)) {
        say(at, SURVEY_FAULT, "E110", "", error.message);
        return;
    }
    survey_expr_each_use(expr, check_use, &expression);
    if (names == '$')
        survey_examine_comparisons(at->in, expr, at->sheet->name, survey_sheet_line(at->sheet, at->row), at->column + 1);
    if (names == '*')
        survey_expr_each_comparison(expr, check_class, &expression);
}

static void check_reference(const struct at *at, const char *column, const char *text)
{
    const char *dot = strchr(column, '.');
    const char *sheet = survey_arena_strndup(at->in->arena, column + 1, (size_t)(dot - column - 1));
    if (!is_in(at->in, sheet, "code", text))
        say(at, SURVEY_FAULT, "E323", near_in(at->in, sheet, "code", text),
            survey_arena_format(at->in->arena, _("the sheet '%s' has no code '%s'"), sheet, text));
}

// Another form's questions are not known here.
static bool is_of_other_form(const struct at *at)
{
    int column = survey_sheet_column(at->sheet, "form");
    const char *form = column < 0 ? "" : survey_sheet_cell(at->sheet, at->row, (uint32_t)column);
    return *form && strcmp(form, at->in->form->id) != 0;
}

// The questions of an index stand one after the other.
static bool is_index(const struct at *at, const char *column)
{
    int statistic = survey_sheet_column(at->sheet, "statistic");
    return statistic >= 0 && strcmp(column, "$of") == 0 && strcmp(survey_sheet_cell(at->sheet, at->row, (uint32_t)statistic), "index") == 0;
}

static void check_index(const struct at *at, const char *text)
{
    struct survey_reference reference;
    struct expression expression = {at, text, is_of_other_form(at) ? '=' : '$'};
    for (size_t from = 0; survey_reference_next(text, from, &reference); from = reference.end)
        check_use(&expression, SURVEY_USES_NAME, survey_arena_strndup(at->in->arena, reference.name, reference.length), reference.at);
}

static void check_cell(const struct at *at, const char *column, const char *text, struct survey_map *seen)
{
    int64_t days;
    bool added = true;
    if (*column == '@' && !survey_date_parse(text, strlen(text), &days))
        say(at, SURVEY_FAULT, "E325", "2016-11-15", survey_arena_format(at->in->arena, _("'%s' is no date"), text));
    if (is_index(at, column))
        check_index(at, text);
    else if (strchr("$=*", *column))
        check_expression(at, text, *column == '$' && is_of_other_form(at) ? '=' : *column);
    if (*column == '>')
        check_reference(at, column, text);
    if (*column == '^')
        survey_map_put(seen, at->in->arena, text, &added);
    if (!added)
        say(at, SURVEY_FAULT, "E326", "", survey_arena_format(at->in->arena, _("'%s' stands in this column already"), text));
}

static void check_sheet(struct survey_examination *in, const struct survey_sheet *sheet, const struct ours *ours)
{
    struct at at = {in, sheet, ours, 0, 0};
    for (at.column = 0; at.column < sheet->columns; at.column++) {
        const char *header = survey_sheet_cell(sheet, 0, at.column), *column = column_of(ours, header);
        struct survey_map seen = {0};
        at.row = 0;
        if (!column)
            check_header(&at, header);
        for (at.row = 1; column && at.row < sheet->rows; at.row++)
            if (*survey_sheet_cell(sheet, at.row, at.column))
                check_cell(&at, column, survey_sheet_cell(sheet, at.row, at.column), &seen);
        survey_map_clear(&seen);
    }
}

// A round that ends before it starts; a node of the scheme that is its own ancestor.
static void check_rounds(struct survey_examination *in, const struct survey_sheet *sheet)
{
    int start = survey_sheet_column(sheet, "start"), end = survey_sheet_column(sheet, "end");
    for (uint32_t row = 1; start >= 0 && end >= 0 && row < sheet->rows; row++) {
        const char *from = survey_sheet_cell(sheet, row, (uint32_t)start), *to = survey_sheet_cell(sheet, row, (uint32_t)end);
        int64_t first, last;
        if (survey_date_parse(from, strlen(from), &first) && survey_date_parse(to, strlen(to), &last) && last < first)
            say(&(struct at){in, sheet, NULL, row, (uint32_t)end}, SURVEY_FAULT, "E325", "", _("the round ends before it starts"));
    }
}

static const char *parent_of(const struct survey_sheet *sheet, const char *code)
{
    int codes = survey_sheet_column(sheet, "code"), parents = survey_sheet_column(sheet, "parent");
    for (uint32_t row = 1; codes >= 0 && parents >= 0 && row < sheet->rows; row++)
        if (strcmp(survey_sheet_cell(sheet, row, (uint32_t)codes), code) == 0)
            return survey_sheet_cell(sheet, row, (uint32_t)parents);
    return "";
}

static void check_scheme(struct survey_examination *in, const struct survey_sheet *sheet)
{
    int codes = survey_sheet_column(sheet, "code"), parents = survey_sheet_column(sheet, "parent");
    for (uint32_t row = 1; codes >= 0 && parents >= 0 && row < sheet->rows; row++) {
        const char *code = survey_sheet_cell(sheet, row, (uint32_t)codes), *up = *code ? parent_of(sheet, code) : "";
        for (size_t steps = 0; *up && strcmp(up, code) != 0 && steps < 100; steps++)
            up = parent_of(sheet, up);
        if (*up && strcmp(up, code) == 0)
            say(&(struct at){in, sheet, NULL, row, (uint32_t)parents}, SURVEY_FAULT, "E323", "",
                survey_arena_format(in->arena, _("'%s' is its own ancestor"), code));
    }
}

static void check_name(struct survey_examination *in, const struct survey_sheet *sheet)
{
    const char *names[SHEETS + sizeof foreign_sheets / sizeof *foreign_sheets];
    size_t count = 0;
    for (size_t i = 0; i < SHEETS; i++)
        names[count++] = sheets[i].name;
    for (size_t i = 0; i < sizeof foreign_sheets / sizeof *foreign_sheets; i++) {
        names[count++] = foreign_sheets[i];
        if (strcasecmp(foreign_sheets[i], sheet->name) == 0)
            return;
    }
    bool aside = sheet->name[0] == '_'; // put aside by its writer, as ODK has it
    const char *near = sheet->rows && !aside && strlen(sheet->name) >= 4 ? survey_nearest(sheet->name, names, count) : NULL;
    if (near && !survey_workbook_sheet(in->form->workbook, near))
        survey_examine_say(in, SURVEY_WARNING, "W321", sheet->name, 0, 0, survey_examine_near(in, sheet->name, names, count),
                           _("sheet '%s' is not one that assay reads"), sheet->name);
}

void survey_examine_sheets(struct survey_examination *in)
{
    const struct survey_workbook *workbook = in->form->workbook;
    for (size_t i = 0; i < workbook->sheet_count && workbook->sheet_count > 1; i++) {
        const struct survey_sheet *sheet = &workbook->sheets[i];
        size_t k = 0;
        while (k < SHEETS && strcasecmp(sheets[k].name, sheet->name) != 0)
            k++;
        if (k < SHEETS)
            check_sheet(in, sheet, &sheets[k]);
        else
            check_name(in, sheet);
        if (k < SHEETS && strcmp(sheets[k].name, "rounds") == 0)
            check_rounds(in, sheet);
        if (k < SHEETS && strcmp(sheets[k].name, "scheme") == 0)
            check_scheme(in, sheet);
    }
}
