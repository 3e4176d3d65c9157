// SPDX-License-Identifier: GPL-3.0-or-later
// Texts by the ids that an XForm gives them, in the language of the interview.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/record/instance.h"

#include <string.h>

static const char *choice_text(const struct survey_record *record, const char *id)
{
    const char *dash = strrchr(id, '-');
    int64_t index;
    if (!dash || !survey_integer_parse(dash + 1, strlen(dash + 1), &index) || index < 0)
        return NULL;
    for (size_t i = 0; i < record->form->list_count; i++) {
        const struct survey_choice_list *list = record->form->lists[i];
        if (strlen(list->name) == (size_t)(dash - id) && memcmp(list->name, id, (size_t)(dash - id)) == 0 &&
            (size_t)index < list->count)
            return survey_label(record->form, list->choices[index].labels, record->env.language);
    }
    return NULL;
}

const char *record_itext(void *user, const char *id)
{
    struct survey_record *record = user;
    const char *colon = strrchr(id, ':');
    if (id[0] != '/' || !colon)
        return choice_text(record, id);
    const char *path = survey_arena_strndup(record->scratch, id, (size_t)(colon - id));
    const struct survey_item *item = survey_form_find(record->form, path);
    const char **texts = !item                                  ? NULL
                         : strcmp(colon, ":label") == 0         ? item->labels
                         : strcmp(colon, ":hint") == 0          ? item->hints
                         : strcmp(colon, ":constraintMsg") == 0 ? item->constraint_messages
                         : strcmp(colon, ":requiredMsg") == 0   ? item->required_messages
                                                                : NULL;
    return texts ? survey_label(record->form, texts, record->env.language) : NULL;
}
