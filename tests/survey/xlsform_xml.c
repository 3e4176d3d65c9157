// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing XForms: canonical XML, and assertions by XPath. The tests alone use libxml2.
#include "tests/survey/xlsform_case.h"

#include "survey/base/arena.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

static char *collapsed(struct survey_arena *arena, const char *text)
{
    char *out = survey_arena_alloc(arena, strlen(text) + 1), *at = out;
    for (; *text; text++) {
        bool space = strchr(" \t\r\n", *text) != NULL;
        if (!space)
            *at++ = *text;
        else if (at > out && at[-1] != ' ')
            *at++ = ' ';
    }
    while (at > out && at[-1] == ' ')
        at--;
    *at = '\0';
    return out;
}

static void collapse_node(struct survey_arena *arena, xmlNode *node)
{
    for (xmlNode *child = node->children, *next; child; child = next) {
        next = child->next;
        if (child->type == XML_TEXT_NODE) {
            xmlChar *old = xmlNodeGetContent(child);
            char *text = collapsed(arena, (const char *)old);
            xmlFree(old);
            if (*text) {
                xmlFree(child->content);
                child->content = xmlStrdup(BAD_CAST text);
            } else {
                xmlUnlinkNode(child);
                xmlFreeNode(child);
            }
        } else if (child->type == XML_ELEMENT_NODE) {
            collapse_node(arena, child);
        }
    }
    for (xmlAttr *attribute = node->properties; attribute; attribute = attribute->next)
        if (attribute->children && attribute->children->content) {
            char *text = collapsed(arena, (const char *)attribute->children->content);
            xmlFree(attribute->children->content);
            attribute->children->content = xmlStrdup(BAD_CAST text);
        }
}

static xmlDoc *parse(const char *xml, size_t length)
{
    return xmlReadMemory(xml, (int)length, "case.xml", "UTF-8",
                         XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET |
                             XML_PARSE_NODICT);
}

const char *xlsform_normal(struct survey_arena *arena, const char *xml, size_t length)
{
    xmlDoc *document = parse(xml, length);
    xmlChar *bytes = NULL;
    const char *normal = NULL;
    if (!document)
        return NULL;
    collapse_node(arena, xmlDocGetRootElement(document));
    if (xmlC14NDocDumpMemory(document, NULL, XML_C14N_1_0, NULL, 0, &bytes) >= 0 && bytes)
        normal = survey_arena_strdup(arena, (const char *)bytes);
    xmlFree(bytes);
    xmlFreeDoc(document);
    return normal;
}

// Whether a value found is among those expected.
static bool listed(const struct survey_json *list, const char *value)
{
    for (const struct survey_json *item = list ? list->first : NULL; item; item = item->next)
        if (item->text && strcmp(item->text, value) == 0)
            return true;
    return false;
}

static const char *exact(struct survey_arena *arena, xmlXPathObject *found,
                         const struct survey_json *expected, const char *path, bool same)
{
    int count = found->type == XPATH_NODESET && found->nodesetval ? found->nodesetval->nodeNr : 0;
    if (count == 0 && (!expected || expected->count))
        return survey_arena_format(arena, "nothing at %s", path);
    for (int i = 0; i < count; i++) {
        xmlNode *node = found->nodesetval->nodeTab[i];
        xmlChar *value = xmlNodeGetContent(node);
        bool fine = node->type == XML_ELEMENT_NODE ? same : listed(expected, (const char *)value);
        const char *wrong =
            fine ? NULL : survey_arena_format(arena, "'%s' at %s", (const char *)value, path);
        xmlFree(value);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *paths(struct survey_arena *arena, xmlXPathContext *context,
                         const struct survey_json *list, const char *kind, bool same)
{
    for (const struct survey_json *item = list ? list->first : NULL; item; item = item->next) {
        const struct survey_json *pair = item->kind == SURVEY_JSON_ARRAY ? item->first : item;
        xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)pair->text, context);
        const char *wrong = found ? NULL : survey_arena_format(arena, "no XPath: %s", pair->text);
        double wanted = strcmp(kind, "count") == 0 && pair->next ? pair->next->number : 1;
        int count = found && found->type == XPATH_NODESET && found->nodesetval
                        ? found->nodesetval->nodeNr
                        : 0;
        if (found && found->type == XPATH_BOOLEAN)
            count = found->boolval;
        if (found && strcmp(kind, "exact") == 0)
            wrong = exact(arena, found, pair->next, pair->text, same);
        else if (found && count != (int)wanted)
            wrong = survey_arena_format(arena, "%d for %d of %s", count, (int)wanted, pair->text);
        xmlXPathFreeObject(found);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *texts(struct survey_arena *arena, const struct survey_json *list,
                         const char *content, bool wanted)
{
    for (const struct survey_json *item = list ? list->first : NULL; item; item = item->next)
        if ((strstr(content, collapsed(arena, item->text)) != NULL) != wanted)
            return survey_arena_format(arena, "%s %s", wanted ? "lacks" : "has", item->text);
    return NULL;
}

static void quiet(void *user, xmlErrorPtr error)
{
    (void)user;
    (void)error;
}

const char *xlsform_assertions(struct survey_arena *arena, const struct survey_json *expect,
                               const char *xml, size_t length, bool same)
{
    static const char *const spaces[][2] = {
        {"x", "http://www.w3.org/2002/xforms"},
        {"h", "http://www.w3.org/1999/xhtml"},
        {"ev", "http://www.w3.org/2001/xml-events"},
        {"xsd", "http://www.w3.org/2001/XMLSchema"},
        {"jr", "http://openrosa.org/javarosa"},
        {"orx", "http://openrosa.org/xforms"},
        {"odk", "http://www.opendatakit.org/xforms"},
        {"entities", "http://www.opendatakit.org/xforms/entities"}};
    static const char *const contained[] = {"xml__contains", "model__contains",
                                            "instance__contains", "itext__contains"};
    static const char *const excluded[] = {"xml__excludes", "model__excludes", "itext__excludes"};
    const char *wrong = NULL, *content = collapsed(arena, xml);
    xmlSetStructuredErrorFunc(NULL, quiet);
    xmlDoc *document = parse(xml, length);
    if (!document)
        return "no XML";
    xmlXPathContext *context = xmlXPathNewContext(document);
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        xmlXPathRegisterNs(context, (const xmlChar *)spaces[i][0], (const xmlChar *)spaces[i][1]);
    for (const xmlNs *ns = xmlDocGetRootElement(document)->nsDef; ns; ns = ns->next)
        if (ns->prefix)
            xmlXPathRegisterNs(context, ns->prefix, ns->href);
    wrong = paths(arena, context, survey_json_get(expect, "xml__xpath_match"), "match", same);
    if (!wrong)
        wrong = paths(arena, context, survey_json_get(expect, "xml__xpath_count"), "count", same);
    if (!wrong)
        wrong = paths(arena, context, survey_json_get(expect, "xml__xpath_exact"), "exact", same);
    // Pieces of text are the same where the whole document is.
    for (size_t i = 0; !same && !wrong && i < sizeof contained / sizeof *contained; i++)
        wrong = texts(arena, survey_json_get(expect, contained[i]), content, true);
    for (size_t i = 0; !same && !wrong && i < sizeof excluded / sizeof *excluded; i++)
        wrong = texts(arena, survey_json_get(expect, excluded[i]), content, false);
    xmlXPathFreeContext(context);
    xmlFreeDoc(document);
    return wrong;
}
