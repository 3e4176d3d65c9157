// SPDX-License-Identifier: GPL-3.0-or-later
// Five kinds of field work and scanner, from clean to bad (the factors of the design's reader tests).
#include "forms/scan/simulate.h"

#include "survey/base/random.h"
#include "survey/base/text.h"

#include <string.h>

static const struct simulate_profile profiles[] = {
    {"A", N_("clean: a good scanner, careful crosses"),
     {.styles = {1}, .width = {0.4, 0.7}, .ink = {10, 70}, .offset = 0.04, .tremor = 0.03},
     {.turn = 0.5, .scale = 0.003, .shift = 1, .blur = {0.4, 0.7}, .paper = {245, 255}, .noise = 3, .quality = 90}},
    {"B", N_("office: mixed pens and habits"),
     {.styles = {0.5, 0.2, 0.1, 0.2}, .width = {0.35, 0.9}, .ink = {10, 110}, .offset = 0.05, .tremor = 0.05},
     {.turn = 2, .scale = 0.01, .shift = 2, .blur = {0.6, 1.1}, .paper = {228, 252}, .noise = 7, .shade = 6, .stray = 1,
      .upside_down = 0.05, .quality = 75}},
    {"C", N_("bad: light pencil, perspective, dirt"),
     {.styles = {0.4, 0.2, 0.1, 0.2, 0.1}, .width = {0.3, 0.9}, .ink = {20, 165}, .offset = 0.05, .tremor = 0.07},
     {.turn = 3, .scale = 0.015, .shift = 3, .perspective = 0.004, .blur = {0.8, 1.6}, .paper = {205, 250}, .noise = 12,
      .shade = 15, .stray = 4, .upside_down = 0.1, .quality = 60}},
    {"D", N_("dirty office: erasures, feeder streaks, uneven feed, shading, show-through"),
     {.styles = {0.55, 0.2, 0.1, 0.15}, .width = {0.35, 0.9}, .ink = {10, 130}, .offset = 0.05, .tremor = 0.05, .erased = 0.015},
     {.turn = 2, .scale = 0.01, .shift = 2.5, .perspective = 0.001, .warp = 0.4, .blur = {0.6, 1.2}, .paper = {222, 252},
      .noise = 8, .shade = 8, .through = 0.06, .streak = 0.15, .stray = 3, .upside_down = 0.05, .quality = 65}},
    {"E", N_("hasty: marks half beside their boxes, long strokes, pale print, stains, folded corners, staples, holes"),
     {.styles = {0.35, 0.4, 0.2, 0.05}, .width = {0.3, 0.8}, .ink = {10, 130}, .offset = 0.08, .tremor = 0.06, .erased = 0.005,
      .aside = 0.03, .overrun = 0.1, .again = 0.05, .corrected = 0.02, .struck = 0.5},
     {.turn = 2, .scale = 0.01, .shift = 2.5, .perspective = 0.001, .warp = 0.2, .blur = {0.6, 1.1}, .paper = {225, 252},
      .noise = 7, .shade = 8, .through = 0.08, .streak = 0.05, .stray = 2, .print = {0, 110}, .upside_down = 0.05, .stain = 0.3,
      .folded = 0.15, .stapled = 0.3, .punched = 0.3, .quality = 70}},
};

const struct simulate_profile *simulate_profile_at(size_t index)
{
    return index < sizeof profiles / sizeof *profiles ? &profiles[index] : NULL;
}

const struct simulate_profile *simulate_profile(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

const char *simulate_style_name(enum simulate_style style)
{
    static const char *const names[] = {"cross", "tick", "slash", "fill", "dot"};
    return style < SIMULATE_STYLES ? names[style] : NULL;
}

enum simulate_fate simulate_fate_of(const struct simulate_pen *pen, uint64_t seed, const char *sheet,
                                    const struct paper_question *question)
{
    char unit[600];
    survey_format_into(unit, sizeof unit, "%s/%s", sheet, question->name);
    struct survey_random random = survey_random_at(seed, "simulate/fate", unit);
    double at = survey_random_unit(&random);
    if (at < pen->blank)
        return SIMULATE_BLANK;
    if (question->kind != PAPER_SELECT_ONE)
        return SIMULATE_WRITTEN;
    at -= pen->blank;
    if (at < pen->twice)
        return SIMULATE_TWICE;
    return at < pen->twice + pen->corrected ? SIMULATE_CORRECTED : SIMULATE_WRITTEN;
}
