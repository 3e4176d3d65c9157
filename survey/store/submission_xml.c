// SPDX-License-Identifier: GPL-3.0-or-later
// Instance XML as ODK sends it, read under bounds and without DTD into a tree of elements.
#include "survey/store/submission_xml.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <expat.h>
#include <string.h>

enum { MOST_DEPTH = 64, MOST_ELEMENTS = 200000, MOST_BYTES = 32 << 20 };

struct reading {
    XML_Parser parser;
    struct survey_arena *arena;
    const char *name;
    struct survey_element *root, *open;
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
    struct survey_element *element = survey_arena_alloc(reading->arena, sizeof *element);
    element->name = survey_arena_strdup(reading->arena, local_name(name));
    element->text = "";
    element->parent = reading->open;
    if (!reading->root) {
        reading->root = element;
    } else if (reading->open) {
        struct survey_element *parent = reading->open;
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
    struct survey_element *element = reading->open;
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
    survey_format_into(where, sizeof where, _("%s: line %lu, column %lu"), reading->name,
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

const char *survey_text_trimmed(struct survey_arena *arena, const char *text)
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
    for (const struct survey_element *meta = reading->root->first; meta; meta = meta->next)
        for (const struct survey_element *one = meta->first; one && strcmp(meta->name, "meta") == 0; one = one->next) {
            const char *text = survey_text_trimmed(reading->arena, one->text);
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

bool survey_submission_tree(struct survey_arena *arena, const char *name, const char *xml, size_t length,
                            struct survey_element **root, size_t *count, struct survey_error *error)
{
    struct survey_submission_head head = {0};
    struct reading reading = {.arena = arena, .name = name, .head = &head};
    if (!parse(&reading, xml, length, error))
        return false;
    *root = reading.root;
    *count = reading.elements;
    return true;
}
