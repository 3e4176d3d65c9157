// SPDX-License-Identifier: GPL-3.0-or-later
// XML as it is written: two spaces a level, elements that hold text on one line.
#include "survey/definition/xform_private.h"

#include <string.h>

const char *xform_escaped(struct xform *x, const char *text, bool attribute)
{
    const char *special = attribute ? "&<>\"" : "&<>";
    if (!text[strcspn(text, special)])
        return text;
    struct survey_buffer out = SURVEY_BUFFER(x->writer.out->ceiling);
    for (;;) {
        size_t length = strcspn(text, special);
        survey_buffer_add(&out, text, length);
        text += length;
        if (!*text)
            break;
        survey_buffer_text(&out, *text == '&'   ? "&amp;"
                                 : *text == '<' ? "&lt;"
                                 : *text == '>' ? "&gt;"
                                                : "&quot;");
        text++;
    }
    char *copy = survey_arena_strdup(x->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return copy;
}

static void indent(struct xform *x)
{
    for (unsigned i = 0; i < x->writer.depth; i++)
        survey_buffer_add(x->writer.out, "  ", 2);
}

void xform_open(struct xform *x, const char *tag)
{
    struct xform_writer *writer = &x->writer;
    if (writer->open)
        survey_buffer_text(writer->out, ">\n");
    indent(x);
    survey_format(writer->out, "<%s", tag);
    writer->open = true;
    writer->inlined = false;
    writer->depth++;
}

void xform_attribute(struct xform *x, const char *name, const char *value)
{
    survey_format(x->writer.out, " %s=\"%s\"", name, xform_escaped(x, value, true));
}

void xform_close(struct xform *x, const char *tag)
{
    struct xform_writer *writer = &x->writer;
    writer->depth--;
    if (writer->open) {
        survey_buffer_text(writer->out, "/>\n");
    } else {
        if (!writer->inlined)
            indent(x);
        survey_format(writer->out, "</%s>\n", tag);
    }
    writer->open = writer->inlined = false;
}

void xform_markup(struct xform *x, const char *content)
{
    if (!*content)
        return;
    survey_buffer_text(x->writer.out, ">");
    survey_buffer_text(x->writer.out, content);
    x->writer.open = false;
    x->writer.inlined = true;
}

void xform_text(struct xform *x, const char *text)
{
    xform_markup(x, xform_escaped(x, text, false));
}

void xform_empty(struct xform *x, const char *tag)
{
    xform_open(x, tag);
    xform_close(x, tag);
}

void xform_leaf(struct xform *x, const char *tag, const char *text)
{
    xform_open(x, tag);
    xform_text(x, text);
    xform_close(x, tag);
}
