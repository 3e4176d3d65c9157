// SPDX-License-Identifier: GPL-3.0-or-later
// Judging answers: type, choice, constraint, required, and the kinds of missing answer.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/record/instance.h"

#include <math.h>
#include <string.h>

const char *survey_violation_name(enum survey_violation violation)
{
    switch (violation) {
    case SURVEY_FINE:
        return "";
    case SURVEY_WRONG_TYPE:
        return "type";
    case SURVEY_NOT_A_CHOICE:
        return "choice";
    case SURVEY_CONSTRAINT:
        return "constraint";
    case SURVEY_REQUIRED:
        return "required";
    case SURVEY_NOT_RELEVANT:
        return "not_relevant";
    case SURVEY_TOO_MUCH_WORK:
        return "too_much_work";
    }
    return "";
}

static bool next_word(const char **at, const char **word, size_t *length)
{
    *at += strspn(*at, " \t\r\n");
    *word = *at;
    *length = strcspn(*at, " \t\r\n");
    *at += *length;
    return *length > 0;
}

// --- types --------------------------------------------------------------------------------------

static bool is_time(const char *text, size_t length)
{
    char full[64];
    struct survey_time time;
    if (length < 5 || length > 30 || text[2] != ':')
        return false;
    survey_format_into(full, sizeof full, "2000-01-01T%s", text);
    return survey_time_parse(full, strlen(full), 0, &time);
}

// "lat lon", "lat lon alt", "lat lon alt acc", up to the end or a semicolon.
static bool is_place(const char *text, size_t length)
{
    const char *at = text, *word;
    size_t size, parts = 0;
    char copy[128];
    double number;
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    for (at = copy; next_word(&at, &word, &size); parts++) {
        double limit = parts == 0 ? 90 : parts == 1 ? 180 : INFINITY;
        if (!survey_number_parse(word, size, &number) || fabs(number) > limit)
            return false;
    }
    return parts >= 2 && parts <= 4;
}

static bool is_trace(const char *text, size_t least)
{
    size_t places = 0;
    while (*text) {
        size_t length = strcspn(text, ";");
        if (strspn(text, " ") < length) {
            if (!is_place(text, length))
                return false;
            places++;
        }
        text += length + (text[length] == ';');
    }
    return places >= least;
}

static bool fits_type(enum survey_type type, const char *text)
{
    size_t length = strlen(text);
    int64_t whole;
    double number;
    struct survey_time time;
    switch ((int)type) {
    case SURVEY_TYPE_INTEGER:
        return survey_integer_parse(text, length, &whole);
    case SURVEY_TYPE_DECIMAL:
    case SURVEY_TYPE_RANGE:
        return survey_number_parse(text, length, &number) && isfinite(number);
    case SURVEY_TYPE_DATE:
    case SURVEY_TYPE_TODAY:
        return survey_date_parse(text, length, &whole);
    case SURVEY_TYPE_TIME:
        return is_time(text, length);
    case SURVEY_TYPE_DATETIME:
    case SURVEY_TYPE_START:
    case SURVEY_TYPE_END:
        return survey_time_parse(text, length, 0, &time);
    case SURVEY_TYPE_GEOPOINT:
    case SURVEY_TYPE_START_GEOPOINT:
    case SURVEY_TYPE_BACKGROUND_GEOPOINT:
        return is_place(text, length);
    case SURVEY_TYPE_GEOTRACE:
        return is_trace(text, 2);
    case SURVEY_TYPE_GEOSHAPE:
        return is_trace(text, 3);
    case SURVEY_TYPE_ACKNOWLEDGE:
        return strcmp(text, "OK") == 0;
    }
    return true; // the other types are text
}

// --- choices ------------------------------------------------------------------------------------

const char *record_parameter(struct survey_record *record, const struct survey_item *item,
                             const char *key, const char *fallback)
{
    size_t length = strlen(key);
    for (const char *at = item->parameters ? item->parameters : ""; *at;) {
        at += strspn(at, " ,;");
        size_t size = strcspn(at, " ,;");
        if (size > length && strncmp(at, key, length) == 0 && at[length] == '=')
            return survey_arena_strndup(record->scratch, at + length + 1, size - length - 1);
        at += size;
    }
    return fallback;
}

// Does the choice_filter let this row of the list through?
static bool passes(struct survey_record *record, const struct survey_node *node,
                   const struct survey_node *row)
{
    struct survey_value value;
    const struct survey_logic *filter = &node->item->choice_filter;
    if (!filter->expr || !row)
        return true;
    return !record_evaluate(record, filter->expr, row, node, &value) ||
           survey_value_boolean(&value);
}

const struct survey_node *record_file_rows(struct survey_record *record,
                                           const struct survey_choice_list *list)
{
    const char *dot = strrchr(list->file, '.');
    size_t length = dot ? (size_t)(dot - list->file) : strlen(list->file);
    const struct survey_node *root =
        record_list_root(record, survey_arena_strndup(record->scratch, list->file, length));
    return root ? root : record_list_root(record, list->file);
}

// Visits each choice that is offered now; stops where visit says so. False where the list is not
// at hand (an attached file that only the phone has).
static bool each_choice(struct survey_record *record, const struct survey_node *node,
                        bool (*visit)(void *user, const struct survey_choice *choice), void *user)
{
    const struct survey_choice_list *list = node->item->list;
    if (!list)
        return false;
    if (list->file) {
        const struct survey_node *root = record_file_rows(record, list);
        const char *key = record_parameter(record, node->item, "value", "name");
        const char *label = record_parameter(record, node->item, "label", "label");
        for (const struct survey_node *row = root ? root->first : NULL; row; row = row->next) {
            const struct survey_node *name = survey_node_child(row, key);
            const struct survey_node *text = survey_node_child(row, label);
            if (!name || !passes(record, node, row))
                continue;
            struct survey_choice *choice = survey_arena_alloc(record->scratch, sizeof *choice);
            choice->name = name->value;
            choice->labels = survey_arena_array(record->scratch, record->form->language_count + 1,
                                                sizeof *choice->labels);
            for (size_t i = 0; text && i < record->form->language_count; i++)
                choice->labels[i] = text->value;
            if (!visit(user, choice))
                break;
        }
        return root != NULL;
    }
    const struct survey_node *root =
        node->item->choice_filter.expr ? record_list_root(record, list->name) : NULL;
    const struct survey_node *row = root ? root->first : NULL;
    for (size_t i = 0; i < list->count; i++, row = row ? row->next : NULL)
        if (passes(record, node, row) && !visit(user, &list->choices[i]))
            break;
    return true;
}

struct wanted {
    const char *name;
    size_t length;
    bool found;
};

static bool visit_wanted(void *user, const struct survey_choice *choice)
{
    struct wanted *wanted = user;
    wanted->found = strlen(choice->name) == wanted->length &&
                    memcmp(choice->name, wanted->name, wanted->length) == 0;
    return !wanted->found;
}

static bool is_choice(struct survey_record *record, const struct survey_node *node,
                      const char *name, size_t length)
{
    struct wanted wanted = {name, length, false};
    if (node->item->or_other && length == 5 && memcmp(name, "other", 5) == 0)
        return true;
    return !each_choice(record, node, visit_wanted, &wanted) || wanted.found;
}

// Is it in the list, whatever the filter says? A list that is not at hand cannot say no.
static bool is_listed(const struct survey_node *node, const char *name, size_t length)
{
    const struct survey_choice_list *list = node->item->list;
    if (!list || list->file || (node->item->or_other && length == 5 && memcmp(name, "other", 5) == 0))
        return true;
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->choices[i].name) == length && memcmp(list->choices[i].name, name, length) == 0)
            return true;
    return false;
}

// What is not asked (yet) is held against the whole list: its filter may ask for what is still missing.
static bool is_possible(struct survey_record *record, const struct survey_node *node, const char *name, size_t length)
{
    return node->irrelevant ? is_listed(node, name, length) : is_choice(record, node, name, length);
}

static bool fits_choices(struct survey_record *record, const struct survey_node *node)
{
    const char *at = node->value, *word;
    size_t length;
    if (node->item->type == SURVEY_TYPE_SELECT_ONE)
        return is_possible(record, node, at, strlen(at));
    if (node->item->type != SURVEY_TYPE_SELECT_MULTIPLE && node->item->type != SURVEY_TYPE_RANK)
        return true;
    while (next_word(&at, &word, &length))
        if (!is_possible(record, node, word, length))
            return false;
    return true;
}

enum survey_violation survey_record_fit(struct survey_record *record, const struct survey_node *node)
{
    record_clear_scratch(record);
    if (!node->item || !survey_item_has_value(node->item) || !node->value[0])
        return SURVEY_FINE;
    if (!fits_type(node->item->type, node->value))
        return SURVEY_WRONG_TYPE;
    return fits_choices(record, node) ? SURVEY_FINE : SURVEY_NOT_A_CHOICE;
}

struct gathered {
    const struct survey_choice **at;
    size_t count, limit;
};

static bool visit_gather(void *user, const struct survey_choice *choice)
{
    struct gathered *gathered = user;
    if (gathered->count < gathered->limit)
        gathered->at[gathered->count] = choice;
    gathered->count++;
    return true;
}

size_t survey_record_choices(struct survey_record *record, const struct survey_node *node,
                             const struct survey_choice **choices, size_t limit)
{
    struct gathered gathered = {choices, 0, choices ? limit : 0};
    record->steps = record->env.steps;
    if (node->item)
        each_choice(record, node, visit_gather, &gathered);
    return gathered.count;
}

// --- the verdict --------------------------------------------------------------------------------

static const char *own_message(const struct survey_record *record, const char **texts)
{
    return texts ? survey_label(record->form, texts, record->env.language) : "";
}

enum survey_violation survey_record_judge(struct survey_record *record,
                                          const struct survey_node *node, const char **message)
{
    const struct survey_item *item = node->item;
    const char *spare;
    const char **text = message ? message : &spare;
    *text = "";
    record_clear_scratch(record);
    if (!item || (!survey_item_has_value(item) && item->type != SURVEY_TYPE_NOTE))
        return SURVEY_FINE;
    bool calculated = item->type == SURVEY_TYPE_CALCULATE;
    if (node->irrelevant)
        return node->value[0] && !calculated && survey_item_is_asked(item) ? SURVEY_NOT_RELEVANT
                                                                           : SURVEY_FINE;
    if (!node->value[0]) {
        // A required note stops the enumerator where it shows: forms use it so, and Collect does.
        bool shown = survey_item_is_asked(item) || item->type == SURVEY_TYPE_NOTE;
        if (!shown || !record_holds(record, &item->required, node, false))
            return SURVEY_FINE;
        *text = own_message(record, item->required_messages);
        return SURVEY_REQUIRED;
    }
    if (!fits_type(item->type, node->value))
        return SURVEY_WRONG_TYPE;
    if (!fits_choices(record, node))
        return SURVEY_NOT_A_CHOICE;
    if (record_holds(record, &item->constraint, node, true))
        return SURVEY_FINE;
    *text = own_message(record, item->constraint_messages);
    return SURVEY_CONSTRAINT;
}

size_t survey_record_check(struct survey_record *record,
                           void (*visit)(void *user, const struct survey_node *node,
                                         enum survey_violation violation, const char *message),
                           void *user)
{
    size_t count = 0;
    const struct survey_node *node = record->root;
    record->steps = record->env.steps;
    while (node) {
        const char *message;
        enum survey_violation violation =
            node->item && !node->hidden ? survey_record_judge(record, node, &message) : SURVEY_FINE;
        if (violation != SURVEY_FINE) {
            count++;
            if (visit)
                visit(user, node, violation, message);
        }
        if (node->first && !node->hidden) {
            node = node->first;
            continue;
        }
        while (node != record->root && !node->next)
            node = node->parent;
        node = node == record->root ? NULL : node->next;
    }
    if (record->overworked) {
        count++;
        if (visit)
            visit(user, record->overworked, SURVEY_TOO_MUCH_WORK, NULL);
    }
    return count;
}

enum survey_missing survey_record_missing(struct survey_record *record,
                                          const struct survey_node *node)
{
    const char *at = node->value, *word;
    size_t length;
    (void)record;
    if (node->irrelevant)
        return SURVEY_NOT_ASKED;
    if (!node->value[0])
        return SURVEY_BLANK;
    if (!node->item || !node->item->list)
        return SURVEY_PRESENT;
    while (next_word(&at, &word, &length)) // don't know beside other choices is still don't know
        for (size_t i = 0; i < node->item->list->count; i++) {
            const struct survey_choice *choice = &node->item->list->choices[i];
            if (choice->missing != SURVEY_PRESENT && strlen(choice->name) == length &&
                memcmp(choice->name, word, length) == 0)
                return choice->missing;
        }
    return SURVEY_PRESENT;
}
