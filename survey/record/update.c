// SPDX-License-Identifier: GPL-3.0-or-later
// Relevance and calculations, in the order of their dependencies, until nothing changes.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/record/instance.h"

#include <math.h>
#include <string.h>

// --- evaluation ---------------------------------------------------------------------------------

// The label of a choice in an attached file, which has it in its own words.
static const char *file_label(struct survey_record *record, const struct survey_item *item,
                              const char *value)
{
    const struct survey_node *root = record_file_rows(record, item->list);
    const char *key = record_parameter(record, item, "value", "name");
    for (const struct survey_node *row = root ? root->first : NULL; row; row = row->next) {
        const struct survey_node *name = survey_node_child(row, key);
        if (name && strcmp(name->value, value) == 0) {
            const struct survey_node *label =
                survey_node_child(row, record_parameter(record, item, "label", "label"));
            return label ? label->value : NULL;
        }
    }
    return NULL;
}

static const char *choice_label(void *user, const char *value, const char *question)
{
    struct survey_record *record = user;
    const char *slash = strrchr(question, '/');
    const struct survey_item *item = survey_form_find(record->form, question);
    if (!item && slash)
        item = survey_form_find(record->form, slash + 1);
    if (item && item->list && item->list->file)
        return file_label(record, item, value);
    const struct survey_choice *choice = item ? survey_item_choice(item, value) : NULL;
    return choice ? survey_label(record->form, choice->labels, record->env.language) : NULL;
}

// The node of that name where there is one and no other.
static const struct survey_node *only_node(void *user, const char *name)
{
    const struct survey_record *record = user;
    const struct survey_map_entry *entry = survey_map_find(&record->names, name);
    if (!entry || entry->number < 0)
        return NULL;
    const struct record_places *places = &record->places[entry->number];
    return places->count == 1 && !record_is_gone(places->at[0]) ? places->at[0] : NULL;
}

static struct survey_node *list_tree(struct survey_record *record,
                                     const struct survey_choice_list *list)
{
    struct survey_node *document = survey_node_add(record->arena, NULL, "", "");
    struct survey_node *root = survey_node_add(record->arena, document, "root", "");
    for (size_t i = 0; i < list->count; i++) {
        const struct survey_choice *choice = &list->choices[i];
        struct survey_node *row = survey_node_add(record->arena, root, "item", "");
        survey_node_add(record->arena, row, "name", choice->name);
        survey_node_add(record->arena, row, "itextId", survey_arena_format(record->arena, "%s-%zu", list->name, i));
        if (choice->labels)
            survey_node_add(record->arena, row, "label",
                            survey_label(record->form, choice->labels, record->env.language));
        for (size_t k = 0; k < choice->extra.count; k++) {
            const struct survey_map_entry *cell = &choice->extra.entries[k];
            survey_node_add(record->arena, row, cell->key, cell->value ? cell->value : "");
        }
    }
    return root;
}

const struct survey_node *record_list_root(void *user, const char *id)
{
    struct survey_record *record = user;
    bool added;
    for (size_t i = 0; i < record->form->list_count; i++) {
        const struct survey_choice_list *list = record->form->lists[i];
        if (list->file || strcmp(list->name, id) != 0)
            continue;
        struct survey_map_entry *entry = survey_map_put(&record->lists, record->arena, id, &added);
        if (added)
            entry->value = list_tree(record, list);
        return entry->value;
    }
    return record->env.instance ? record->env.instance(record->env.user, id) : NULL;
}

// The nearest node of the interview that is a question or a group and is shown.
static const struct survey_node *place_of(const struct survey_record *record, const struct survey_node *node)
{
    while (node && node != record->root && (!node->item || record_is_gone(node)))
        node = node->parent;
    return node ? node : record->root;
}

bool record_evaluate(struct survey_record *record, const struct survey_expr *expr,
                     const struct survey_node *context, const struct survey_node *current,
                     struct survey_value *value)
{
    uint64_t most = record->steps < SURVEY_EXPR_STEPS ? record->steps : SURVEY_EXPR_STEPS, left = most;
    struct survey_expr_env env = {
        .arena = record->scratch,
        .steps = &left,
        .root = record->document,
        .context = context,
        .current = current,
        .now = record->env.now,
        .has_now = true,
        .seed = record->env.seed,
        .only = only_node,
        .instance = record_list_root,
        .choice_label = choice_label,
        .itext = record_itext,
        .user = record,
    };
    bool done = survey_expr_evaluate(expr, &env, value, NULL);
    record->steps -= most - left;
    if (left == 0 && !record->overworked)
        record->overworked = place_of(record, current ? current : context);
    return done;
}

// XLSForm's own words for true() and false(); -1 for anything else.
static int plain_truth(const char *text)
{
    static const char *const yes[] = {"yes", "Yes", "YES", "true", "True", "TRUE", "true()"};
    static const char *const no[] = {"no", "No", "NO", "false", "False", "FALSE", "false()"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (strcmp(text, yes[i]) == 0)
            return 1;
        if (strcmp(text, no[i]) == 0)
            return 0;
    }
    return -1;
}

bool record_holds(struct survey_record *record, const struct survey_logic *logic,
                  const struct survey_node *node, bool otherwise)
{
    struct survey_value value;
    if (!logic->text || !*logic->text)
        return otherwise;
    int truth = plain_truth(logic->text);
    if (truth >= 0)
        return truth;
    if (!logic->expr || !record_evaluate(record, logic->expr, node, NULL, &value))
        return otherwise;
    return survey_value_boolean(&value);
}

bool record_calculate(struct survey_record *record, struct survey_node *node,
                      const struct survey_logic *logic)
{
    struct survey_value value;
    const char *text = "";
    char date[16];
    if (logic->expr && record_evaluate(record, logic->expr, node, NULL, &value)) {
        text = survey_value_text(record->scratch, &value);
        if (value.kind == SURVEY_NUMBER && isnan(value.number))
            text = "";
        bool days = node->item->type == SURVEY_TYPE_DATE && value.kind == SURVEY_NUMBER &&
                    fabs(value.number) < 3e6;
        if (days) {
            survey_date_text((int64_t)floor(value.number), date);
            text = date;
        }
    }
    bool changed = strcmp(text, node->value) != 0;
    record_store(record, node, text);
    return changed;
}

static bool stop_at_use(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    (void)name, (void)at;
    bool *dynamic = user;
    *dynamic = *dynamic || use == SURVEY_USES_NAME || use == SURVEY_USES_FUNCTION;
    return !*dynamic;
}

void record_apply_default(struct survey_record *record, struct survey_node *node)
{
    const struct survey_logic *initial = &node->item->initial;
    bool dynamic = false;
    if (!initial->text || !*initial->text)
        return;
    if (initial->expr) // "yes" and "2016-12-31" are texts; what names or calls something is not
        survey_expr_each_use(initial->expr, stop_at_use, &dynamic);
    if (dynamic)
        record_calculate(record, node, initial);
    else
        record_store(record, node, initial->text);
}

// --- order --------------------------------------------------------------------------------------

struct ordering {
    const struct survey_form *form;
    struct survey_map names; // name -> 1 + index of the first item called so
    size_t *same;            // 1 + index of the next item of the same name
    unsigned char *state;    // 1 on the stack or done
    const struct survey_item **order;
    size_t count;
    struct survey_arena *arena;
    size_t *pending; // items named by the one under way
    size_t pending_count, pending_capacity;
};

static void pend(struct ordering *ordering, size_t index)
{
    if (ordering->state[index])
        return;
    if (ordering->pending_count == ordering->pending_capacity) {
        size_t capacity = ordering->pending_capacity ? ordering->pending_capacity * 2 : 64;
        size_t *more = survey_arena_array(ordering->arena, capacity, sizeof *more);
        if (ordering->pending_count)
            memcpy(more, ordering->pending, ordering->pending_count * sizeof *more);
        ordering->pending = more;
        ordering->pending_capacity = capacity;
    }
    ordering->pending[ordering->pending_count++] = index;
}

static bool pend_use(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct ordering *ordering = user;
    (void)at;
    if (use != SURVEY_USES_NAME && use != SURVEY_USES_PATH)
        return true;
    const char *slash = strrchr(name, '/');
    const struct survey_map_entry *entry =
        survey_map_find(&ordering->names, slash ? slash + 1 : name);
    for (size_t next = entry ? (size_t)entry->number : 0; next; next = ordering->same[next - 1])
        pend(ordering, next - 1);
    return true;
}

static void pend_needs(struct ordering *ordering, const struct survey_item *item)
{
    const struct survey_logic *logics[] = {&item->relevant, &item->calculation,
                                           &item->repeat_count};
    for (size_t i = 0; i < sizeof logics / sizeof *logics; i++)
        if (logics[i]->expr)
            survey_expr_each_use(logics[i]->expr, pend_use, ordering);
    if (item->parent && item->parent != ordering->form->root)
        pend(ordering, item->parent->index);
}

// Depth first without recursion: an item stays on the stack until all that it names has been
// placed. A cycle is cut where it closes (the check of the form reports it).
static void place(struct ordering *ordering, size_t index)
{
    pend(ordering, index);
    while (ordering->pending_count) {
        size_t top = ordering->pending[ordering->pending_count - 1];
        if (ordering->state[top] == 0) {
            ordering->state[top] = 1;
            pend_needs(ordering, ordering->form->items[top]);
        } else {
            ordering->pending_count--;
            if (ordering->state[top] == 1)
                ordering->order[ordering->count++] = ordering->form->items[top];
            ordering->state[top] = 2;
        }
    }
}

const struct survey_item **record_order(struct survey_arena *arena, const struct survey_form *form)
{
    struct ordering ordering = {.form = form, .arena = arena};
    size_t count = form->item_count;
    ordering.same = survey_arena_array(arena, count + 1, sizeof *ordering.same);
    ordering.state = survey_arena_alloc(arena, count + 1);
    ordering.order = survey_arena_array(arena, count + 1, sizeof *ordering.order);
    for (size_t i = count; i-- > 0;) {
        struct survey_map_entry *entry =
            survey_map_put(&ordering.names, arena, form->items[i]->name, NULL);
        ordering.same[i] = (size_t)entry->number;
        entry->number = (int64_t)i + 1;
    }
    for (size_t i = 0; i < count; i++)
        place(&ordering, i);
    survey_map_clear(&ordering.names);
    return ordering.order;
}

// --- the update ---------------------------------------------------------------------------------

// A repeat with a count has at least so many instances; answered ones beyond it are kept, so that
// nothing received is lost.
static void fill_repeat(struct survey_record *record, const struct survey_item *item)
{
    struct record_places *places = &record->places[item->index];
    size_t count = places->count;
    for (size_t i = 0; i < count; i++) {
        struct survey_node *template = places->at[i];
        struct survey_value value;
        if (!template->hidden || record_is_gone(template->parent) ||
            !record_evaluate(record, item->repeat_count.expr, template, NULL, &value))
            continue;
        double wanted = survey_value_number(&value);
        if (!(wanted >= 1))
            continue;
        uint32_t number = wanted > RECORD_INSTANCES_MAX ? RECORD_INSTANCES_MAX : (uint32_t)wanted;
        record_instance_at(record, template->parent, item, number);
    }
}

static void update_node(struct survey_record *record, struct survey_node *node)
{
    const struct survey_item *item = node->item;
    bool irrelevant =
        node->parent->irrelevant || !record_holds(record, &item->relevant, node, true);
    if (irrelevant != node->irrelevant) {
        node->irrelevant = irrelevant;
        record_changed(record, item);
        for (size_t i = 0; i < item->child_count; i++)
            record_stale(record, item->children[i]);
    }
    bool calculated = item->calculation.text && *item->calculation.text && item->calculation.expr &&
                      !node->kept && !(item->trigger && *item->trigger);
    if (calculated)
        record_calculate(record, node, &item->calculation);
}

static void update_item(struct survey_record *record, const struct survey_item *item)
{
    if (item->type == SURVEY_TYPE_REPEAT && item->repeat_count.expr)
        fill_repeat(record, item);
    const struct record_places *places = &record->places[item->index];
    for (size_t k = 0; k < places->count; k++)
        if (!record_is_gone(places->at[k]))
            update_node(record, places->at[k]);
    record_clear_scratch(record);
}

// What is stale, in order; a change makes more so, mostly further on. What stands before it, as in a
// cycle, and what can't be told by names, has its turn in the next pass.
void survey_record_update(struct survey_record *record)
{
    struct record_changes *changes = &record->changes;
    record->steps = record->env.steps;
    for (int pass = 0; pass < RECORD_PASSES; pass++) {
        for (size_t word = 0; changes->any && word < changes->words; word++)
            changes->dirty[word] |= changes->moving[word];
        changes->any = false;
        size_t rank = record_next_stale(record, 0);
        if (rank == SIZE_MAX)
            return;
        for (; rank != SIZE_MAX; rank = record_next_stale(record, rank)) {
            changes->dirty[rank / 64] &= ~((uint64_t)1 << rank % 64);
            update_item(record, record->order[rank]);
            rank++;
        }
    }
    memset(changes->dirty, 0, changes->words * sizeof *changes->dirty); // a cycle, cut here
}

void survey_record_put(struct survey_record *record, struct survey_node *node, const char *value)
{
    record_store(record, node, value);
    node->kept = false;
    if (node->item && node->item->calculation.expr)
        record_stale(record, node->item);
}

void survey_record_keep(struct survey_record *record, struct survey_node *node, const char *value)
{
    record_store(record, node, value);
    node->kept = true;
    survey_record_update(record);
}

// The instance of repeat that holds node; NULL where none does.
static const struct survey_node *instance_above(const struct survey_node *node,
                                                const struct survey_item *repeat)
{
    while (node && node->item != repeat)
        node = node->parent;
    return node;
}

static bool names_trigger(const char *trigger, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(trigger, "${"); at; at = strstr(at, "${")) {
        at += 2 + strspn(at + 2, " ");
        if (strncmp(at, name, length) == 0 && (at[length] == '}' || at[length] == ' '))
            return true;
    }
    return false;
}

// Calculations that wait for a change of this answer.
static void fire_triggers(struct survey_record *record, const struct survey_node *node)
{
    for (size_t i = 0; i < record->form->item_count && node->item; i++) {
        const struct survey_item *item = record->form->items[i];
        if (!item->trigger || !*item->trigger || !names_trigger(item->trigger, node->item->name))
            continue;
        const struct survey_node *within = item->repeat ? instance_above(node, item->repeat) : NULL;
        const struct record_places *places = &record->places[item->index];
        for (size_t k = 0; k < places->count; k++) {
            struct survey_node *target = places->at[k];
            bool meant = !within || instance_above(target, item->repeat) == within;
            if (meant && !record_is_gone(target) && item->calculation.expr)
                record_calculate(record, target, &item->calculation);
        }
    }
}

void survey_record_set(struct survey_record *record, struct survey_node *node, const char *value)
{
    bool changed = strcmp(node->value, value) != 0;
    survey_record_put(record, node, value);
    survey_record_update(record);
    if (!changed)
        return;
    fire_triggers(record, node);
    survey_record_update(record);
}
