// SPDX-License-Identifier: GPL-3.0-or-later
// ${name} as paths: absolute, or relative where both ends stand in the same repeat; and as output
// elements in labels.
#include "survey/base/text.h"
#include "survey/definition/xform_private.h"

#include <string.h>

enum { NEAR = 1000 }; // so many nodes of one name are compared

// The innermost repeat (or, with groups, section) that holds both; its distance from a in *steps.
static struct xform_node *common(const struct xform_node *a, const struct xform_node *b,
                                 bool groups, unsigned *steps)
{
    *steps = 1;
    for (struct xform_node *up = a->parent; up; up = up->parent, ++*steps) {
        bool fits = up->kind == XFORM_REPEAT || (groups && up->kind == XFORM_GROUP && up->parent);
        for (const struct xform_node *other = fits ? b->parent : NULL; other; other = other->parent)
            if (other == up)
                return up;
    }
    return NULL;
}

static const struct xform_node *repeat_of(const struct xform_node *node)
{
    for (node = node->parent; node && node->kind != XFORM_REPEAT;)
        node = node->parent;
    return node;
}

// "/g/name": the path from below ancestor (NULL: from the top, the root's name included).
static const char *path_below(struct xform *x, const struct xform_node *node,
                              const struct xform_node *ancestor)
{
    if (!ancestor)
        return node->path;
    return survey_arena_strdup(x->arena, node->path + strlen(ancestor->path));
}

// Of several nodes of a name, the one that shares most of its way with context.
static const struct xform_node *nearest(const struct xform_node *first,
                                        const struct xform_node *context)
{
    const struct xform_node *best = first;
    size_t most = 0, looked = 0;
    for (const struct xform_node *node = first; node && looked < NEAR;
         node = node->same, looked++) {
        size_t shared = 0;
        for (size_t i = 0; context && node->path[i] && node->path[i] == context->path[i]; i++)
            if (node->path[i] == '/')
                shared = i;
        if (shared > most) {
            most = shared;
            best = node;
        }
    }
    return best;
}

// Where a choice filter is to be put behind a path into the repeat itself, one step more is needed.
static const char *to_parent(struct xform *x, const struct xform_node *target,
                             const struct xform_node *source, const struct xform_node *repeat,
                             unsigned *steps)
{
    bool outermost = !repeat_of(repeat);
    if (repeat != repeat_of(target) || (!outermost && repeat_of(source) == repeat))
        return NULL;
    ++*steps;
    return path_below(x, target, repeat->parent);
}

static const char *relative(struct xform *x, const struct xform_node *target,
                            const struct xform_node *source, bool current, bool of_parent)
{
    unsigned steps, nearer;
    const struct xform_node *repeat = common(source, target, false, &steps);
    if (!repeat)
        return NULL;
    const char *path = of_parent ? to_parent(x, target, source, repeat, &steps) : NULL;
    if (!path) {
        const struct xform_node *section = common(source, target, true, &nearer);
        path = path_below(x, target, section);
        steps = nearer;
    }
    struct survey_buffer out = SURVEY_BUFFER(64 << 10);
    survey_buffer_text(&out, current ? " current()/" : " ");
    for (unsigned i = 0; i < steps; i++)
        survey_buffer_text(&out, i ? "/.." : "..");
    survey_format(&out, "%s ", path);
    char *copy = survey_arena_strdup(x->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return copy;
}

// True where the reference stands in the predicate of a path into an instance().
static bool in_predicate(const char *text, const struct survey_reference *reference)
{
    const char *instance = strstr(text, "instance(");
    while (instance && (!instance[9] || instance[9] == ')' || !instance[10]))
        instance = strstr(instance + 1, "instance(");
    if (!instance)
        return false;
    for (const char *open = strchr(text, '['); open;) {
        const char *close = strchr(open, ']');
        if (!close)
            return false;
        if (close > open + 1 && text + reference->at >= open && text + reference->end <= close + 1)
            return true;
        open = strchr(close > open + 1 ? close : open + 1, '[');
    }
    return false;
}

struct call {
    const char *at, *end;
};

static bool next_indexed(const char *from, struct call *call)
{
    for (const char *at = strstr(from, "indexed-repeat("); at;
         at = strstr(at + 1, "indexed-repeat(")) {
        const char *close = strchr(at, ')');
        if (close && close > at + strlen("indexed-repeat(")) {
            *call = (struct call){at, close + 1};
            return true;
        }
    }
    return false;
}

// Which argument of indexed-repeat() names the reference: the last one that does; -1 for none.
static int argument_of(const struct call *call, const struct survey_reference *reference)
{
    const char *from = call->at + strlen("indexed-repeat(");
    int index = 0, found = -1;
    for (const char *at = from; at < call->end; at++) {
        if (*at == ',')
            index++;
        if (at[0] == '$' && at[1] == '{' &&
            strncmp(at + 2, reference->name, reference->length) == 0 &&
            at[2 + reference->length] == '}')
            found = index;
    }
    return found;
}

// Names that indexed-repeat() takes as nodesets stay absolute; its indices and all else are
// relative.
static bool may_be_relative(const char *text, const struct survey_reference *reference)
{
    struct call call;
    const char *at = text + reference->at, *end = text + reference->end;
    if (!strstr(text, "indexed-repeat("))
        return true;
    for (const char *from = text; next_indexed(from, &call); from = call.end) {
        if (end > call.end) {
            if (!next_indexed(call.end, &call))
                return true;
            continue;
        }
        if (end < call.at || at > call.end)
            return true;
        int argument = argument_of(&call, reference);
        return argument >= 0 && argument != 0 && argument != 1 && argument != 3 && argument != 5;
    }
    return false;
}

static const char *path_of(struct xform *x, const char *text,
                           const struct survey_reference *reference,
                           const struct xform_node *context, bool current, bool of_parent)
{
    const struct survey_map_entry *entry =
        survey_map_find_n(&x->names, reference->name, reference->length);
    if (!entry) {
        if (!x->failed)
            survey_fail(x->error, SURVEY_ERROR_INPUT, x->form->path,
                        _("'${%.*s}' is not a question of this form"), (int)reference->length,
                        reference->name);
        x->failed = true;
        return "";
    }
    const struct xform_node *target = nearest(entry->value, context);
    if (context && !reference->last_saved && may_be_relative(text, reference)) {
        const char *path =
            relative(x, target, context, current || in_predicate(text, reference), of_parent);
        if (path)
            return path;
    }
    return survey_arena_format(
        x->arena, " %s%s ", reference->last_saved ? "instance('__last-saved')" : "", target->path);
}

// Looking at each reference's surroundings takes time for long texts: no form of ours gets here
// with one.
static bool too_long(struct xform *x, const char *text)
{
    if (strlen(text) <= SURVEY_REFERRING_MAX)
        return false;
    if (!x->failed)
        survey_fail(x->error, SURVEY_ERROR_INPUT, x->form->path, "%s",
                    _("a text that refers to answers is at most 32 kB long"));
    x->failed = true;
    return true;
}

const char *xform_paths(struct xform *x, const char *text, const struct xform_node *context,
                        bool current, bool of_parent)
{
    struct survey_reference reference;
    struct survey_buffer out = SURVEY_BUFFER(1 << 20);
    size_t from = 0;
    if (!strstr(text, "${") || too_long(x, text))
        return text;
    while (survey_reference_next(text, from, &reference)) {
        survey_buffer_add(&out, text + from, reference.at - from);
        survey_buffer_text(&out, path_of(x, text, &reference, context, current, of_parent));
        from = reference.end;
    }
    survey_buffer_text(&out, text + from);
    char *copy = survey_arena_strdup(x->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return copy;
}

// The end of the instance() expression that begins at text: the call, its path, predicates and on.
static const char *instance_end(const char *text)
{
    enum { CALL, ARGUMENT, CLOSED, PATH, PREDICATE, AFTER } state = CALL;
    const char *begin = text, *end = text;
    size_t length;
    for (enum survey_word word; (word = survey_word_at(text, &length)) != SURVEY_WORD_END;
         text += length) {
        if (end == begin)
            ; // instance( itself
        else if (state == CALL && word == SURVEY_WORD_TEXT)
            state = ARGUMENT;
        else if (state == ARGUMENT && word == SURVEY_WORD_CLOSE)
            state = CLOSED;
        else if ((state == CLOSED || state == AFTER) && word == SURVEY_WORD_SLASH)
            state = PATH;
        else if (state == PATH && word == SURVEY_WORD_PREDICATE)
            state = PREDICATE;
        else if (state == PREDICATE && word == SURVEY_WORD_PREDICATE_END)
            state = AFTER;
        else if (state != PREDICATE && (state != PATH || word == SURVEY_WORD_SPACE))
            return end;
        end = text + length;
    }
    return end;
}

// The same with each instance() expression as an output element.
static const char *output_instances(struct xform *x, const char *text,
                                    const struct xform_node *context)
{
    struct survey_buffer out = SURVEY_BUFFER(1 << 20);
    size_t length;
    if (!strstr(text, "instance("))
        return text;
    for (enum survey_word word; (word = survey_word_at(text, &length)) != SURVEY_WORD_END;
         text += length) {
        if (word != SURVEY_WORD_CALL || length != 9 || strncmp(text, "instance(", 9) != 0) {
            survey_buffer_add(&out, text, length);
            continue;
        }
        length = (size_t)(instance_end(text) - text);
        const char *path =
            xform_paths(x, survey_arena_strndup(x->arena, text, length), context, false, false);
        survey_format(&out, "<output value=\"%s\"/>", xform_escaped(x, path, true));
    }
    char *copy = survey_arena_strdup(x->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return copy;
}

// Spaces keep apart what stands beside an output element, as every client expects it.
static const char *spaced(struct xform *x, const char *content)
{
    bool text_first = *content != '<';
    const char *only = strstr(content, "/>");
    if (!text_first && only && !only[2])
        return content;
    return survey_arena_format(x->arena, "%s%s ", text_first ? " " : "", content);
}

const char *xform_label(struct xform *x, const char *text, const struct xform_node *context,
                        bool *markup)
{
    struct survey_reference reference;
    *markup = false;
    if (strcmp(text, "-") == 0 || (!strstr(text, "${") && !strstr(text, "instance(")) ||
        too_long(x, text))
        return text;
    const char *escaped = xform_escaped(x, text, false),
               *content = output_instances(x, escaped, context);
    struct survey_buffer out = SURVEY_BUFFER(1 << 20);
    size_t from = 0;
    while (survey_reference_next(content, from, &reference)) {
        survey_buffer_add(&out, content + from, reference.at - from);
        const char *path = path_of(x, content, &reference, context, false, false);
        survey_format(&out, "<output value=\"%s\"/>", path);
        from = reference.end;
    }
    survey_buffer_text(&out, content + from);
    content = survey_arena_strdup(x->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    *markup = strcmp(content, escaped) != 0;
    return *markup ? spaced(x, content) : text;
}
