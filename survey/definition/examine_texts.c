// SPDX-License-Identifier: GPL-3.0-or-later
// Texts that a person reads and that have no translation. Labels are looked at where they are read.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"

#include <string.h>

struct kind {
    const char *key;
    const char *what; // in a sentence
    size_t offset;    // of the texts in an item
};

static const char *const *texts_of(const struct survey_item *item, const struct kind *kind)
{
    const char **texts;
    memcpy(&texts, (const char *)item + kind->offset, sizeof texts);
    return texts;
}

static void check_kind(struct survey_examination *in, const struct kind *kind)
{
    const struct survey_form *form = in->form;
    for (size_t k = 0; k < form->language_count; k++) {
        uint32_t column = survey_examine_column(in, in->survey, kind->key, form->languages[k]);
        for (size_t i = 0; column && i < form->item_count; i++) {
            const char *const *texts = texts_of(form->items[i], kind);
            if (texts && !texts[k] && form->items[i]->cell_count)
                survey_examine_say(in, SURVEY_WARNING, "W203", in->survey->name, form->items[i]->row, column, "", _(kind->what),
                                   form->languages[k]);
        }
    }
}

// One message a list and language: the first choice, and how many more.
static void check_list(struct survey_examination *in, const struct survey_choice_list *list, size_t language, uint32_t column)
{
    const struct survey_choice *first = NULL;
    size_t lacking = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->choices[i].labels && !list->choices[i].labels[language]) {
            first = first ? first : &list->choices[i];
            lacking++;
        }
    if (lacking)
        survey_examine_say(in, SURVEY_WARNING, "W203", "choices", first->row, column, "",
                           _("list '%s' has choices whose labels are not translated into '%s': %zu, the first '%s'"), list->name,
                           in->form->languages[language], lacking, first->name);
}

// A language that questions are asked in, and choices are not offered in.
static bool speaks(struct survey_examination *in, size_t language)
{
    return survey_examine_column(in, in->survey, "label", in->form->languages[language]) > 0;
}

void survey_examine_texts(struct survey_examination *in)
{
    static const struct kind kinds[] = {
        {"hint", N_("the hint is not translated into '%s'"), offsetof(struct survey_item, hints)},
        {"guidance_hint", N_("the guidance is not translated into '%s'"), offsetof(struct survey_item, guidance)},
        {"bind::jr:constraintMsg", N_("the constraint message is not translated into '%s'"), offsetof(struct survey_item, constraint_messages)},
        {"bind::jr:requiredMsg", N_("the message for a required answer is not translated into '%s'"),
         offsetof(struct survey_item, required_messages)},
    };
    const struct survey_form *form = in->form;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_kind(in, &kinds[i]);
    for (size_t k = 0; in->choices && in->choices->rows > 1 && k < form->language_count; k++) {
        uint32_t column = survey_examine_column(in, in->choices, "label", form->languages[k]);
        for (size_t i = 0; column && i < form->list_count; i++)
            check_list(in, form->lists[i], k, column);
        if (!column && speaks(in, k) && survey_examine_column(in, in->choices, "label", NULL))
            survey_examine_say(in, SURVEY_WARNING, "W203", "choices", 1, 0, survey_arena_format(in->arena, "label::%s", form->languages[k]),
                               _("the labels of choices are not translated into '%s'"), form->languages[k]);
    }
}
