// SPDX-License-Identifier: GPL-3.0-or-later
// Submissions: instance XML as ODK sends it, read under bounds and without DTD, into answers.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <expat.h>
#include <string.h>

enum { MOST_DEPTH = 64, MOST_ELEMENTS = 200000, MOST_BYTES = 32 << 20, MOST_INSTANCES = 2000 };

struct element {
    const char *name; // without its namespace
    const char *text; // "" where it has elements or nothing
    bool template;
    struct element *parent, *first, *last, *next;
};

struct reading {
    XML_Parser parser;
    struct survey_arena *arena;
    const char *name;
    struct element *root, *open;
    unsigned depth;
    size_t elements;
    struct survey_buffer text;
    struct survey_submission_head *head;
    const char *fault; // why the reading was stopped, translated
};

static const char *local_name(const char *name)
{
    const char *last = strrchr(name, '\n');
    return last ? last + 1 : name;
}

static void stop(struct reading *reading, const char *why)
{
    if (!reading->fault)
        reading->fault = why;
    XML_StopParser(reading->parser, XML_FALSE);
}

static void copy_text(char *at, size_t size, const char *text)
{
    size_t length = survey_utf8_cut(text, strlen(text), size - 1);
    memcpy(at, text, length);
    at[length] = '\0';
}

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    struct reading *reading = user;
    if (++reading->depth > MOST_DEPTH) {
        stop(reading, _("elements are nested too deeply"));
        return;
    }
    if (++reading->elements > MOST_ELEMENTS) {
        stop(reading, _("there are too many elements"));
        return;
    }
    struct element *element = survey_arena_alloc(reading->arena, sizeof *element);
    element->name = survey_arena_strdup(reading->arena, local_name(name));
    element->text = "";
    element->parent = reading->open;
    if (!reading->root) {
        reading->root = element;
    } else if (reading->open) {
        struct element *parent = reading->open;
        *(parent->last ? &parent->last->next : &parent->first) = element;
        parent->last = element;
    }
    for (const char **attribute = attributes; *attribute; attribute += 2) {
        const char *local = local_name(attribute[0]);
        if (element->parent)
            element->template |= strcmp(local, "template") == 0;
        else if (strcmp(local, "id") == 0)
            copy_text(reading->head->form, sizeof reading->head->form, attribute[1]);
        else if (strcmp(local, "version") == 0)
            copy_text(reading->head->version, sizeof reading->head->version, attribute[1]);
    }
    reading->open = element;
    reading->text.length = 0;
}

static void XMLCALL on_end(void *user, const char *name)
{
    (void)name;
    struct reading *reading = user;
    struct element *element = reading->open;
    if (!element)
        return;
    if (!element->first && reading->text.length)
        element->text = survey_arena_strndup(reading->arena, reading->text.at, reading->text.length);
    reading->text.length = 0;
    reading->open = element->parent;
    reading->depth--;
}

static void XMLCALL on_text(void *user, const char *text, int length)
{
    struct reading *reading = user;
    survey_buffer_add(&reading->text, text, (size_t)length);
}

static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    stop(user, _("a document type is not taken"));
}

// A place that a person finds: name: line:column.
static bool fail_at(const struct reading *reading, const char *why, struct survey_error *error)
{
    char where[512];
    survey_format_into(where, sizeof where, "%s: line %lu, column %lu", reading->name,
                       (unsigned long)XML_GetCurrentLineNumber(reading->parser),
                       (unsigned long)XML_GetCurrentColumnNumber(reading->parser) + 1);
    return survey_fail(error, SURVEY_ERROR_INPUT, where, _("this is no submission that can be read: %s"), why);
}

static bool parse(struct reading *reading, const char *xml, size_t length, struct survey_error *error)
{
    if (length > MOST_BYTES)
        return survey_fail(error, SURVEY_ERROR_INPUT, reading->name, _("the submission is larger than %d MB"),
                           MOST_BYTES >> 20);
    reading->parser = XML_ParserCreateNS(NULL, '\n');
    if (!reading->parser)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, reading->name, _("out of memory"));
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
    reading->text.ceiling = MOST_BYTES;
    bool done = XML_Parse(reading->parser, xml, (int)length, XML_TRUE) == XML_STATUS_OK && !reading->fault;
    if (!done)
        fail_at(reading, reading->fault ? reading->fault : XML_ErrorString(XML_GetErrorCode(reading->parser)), error);
    XML_ParserFree(reading->parser);
    survey_buffer_clear(&reading->text);
    return done;
}

static const char *trimmed(struct survey_arena *arena, const char *text)
{
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    while (length && strchr(" \t\r\n", *text))
        text++, length--;
    return survey_arena_strndup(arena, text, length);
}

static bool take_id(const struct reading *reading, const char *text, char id[static 64], struct survey_error *error)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at > '~' || at - text >= 63)
            return survey_fail(error, SURVEY_ERROR_INPUT, reading->name,
                               _("the instance id is not of at most 63 plain characters"));
    copy_text(id, 64, text);
    return true;
}

static bool read_head(struct reading *reading, struct survey_error *error)
{
    if (!*reading->head->form)
        return survey_fail(error, SURVEY_ERROR_INPUT, reading->name,
                           _("the element '%s' does not name a form by its attribute 'id'"),
                           reading->root ? reading->root->name : "");
    for (const struct element *meta = reading->root->first; meta; meta = meta->next)
        for (const struct element *one = meta->first; one && strcmp(meta->name, "meta") == 0; one = one->next) {
            const char *text = trimmed(reading->arena, one->text);
            if (strcmp(one->name, "instanceID") == 0 && !take_id(reading, text, reading->head->id, error))
                return false;
            if (strcmp(one->name, "deprecatedID") == 0 && !take_id(reading, text, reading->head->deprecated, error))
                return false;
        }
    return true;
}

bool survey_submission_head(const char *name, const char *xml, size_t length, struct survey_submission_head *head,
                            struct survey_error *error)
{
    struct survey_submission_head found = {0};
    struct reading reading = {.arena = survey_arena_new(), .name = name, .head = &found};
    bool done = parse(&reading, xml, length, error) && read_head(&reading, error);
    survey_arena_free(reading.arena);
    if (done)
        *head = found;
    return done;
}

// The walk of the elements along the definition. Its depth is bounded by that of the XML.
struct walk {
    struct survey_arena *arena;
    struct survey_received *received;
    size_t count;
    uint32_t occurrences[8];
    size_t depth;
    const char *fault;
};

static const struct survey_item *child_of(const struct survey_item *item, const char *name)
{
    for (size_t i = 0; i < item->child_count; i++)
        if (strcmp(item->children[i]->name, name) == 0)
            return item->children[i];
    return NULL;
}

static void walk_element(struct walk *walk, const struct element *element, const struct survey_item *item);

static void walk_children(struct walk *walk, const struct element *parent, const struct survey_item *item)
{
    struct survey_map places = {0};
    for (const struct element *element = parent->first; element && !walk->fault; element = element->next) {
        const struct survey_item *child = element->template ? NULL : child_of(item, element->name);
        if (!child)
            continue; // what the form does not ask stays in the raw
        if (child->type != SURVEY_TYPE_REPEAT) {
            walk_element(walk, element, child);
            continue;
        }
        struct survey_map_entry *place = survey_map_put(&places, walk->arena, child->name, NULL);
        if (++place->number > MOST_INSTANCES || walk->depth == 8) {
            walk->fault = _("a repeat has too many instances");
            break;
        }
        walk->occurrences[walk->depth++] = (uint32_t)place->number;
        walk_element(walk, element, child);
        walk->depth--;
    }
    survey_map_clear(&places);
}

static void walk_element(struct walk *walk, const struct element *element, const struct survey_item *item)
{
    if (item->type == SURVEY_TYPE_GROUP || item->type == SURVEY_TYPE_REPEAT) {
        walk_children(walk, element, item);
        return;
    }
    if (!survey_item_has_value(item))
        return;
    struct survey_received *one = &walk->received[walk->count++];
    *one = (struct survey_received){.item = item, .depth = walk->depth};
    memcpy(one->occurrences, walk->occurrences, walk->depth * sizeof *walk->occurrences);
    one->value = item->type == SURVEY_TYPE_TEXT ? element->text : trimmed(walk->arena, element->text);
}

bool survey_submission_answers(struct survey_arena *arena, const struct survey_form *form, const char *name,
                               const char *xml, size_t length, struct survey_received **received, size_t *count,
                               struct survey_error *error)
{
    struct survey_submission_head head = {0};
    struct reading reading = {.arena = arena, .name = name, .head = &head};
    if (!parse(&reading, xml, length, error))
        return false;
    struct walk walk = {.arena = arena,
                        .received = survey_arena_array(arena, reading.elements + 1, sizeof *walk.received)};
    walk_children(&walk, reading.root, form->root);
    if (walk.fault)
        return survey_fail(error, SURVEY_ERROR_INPUT, name, "%s", walk.fault);
    *received = walk.received;
    *count = walk.count;
    return true;
}

int64_t survey_submission_form(struct survey_store *store, const char *form, const char *version)
{
    if (!version || !*version)
        return survey_store_count(store, 0, "SELECT id FROM form WHERE name = ? AND current = 1", "t", form);
    return survey_store_count(store, 0, "SELECT id FROM form WHERE name = ? AND version = ?", "tt", form, version);
}

bool survey_submission_read(struct survey_store *store, const char *name, const char *xml, size_t length,
                            struct survey_record **record, char id[static 64], char deprecated[static 64],
                            struct survey_error *error)
{
    struct survey_submission_head head;
    if (!survey_submission_head(name, xml, length, &head, error))
        return false;
    int64_t row = survey_submission_form(store, head.form, head.version);
    if (row == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, name, _("form '%s' version '%s' is not in this evaluation"),
                           head.form, head.version);
    const struct survey_form *form = survey_store_form(store, row, error);
    if (!form)
        return false;
    struct survey_arena *arena = survey_arena_new();
    struct survey_received *received = NULL;
    size_t count = 0;
    bool done = survey_submission_answers(arena, form, name, xml, length, &received, &count, error);
    if (done) {
        struct survey_record_env env = {.now = survey_received_time(received, count, &(struct survey_time){0})};
        *record = survey_record_new(form, &env);
        survey_received_fill(*record, received, count);
        memcpy(id, head.id, 64);
        memcpy(deprecated, head.deprecated, 64);
    }
    survey_arena_free(arena);
    return done;
}
