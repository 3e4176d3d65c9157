// SPDX-License-Identifier: GPL-3.0-or-later
// Looking things up in a definition. Free of any library.
#include "survey/definition/form.h"

#include "survey/base/arena.h"

#include <string.h>

const char *survey_type_name(enum survey_type type)
{
    static const char *const names[] = {
#define SURVEY_TYPE_NAME(tail, name, bind) name,
        SURVEY_TYPES(SURVEY_TYPE_NAME)
#undef SURVEY_TYPE_NAME
    };
    return type < SURVEY_TYPE_COUNT ? names[type] : "";
}

const char *survey_type_bind(enum survey_type type)
{
    static const char *const binds[] = {
#define SURVEY_TYPE_BIND(tail, name, bind) bind,
        SURVEY_TYPES(SURVEY_TYPE_BIND)
#undef SURVEY_TYPE_BIND
    };
    return type < SURVEY_TYPE_COUNT ? binds[type] : NULL;
}

static const char *const missing_names[] = {"", "not_asked", "dont_know", "refused", "blank"};

const char *survey_missing_name(enum survey_missing kind)
{
    return missing_names[kind];
}

void survey_form_free(struct survey_form *form)
{
    if (!form)
        return;
    for (size_t i = 0; i < form->item_count; i++)
        survey_map_clear(&form->items[i]->extra);
    for (size_t i = 0; i < form->list_count; i++)
        for (size_t k = 0; k < form->lists[i]->count; k++)
            survey_map_clear(&form->lists[i]->choices[k].extra);
    survey_map_clear(&form->settings);
    survey_arena_free(form->arena); // the form itself lives there
}

const struct survey_item *survey_form_find(const struct survey_form *form, const char *name)
{
    const struct survey_item *by_column = NULL, *by_path = NULL;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        if (strcmp(item->name, name) == 0)
            return item;
        if (!by_column && strcmp(item->column, name) == 0)
            by_column = item;
        if (!by_path && strcmp(item->path, name) == 0)
            by_path = item;
    }
    return by_column ? by_column : by_path;
}

const struct survey_choice *survey_item_choice(const struct survey_item *item, const char *name)
{
    for (size_t i = 0; item->list && i < item->list->count; i++)
        if (strcmp(item->list->choices[i].name, name) == 0)
            return &item->list->choices[i];
    return NULL;
}

const char *survey_item_cell(const struct survey_item *item, const char *key)
{
    for (size_t i = 0; i < item->cell_count; i++)
        if (strcmp(item->cells[i].key, key) == 0)
            return item->cells[i].text;
    return "";
}

const char *survey_label(const struct survey_form *form, const char **labels, size_t language)
{
    if (!labels)
        return "";
    if (language < form->language_count && labels[language])
        return labels[language];
    if (labels[form->default_language])
        return labels[form->default_language];
    for (size_t i = 0; i < form->language_count; i++)
        if (labels[i])
            return labels[i];
    return "";
}

static bool same_without_case(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char x = a[i], y = b[i];
        x = (char)(x >= 'A' && x <= 'Z' ? x + 32 : x);
        y = (char)(y >= 'A' && y <= 'Z' ? y + 32 : y);
        if (x != y)
            return false;
        if (!x)
            return true;
    }
    return true;
}

// "中文 (zh)" is meant by its whole text, by "中文", and by "zh" or "zh_CN".
static bool language_means(const char *language, const char *name)
{
    size_t length = strlen(name);
    const char *open = strrchr(language, '(');
    if (strlen(language) == length && same_without_case(language, name, length))
        return true;
    if (!open)
        return false;
    size_t label = (size_t)(open - language);
    while (label && language[label - 1] == ' ')
        label--;
    if (label == length && same_without_case(language, name, length))
        return true;
    size_t code = strcspn(open + 1, ")");
    size_t main_tag = strcspn(name, "_-.@"), main_code = strcspn(open + 1, "_-)");
    if (code == length && same_without_case(open + 1, name, length))
        return true;
    return main_tag == main_code && same_without_case(open + 1, name, main_tag);
}

int survey_form_language(const struct survey_form *form, const char *name)
{
    if (!name || !*name)
        return (int)form->default_language;
    for (size_t i = 0; i < form->language_count; i++)
        if (language_means(form->languages[i], name))
            return (int)i;
    return -1;
}

bool survey_item_has_value(const struct survey_item *item)
{
    return item->type != SURVEY_TYPE_NOTE && item->type != SURVEY_TYPE_GROUP && item->type != SURVEY_TYPE_REPEAT &&
           item->type != SURVEY_TYPE_CSV_EXTERNAL && item->type != SURVEY_TYPE_XML_EXTERNAL;
}

bool survey_item_is_asked(const struct survey_item *item)
{
    if (!survey_item_has_value(item))
        return false;
    switch ((int)item->type) {
    case SURVEY_TYPE_CALCULATE:
    case SURVEY_TYPE_HIDDEN:
    case SURVEY_TYPE_START:
    case SURVEY_TYPE_END:
    case SURVEY_TYPE_TODAY:
    case SURVEY_TYPE_DEVICEID:
    case SURVEY_TYPE_USERNAME:
    case SURVEY_TYPE_PHONENUMBER:
    case SURVEY_TYPE_EMAIL:
    case SURVEY_TYPE_START_GEOPOINT:
    case SURVEY_TYPE_BACKGROUND_GEOPOINT:
    case SURVEY_TYPE_BACKGROUND_AUDIO:
    case SURVEY_TYPE_AUDIT:
        return false;
    default:
        // A question whose answer is calculated is not put to anybody.
        return !item->calculation.text || (item->labels && item->read_only.text == NULL);
    }
}
