// SPDX-License-Identifier: GPL-3.0-or-later
// Which item is before whom, so that two don't do the same one. It is held for some minutes and in memory only: what
// decides is whether the item still waits when a decision comes.
#include "forms/desk/desk_private.h"

#include <string.h>

static bool holds(const struct desk_claim *claim, const char *mark, int64_t now)
{
    return claim->until > now && strcmp(claim->mark, mark) == 0;
}

bool desk_claim(struct desk_visit *visit, const char *mark, char other[static 256])
{
    struct desk *desk = visit->desk;
    int64_t now = visit->request->now.seconds;
    struct desk_claim *place = &desk->claims[0];
    bool free = true;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < DESK_CLAIMS; i++) {
        struct desk_claim *claim = &desk->claims[i];
        if (holds(claim, mark, now)) {
            free = strcmp(claim->who, visit->who) == 0;
            place = claim;
            break;
        }
        if (claim->until < place->until)
            place = claim;
    }
    if (free) {
        survey_format_into(place->mark, sizeof place->mark, "%s", mark);
        survey_format_into(place->who, sizeof place->who, "%s", visit->who);
        place->until = now + DESK_CLAIM_SECONDS;
    } else {
        survey_format_into(other, 256, "%s", place->who);
    }
    pthread_mutex_unlock(&desk->lock);
    return free;
}

bool desk_claimed(struct desk_visit *visit, const char *mark)
{
    struct desk *desk = visit->desk;
    bool found = false;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < DESK_CLAIMS && !found; i++)
        found =
            holds(&desk->claims[i], mark, visit->request->now.seconds) && strcmp(desk->claims[i].who, visit->who) != 0;
    pthread_mutex_unlock(&desk->lock);
    return found;
}

void desk_claim_drop(struct desk_visit *visit, const char *mark)
{
    struct desk *desk = visit->desk;
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < DESK_CLAIMS; i++)
        if (strcmp(desk->claims[i].mark, mark) == 0 && strcmp(desk->claims[i].who, visit->who) == 0)
            desk->claims[i] = (struct desk_claim){0};
    pthread_mutex_unlock(&desk->lock);
}
