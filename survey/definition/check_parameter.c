// SPDX-License-Identifier: GPL-3.0-or-later
// What may stand in the parameters cell, type by type.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/parameter.h"
#include "survey/definition/reader.h"
#include "survey/definition/word.h"

#include <math.h>
#include <string.h>

static void say(struct survey_form_reader *reader, const struct survey_item *item, int code,
                const char *expected, const char *message)
{
    survey_reader_say_item(reader, SURVEY_STRICT_FAULT, code, item, "parameters", expected, "%s",
                           message);
}

// The names that a type takes; NULL where any pass, since the type has no parameters of its own.
static const char *names_of(const struct survey_item *item)
{
    const char *written = survey_item_cell(item, "type");
    bool file = strncmp(written, "select_one_from_file", 20) == 0 ||
                strncmp(written, "select_multiple_from_file", 25) == 0;
    switch ((int)item->type) {
    case SURVEY_TYPE_TEXT:
        return strcmp(written, "text") == 0 ? "rows" : NULL;
    case SURVEY_TYPE_IMAGE:
        return "app max-pixels";
    case SURVEY_TYPE_AUDIO:
    case SURVEY_TYPE_BACKGROUND_AUDIO:
        return "quality";
    case SURVEY_TYPE_AUDIT:
        return "identify-user location-max-age location-min-interval location-priority "
               "track-changes track-changes-reasons";
    case SURVEY_TYPE_GEOPOINT:
        return strcmp(written, "geopoint") == 0
                   ? "allow-mock-accuracy capture-accuracy reference-geometry warning-accuracy"
                   : NULL;
    case SURVEY_TYPE_GEOTRACE:
    case SURVEY_TYPE_GEOSHAPE:
        return "allow-mock-accuracy incremental reference-geometry";
    case SURVEY_TYPE_SELECT_ONE:
    case SURVEY_TYPE_SELECT_MULTIPLE:
    case SURVEY_TYPE_RANK:
        return file ? "label randomize seed value" : "randomize seed";
    case SURVEY_TYPE_RANGE:
        return "end placeholder start step tick_interval tick_labelset";
    default:
        return NULL;
    }
}

static bool is_one_of(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(words, word); length && at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static bool is_number(const char *text, double *value)
{
    return survey_number_parse(text, strlen(text), value) && isfinite(*value);
}

static bool is_whole(const char *text, int64_t *value)
{
    text += *text == '+';
    return survey_integer_parse(text, strlen(text), value);
}

// Values that are one of a few words.
static const struct {
    enum survey_type type;
    const char *name, *words;
} choices[] = {
    {SURVEY_TYPE_AUDIO, "quality", "voice-only low normal external"},
    {SURVEY_TYPE_BACKGROUND_AUDIO, "quality", "voice-only low normal"},
    {SURVEY_TYPE_AUDIT, "track-changes", "true false"},
    {SURVEY_TYPE_AUDIT, "identify-user", "true false"},
    {SURVEY_TYPE_AUDIT, "track-changes-reasons", "on-form-edit"},
    {SURVEY_TYPE_AUDIT, "location-priority", "no-power low-power balanced high-accuracy"},
    {SURVEY_TYPE_GEOPOINT, "allow-mock-accuracy", "true false"},
    {SURVEY_TYPE_GEOTRACE, "allow-mock-accuracy", "true false"},
    {SURVEY_TYPE_GEOSHAPE, "allow-mock-accuracy", "true false"},
    {SURVEY_TYPE_GEOTRACE, "incremental", "true true() yes"},
    {SURVEY_TYPE_GEOSHAPE, "incremental", "true true() yes"},
    {SURVEY_TYPE_SELECT_ONE, "randomize", "true false"},
    {SURVEY_TYPE_SELECT_MULTIPLE, "randomize", "true false"},
    {SURVEY_TYPE_RANK, "randomize", "true false"},
};

// Values that are numbers.
static const struct {
    enum survey_type type;
    const char *name;
    bool whole;
} numbers[] = {
    {SURVEY_TYPE_TEXT, "rows", true},
    {SURVEY_TYPE_IMAGE, "max-pixels", true},
    {SURVEY_TYPE_AUDIT, "location-min-interval", true},
    {SURVEY_TYPE_AUDIT, "location-max-age", true},
    {SURVEY_TYPE_GEOPOINT, "capture-accuracy", false},
    {SURVEY_TYPE_GEOPOINT, "warning-accuracy", false},
    {SURVEY_TYPE_RANGE, "start", false},
    {SURVEY_TYPE_RANGE, "end", false},
    {SURVEY_TYPE_RANGE, "step", false},
    {SURVEY_TYPE_RANGE, "tick_interval", false},
    {SURVEY_TYPE_RANGE, "placeholder", false},
};

static bool check_values(struct survey_form_reader *reader, const struct survey_item *item,
                         const struct survey_pairs *pairs)
{
    bool fine = true;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *value =
            choices[i].type == item->type ? survey_pairs_get(pairs, choices[i].name) : NULL;
        if (!value || is_one_of(choices[i].words, value))
            continue;
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 132, item, "parameters",
                               choices[i].words, _("parameter %s can't be '%s'"), choices[i].name,
                               value);
        fine = false;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *value =
            numbers[i].type == item->type ? survey_pairs_get(pairs, numbers[i].name) : NULL;
        double number;
        int64_t whole;
        if (!value || (numbers[i].whole ? is_whole(value, &whole) : is_number(value, &number)))
            continue;
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 132, item, "parameters",
                               numbers[i].whole ? _("a whole number") : _("a number"),
                               _("parameter %s can't be '%s'"), numbers[i].name, value);
        fine = false;
    }
    return fine;
}

static void check_audit(struct survey_form_reader *reader, const struct survey_item *item,
                        const struct survey_pairs *pairs)
{
    const char *priority = survey_pairs_get(pairs, "location-priority"),
               *least = survey_pairs_get(pairs, "location-min-interval");
    const char *age = survey_pairs_get(pairs, "location-max-age");
    int64_t interval = 0, most = 0;
    if (!priority && !least && !age)
        return;
    if (!priority || !least || !age)
        say(reader, item, 132, "location-priority, location-min-interval, location-max-age",
            _("the parameters of a location go together"));
    else if (is_whole(least, &interval) && is_whole(age, &most) &&
             (interval < 0 || most < interval))
        say(reader, item, 132, NULL,
            _("location-min-interval is not negative, and location-max-age not below it"));
}

static bool is_package(const char *name)
{
    if (!strchr(name, '.'))
        return false;
    for (const char *at = name;; at++) { // each part begins with a letter
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        if (!letter)
            return false;
        at += strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        if (*at != '.')
            return !*at;
    }
}

static void check_app(struct survey_form_reader *reader, const struct survey_item *item,
                      const struct survey_pairs *pairs)
{
    const char *app = survey_pairs_get(pairs, "app");
    bool used = !*item->appearance || strcmp(item->appearance, "annotate") == 0;
    if (app && used && !is_package(app))
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 132, item, "parameters",
                               "com.example.app", _("'%s' is no Android package name"), app);
}

static void check_select(struct survey_form_reader *reader, const struct survey_item *item,
                         const struct survey_pairs *pairs)
{
    static const char *const columns[] = {"value", "label"};
    const char *seed = survey_pairs_get(pairs, "seed"),
               *random = survey_pairs_get(pairs, "randomize");
    double number;
    if (seed && !random)
        say(reader, item, 132, "randomize=true", _("a seed is of use with randomize=true alone"));
    else if (seed && !survey_is_reference(seed) && !is_number(seed, &number))
        say(reader, item, 132, "seed=1, seed=${question}",
            _("a seed is a number or a ${question}"));
    for (size_t i = 0; i < 2; i++) {
        const char *name = survey_pairs_get(pairs, columns[i]);
        if (name && !survey_is_xml_name(name))
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 132, item, "parameters", NULL,
                                   _("'%s' can't be a column of the file"), name);
    }
}

static bool is_secondary(const struct survey_form *form, const char *target)
{
    for (size_t i = 0; i < form->list_count; i++) {
        if (form->lists[i]->external)
            continue; // no instance
        const char *name = form->lists[i]->name,
                   *dot = form->lists[i]->file ? strrchr(name, '.') : NULL;
        if (strcmp(name, target) == 0 || (dot && strlen(target) == (size_t)(dot - name) &&
                                          strncmp(name, target, strlen(target)) == 0))
            return !survey_has_reference(target);
    }
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        bool external =
            item->type == SURVEY_TYPE_CSV_EXTERNAL || item->type == SURVEY_TYPE_XML_EXTERNAL;
        if (external && strcmp(item->name, target) == 0)
            return true;
    }
    const struct survey_sheet *sheet = survey_workbook_sheet(form->workbook, "entities");
    for (uint32_t column = 0; sheet && column < sheet->columns; column++) {
        const char *header = survey_sheet_cell(sheet, 0, column);
        for (uint32_t row = 1; row < sheet->rows; row++)
            if ((strcmp(header, "list_name") == 0 || strcmp(header, "dataset") == 0 ||
                 strcmp(header, "list name") == 0) &&
                strcmp(survey_sheet_cell(sheet, row, column), target) == 0)
                return true;
    }
    return false;
}

static void check_geometry(struct survey_form_reader *reader, const struct survey_item *item,
                           const struct survey_pairs *pairs)
{
    const char *target = survey_pairs_get(pairs, "reference-geometry");
    if (!target || is_secondary(reader->form, target))
        return;
    for (size_t i = 0; survey_is_reference(target) && i < reader->form->item_count; i++) {
        const struct survey_item *other = reader->form->items[i];
        size_t length = strlen(other->name);
        if (other->type == SURVEY_TYPE_REPEAT && strncmp(target + 2, other->name, length) == 0 &&
            strcmp(target + 2 + length, "}") == 0)
            return;
    }
    say(reader, item, 132, NULL,
        _("reference-geometry names a list, an attached file or a ${repeat}"));
}

struct range {
    double start, end, step, low, high;
};

static double number_of(const struct survey_pairs *pairs, const char *name, double fallback)
{
    const char *text = survey_pairs_get(pairs, name);
    double value;
    return text && is_number(text, &value) ? value : fallback;
}

// Decimal numbers were meant: 0.3 is three times 0.1.
static bool is_multiple(double value, double step)
{
    double times = value / step;
    return fabs(times - round(times)) < 1e-9 * fmax(1, fabs(times));
}

static void check_ticks(struct survey_form_reader *reader, const struct survey_item *item,
                        const struct survey_pairs *pairs, const struct range *range)
{
    double interval = number_of(pairs, "tick_interval", NAN),
           placeholder = number_of(pairs, "placeholder", NAN);
    if (interval == 0 || interval > range->high - range->low ||
        (!isnan(interval) && !is_multiple(interval, range->step)))
        say(reader, item, 132, NULL,
            _("tick_interval is a multiple of step, not 0, and within the range"));
    if (!isnan(placeholder) && (!is_multiple(placeholder - range->start, range->step) ||
                                placeholder < range->low || placeholder > range->high))
        say(reader, item, 132, NULL, _("placeholder is one of the range's values"));
}

static void check_labels(struct survey_form_reader *reader, const struct survey_item *item,
                         const struct survey_pairs *pairs, const struct range *range)
{
    const char *name = survey_pairs_get(pairs, "tick_labelset"), *wrong = NULL;
    const struct survey_choice_list *list = name ? survey_reader_list(reader, name) : NULL;
    double step = number_of(pairs, "tick_interval", range->step), value;
    bool ends = strstr(item->appearance, "no-ticks") != NULL, low = false, high = false;
    if (!name)
        return;
    if (!list || list->file)
        wrong = _("tick_labelset names a list of the choices sheet");
    for (size_t i = 0; !wrong && i < list->count; i++) {
        if (!is_number(list->choices[i].name, &value))
            wrong = _("the choices of tick_labelset are numbers");
        else if (value < range->low || value > range->high ||
                 !is_multiple(value - range->start, step))
            wrong = _("the choices of tick_labelset are values of the range");
        low |= value == range->start;
        high |= value == range->end;
        if (ends && value != range->start && value != range->end)
            wrong = _("without ticks, the choices of tick_labelset are the range's two ends");
    }
    if (!wrong && ends && (!low || !high))
        wrong = _("without ticks, the choices of tick_labelset are the range's two ends");
    if (wrong)
        say(reader, item, 132, NULL, wrong);
}

static void check_range(struct survey_form_reader *reader, const struct survey_item *item,
                        const struct survey_pairs *pairs)
{
    struct range range = {number_of(pairs, "start", 1), number_of(pairs, "end", 10),
                          number_of(pairs, "step", 1), 0, 0};
    bool ticks = survey_pairs_get(pairs, "tick_interval") ||
                 survey_pairs_get(pairs, "placeholder") || survey_pairs_get(pairs, "tick_labelset");
    range.low = fmin(range.start, range.end);
    range.high = fmax(range.start, range.end);
    if (ticks && *item->appearance && !strstr(item->appearance, "vertical") &&
        !strstr(item->appearance, "no-ticks"))
        say(reader, item, 132, NULL,
            _("tick_interval, placeholder and tick_labelset go with the appearances vertical and "
              "no-ticks alone"));
    if (range.step == 0 || range.step > range.high - range.low) {
        say(reader, item, 132, NULL, _("step is not 0 and not larger than the range"));
        return;
    }
    check_ticks(reader, item, pairs, &range);
    check_labels(reader, item, pairs, &range);
}

static void check_item(struct survey_form_reader *reader, const struct survey_item *item)
{
    struct survey_pairs pairs = {0};
    const char *names = names_of(item);
    if (!survey_parameters_read(reader->arena, item->parameters, &pairs)) {
        say(reader, item, 130, "name=value name=value",
            _("parameters are written as name=value, with spaces between them"));
        return;
    }
    for (size_t i = 0; names && i < pairs.count; i++)
        if (!is_one_of(names, pairs.at[i].name))
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 131, item, "parameters", names,
                                   _("'%s' is no parameter of this type"), pairs.at[i].name);
    if (!check_values(reader, item, &pairs))
        return;
    if (item->type == SURVEY_TYPE_AUDIT)
        check_audit(reader, item, &pairs);
    else if (item->type == SURVEY_TYPE_IMAGE)
        check_app(reader, item, &pairs);
    else if (item->type == SURVEY_TYPE_RANGE)
        check_range(reader, item, &pairs);
    else if (item->list)
        check_select(reader, item, &pairs);
    else
        check_geometry(reader, item, &pairs);
}

void survey_reader_check_parameters(struct survey_form_reader *reader)
{
    for (size_t i = 0; i < reader->form->item_count; i++)
        if (*reader->form->items[i]->parameters ||
            reader->form->items[i]->type == SURVEY_TYPE_RANGE)
            check_item(reader, reader->form->items[i]);
}
