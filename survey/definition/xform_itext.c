// SPDX-License-Identifier: GPL-3.0-or-later
// The translations of an XForm: every text that has a language, a picture or a sound, under an id,
// in every language; "-" where one is missing, since clients fall back to nothing.
#include "survey/definition/xform_private.h"

#include <string.h>

// A form of a text: long, guidance, image ... Most texts have one.
struct entry_form {
    const char *form, *text;
    const struct xform_node *context;
    struct entry_form *next;
};

// One text of an id: its forms in order.
struct entry {
    struct entry_form *first;
};

struct itext {
    struct xform *x;
    struct survey_map languages; // -> struct survey_map of id -> struct entry
};

static struct entry *entry_of(struct itext *itext, const char *language, const char *id)
{
    struct survey_arena *arena = itext->x->arena;
    struct survey_map_entry *found = survey_map_put(&itext->languages, arena, language, NULL);
    if (!found->value)
        found->value = survey_arena_alloc(arena, sizeof(struct survey_map));
    struct survey_map_entry *entry = survey_map_put(found->value, arena, id, NULL);
    if (!entry->value)
        entry->value = survey_arena_alloc(arena, sizeof(struct entry));
    return entry->value;
}

// The form of that name, added behind the others where there is none yet.
static struct entry_form *form_of(struct itext *itext, struct entry *entry, const char *form)
{
    struct entry_form **at = &entry->first;
    while (*at && strcmp((*at)->form, form) != 0)
        at = &(*at)->next;
    if (!*at) {
        *at = survey_arena_alloc(itext->x->arena, sizeof **at);
        (*at)->form = form;
    }
    return *at;
}

static void put(struct itext *itext, const char *language, const char *id, const char *form,
                const char *text, const struct xform_node *context)
{
    struct entry_form *at = form_of(itext, entry_of(itext, language, id), form);
    at->text = text;
    at->context = context;
}

static void put_text(struct itext *itext, const char *id, const char *form,
                     const struct xform_text *text, const struct xform_node *context)
{
    if (text->plain)
        put(itext, itext->x->default_language, id, form, text->plain, context);
    for (size_t i = 0; i < text->each.count; i++)
        put(itext, text->each.at[i].name, id, form, text->each.at[i].value, context);
}

static void put_media(struct itext *itext, const char *id, const struct xform_media *media)
{
    for (size_t i = 0; i < media->count; i++)
        put_text(itext, id, media->at[i].kind, &media->at[i].text, NULL);
}

static void put_choices(struct itext *itext)
{
    struct xform *x = itext->x;
    for (size_t i = 0; i < x->form->list_count; i++) {
        const struct xform_list *list = &x->lists[i];
        for (size_t k = 0; list->itext && !list->list->external && k < list->list->count; k++) {
            const char *id = survey_arena_format(x->arena, "%s-%zu", list->list->name, k);
            put_text(itext, id, "long", &list->labels[k], NULL);
            put_media(itext, id, &list->media[k]);
        }
    }
}

bool xform_has_itext(const struct xform_node *node)
{
    return node->label.each.count || node->media.count;
}

static void put_message(struct itext *itext, const struct xform_node *node, const char *name,
                        const struct xform_text *text, bool referring)
{
    if (text->each.count || (referring && survey_has_reference(text->plain)))
        put_text(itext, survey_arena_format(itext->x->arena, "%s:%s", node->path, name), "long",
                 text, node);
}

static void put_node(struct itext *itext, const struct xform_node *node)
{
    struct survey_arena *arena = itext->x->arena;
    const char *hint = survey_arena_format(arena, "%s:hint", node->path);
    put_message(itext, node, "jr:constraintMsg", &node->constraint_message, true);
    put_message(itext, node, "jr:requiredMsg", &node->required_message, true);
    put_message(itext, node, "jr:noAppErrorString", &node->no_app, false);
    if (xform_has_itext(node))
        put_text(itext, survey_arena_format(arena, "%s:label", node->path), "long", &node->label,
                 node);
    if (node->hint.each.count || xform_text_given(&node->guidance))
        put_text(itext, hint, "long", &node->hint, node);
    put_text(itext, hint, "guidance", &node->guidance, node);
    for (const struct xform_node *child = node->first; child; child = child->next)
        put_node(itext, child);
}

static void put_node_media(struct itext *itext, const struct xform_node *node)
{
    if (node->media.count)
        put_media(itext, survey_arena_format(itext->x->arena, "%s:label", node->path),
                  &node->media);
    for (const struct xform_node *child = node->first; child; child = child->next)
        put_node_media(itext, child);
}

// Every id with every form in every language.
static void fill_gaps(struct itext *itext)
{
    struct survey_map forms = {0}; // id -> struct entry with all forms found
    struct survey_arena *arena = itext->x->arena;
    for (size_t i = 0; i < itext->languages.count; i++) {
        const struct survey_map *ids = itext->languages.entries[i].value;
        for (size_t k = 0; k < ids->count; k++) {
            struct survey_map_entry *all = survey_map_put(&forms, arena, ids->entries[k].key, NULL);
            if (!all->value)
                all->value = survey_arena_alloc(arena, sizeof(struct entry));
            const struct entry *entry = ids->entries[k].value;
            for (const struct entry_form *form = entry->first; form; form = form->next)
                form_of(itext, all->value, form->form);
        }
    }
    for (size_t i = 0; i < itext->languages.count; i++)
        for (size_t k = 0; k < forms.count; k++) {
            const struct entry *known = forms.entries[k].value;
            struct entry *entry = entry_of(itext, itext->languages.entries[i].key, forms.entries[k].key);
            for (const struct entry_form *form = known->first; form; form = form->next) {
                struct entry_form *here = form_of(itext, entry, form->form);
                if (!here->text)
                    here->text = "-";
            }
        }
    survey_map_clear(&forms);
}

static void write_value(struct xform *x, const char *form, const char *text,
                        const struct xform_node *context)
{
    bool markup, medium = strcmp(form, "long") != 0 && strcmp(form, "guidance") != 0;
    const char *folder =
        strcmp(form, "big-image") == 0 || strcmp(form, "image") == 0 ? "images" : form;
    if (medium && strcmp(text, "-") == 0)
        return;
    const char *content = xform_label(x, text, context, &markup);
    if (medium)
        content = survey_arena_format(x->arena, "jr://%s/%s", folder, content);
    xform_open(x, "value");
    if (strcmp(form, "long") != 0)
        xform_attribute(x, "form", form);
    if (markup)
        xform_markup(x, content);
    else
        xform_text(x, content);
    xform_close(x, "value");
}

static void write_language(struct xform *x, const struct survey_map_entry *language)
{
    const struct survey_map *ids = language->value;
    xform_open(x, "translation");
    xform_attribute(x, "lang", language->key);
    if (strcmp(language->key, x->default_language) == 0)
        xform_attribute(x, "default", "true()");
    for (size_t i = 0; i < ids->count; i++) {
        const struct entry *entry = ids->entries[i].value;
        xform_open(x, "text");
        xform_attribute(x, "id", ids->entries[i].key);
        for (const struct entry_form *form = entry->first; form; form = form->next)
            write_value(x, form->form, form->text, form->context);
        xform_close(x, "text");
    }
    xform_close(x, "translation");
}

void xform_write_itext(struct xform *x)
{
    struct itext itext = {.x = x};
    put_choices(&itext);
    put_node(&itext, x->root);
    put_node_media(&itext, x->root);
    fill_gaps(&itext);
    if (itext.languages.count) {
        xform_open(x, "itext");
        for (size_t i = 0; i < itext.languages.count; i++)
            write_language(x, &itext.languages.entries[i]);
        xform_close(x, "itext");
    }
    for (size_t i = 0; i < itext.languages.count; i++)
        survey_map_clear(itext.languages.entries[i].value);
    survey_map_clear(&itext.languages);
}
