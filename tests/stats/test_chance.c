// SPDX-License-Identifier: GPL-3.0-or-later
// Variances of units drawn without replacement with probabilities of their own: by hand, and over many draws.
#include "stats/data/place.h"
#include "stats/effect/change.h"
#include "survey/base/arena.h"
#include "survey/base/random.h"
#include "survey/sample/unequal.h"
#include "tests/tap.h"

#include <math.h>
#include <string.h>

static struct survey_error error;

// Two of some PSUs, p = 0.5 and 0.2, two of four rows in each, weights in the scores.
static const uint32_t psu[] = {0, 0, 1, 1};
static const double four[] = {4, 4, 4, 4}, chance[] = {0.5, 0.5, 0.2, 0.2}, weight[] = {4, 4, 10, 10}, y[] = {1.5, 1, 0.1, 0.3};

static double variance_of(const struct stats_design *design, bool *done)
{
    struct stats_estimate estimate = {0};
    *done = stats_total(design, y, NULL, &estimate, &error);
    return *done ? estimate.se * estimate.se : (double)NAN;
}

static void two_stages(void)
{
    struct stats_design d = {.n = 4, .weight = weight, .stages = 2, .unit = {psu, NULL}, .fpc = {NULL, four}, .chance = {chance}, .confidence = 0.95};
    bool done;
    // totals 10 and 4 around 7: 2 (0.5 * 9 + 0.8 * 9) = 23.4; within: 0.5 * (1/2) * 2 * 2 + 0.2 * (1/2) * 2 * 2 = 1.4
    CHECK_NEAR(24.8, variance_of(&d, &done), 1e-12);
    d.stages = 1;
    CHECK_NEAR(23.4, variance_of(&d, &done), 1e-12);
    d.chance[0] = NULL;
    CHECK_NEAR(36, variance_of(&d, &done), 1e-12);
}

static void certain_units(void)
{
    static const uint32_t apart[] = {0, 0, 1, 1};
    static const double all[] = {1, 1, 1, 1}, mixed[] = {1, 1, 0.2, 0.2};
    struct stats_design d = {.n = 4, .weight = weight, .stages = 2, .unit = {psu, NULL}, .fpc = {NULL, four}, .chance = {all}, .confidence = 0.95};
    bool done;
    // Both certain: what is within them, 1 * (1/2) * 2 * 2 each.
    CHECK_NEAR(4, variance_of(&d, &done), 1e-12);
    // A stratum each: the certain one is not lonely, the other is.
    d.stratum = apart;
    d.chance[0] = mixed;
    CHECK(isnan(variance_of(&d, &done)) && strstr(error.message, "only one PSU"));
    CHECK_TEXT("stratum 1", error.where);
}

static void chances_that_are_none(void)
{
    static const double high[] = {0.5, 0.5, 1.2, 1.2}, torn[] = {0.5, 0.4, 0.2, 0.2}, some[] = {0.5, 0.5, 0, 0};
    struct stats_design d = {.n = 4, .weight = weight, .stages = 1, .unit = {psu}, .chance = {high}, .confidence = 0.95};
    bool done;
    variance_of(&d, &done);
    CHECK(!done && strstr(error.message, "at most 1"));
    d.chance[0] = torn;
    variance_of(&d, &done);
    CHECK(!done && strstr(error.message, "varies within a unit"));
    d.chance[0] = some;
    variance_of(&d, &done);
    CHECK(!done && strstr(error.message, "only some units"));
    d.chance[0] = chance;
    d.fpc[0] = four;
    variance_of(&d, &done);
    CHECK(!done);
}

// --- over many draws: 10 of 30 villages, 4 of each one's households

enum { VILLAGES = 30, DRAWN = 10, LEAST = 8, ASKED = 4, ROWS = DRAWN * ASKED, DRAWS = 4000 };

struct population {
    double size[VILLAGES], p[VILLAGES], value[VILLAGES][64];
};

// Households 8 to 37 a village; values that rise with the size, so that PPS does not explain all.
static void populate(struct population *of)
{
    struct survey_random random = survey_random_at(7, "population", "");
    for (size_t v = 0; v < VILLAGES; v++) {
        double own = 3 * survey_random_normal(&random);
        of->size[v] = LEAST + (double)v;
        for (size_t h = 0; h < LEAST + v; h++)
            of->value[v][h] = 10 + own + 0.2 * (double)v + 2 * survey_random_normal(&random);
    }
    survey_unequal_inclusion(of->size, VILLAGES, DRAWN, of->p);
}

static void ask(const struct population *of, const bool *selected, struct survey_random *random, double *columns[4], uint32_t *unit)
{
    size_t row = 0;
    for (size_t v = 0; v < VILLAGES; v++)
        for (uint32_t left = ASKED, h = 0; selected[v] && left > 0; h++) {
            uint32_t rest = (uint32_t)of->size[v] - h;
            if (survey_random_below(random, rest) >= left)
                continue;
            left--;
            columns[0][row] = of->value[v][h];
            columns[1][row] = of->size[v] / ASKED / of->p[v];
            columns[2][row] = of->size[v];
            columns[3][row] = of->p[v];
            unit[row++] = (uint32_t)v;
        }
}

static void draw(const struct population *of, const char *method, struct survey_random *random, bool *selected)
{
    double u[VILLAGES], next = survey_random_unit(random), sum = 0;
    memset(selected, 0, VILLAGES);
    for (size_t v = 0; v < VILLAGES; v++)
        u[v] = survey_random_unit(random);
    if (strcmp(method, "sampford") == 0)
        survey_unequal_sampford(of->p, VILLAGES, DRAWN, u, selected);
    else if (strcmp(method, "brewer") == 0)
        survey_unequal_brewer(of->p, VILLAGES, DRAWN, random, selected);
    else if (strcmp(method, "midzuno") == 0)
        survey_unequal_midzuno(of->p, VILLAGES, DRAWN, random, selected);
    else // systematic from a random order
        for (size_t i = 0, order[VILLAGES]; i < VILLAGES; i++) {
            size_t at = survey_random_below(random, (uint32_t)i + 1);
            order[i] = order[at];
            order[at] = i;
            if (i + 1 < VILLAGES)
                continue;
            for (size_t k = 0; k < VILLAGES; k++) {
                sum += of->p[order[k]];
                selected[order[k]] = next < sum;
                next += next < sum;
            }
        }
}

// Mean of the estimated variances over the variance of the estimates, for Brewer's and for PSUs as drawn with replacement.
static void over_draws(const char *method, double *brewer, double *replacement)
{
    struct population of;
    struct survey_random random = survey_random_at(11, "draws", method);
    double numbers[4][ROWS], *columns[4] = {numbers[0], numbers[1], numbers[2], numbers[3]}, sum = 0, squares = 0, by[2] = {0};
    uint32_t unit[ROWS];
    bool selected[VILLAGES];
    populate(&of);
    for (size_t r = 0; r < DRAWS; r++) {
        draw(&of, method, &random, selected);
        ask(&of, selected, &random, columns, unit);
        struct stats_design d = {.n = ROWS, .weight = numbers[1], .stages = 2, .unit = {unit, NULL}, .fpc = {NULL, numbers[2]}, .chance = {numbers[3]},
                                 .confidence = 0.95};
        struct stats_estimate estimate;
        for (int which = 0; which < 2; which++) {
            NEED(stats_total(&d, numbers[0], NULL, &estimate, &error));
            by[which] += estimate.se * estimate.se / DRAWS;
            d.chance[0] = NULL;
        }
        sum += estimate.value / DRAWS;
        squares += estimate.value * estimate.value / DRAWS;
    }
    *brewer = by[0] / (squares - sum * sum);
    *replacement = by[1] / (squares - sum * sum);
    fprintf(stderr, "%s: %.3f by Brewer's approximation, %.3f as drawn with replacement\n", method, *brewer, *replacement);
}

static void many_draws(void)
{
    static const char *const methods[] = {"sampford", "brewer", "midzuno", "pps_systematic"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        double brewer, replacement;
        over_draws(methods[i], &brewer, &replacement);
        CHECK_NEAR(1, brewer, 0.08); // the variance of 4,000 estimates has an error of 2.2 %
        CHECK(replacement > brewer * 1.1);
    }
}

// --- two rounds: the value of each household grows by 1 and a little of its own

// Mean of the estimated variance of the change over its variance. named: villages of both rounds have one name.
static double over_rounds(bool same_draw, bool named)
{
    struct population of[2];
    struct survey_random random = survey_random_at(13, "rounds", same_draw ? "one" : "two");
    double numbers[4][2 * ROWS], sum = 0, squares = 0, by = 0;
    uint32_t unit[2 * ROWS];
    uint8_t round[2 * ROWS], kept[2 * ROWS];
    bool selected[VILLAGES];
    populate(&of[0]);
    of[1] = of[0];
    for (size_t v = 0; v < VILLAGES; v++)
        for (size_t h = 0; h < LEAST + v; h++)
            of[1].value[v][h] += 1 + survey_random_normal(&random) / 2;
    for (size_t r = 0; r < DRAWS; r++) {
        struct survey_arena *arena = survey_arena_new();
        for (size_t which = 0; which < 2; which++) {
            double *columns[4];
            for (size_t c = 0; c < 4; c++)
                columns[c] = numbers[c] + which * ROWS;
            if (which == 0 || !same_draw)
                draw(&of[which], "sampford", &random, selected);
            ask(&of[which], selected, &random, columns, unit + which * ROWS);
            for (size_t i = which * ROWS; i < (which + 1) * ROWS; i++) {
                unit[i] += named ? 0 : (uint32_t)which * VILLAGES;
                round[i] = (uint8_t)(which + 1);
                kept[i] = 1;
            }
        }
        struct stats_design d = {.n = sizeof round, .weight = numbers[1], .stages = 2, .unit = {unit, NULL}, .fpc = {NULL, numbers[2]}, .chance = {numbers[3]},
                                 .confidence = 0.95};
        struct effect_rounds rounds = {&d, round};
        struct effect_changes *changes;
        struct effect_change change;
        NEED(effect_changes_open(&rounds, arena, &changes, &error) && effect_change_of(changes, numbers[0], kept, false, &change, &error));
        by += change.se * change.se / DRAWS;
        sum += change.change / DRAWS;
        squares += change.change * change.change / DRAWS;
        effect_changes_close(changes);
        survey_arena_free(arena);
    }
    return by / (squares - sum * sum);
}

static void two_rounds(void)
{
    double panel = over_rounds(true, true), apart = over_rounds(false, false), mistaken = over_rounds(false, true);
    fprintf(stderr, "variance of a change: the same villages %.3f, villages of two draws %.3f, those taken for a panel %.3f\n", panel, apart, mistaken);
    CHECK_NEAR(1, panel, 0.08);
    CHECK_NEAR(1, apart, 0.08);
    CHECK(mistaken < 0.85);
}

// Reserves called beside a draw with unequal probabilities: every unit's own probability grows, that of a certain one does
// not, and over all units they add up to the n + r that are in the sample.
static void called_reserves(void)
{
    static const double drawn[] = {1, 0.6, 0.25, 0.15};
    struct stats_place places[4];
    bool used[4] = {false, false, false, true};
    struct survey_arena *arena = survey_arena_new();
    for (int i = 0; i < 4; i++)
        places[i] = (struct stats_place){.stage = 1, .unit = "u", .parent_unit = "", .stratum = "", .plan_row = 2, .pps = true,
                                         .probability = drawn[i], .chain = drawn[i], .population = 4, .taken = 2};
    struct stats_sample sample = {.places = places, .count = 4, .stages = 1};
    stats_sample_release(&sample, used, arena);
    CHECK_NEAR(1, places[0].chain, 1e-15);
    CHECK_NEAR(0.8, places[1].chain, 1e-15);
    CHECK_NEAR(3, places[0].chain + places[1].chain + places[2].chain + places[3].chain, 1e-14);
    for (int i = 0; i < 4; i++) {
        places[i].pps = false;
        places[i].probability = places[i].chain = 0.5;
    }
    stats_sample_release(&sample, used, arena);
    CHECK_NEAR(0.75, places[2].chain, 1e-15);
    survey_arena_free(arena);
}

TESTS(CASE(two_stages), CASE(certain_units), CASE(chances_that_are_none), CASE(many_draws), CASE(two_rounds), CASE(called_reserves))
