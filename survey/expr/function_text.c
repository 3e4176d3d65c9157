// SPDX-License-Identifier: GPL-3.0-or-later
// Functions on text, truths and selections.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/expr/function.h"

#include <math.h>
#include <string.h>

bool expr_call_string(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_text(evaluation, value, TEXT(0));
}

bool expr_call_boolean(EXPR_CALL_PARAMETERS)
{
    (void)evaluation, (void)count;
    return expr_boolean(value, survey_value_boolean(&arguments[0]));
}

bool expr_call_not(EXPR_CALL_PARAMETERS)
{
    (void)evaluation, (void)count;
    return expr_boolean(value, !survey_value_boolean(&arguments[0]));
}

bool expr_call_true(EXPR_CALL_PARAMETERS)
{
    (void)evaluation, (void)arguments, (void)count;
    return expr_boolean(value, true);
}

bool expr_call_false(EXPR_CALL_PARAMETERS)
{
    (void)evaluation, (void)arguments, (void)count;
    return expr_boolean(value, false);
}

bool expr_call_boolean_from_string(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0);
    return expr_boolean(value, strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

// Joins the single values with a separator, within the ceiling of a value.
static bool join(struct evaluation *evaluation, const struct survey_value *arguments, size_t count,
                 const char *separator, struct survey_value *value)
{
    struct survey_buffer buffer = SURVEY_BUFFER(EXPR_VALUE_MAX);
    bool first = true, good = true;
    for (size_t i = 0; i < count; i++) {
        size_t inner = expr_flat_count(&arguments[i], 1);
        for (size_t k = 0; k < inner; k++, first = false) {
            struct survey_value one = expr_flat_at(&arguments[i], 1, k);
            if (!first)
                survey_buffer_text(&buffer, separator);
            survey_buffer_text(&buffer, expr_as_text(evaluation, &one));
        }
    }
    if (buffer.overflow)
        good = expr_fail(evaluation, _("the text becomes longer than %d bytes"), EXPR_VALUE_MAX);
    good = good && expr_text(evaluation, value, survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    return good;
}

bool expr_call_concat(EXPR_CALL_PARAMETERS)
{
    return join(evaluation, arguments, count, "", value);
}

bool expr_call_join(EXPR_CALL_PARAMETERS)
{
    return join(evaluation, arguments + 1, count - 1, TEXT(0), value);
}

bool expr_call_coalesce(EXPR_CALL_PARAMETERS)
{
    (void)count;
    size_t chosen = TEXT(0)[0] ? 0 : 1;
    *value = arguments[chosen];
    return true;
}

// Byte offset of the character numbered index (from 0), or the length.
static size_t offset_of(const char *text, size_t length, size_t index)
{
    size_t at = 0;
    uint32_t character;
    for (; index > 0 && at < length; index--)
        at += survey_utf8_next(text + at, length - at, &character);
    return at;
}

// A character's number from the end where it is negative; bounded by the count of characters.
static size_t bounded(double index, size_t characters)
{
    index = trunc(index);
    if (index < 0)
        index += (double)characters;
    if (!(index > 0))
        return 0;
    return index > (double)characters ? characters : (size_t)index;
}

bool expr_call_substr(EXPR_CALL_PARAMETERS)
{
    const char *text = TEXT(0);
    size_t length = strlen(text), characters = survey_utf8_count(text, length);
    size_t from = bounded(expr_as_number(evaluation, &arguments[1]), characters);
    size_t to = characters;
    if (count == 3)
        to = bounded(expr_as_number(evaluation, &arguments[2]), characters);
    if (to <= from)
        return expr_text(evaluation, value, "");
    size_t start = offset_of(text, length, from);
    return expr_text_n(evaluation, value, text + start, offset_of(text, length, to) - start);
}

bool expr_call_substring_before(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0), *found = strstr(text, TEXT(1));
    return expr_text_n(evaluation, value, text, found ? (size_t)(found - text) : 0);
}

bool expr_call_substring_after(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *mark = TEXT(1), *found = strstr(TEXT(0), mark);
    return expr_text(evaluation, value, found ? found + strlen(mark) : "");
}

bool expr_call_contains(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_boolean(value, strstr(TEXT(0), TEXT(1)) != NULL);
}

bool expr_call_starts_with(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *start = TEXT(1);
    return expr_boolean(value, strncmp(TEXT(0), start, strlen(start)) == 0);
}

bool expr_call_ends_with(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0), *end = TEXT(1);
    size_t length = strlen(text), tail = strlen(end);
    return expr_boolean(value, tail <= length && strcmp(text + length - tail, end) == 0);
}

bool expr_call_string_length(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0);
    return expr_number(value, (double)survey_utf8_count(text, strlen(text)));
}

bool expr_call_normalize_space(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0), *word;
    char *out = survey_arena_alloc(evaluation->arena, strlen(text) + 1);
    size_t length, at = 0;
    while (expr_next_word(&text, &word, &length)) {
        if (at)
            out[at++] = ' ';
        memcpy(out + at, word, length);
        at += length;
    }
    return expr_text_n(evaluation, value, out, at);
}

// The character of to that replaces the one of from; its length 0 where it is dropped.
static bool translated(const char *from, const char *to, uint32_t character, const char **at,
                       size_t *length)
{
    size_t rest = strlen(from), left = strlen(to);
    for (size_t i = 0, k = 0; i < rest;) {
        uint32_t here, there;
        size_t step = survey_utf8_next(from + i, rest - i, &here);
        size_t other = k < left ? survey_utf8_next(to + k, left - k, &there) : 0;
        if (here == character) {
            *at = to + k;
            *length = other;
            return true;
        }
        i += step;
        k += other;
    }
    return false;
}

bool expr_call_translate(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *text = TEXT(0), *from = TEXT(1), *to = TEXT(2);
    struct survey_buffer buffer = SURVEY_BUFFER(EXPR_VALUE_MAX);
    size_t length = strlen(text);
    bool good = expr_spend(evaluation, length * (strlen(from) + 1) / 32);
    for (size_t i = 0; i < length && good;) {
        uint32_t character;
        const char *with = text + i;
        size_t step = survey_utf8_next(text + i, length - i, &character), size = step;
        translated(from, to, character, &with, &size);
        survey_buffer_add(&buffer, with, size);
        i += step;
    }
    good = good && expr_text(evaluation, value, survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    return good;
}

bool expr_call_regex(EXPR_CALL_PARAMETERS)
{
    (void)count;
    bool matched;
    return expr_regex_match(evaluation, TEXT(0), TEXT(1), &matched) && expr_boolean(value, matched);
}

// --- selections ---------------------------------------------------------------------------------

bool expr_has_word(const char *list, const char *word, size_t length)
{
    const char *found;
    size_t size;
    while (expr_next_word(&list, &found, &size))
        if (size == length && memcmp(found, word, length) == 0)
            return true;
    return false;
}

bool expr_call_selected(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *wanted = TEXT(1), *word;
    size_t length;
    bool any = expr_next_word(&wanted, &word, &length);
    return expr_boolean(value, any && expr_has_word(TEXT(0), word, length));
}

bool expr_call_count_selected(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *list = TEXT(0), *word;
    size_t length, words = 0;
    while (expr_next_word(&list, &word, &length))
        words++;
    return expr_number(value, (double)words);
}

bool expr_call_selected_at(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const char *list = TEXT(0), *word;
    size_t length;
    double index = expr_as_number(evaluation, &arguments[1]);
    for (double at = 0; expr_next_word(&list, &word, &length); at++)
        if (at == index)
            return expr_text_n(evaluation, value, word, length);
    return expr_text(evaluation, value, "");
}

// The question that jr:choice-name() means: "${name}" or a path.
static const char *question_name(struct evaluation *evaluation, const char *text)
{
    text += strspn(text, " ");
    size_t length = strcspn(text, " ");
    if (strncmp(text, "${", 2) != 0)
        return survey_arena_strndup(evaluation->arena, text, length);
    text += 2 + strspn(text + 2, " ");
    return survey_arena_strndup(evaluation->arena, text, strcspn(text, " }"));
}

bool expr_call_choice_name(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const struct survey_expr_env *env = evaluation->env;
    if (!env->choice_label)
        return expr_fail(evaluation, _("there are no choices that jr:choice-name() could name"));
    const char *list = TEXT(0), *word, *question = question_name(evaluation, TEXT(1));
    struct survey_buffer buffer = SURVEY_BUFFER(EXPR_VALUE_MAX);
    size_t length;
    while (expr_next_word(&list, &word, &length)) {
        const char *name = survey_arena_strndup(evaluation->arena, word, length);
        const char *label = env->choice_label(env->user, name, question);
        if (buffer.length)
            survey_buffer_text(&buffer, ", ");
        survey_buffer_text(&buffer, label ? label : "");
    }
    bool good = expr_text(evaluation, value, survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    return good;
}

bool expr_call_itext(EXPR_CALL_PARAMETERS)
{
    (void)count;
    const struct survey_expr_env *env = evaluation->env;
    const char *id = TEXT(0), *text = env->itext ? env->itext(env->user, id) : NULL;
    if (!text)
        return expr_fail(evaluation, _("there is no text with the id '%s'"), id);
    return expr_text(evaluation, value, text);
}

bool expr_call_checklist(EXPR_CALL_PARAMETERS)
{
    double least = expr_as_number(evaluation, &arguments[0]);
    double most = expr_as_number(evaluation, &arguments[1]), yes = 0;
    size_t values = expr_flat_count(arguments + 2, count - 2);
    for (size_t i = 0; i < values; i++) {
        struct survey_value one = expr_flat_at(arguments + 2, count - 2, i);
        yes += survey_value_boolean(&one);
    }
    return expr_boolean(value, (least < 0 || yes >= least) && (most < 0 || yes <= most));
}

bool expr_call_weighted_checklist(EXPR_CALL_PARAMETERS)
{
    double least = expr_as_number(evaluation, &arguments[0]);
    double most = expr_as_number(evaluation, &arguments[1]), sum = 0;
    for (size_t i = 2; i + 1 < count; i += 2)
        if (survey_value_boolean(&arguments[i]))
            sum += expr_as_number(evaluation, &arguments[i + 1]);
    return expr_boolean(value, sum >= least && sum <= most);
}
