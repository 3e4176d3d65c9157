// SPDX-License-Identifier: GPL-3.0-or-later
// What an indicator's expressions and params name, against the form, the sheet and the file.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/examine.h"

#include <math.h>
#include <string.h>

struct check {
    struct stats_plan *plan;
    const struct stats_plan_reader *reader;
    struct stats_indicator *indicator;
    struct stats_indicator_plan *made;
    const char *header; // of the cell at hand
    const char *text;
    bool rows; // expressions over responses, which may name questions
};

// The names that our own functions take in quotes.
static const char *const own_functions[] = {"frame", "admin",     "parameter", "indicator",
                                            "rule",  "case",      "minutes",   "distance-km",
                                            "same",  "all-equal", NULL};

static bool among_names(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static void say(const struct check *check, enum survey_severity severity, const char *code,
                const char *format, const char *name)
{
    stats_plan_say(check->reader, severity, check->header, code, "", format, name);
}

static void name_question(const struct check *check, const char *name)
{
    struct stats_indicator_plan *made = check->made;
    const struct survey_item *item = made->form ? survey_form_find(made->form, name) : NULL;
    if (!check->rows) {
        say(check, SURVEY_FAULT, "E508",
            _("'${%s}' is a question, and this statistic is not computed over responses"), name);
        return;
    }
    if (made->form && !item) {
        say(check, SURVEY_FAULT, "E508", _("there is no question '%s'"), name);
        return;
    }
    if (item && item->repeat) {
        say(check, SURVEY_FAULT, "E508",
            _("the question '%s' stands in a repeat and has many values a response"), name);
        return;
    }
    if (strcmp(check->header, "of") != 0)
        return;
    for (size_t i = 0; i < made->question_count; i++)
        if (strcmp(made->questions[i], name) == 0)
            return;
    const char **grown =
        survey_arena_array(check->plan->arena, made->question_count + 1, sizeof *grown);
    for (size_t i = 0; i < made->question_count; i++)
        grown[i] = made->questions[i];
    grown[made->question_count++] = survey_arena_strdup(check->plan->arena, name);
    made->questions = grown;
}

static void name_indicator(const struct check *check, const char *code)
{
    struct stats_indicator_plan *made = check->made;
    const struct survey_map_entry *entry = survey_map_find(&check->plan->codes, code);
    if (check->rows) {
        say(check, SURVEY_FAULT, "E509",
            _("indicator('%s') has no value for a single response; use the statistic 'derived'"),
            code);
        return;
    }
    if (!entry) {
        say(check, SURVEY_FAULT, "E509", _("there is no indicator '%s'"), code);
        return;
    }
    int *grown = survey_arena_array(check->plan->arena, made->need_count + 1, sizeof *grown);
    for (size_t i = 0; i < made->need_count; i++)
        grown[i] = made->needs[i];
    grown[made->need_count++] = (int)entry->number;
    made->needs = grown;
}

static bool frame_has(const struct check *check, const char *column)
{
    return survey_store_count(check->plan->store, 0,
                              "SELECT count(*) FROM pragma_table_info('frame') WHERE name = ?", "t",
                              column) > 0;
}

static void name_literal(const struct check *check, const char *function, const char *name)
{
    struct survey_store *store = check->plan->store;
    if (strcmp(function, "indicator") == 0)
        name_indicator(check, name);
    else if (strcmp(function, "parameter") == 0 &&
             !survey_store_setting(store, name, check->plan->date))
        say(check, SURVEY_FAULT, "E511",
            _("the evaluation sheet has no parameter '%s' that holds in this round"), name);
    else if (strcmp(function, "frame") == 0 && !frame_has(check, name))
        say(check, SURVEY_FAULT, "E512", _("the frame has no column '%s'"), name);
    else if (strcmp(function, "admin") == 0 &&
             !survey_store_count(store, 0, "SELECT count(*) FROM admin WHERE name = ?", "t", name))
        say(check, SURVEY_WARNING, "W510", _("no administrative value is called '%s'"),
            name); // it may come later
    else if (strcmp(function, "case") == 0 && check->indicator->statistic == STATS_CASES &&
             strcmp(check->header, "of") == 0)
        check->made->case_type = name;
}

static bool visit(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    const struct check *check = user;
    if (use == SURVEY_USES_NAME) {
        name_question(check, name);
    } else if (use == SURVEY_USES_FUNCTION && !among_names(name, survey_expr_functions) &&
               !among_names(name, own_functions)) {
        say(check, SURVEY_FAULT, "E513", _("there is no function %s()"), name);
    } else if (use == SURVEY_USES_FUNCTION &&
               among_names(name, (const char *const[]){"frame", "admin", "parameter", "indicator",
                                                       "rule", "case", NULL})) {
        const char *literal = stats_literal_argument(check->plan->arena, check->text, at);
        if (literal)
            name_literal(check, name, literal);
        else
            say(check, SURVEY_FAULT, "E514", _("%s() takes a name in quotes"), name);
    }
    return true;
}

static const struct survey_expr *parse(struct check *check, const char *header, const char *text)
{
    const struct survey_expr *expr;
    struct survey_error error;
    check->header = header;
    check->text = text;
    if (!*text)
        return NULL;
    if (!survey_expr_parse(check->plan->arena, text, &expr, NULL, &error)) {
        say(check, SURVEY_FAULT, "E110", "%s", error.message);
        return NULL;
    }
    survey_expr_each_use(expr, visit, check);
    if (check->rows && check->made->form)
        survey_form_examine_expression(
            check->made->form, expr,
            &(struct survey_problem){
                .file = check->reader->form->path,
                .sheet = check->reader->sheet->name,
                .row = survey_sheet_line(check->reader->sheet, check->reader->row),
                .column = (uint32_t)(survey_sheet_column(check->reader->sheet, header) + 1)},
            check->reader->report);
    return expr;
}

// "${a} ${b} ${c}": questions in a row are no expression.
static void list_questions(struct check *check)
{
    const char *at = check->indicator->of;
    check->header = "of";
    while (*(at += strspn(at, " ,;\n"))) {
        const char *end = strncmp(at, "${", 2) == 0 ? strchr(at, '}') : NULL;
        if (!end) {
            say(check, SURVEY_FAULT, "E515",
                _("an index names its questions, such as ${a} ${b}; '%s' is none"), at);
            return;
        }
        name_question(check,
                      survey_arena_strndup(check->plan->arena, at + 2, (size_t)(end - at) - 2));
        at = end + 1;
    }
}

// Every choice that is an answer has its points, or stands within 1..k.
static void check_choices(struct check *check, const char *question)
{
    const struct survey_item *item =
        check->made->form ? survey_form_find(check->made->form, question) : NULL;
    for (size_t i = 0; item && item->list && i < item->list->count; i++) {
        const struct survey_choice *choice = &item->list->choices[i];
        double at = NAN;
        bool found = false;
        if (choice->missing != SURVEY_PRESENT)
            continue;
        struct survey_value text = {.kind = SURVEY_STRING, .text = choice->name};
        at = survey_value_number(&text);
        for (size_t k = 0; k < check->made->point_count && !found; k++)
            found = check->made->points[k].at == at;
        if (!check->made->point_count)
            found = at >= 1 && at <= check->made->likert_k;
        if (!found)
            stats_plan_say(check->reader, SURVEY_FAULT, "params", "E516", "",
                           _("the choice '%s' of '%s' has no points"), choice->name, question);
    }
}

static void check_index(struct check *check)
{
    struct stats_indicator_plan *made = check->made;
    const char *points = stats_parameter(&made->parameters, "points");
    list_questions(check);
    check->header = "params";
    made->likert_k = NAN;
    if (points && !stats_points_read(check->plan->arena, points, &made->points, &made->point_count))
        say(check, SURVEY_FAULT, "E517", _("'%s' is no list of points such as 5:100 4:80"), points);
    else if (!points && (!stats_parameter_number(&made->parameters, "k", &made->likert_k) ||
                         !(made->likert_k >= 2)))
        say(check, SURVEY_FAULT, "E517", "%s",
            _("an index needs points=5:100 4:80 ... or k=LEVELS"));
    else
        for (size_t i = 0; i < made->question_count; i++)
            check_choices(check, made->questions[i]);
}

// "case('wrong_exit')" and nothing beside it: cases are counted, not computed with.
static bool is_one_call(const char *text)
{
    const char *close = strrchr(text, ')');
    return strncmp(text, "case", 4) == 0 && close && close[1] == '\0' &&
           strchr(text, '(') == strrchr(text, '(');
}

static void check_cases(struct check *check)
{
    struct stats_indicator_plan *made = check->made;
    const char *den = stats_parameter(&made->parameters, "den");
    made->by_village = den && strcmp(den, "village") == 0;
    check->header = "params";
    if (den && !made->by_village && strcmp(den, "interviewed") != 0)
        stats_plan_say(check->reader, SURVEY_FAULT, "params", "E517",
                       "den=village, den=interviewed", _("'%s' is no denominator"), den);
    if (!made->case_type || !is_one_call(check->indicator->of))
        stats_plan_say(check->reader, SURVEY_FAULT, "of", "E518", "case('wrong_exit')", "%s",
                       _("cases are counted by case('type')"));
    if (made->by_village) {
        const char *frame = strstr(check->indicator->over, "frame");
        made->village_column = frame == check->indicator->over
                                   ? stats_literal_argument(check->plan->arena, frame, 0)
                                   : NULL;
        if (!made->village_column)
            stats_plan_say(
                check->reader, SURVEY_FAULT, "over", "E519", "frame('village_persons')", "%s",
                _("den=village needs in 'over' the frame column that holds the village's persons"));
        if (!check->plan->village)
            say(check, SURVEY_FAULT, "E519", "%s",
                _("den=village needs a level above the household in the setting 'levels'"));
    }
}

static void check_parameters(struct check *check)
{
    static const char *const known[] = {"den", "dont_know", "points", "k", "p", NULL};
    struct stats_indicator_plan *made = check->made;
    made->parameters = stats_parameters_read(check->plan->arena, check->indicator->params);
    const char *unknown = stats_parameter_unknown(&made->parameters, known),
               *dont_know = stats_parameter(&made->parameters, "dont_know");
    check->header = "params";
    if (made->parameters.fault || unknown)
        say(check, SURVEY_FAULT, "E517", _("'%s' is no parameter of an indicator"),
            unknown ? unknown : made->parameters.fault);
    made->count_dont_know = dont_know && strcmp(dont_know, "count") == 0;
    if (dont_know && !made->count_dont_know && strcmp(dont_know, "exclude") != 0)
        stats_plan_say(check->reader, SURVEY_FAULT, "params", "E517",
                       "dont_know=count, dont_know=exclude", _("'%s' is no rule for don't know"),
                       dont_know);
    made->quantile = 0.5;
    if (!stats_parameter_number(&made->parameters, "p", &made->quantile) ||
        !(made->quantile > 0 && made->quantile < 1))
        say(check, SURVEY_FAULT, "E517", "%s", _("p, the quantile, must lie between 0 and 1"));
}

void stats_indicator_check(struct stats_plan *plan, const struct stats_plan_reader *reader,
                           size_t index)
{
    struct stats_indicator *indicator = &plan->indicators[index];
    struct stats_indicator_plan *made = &plan->plans[index];
    struct check check = {plan, reader, indicator, made, "of", "", false};
    struct survey_error error;
    check.rows = indicator->statistic < STATS_ADMIN;
    made->scale = stats_unit_scale(indicator->unit);
    made->form = survey_store_current_form(plan->store, *indicator->form ? indicator->form : NULL,
                                           NULL, &error);
    if (!made->form)
        stats_plan_say(reader, SURVEY_FAULT, "form", "E520", "",
                       _("the evaluation has no form '%s'"), indicator->form);
    check_parameters(&check);
    if (!*indicator->of)
        stats_plan_say(reader, SURVEY_FAULT, "of", "E521", "", "%s",
                       _("the row does not say what is computed"));
    if (indicator->statistic == STATS_RATIO && !*indicator->over)
        stats_plan_say(reader, SURVEY_FAULT, "over", "E521", "", "%s",
                       _("a ratio needs what it is over"));
    if (indicator->statistic == STATS_INDEX)
        check_index(&check);
    else
        made->of = parse(&check, "of", indicator->of);
    made->over = parse(&check, "over", indicator->over);
    made->among = parse(&check, "among", indicator->among);
    made->per = parse(&check, "per", indicator->per);
    if (indicator->statistic == STATS_CASES)
        check_cases(&check);
}

// Depth-first; state 1 is under way, 2 done. As deep as there are indicators at most.
static bool place(struct stats_plan *plan, int index, uint8_t *state, size_t *placed)
{
    const struct stats_indicator_plan *made = &plan->plans[index];
    if (state[index])
        return state[index] == 2;
    state[index] = 1;
    for (size_t i = 0; i < made->need_count; i++)
        if (!place(plan, made->needs[i], state, placed))
            return false;
    state[index] = 2;
    plan->order[(*placed)++] = index;
    return true;
}

void stats_indicators_order(struct stats_plan *plan, const struct stats_plan_reader *reader)
{
    uint8_t *state = survey_arena_array(plan->arena, plan->indicator_count + 1, 1);
    size_t placed = 0;
    plan->order = survey_arena_array(plan->arena, plan->indicator_count + 1, sizeof *plan->order);
    for (size_t i = 0; i < plan->indicator_count; i++) {
        if (place(plan, (int)i, state, &placed))
            continue;
        struct stats_plan_reader at = *reader;
        for (at.row = 1; at.row < at.sheet->rows &&
                         survey_sheet_line(at.sheet, at.row) != plan->indicators[i].row;)
            at.row++;
        stats_plan_say(&at, SURVEY_FAULT, "of", "E522", "",
                       _("the indicator '%s' is computed from itself"), plan->indicators[i].code);
        return;
    }
}
