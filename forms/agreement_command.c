// SPDX-License-Identifier: GPL-3.0-or-later
// review --agreement: how far two reviewers agree, what is to be settled, and how often the reader was right.
#include "forms/agreement_command.h"

#include "forms/scan/review_agree.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <string.h>

// --- For machines ---

static void figure_json(struct survey_json_writer *json, const struct review_agreement *figure)
{
    survey_json_open(json, '{');
    if (*figure->question) {
        survey_json_member(json, "form", figure->form);
        survey_json_member(json, "question", figure->question);
    }
    if (*figure->who[0]) {
        survey_json_key(json, "reviewers");
        survey_json_open(json, '[');
        survey_json_put_text(json, figure->who[0]);
        survey_json_put_text(json, figure->who[1]);
        survey_json_close(json, ']');
    }
    survey_json_member_integer(json, "n", (int64_t)figure->n);
    survey_json_member_integer(json, "same", (int64_t)figure->same);
    if (figure->n) {
        survey_json_member_number(json, "share", figure->share);
        survey_json_member_number(json, "low", figure->low);
        survey_json_member_number(json, "high", figure->high);
    }
    survey_json_member_integer(json, "coded", (int64_t)figure->coded);
    survey_json_key(json, "kappa");
    if (figure->has_kappa)
        survey_json_put_number(json, figure->kappa);
    else
        survey_json_put_null(json);
    survey_json_close(json, '}');
}

static void figures_json(struct survey_json_writer *json, const char *key, const struct review_agreement *figures,
                         size_t count)
{
    survey_json_key(json, key);
    survey_json_open(json, '[');
    for (size_t i = 0; i < count; i++)
        figure_json(json, &figures[i]);
    survey_json_close(json, ']');
}

static void pair_json(struct survey_json_writer *json, const struct review_pair *pair)
{
    static const char *const turns[] = {"first", "second"};
    survey_json_open(json, '{');
    survey_json_member(json, "id", pair->mark);
    survey_json_member(json, "form", pair->form);
    survey_json_member(json, "question", pair->question);
    for (int i = 0; i < 2; i++) {
        survey_json_key(json, turns[i]);
        survey_json_open(json, '{');
        survey_json_member(json, "who", pair->who[i]);
        survey_json_member(json, "value", pair->value[i]);
        survey_json_close(json, '}');
    }
    survey_json_key(json, "third");
    if (pair->third) {
        survey_json_open(json, '{');
        survey_json_member(json, "who", pair->third);
        survey_json_member(json, "value", pair->settled);
        survey_json_close(json, '}');
    } else {
        survey_json_put_null(json);
    }
    survey_json_close(json, '}');
}

static void put_json(const struct review_agreements *a, struct survey_buffer *text)
{
    struct survey_json_writer json = survey_json_writer(text, true);
    survey_json_open(&json, '{');
    survey_json_key(&json, "all");
    figure_json(&json, &a->all);
    figures_json(&json, "questions", a->questions, a->question_count);
    figures_json(&json, "reviewers", a->reviewers, a->reviewer_count);
    survey_json_key(&json, "differences");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < a->pair_count; i++)
        if (!a->pairs[i].same)
            pair_json(&json, &a->pairs[i]);
    survey_json_close(&json, ']');
    survey_json_key(&json, "read");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < a->confirmed_count; i++) {
        const struct review_confirmed *one = &a->confirmed[i];
        survey_json_open(&json, '{');
        survey_json_member(&json, "form", one->form);
        survey_json_member(&json, "question", one->question);
        survey_json_member(&json, "why", one->why);
        survey_json_member_integer(&json, "n", (int64_t)one->n);
        survey_json_member_integer(&json, "same", (int64_t)one->same);
        survey_json_member_number(&json, "share", one->share);
        survey_json_member_number(&json, "low", one->low);
        survey_json_member_number(&json, "high", one->high);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_json_close(&json, '}');
    survey_buffer_byte(text, '\n');
}

// --- For people ---

static void put_share(struct survey_buffer *text, size_t n, size_t same, double share, double low, double high)
{
    survey_format(text, "%7zu %7zu  %5.1f%%  %5.1f-%.1f", n, same, 100 * share, 100 * low, 100 * high);
}

static void put_name(struct survey_buffer *text, const char *name, size_t columns)
{
    survey_buffer_cell(text, name, columns, false);
    survey_buffer_byte(text, ' ');
}

static void put_figure(struct survey_buffer *text, const char *name, const struct review_agreement *figure)
{
    put_name(text, name, 32);
    put_share(text, figure->n, figure->same, figure->share, figure->low, figure->high);
    if (figure->has_kappa)
        survey_format(text, "  %.3f", figure->kappa);
    if (figure->has_kappa && figure->coded < figure->n)
        survey_format(text, " (n %zu)", figure->coded);
    survey_buffer_byte(text, '\n');
}

static const char *words_of(const char *value)
{
    return !value ? _("(cannot be told)") : *value ? value : _("(blank)");
}

static void put_differences(struct survey_arena *arena, const struct review_agreements *a, struct survey_buffer *text)
{
    size_t open = 0;
    for (size_t i = 0; i < a->pair_count; i++)
        open += !a->pairs[i].same && !a->pairs[i].third;
    survey_format(text, _("\nTo settle by a third look: %zu\n"), open);
    for (size_t i = 0; i < a->pair_count; i++) {
        const struct review_pair *pair = &a->pairs[i];
        if (pair->same || pair->third)
            continue;
        put_name(text, review_short_id(arena, pair->mark, 13), 13);
        put_name(text, pair->question, 20);
        survey_format(text, "%s: %s; %s: %s\n", pair->who[0], words_of(pair->value[0]), pair->who[1],
                      words_of(pair->value[1]));
    }
}

static void put_confirmed(const struct review_agreements *a, struct survey_buffer *text)
{
    if (!a->confirmed_count)
        return;
    survey_buffer_text(
        text,
        _("\nWhat the reader would have said, and a person decided so: n, of these as read, share, interval (95%)\n"));
    for (size_t i = 0; i < a->confirmed_count; i++) {
        const struct review_confirmed *one = &a->confirmed[i];
        put_name(text, one->question, 20);
        put_name(text, one->why, 11);
        put_share(text, one->n, one->same, one->share, one->low, one->high);
        survey_buffer_byte(text, '\n');
    }
}

static void put_text(struct survey_arena *arena, const struct review_agreements *a, struct survey_buffer *text)
{
    if (a->pair_count) {
        survey_buffer_text(text, _("Decided by two, neither seeing the other's: n, of these the same, share, interval "
                                   "(95%), Cohen's kappa\n"));
        for (size_t i = 0; i < a->question_count; i++)
            put_figure(text, a->questions[i].question, &a->questions[i]);
        for (size_t i = 0; i < a->reviewer_count; i++)
            put_figure(text, survey_arena_format(arena, "%s, %s", a->reviewers[i].who[0], a->reviewers[i].who[1]),
                       &a->reviewers[i]);
        put_figure(text, _("all"), &a->all);
        put_differences(arena, a, text);
    } else {
        survey_buffer_text(text,
                           _("Nothing was decided by two yet; 'assay serve' and 'assay review' take --double 5%\n"));
    }
    put_confirmed(a, text);
}

int forms_review_agreement(const struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_buffer text = SURVEY_BUFFER(64 << 20);
    struct review_agreements agreements;
    struct survey_error error = {0};
    int code;
    if (!review_agreements_read(store, arena, &agreements, &error)) {
        code = survey_command_fail(invocation, &error);
    } else {
        if (invocation->json)
            put_json(&agreements, &text);
        else
            put_text(arena, &agreements, &text);
        code = survey_command_print(invocation, &text);
    }
    survey_buffer_clear(&text);
    survey_arena_free(arena);
    return code;
}
