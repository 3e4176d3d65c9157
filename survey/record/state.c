// SPDX-License-Identifier: GPL-3.0-or-later
// An interview as JSON, and nodes by their paths.
#include "survey/record/state.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"

#include <string.h>

enum { PATH_MOST = 4096, DEPTH_MOST = 64 };

void survey_node_path(const struct survey_node *node, struct survey_buffer *path)
{
    if (!node->parent)
        return;
    survey_node_path(node->parent, path);
    survey_format(path, "/%s", node->name);
    if (node->item && node->item->type == SURVEY_TYPE_REPEAT)
        survey_format(path, "[%u]", node->position);
}

// The path without its numbers, and the numbers; false for what is no such path.
static bool split(const char *path, char plain[static PATH_MOST], uint32_t numbers[static DEPTH_MOST], size_t *count)
{
    size_t length = 0;
    for (*count = 0; *path; path++) {
        if (length + 1 == PATH_MOST || *count == DEPTH_MOST)
            return false;
        if (*path != '[') {
            plain[length++] = *path;
            continue;
        }
        const char *close = strchr(path, ']');
        int64_t number;
        if (!close || !survey_integer_parse(path + 1, (size_t)(close - path - 1), &number) || number < 1 || number > UINT32_MAX)
            return false;
        numbers[(*count)++] = (uint32_t)number;
        path = close;
    }
    plain[length] = '\0';
    return true;
}

struct survey_node *survey_record_at(struct survey_record *record, const char *path)
{
    char plain[PATH_MOST];
    uint32_t numbers[DEPTH_MOST];
    size_t count;
    const struct survey_item *item = split(path, plain, numbers, &count) ? survey_form_find(survey_record_form(record), plain) : NULL;
    return item && strcmp(item->path, plain) == 0 ? survey_record_node(record, item, numbers, count) : NULL;
}

static void write_node(struct survey_record *record, const struct survey_node *node, struct survey_json_writer *writer)
{
    const struct survey_item *item = node->item;
    const char *message = NULL;
    bool leaf = item->type != SURVEY_TYPE_GROUP && item->type != SURVEY_TYPE_REPEAT;
    struct survey_buffer path = SURVEY_BUFFER(1 << 16);
    survey_node_path(node, &path);
    survey_json_open(writer, '{');
    survey_json_member(writer, "path", survey_buffer_string(&path));
    survey_json_member(writer, "type", survey_type_name(item->type));
    survey_json_member_bool(writer, "relevant", !node->irrelevant);
    if (leaf && !node->irrelevant) {
        survey_json_member(writer, "value", node->value);
        survey_json_member(writer, "wrong", survey_violation_name(survey_record_judge(record, node, &message)));
    }
    survey_json_close(writer, '}');
    survey_buffer_clear(&path);
}

// As deep as groups are, which the reader bounds.
static void write_nodes(struct survey_record *record, const struct survey_node *node, struct survey_json_writer *writer)
{
    if (node->item && node->item->type != SURVEY_TYPE_AUDIT)
        write_node(record, node, writer);
    for (const struct survey_node *child = node->first; child; child = child->next)
        if (!child->hidden)
            write_nodes(record, child, writer);
}

void survey_record_write_json(struct survey_record *record, struct survey_json_writer *writer)
{
    survey_json_open(writer, '[');
    write_nodes(record, survey_record_root(record), writer);
    survey_json_close(writer, ']');
}
