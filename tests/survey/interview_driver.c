// SPDX-License-Identifier: GPL-3.0-or-later
// An interview with random answers, for another engine to repeat: interview FORM SEED [PASSES], or interview
// FORM workbook for the workbook as canonical JSON. Prints JSON:
// the answers in their order, then every node with its value, whether it is relevant and what is wrong
// with it, and the submission.
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/random.h"
#include "survey/definition/form.h"
#include "survey/record/state.h"
#include "survey/workbook/workbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHOICES = 64 };

struct driver {
    const struct survey_form *form;
    struct survey_record *record;
    struct survey_random random;
    struct survey_json_writer json;
};

static bool chance(struct driver *driver, uint32_t percent)
{
    return survey_random_below(&driver->random, 100) < percent;
}

static void member_path(struct driver *driver, const struct survey_node *node)
{
    struct survey_buffer path = SURVEY_BUFFER(1 << 16);
    survey_node_path(node, &path);
    survey_json_member(&driver->json, "path", survey_buffer_string(&path));
    survey_buffer_clear(&path);
}

static void choose(struct driver *driver, const struct survey_node *node, bool several, struct survey_buffer *value)
{
    const struct survey_choice *choices[MOST_CHOICES];
    size_t count = survey_record_choices(driver->record, node, choices, MOST_CHOICES);
    count = count > MOST_CHOICES ? MOST_CHOICES : count;
    if (!several && count)
        survey_buffer_text(value, choices[survey_random_below(&driver->random, (uint32_t)count)]->name);
    for (size_t i = 0; several && i < count; i++)
        if (chance(driver, 35))
            survey_format(value, "%s%s", value->length ? " " : "", choices[i]->name);
}

static void make_value(struct driver *driver, const struct survey_node *node, struct survey_buffer *value)
{
    static const char *const words[] = {"yes", "12", "A101", "two words", "0.5", "王", "x&y", "2016-12-31"};
    uint32_t number = survey_random_below(&driver->random, chance(driver, 70) ? 12 : 130);
    switch ((int)node->item->type) {
    case SURVEY_TYPE_SELECT_ONE:
        choose(driver, node, false, value);
        break;
    case SURVEY_TYPE_SELECT_MULTIPLE:
        choose(driver, node, true, value);
        break;
    case SURVEY_TYPE_INTEGER:
        survey_format(value, "%u", number);
        break;
    case SURVEY_TYPE_DECIMAL:
        survey_format(value, "%u.%u", number, survey_random_below(&driver->random, 4) * 25);
        break;
    case SURVEY_TYPE_TEXT:
        survey_buffer_text(value, words[survey_random_below(&driver->random, 8)]);
        break;
    case SURVEY_TYPE_DATE:
        survey_format(value, "20%02u-%02u-%02u", survey_random_below(&driver->random, 30), 1 + survey_random_below(&driver->random, 12),
                      1 + survey_random_below(&driver->random, 28));
        break;
    default:
        break; // what needs a device is left blank
    }
}

// Whether a repeat asks for as many instances as the question says. Such an answer is given once, and small:
// engines differ in what becomes of instances when there should be fewer.
static bool is_count(const struct driver *driver, const struct survey_item *item)
{
    char name[300];
    survey_format_into(name, sizeof name, "${%s}", item->name);
    for (size_t i = 0; i < driver->form->item_count; i++)
        if (driver->form->items[i]->repeat_count.text && strstr(driver->form->items[i]->repeat_count.text, name))
            return true;
    return false;
}

static void answer(struct driver *driver, struct survey_node *node)
{
    struct survey_buffer value = SURVEY_BUFFER(1 << 16);
    if (is_count(driver, node->item)) {
        if (node->value[0])
            return;
        survey_format(&value, "%u", survey_random_below(&driver->random, 4));
    } else if (chance(driver, 88)) {
        make_value(driver, node, &value);
    }
    if (value.length || node->value[0]) {
        survey_json_open(&driver->json, '{');
        member_path(driver, node);
        survey_json_member(&driver->json, "type", survey_type_name(node->item->type));
        survey_json_member(&driver->json, "value", survey_buffer_string(&value));
        survey_json_close(&driver->json, '}');
        survey_record_set(driver->record, node, survey_buffer_string(&value));
    }
    survey_buffer_clear(&value);
}

// In document order; what an answer made relevant or added below is visited as well.
static void visit(struct driver *driver, struct survey_node *node)
{
    for (struct survey_node *child = node->first; child; child = child->next) {
        const struct survey_item *item = child->item;
        if (!item || child->hidden || child->irrelevant)
            continue;
        if (child->first)
            visit(driver, child);
        else if (survey_item_is_asked(item) && !item->calculation.text && !item->read_only.text)
            answer(driver, child);
    }
}

static void interview(struct driver *driver, int passes)
{
    struct survey_node *root = (struct survey_node *)(uintptr_t)survey_record_root(driver->record);
    survey_json_open(&driver->json, '{');
    survey_json_key(&driver->json, "answers");
    survey_json_open(&driver->json, '[');
    for (int pass = 0; pass < passes; pass++)
        visit(driver, root);
    survey_json_close(&driver->json, ']');
    survey_json_key(&driver->json, "nodes");
    survey_record_write_json(driver->record, &driver->json);
    struct survey_buffer xml = SURVEY_BUFFER(16 << 20);
    survey_record_write_xml(driver->record, "uuid:0", &xml);
    survey_json_member(&driver->json, "xml", survey_buffer_string(&xml));
    survey_buffer_clear(&xml);
    survey_json_close(&driver->json, '}');
}

int main(int argc, char **argv)
{
    struct survey_error error = {0};
    struct survey_form *form = NULL;
    if (argc < 3 || !survey_form_open(argv[1], false, NULL, &form, &error)) {
        fprintf(stderr, "%s: %s\n", argc < 3 ? "usage: interview FORM SEED [PASSES]" : error.where, error.message);
        return 2;
    }
    struct survey_buffer text = SURVEY_BUFFER(64 << 20);
    if (strcmp(argv[2], "workbook") == 0) {
        survey_workbook_write_json(form->workbook, &text);
        puts(survey_buffer_string(&text));
        survey_buffer_clear(&text);
        survey_form_free(form);
        return 0;
    }
    struct survey_record_env env = {.now = {1480000000, 0, 0}, .seed = 1};
    struct driver driver = {.form = form, .record = survey_record_new(form, &env), .json = survey_json_writer(&text, false),
                            .random = survey_random_at(strtoull(argv[2], NULL, 10), "interview", form->id)};
    interview(&driver, argc > 3 ? (int)strtol(argv[3], NULL, 10) : 2);
    puts(survey_buffer_string(&text));
    survey_buffer_clear(&text);
    survey_record_free(driver.record);
    survey_form_free(form);
    return 0;
}
