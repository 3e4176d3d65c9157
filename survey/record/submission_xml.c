// SPDX-License-Identifier: GPL-3.0-or-later
// The record as an ODK submission: what is relevant, in the order of the form.
#include "survey/record/instance.h"

#include <math.h>
#include <string.h>

// Text as XML: escaped, without the control characters that XML 1.0 cannot hold.
static void write_text(struct survey_buffer *buffer, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            survey_buffer_text(buffer, "&amp;");
        else if (*text == '<')
            survey_buffer_text(buffer, "&lt;");
        else if (*text == '>')
            survey_buffer_text(buffer, "&gt;");
        else if (*text == '"')
            survey_buffer_text(buffer, "&quot;");
        else if (*text == '\r')
            survey_buffer_text(buffer, "&#13;");
        else if ((unsigned char)*text >= ' ' || *text == '\n' || *text == '\t')
            survey_buffer_byte(buffer, *text);
    }
}

static bool is_written(const struct survey_node *node)
{
    return !node->hidden && !node->irrelevant;
}

static void open_node(struct survey_buffer *buffer, const struct survey_node *node)
{
    survey_format(buffer, "<%s", node->name);
    if (node->first) {
        survey_buffer_byte(buffer, '>');
    } else if (node->value[0]) {
        survey_buffer_byte(buffer, '>');
        write_text(buffer, node->value);
        survey_format(buffer, "</%s>", node->name);
    } else {
        survey_buffer_text(buffer, "/>");
    }
}

// "${n}" and nothing else: then the form has no node of its own for the number of instances.
static bool is_plain_reference(const char *text)
{
    text += strspn(text, " ");
    size_t length = strcspn(text, "}");
    return strncmp(text, "${", 2) == 0 && text[length] == '}' && text[length + 1 + strspn(text + length + 1, " ")] == '\0';
}

// XLSForm makes a node NAME_count before a repeat whose count is calculated; Collect sends it, so do we.
static void write_count(struct survey_record *record, const struct survey_node *template, struct survey_buffer *buffer)
{
    const struct survey_logic *count = &template->item->repeat_count;
    struct survey_value value;
    if (!count->expr || is_plain_reference(count->text))
        return;
    survey_format(buffer, "<%s_count>", template->name);
    if (record_evaluate(record, count->expr, template, NULL, &value) && !(value.kind == SURVEY_NUMBER && isnan(value.number)))
        write_text(buffer, survey_value_text(record->scratch, &value));
    survey_format(buffer, "</%s_count>", template->name);
}

// All below the root, in document order.
static void write_nodes(struct survey_record *record, struct survey_buffer *buffer)
{
    const struct survey_node *root = record->root, *node = root->first;
    while (node) {
        if (node->hidden && node->item && node->item->type == SURVEY_TYPE_REPEAT)
            write_count(record, node, buffer);
        if (is_written(node)) {
            open_node(buffer, node);
            if (node->first) {
                node = node->first;
                continue;
            }
        }
        while (!node->next) {
            node = node->parent;
            if (node == root)
                return;
            survey_format(buffer, "</%s>", node->name);
        }
        node = node->next;
    }
}

static void write_meta(struct survey_record *record, const char *instance_id,
                       struct survey_buffer *buffer)
{
    struct survey_value value;
    survey_buffer_text(buffer, "<meta><instanceID>");
    write_text(buffer, instance_id);
    survey_buffer_text(buffer, "</instanceID>");
    if (record->instance_name &&
        record_evaluate(record, record->instance_name, record->root, NULL, &value)) {
        survey_buffer_text(buffer, "<instanceName>");
        write_text(buffer, survey_value_text(record->scratch, &value));
        survey_buffer_text(buffer, "</instanceName>");
    }
    survey_buffer_text(buffer, "</meta>");
}

void survey_record_write_xml(struct survey_record *record, const char *instance_id,
                             struct survey_buffer *buffer)
{
    const struct survey_form *form = record->form;
    record->steps = record->env.steps;
    survey_format(buffer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s id=\"",
                  record->root->name);
    write_text(buffer, form->id ? form->id : "");
    if (form->version && *form->version) {
        survey_buffer_text(buffer, "\" version=\"");
        write_text(buffer, form->version);
    }
    survey_buffer_text(buffer, "\">");
    write_nodes(record, buffer);
    write_meta(record, instance_id, buffer);
    survey_format(buffer, "</%s>\n", record->root->name);
}
