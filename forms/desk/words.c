// SPDX-License-Identifier: GPL-3.0-or-later
// The messages of the review desk in each language.
#include "forms/desk/words.h"

#include "forms/scan/review.h"
#include "survey/base/arena.h"
#include "survey/command/command.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct desk_words {
    struct survey_arena *arena;
    const char *words[DESK_LANGUAGES][DESK_WORD_COUNT];
    const char *reasons[DESK_LANGUAGES][REVIEW_REASONS];
};

static const char *const codes[DESK_LANGUAGES] = {"en", "zh"};

static const char *const messages[DESK_WORD_COUNT] = {
#define DESK_WORD_TEXT(name, text) text,
    DESK_WORDS(DESK_WORD_TEXT)
#undef DESK_WORD_TEXT
};

static void load(struct desk_words *words, enum desk_language language)
{
    survey_language_use(codes[language]);
    for (size_t i = 0; i < DESK_WORD_COUNT; i++)
        words->words[language][i] = survey_arena_strdup(words->arena, _(messages[i]));
    for (size_t i = 0; i < REVIEW_REASONS; i++)
        words->reasons[language][i] = survey_arena_strdup(words->arena, _(review_reasons[i].words));
}

struct desk_words *desk_words_load(const char *language, enum desk_language *own)
{
    struct survey_arena *arena = survey_arena_new();
    struct desk_words *words = survey_arena_alloc(arena, sizeof *words);
    const char *environment = getenv("LANGUAGE");
    char *before = environment ? strdup(environment) : NULL;
    words->arena = arena;
    const char *ours = survey_arena_strdup(arena, _(messages[SAY_SIGN_IN]));
    for (int i = 0; i < DESK_LANGUAGES; i++)
        load(words, (enum desk_language)i);
    if (before)
        setenv("LANGUAGE", before, 1);
    else
        unsetenv("LANGUAGE");
    free(before);
    survey_language_use(language);
    // Whichever language the server itself speaks.
    *own = strcmp(ours, words->words[DESK_ZH][SAY_SIGN_IN]) == 0 && strcmp(ours, messages[SAY_SIGN_IN]) != 0 ? DESK_ZH
                                                                                                             : DESK_EN;
    return words;
}

void desk_words_free(struct desk_words *words)
{
    if (words)
        survey_arena_free(words->arena);
}

const char *desk_word(const struct desk_words *words, enum desk_language language, enum desk_word word)
{
    return words->words[language][word];
}

const char *desk_reason(const struct desk_words *words, enum desk_language language, const char *why)
{
    for (size_t i = 0; i < REVIEW_REASONS; i++)
        if (strcmp(why, review_reasons[i].why) == 0)
            return words->reasons[language][i];
    return strcmp(why, DESK_DIFFER) == 0 ? words->words[language][SAY_DIFFER] : "-";
}

const char *desk_language_code(enum desk_language language)
{
    return codes[language];
}

// Browsers list languages best first; their q only repeats that order.
enum desk_language desk_language_of(const char *asked, enum desk_language fallback)
{
    while (asked && *asked) {
        asked += strspn(asked, " ,");
        for (int i = 0; i < DESK_LANGUAGES; i++)
            if (strncasecmp(asked, codes[i], 2) == 0 && (asked[2] == '\0' || strchr("-_,; ", asked[2])))
                return (enum desk_language)i;
        asked += strcspn(asked, ",");
    }
    return fallback;
}
