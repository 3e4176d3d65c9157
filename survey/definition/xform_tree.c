// SPDX-License-Identifier: GPL-3.0-or-later
// From the items of a form to the nodes of its XForm: what each row's cells are there, and the
// nodes that only the XForm needs.
#include "survey/definition/entity.h"
#include "survey/definition/xform_private.h"

#include <string.h>

bool xform_text_given(const struct xform_text *text)
{
    return text->plain || text->each.count;
}

void xform_text_add(struct xform *x, struct xform_text *text, const char *language,
                    const char *value)
{
    if (!language && !text->each.count) {
        text->plain = value;
        return;
    }
    if (!language) { // a language of that name wins over the column without one
        if (!survey_pairs_get(&text->each, x->default_language))
            survey_pairs_set(x->arena, &text->each, x->default_language, value);
        return;
    }
    if (text->plain && strcmp(language, x->default_language) != 0)
        survey_pairs_set(x->arena, &text->each, x->default_language, text->plain);
    text->plain = NULL;
    survey_pairs_set(x->arena, &text->each, language, value);
}

const char *xform_setting(const struct xform *x, const char *key, const char *fallback)
{
    const struct survey_map_entry *entry = survey_map_find(&x->form->settings, key);
    return entry ? entry->value : fallback;
}

// Typographic quotes are not understood in expressions; labels get the same ones.
const char *xform_straight(struct xform *x, const char *text)
{
    if (!strstr(text, "\xe2\x80"))
        return text;
    char *out = survey_arena_alloc(x->arena, strlen(text) + 1), *at = out;
    while (*text) {
        bool quote = memcmp(text, "\xe2\x80", strnlen(text, 2)) == 0 && text[1] && text[2] &&
                     strchr("\x98\x99\x9c\x9d", text[2]);
        if (!quote) {
            *at++ = *text++;
            continue;
        }
        *at++ = (unsigned char)text[2] <= 0x99 ? '\'' : '"';
        text += 3;
    }
    *at = '\0';
    return out;
}

struct xform_node *xform_add(struct xform *x, struct xform_node *parent, enum xform_kind kind,
                             enum survey_type type, const char *name)
{
    struct xform_node *node = survey_arena_alloc(x->arena, sizeof *node);
    node->kind = kind;
    node->type = type;
    node->name = name;
    node->parent = parent;
    node->path = survey_arena_format(x->arena, "%s/%s%s", parent ? parent->path : "",
                                     kind == XFORM_ATTRIBUTE ? "@" : "", name);
    if (parent && parent->last)
        parent->last->next = node;
    else if (parent)
        parent->first = node;
    if (parent)
        parent->last = node;
    if (kind != XFORM_EXTERNAL && kind != XFORM_ATTRIBUTE && kind != XFORM_LABEL) {
        struct survey_map_entry *entry = survey_map_put(&x->names, x->arena, name, NULL);
        struct xform_node *first = entry->value;
        if (first)
            first->same_last = first->same_last->same = node;
        else
            entry->value = node->same_last = node;
    }
    return node;
}

static void read_medium(struct xform *x, struct xform_media *media, const struct survey_cell *cell,
                        const char *text)
{
    const char *kind = cell->key + strlen("media::");
    size_t i = 0;
    while (i < media->count && strcmp(media->at[i].kind, kind) != 0)
        i++;
    if (i == XFORM_MEDIA)
        return;
    if (i == media->count)
        media->at[media->count++].kind = kind;
    xform_text_add(x, &media->at[i].text, cell->language, text);
}

static const char *tail(const char *key, const char *head)
{
    size_t length = strlen(head);
    return strncmp(key, head, length) == 0 ? key + length : NULL;
}

// A bind's yes and no are expressions.
static const char *as_condition(const char *name, const char *text)
{
    static const char *const conditions[] = {"readonly", "required", "relevant", "constraint",
                                             "calculate"};
    static const char *const yes[] = {"yes", "Yes", "YES", "true", "True", "TRUE"},
                             *const no[] = {"no", "No", "NO", "false", "False", "FALSE"};
    bool convertible = false;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        convertible |= strcmp(conditions[i], name) == 0;
    for (size_t i = 0; convertible && i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(text, yes[i]) == 0)
            return "true()";
        if (strcmp(text, no[i]) == 0)
            return "false()";
    }
    return text;
}

static void read_bind(struct xform *x, struct xform_node *node, const struct survey_cell *cell,
                      const char *name, const char *text)
{
    node->bound = true;
    if (strcmp(name, "jr:constraintMsg") == 0)
        xform_text_add(x, &node->constraint_message, cell->language, text);
    else if (strcmp(name, "jr:requiredMsg") == 0)
        xform_text_add(x, &node->required_message, cell->language, text);
    else if (strcmp(name, "jr:noAppErrorString") == 0)
        xform_text_add(x, &node->no_app, cell->language, text);
    else if (strcmp(name, "entities:saveto") == 0)
        survey_pairs_set(x->arena, &node->bind, name, survey_entity_property(text));
    else if (!cell->language)
        survey_pairs_set(x->arena, &node->bind, name, as_condition(name, text));
}

static void read_cell(struct xform *x, struct xform_node *node, const struct survey_cell *cell)
{
    const char *text = xform_straight(x, cell->text), *name;
    if (strcmp(cell->key, "label") == 0)
        xform_text_add(x, &node->label, cell->language, text);
    else if (strcmp(cell->key, "hint") == 0)
        xform_text_add(x, &node->hint, cell->language, text);
    else if (strcmp(cell->key, "guidance_hint") == 0)
        xform_text_add(x, &node->guidance, cell->language, text);
    else if ((name = tail(cell->key, "media::")))
        read_medium(x, &node->media, cell, text);
    else if ((name = tail(cell->key, "bind::")))
        read_bind(x, node, cell, name, text);
    else if ((name = tail(cell->key, "control::")))
        survey_pairs_set(x->arena, &node->control, name, text);
    else if ((name = tail(cell->key, "instance::")))
        survey_pairs_set(x->arena, &node->instance, name, text);
    else if (strcmp(cell->key, "default") == 0)
        node->initial = text;
    else if (strcmp(cell->key, "choice_filter") == 0)
        node->choice_filter = text;
    else if (strcmp(cell->key, "parameters") == 0)
        survey_parameters_read(x->arena, text, &node->parameters);
    else if (strcmp(cell->key, "intent") == 0 && node->kind != XFORM_QUESTION)
        survey_pairs_set(x->arena, &node->control, "intent", text);
}

static void read_default(struct xform *x, struct xform_node *node)
{
    bool dashed = node->type == SURVEY_TYPE_DATE || node->type == SURVEY_TYPE_DATETIME ||
                  node->type == SURVEY_TYPE_GEOPOINT || node->type == SURVEY_TYPE_GEOTRACE ||
                  node->type == SURVEY_TYPE_GEOSHAPE;
    if (!node->initial)
        return;
    node->dynamic = survey_default_is_dynamic(node->initial, dashed);
    if (node->type == SURVEY_TYPE_IMAGE && !strstr(node->initial, "jr://images/"))
        node->initial = survey_arena_format(x->arena, "jr://images/%s", node->initial);
}

static void read_list(struct xform *x, struct xform_node *node)
{
    const char *appearance = survey_pairs_get(&node->control, "appearance");
    const char *search = appearance ? strstr(appearance, "search(") : NULL;
    if (!node->item || !node->item->list)
        return;
    node->list = node->item->list;
    if (node->list->external) { // the client looks the choices up in itemsets.csv
        node->tag = "input";
        return;
    }
    node->itemset = node->list->name;
    if (search && strchr(search, ')')) {
        node->search = true;
        node->itemset = "";
        struct xform_list *list = xform_list_of(x, node->list->name);
        if (list)
            list->search = true;
    }
}

void xform_read_item(struct xform *x, struct xform_node *node)
{
    const struct survey_item *item = node->item;
    const char *written = "";
    bool hinted = false;
    for (size_t i = 0; i < item->cell_count; i++) {
        written = strcmp(item->cells[i].key, "type") == 0 ? item->cells[i].text : written;
        hinted |= strcmp(item->cells[i].key, "hint") == 0;
    }
    xform_type_fill(x, node, written);
    if (hinted)
        node->hint = (struct xform_text){0};
    for (size_t i = 0; i < item->cell_count; i++)
        read_cell(x, node, &item->cells[i]);
    if (!item->cell_count) { // "specify other", made by the reader
        node->label.plain = item->labels ? item->labels[0] : NULL;
        if (item->relevant.text)
            survey_pairs_set(x->arena, &node->bind, "relevant", item->relevant.text);
    }
    const char *appearance = survey_pairs_get(&node->control, "appearance");
    if (appearance && strcmp(appearance, "label") == 0 && !xform_text_given(&node->label))
        node->label.plain = " "; // it heads a table
    read_default(x, node);
    xform_parameters_fill(x, node);
    read_list(x, node);
}

// The count of a repeat that is more than a reference is calculated in a node of its own.
static void add_count(struct xform *x, struct xform_node *parent, const struct survey_item *item)
{
    const char *count = item->repeat_count.text;
    if (!count || survey_is_reference(count))
        return;
    struct xform_node *node = xform_add(x, parent, XFORM_QUESTION, SURVEY_TYPE_CALCULATE,
                                        survey_arena_format(x->arena, "%s_count", item->name));
    node->bound = true;
    survey_pairs_set(x->arena, &node->bind, "type", "string");
    survey_pairs_set(x->arena, &node->bind, "readonly", "true()");
    survey_pairs_set(x->arena, &node->bind, "calculate",
                     as_condition("calculate", xform_straight(x, count)));
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text ? strstr(text, word) : NULL; at; at = strstr(at + 1, word))
        if ((at == text || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

// A group of selects laid out as a table: it becomes a field list whose label is a note.
static void begin_table(struct xform *x, struct xform_node *group)
{
    const char *appearance = survey_pairs_get(&group->control, "appearance");
    struct survey_buffer words = SURVEY_BUFFER(64 << 10);
    if (!has_word(appearance, "table-list"))
        return;
    survey_buffer_text(&words, "field-list");
    for (const char *at = appearance; *at;) {
        size_t length = strcspn(at, " ");
        if (length && (length != 10 || strncmp(at, "table-list", 10) != 0))
            survey_format(&words, " %.*s", (int)length, at);
        at += length;
        at += strspn(at, " ");
    }
    survey_pairs_set(x->arena, &group->control, "appearance",
                     survey_arena_strdup(x->arena, survey_buffer_string(&words)));
    survey_buffer_clear(&words);
    x->table = group;
    x->table_list = NULL;
    if (!xform_text_given(&group->label) && !xform_text_given(&group->hint))
        return;
    struct xform_node *note =
        xform_add(x, group, XFORM_QUESTION, SURVEY_TYPE_NOTE,
                  survey_arena_format(x->arena, "generated_table_list_label_%u", group->item->row));
    xform_type_fill(x, note, "note");
    note->label = group->label;
    note->hint = group->hint;
    group->label = group->hint = (struct xform_text){0};
}

// Before the first select of a table stands one that only shows the choices.
static void add_heading(struct xform *x, struct xform_node *parent, const struct survey_item *item)
{
    if (!x->table || x->table_list || !item->list)
        return;
    x->table_list = item->list->name;
    struct xform_node *node = xform_add(
        x, parent, XFORM_QUESTION, item->type,
        survey_arena_format(x->arena, "reserved_name_for_field_list_labels_%u", item->row));
    xform_type_fill(x, node, "");
    survey_pairs_set(x->arena, &node->control, "appearance", "label");
    node->label.plain = " ";
    node->list = item->list;
    node->itemset = item->list->name;
}

static void build_item(struct xform *x, struct xform_node *parent, const struct survey_item *item);

static void build_section(struct xform *x, struct xform_node *parent,
                          const struct survey_item *item)
{
    bool repeat = item->type == SURVEY_TYPE_REPEAT;
    if (repeat)
        add_count(x, parent, item);
    struct xform_node *node =
        xform_add(x, parent, repeat ? XFORM_REPEAT : XFORM_GROUP, item->type, item->name);
    node->item = item;
    xform_read_item(x, node);
    if (repeat && item->repeat_count.text && !survey_is_reference(item->repeat_count.text))
        survey_pairs_set(x->arena, &node->control, "jr:count",
                         survey_arena_format(x->arena, "${%s_count}", item->name));
    begin_table(x, node);
    for (size_t i = 0; i < item->child_count; i++)
        build_item(x, node, item->children[i]);
    x->table = NULL;
    x->table_list = NULL;
}

static void build_item(struct xform *x, struct xform_node *parent, const struct survey_item *item)
{
    if (item->type == SURVEY_TYPE_GROUP || item->type == SURVEY_TYPE_REPEAT) {
        build_section(x, parent, item);
        return;
    }
    if (item->type == SURVEY_TYPE_AUDIT) // belongs to meta
        return;
    bool external =
        item->type == SURVEY_TYPE_CSV_EXTERNAL || item->type == SURVEY_TYPE_XML_EXTERNAL;
    add_heading(x, parent, item);
    struct xform_node *node =
        xform_add(x, parent, external ? XFORM_EXTERNAL : XFORM_QUESTION, item->type, item->name);
    node->item = item;
    xform_read_item(x, node);
    if (x->table && item->list)
        survey_pairs_set(x->arena, &node->control, "appearance", "list-nolabel");
}

static struct xform_node *meta_of(struct xform *x)
{
    for (struct xform_node *node = x->root->first; node; node = node->next)
        if (strcmp(node->name, "meta") == 0 && node->kind == XFORM_GROUP)
            return node;
    struct xform_node *meta = xform_add(x, x->root, XFORM_GROUP, SURVEY_TYPE_GROUP, "meta");
    meta->hidden = true;
    return meta;
}

static void add_meta(struct xform *x)
{
    const char *omitted = xform_setting(x, "omit_instanceid", "no"),
               *name = xform_setting(x, "instance_name", NULL);
    for (size_t i = 0; i < x->form->item_count; i++)
        if (x->form->items[i]->type == SURVEY_TYPE_AUDIT) {
            struct xform_node *audit =
                xform_add(x, meta_of(x), XFORM_QUESTION, SURVEY_TYPE_AUDIT, "audit");
            audit->item = x->form->items[i];
            xform_read_item(x, audit);
        }
    if (strcmp(as_condition("required", omitted), "true()") != 0) {
        struct xform_node *id =
            xform_add(x, meta_of(x), XFORM_QUESTION, SURVEY_TYPE_CALCULATE, "instanceID");
        xform_type_fill(x, id, "calculate");
        survey_pairs_set(x->arena, &id->bind, "readonly", "true()");
        survey_pairs_set(x->arena, &id->bind, "jr:preload", xform_setting(x, "instance_id", "uid"));
    }
    if (name) {
        struct xform_node *named =
            xform_add(x, meta_of(x), XFORM_QUESTION, SURVEY_TYPE_CALCULATE, "instanceName");
        xform_type_fill(x, named, "calculate");
        survey_pairs_set(x->arena, &named->bind, "calculate",
                         as_condition("calculate", xform_straight(x, name)));
    }
}

// The questions whose change sets a value, and what it sets.
static void add_sets(struct xform *x, struct xform_node *node)
{
    struct survey_reference reference;
    for (struct xform_node *child = node->first; child; child = child->next)
        add_sets(x, child);
    const char *trigger = node->item && node->kind == XFORM_QUESTION ? node->item->trigger : NULL;
    for (size_t from = 0; trigger && survey_reference_next(trigger, from, &reference);
         from = reference.end) {
        struct survey_map_entry *entry =
            survey_map_find_n(&x->names, reference.name, reference.length);
        if (!entry)
            continue;
        struct xform_set *set = survey_arena_alloc(x->arena, sizeof *set);
        const char *value = survey_pairs_get(&node->bind, "calculate");
        *set = (struct xform_set){node, value ? value : "",
                                  node->type == SURVEY_TYPE_BACKGROUND_GEOPOINT, NULL};
        struct xform_set **end = &((struct xform_node *)entry->value)->sets;
        while (*end)
            end = &(*end)->next;
        *end = set;
    }
}

bool xform_build(struct xform *x)
{
    const struct survey_form *form = x->form;
    x->root = xform_add(x, NULL, XFORM_GROUP, SURVEY_TYPE_GROUP, form->root_name);
    for (size_t i = 0; i < form->root->child_count; i++)
        build_item(x, x->root, form->root->children[i]);
    if (!xform_entities_add(x))
        return false;
    add_meta(x);
    add_sets(x, x->root);
    return true;
}
