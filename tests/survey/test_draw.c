// SPDX-License-Identifier: GPL-3.0-or-later
// Samples with unequal probabilities: against all samples of a small population, and by drawing many times. Rounds that overlap.
#include "survey/base/arena.h"
#include "survey/sample/draw.h"
#include "survey/sample/unequal.h"
#include "tests/tap.h"

#include <stdlib.h>

enum { UNITS = 7, DRAWS = 40000 };

// Sums to 3; one unit above 1/2, two alike.
static const double p[UNITS] = {0.2, 0.35, 0.35, 0.5, 0.86, 0.3, 0.44};
enum { SIZE = 3, SETS = 1 << UNITS };
static const size_t everyone[UNITS] = {0, 1, 2, 3, 4, 5, 6};

static void joint_of_sets(const double *chance, double *joint)
{
    for (size_t i = 0; i < UNITS; i++)
        for (size_t j = 0; j < UNITS; j++) {
            joint[i * UNITS + j] = 0;
            for (size_t set = 0; set < SETS; set++)
                joint[i * UNITS + j] += (set >> i & set >> j & 1) ? chance[set] : 0;
        }
}

// Sampford's design from its definition.
static void sampford_sets(double *chance)
{
    double total = 0;
    for (size_t set = 0; set < SETS; set++) {
        double sum = 0, product = 1;
        for (size_t k = 0; k < UNITS; k++)
            if (set >> k & 1) {
                sum += 1 - p[k];
                product *= p[k] / (1 - p[k]);
            }
        chance[set] = __builtin_popcountll(set) == SIZE ? sum * product : 0;
        total += chance[set];
    }
    for (size_t set = 0; set < SETS; set++)
        chance[set] /= total;
}

static void check_margins(const double *joint, double tolerance)
{
    for (size_t i = 0; i < UNITS; i++) {
        double sum = 0;
        CHECK_NEAR(p[i], joint[i * UNITS + i], tolerance);
        for (size_t j = 0; j < UNITS; j++)
            sum += i == j ? 0 : joint[i * UNITS + j];
        CHECK_NEAR((SIZE - 1) * p[i], sum, tolerance); // of a sample of fixed size
    }
}

typedef void draw_function(const double *, struct survey_random *, bool *);

static void draw_sampford(const double *q, struct survey_random *random, bool *selected)
{
    double u[UNITS];
    for (size_t k = 0; k < UNITS; k++)
        u[k] = survey_random_unit(random);
    CHECK(survey_unequal_sampford(q, UNITS, SIZE, u, selected));
}

static void draw_brewer(const double *q, struct survey_random *random, bool *selected)
{
    survey_unequal_brewer(q, UNITS, SIZE, random, selected);
}

static void draw_midzuno(const double *q, struct survey_random *random, bool *selected)
{
    survey_unequal_midzuno(q, UNITS, SIZE, random, selected);
}

// How often units and pairs are drawn, against their probabilities: within 4.5 standard errors each.
static void check_often(draw_function *draw, const double *joint)
{
    size_t times[UNITS * UNITS] = {0};
    for (size_t d = 0; d < DRAWS; d++) {
        bool selected[UNITS] = {false};
        char unit[24];
        snprintf(unit, sizeof unit, "%zu", d);
        struct survey_random random = survey_random_at(20161201, "test", unit);
        size_t count = 0;
        draw(p, &random, selected);
        for (size_t i = 0; i < UNITS; i++) {
            count += selected[i];
            for (size_t j = 0; j < UNITS; j++)
                times[i * UNITS + j] += selected[i] && selected[j];
        }
        NEED(count == SIZE);
    }
    for (size_t i = 0; i < UNITS * UNITS; i++)
        CHECK_NEAR(joint[i], (double)times[i] / DRAWS, 4.5 * sqrt(joint[i] * (1 - joint[i]) / DRAWS));
}

static void sampford(void)
{
    double chance[SETS], wanted[UNITS * UNITS], got[UNITS * UNITS];
    sampford_sets(chance);
    joint_of_sets(chance, wanted);
    check_margins(wanted, 1e-14);
    survey_joint_sampford(p, UNITS, SIZE, everyone, UNITS, got);
    for (size_t i = 0; i < UNITS * UNITS; i++)
        CHECK_NEAR(wanted[i], got[i], 1e-14);
    check_often(draw_sampford, wanted);
}

static void brewer(void)
{
    double joint[UNITS * UNITS];
    CHECK(survey_joint_brewer(p, UNITS, SIZE, everyone, UNITS, joint));
    check_margins(joint, 1e-14);
    check_often(draw_brewer, joint);
}

// Of two: pi_kl = p q (1/(1-p) + 1/(1-q)) / (2 + sum p/(1-p)) of Brewer (1963), worked out for five units.
static void brewer_of_two(void)
{
    static const double two[] = {0.1, 0.3, 0.4, 0.5, 0.7};
    const double odds = 0.1 / 0.9 + 0.3 / 0.7 + 0.4 / 0.6 + 1 + 0.7 / 0.3;
    double joint[25];
    CHECK(survey_joint_brewer(two, 5, 2, everyone, 5, joint));
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++)
            CHECK_NEAR(i == j ? two[i] : two[i] * two[j] * (1 / (1 - two[i]) + 1 / (1 - two[j])) / (2 + odds), joint[i * 5 + j], 1e-14);
}

static void midzuno(void)
{
    double joint[UNITS * UNITS];
    survey_joint_midzuno(p, UNITS, SIZE, everyone, UNITS, joint);
    check_margins(joint, 1e-13);
    check_often(draw_midzuno, joint);
}

// With probabilities of at least (n - 1) / (N - 1) it is Midzuno's own: one unit with probability q, the others at random.
static void midzuno_as_in_1952(void)
{
    static const double q[] = {0.1, 0.2, 0.3, 0.15, 0.25}; // pi = q + (1 - q) / 4 of two among five
    double pi[5], joint[25];
    for (int i = 0; i < 5; i++)
        pi[i] = q[i] + (1 - q[i]) / 4;
    survey_joint_midzuno(pi, 5, 2, everyone, 5, joint);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            CHECK_NEAR(i == j ? pi[i] : (q[i] + q[j]) / 4, joint[i * 5 + j], 1e-14);
}

// A large population, where lists are long: margins still hold.
static void many_units(void)
{
    enum { MANY = 900, DRAWN = 90 };
    double *q = calloc(MANY, sizeof *q), *size = calloc(MANY, sizeof *size), *joint = calloc((size_t)MANY * MANY, sizeof *joint);
    size_t *of = calloc(MANY, sizeof *of), rest = 0;
    for (size_t k = 0; k < MANY; k++) {
        struct survey_random random = survey_random_at(1, "size", (char[]){(char)('a' + k % 26), (char)('a' + k / 26 % 26), (char)('a' + k / 676), 0});
        size[k] = exp(1.4 * survey_random_normal(&random));
    }
    size_t certain = survey_unequal_inclusion(size, MANY, DRAWN, q);
    double sum = 0, worst = 0;
    for (size_t k = 0; k < MANY; k++) {
        sum += q[k];
        CHECK(q[k] > 0 && q[k] <= 1);
        if (q[k] < 1) {
            of[rest] = rest;
            q[rest++] = q[k];
        }
    }
    CHECK_NEAR(DRAWN, sum, 1e-10);
    CHECK(certain == MANY - rest && certain > 0);
    survey_joint_sampford(q, rest, DRAWN - certain, of, rest, joint);
    for (size_t i = 0; i < rest; i++) {
        sum = 0;
        for (size_t j = 0; j < rest; j++)
            sum += i == j ? 0 : joint[i * rest + j];
        worst = fmax(worst, fabs(sum / ((double)(DRAWN - certain - 1) * q[i]) - 1));
    }
    CHECK_NEAR(0, worst, 1e-9);
    free(q);
    free(size);
    free(joint);
    free(of);
}

// --- rounds that overlap

enum { TOWN = 12, MOST = 20 };
static struct survey_error error;

// Households of one stratum drawn in a round; selected by number. more: households that came since.
static void draw_round(enum survey_draw_method method, double size, double overlap, uint64_t seed, size_t turn, size_t more, bool selected[MOST])
{
    static const char *const columns[] = {"household_id"};
    const char *cells[MOST];
    char names[MOST][24], round[24];
    struct survey_arena *arena = survey_arena_new();
    struct survey_draw_row row = {.row = 2, .stage = 1, .method = method, .size = size, .reserve = 2, .measure = -1, .overlap = overlap};
    struct survey_draw_plan plan = {&row, 1, 1};
    struct survey_frame frame = {arena, (const char **)(uintptr_t)columns, 1, cells, TOWN + more, 0};
    struct survey_draw draw;
    for (size_t i = 0; i < frame.rows; i++) {
        snprintf(names[i], sizeof names[i], "H%02zu", i);
        cells[i] = names[i];
    }
    snprintf(round, sizeof round, "R%zu", turn);
    memset(selected, 0, MOST * sizeof *selected);
    NEED(survey_draw_run(&plan, &frame, seed, round, turn, arena, &draw, &error));
    size_t reserves = 0;
    for (size_t i = 0; i < draw.count; i++) {
        const char *name = draw.units[i].unit;
        selected[(name[1] - '0') * 10 + name[2] - '0'] |= draw.units[i].selected;
        reserves += !draw.units[i].selected;
        CHECK_NEAR(size / (double)frame.rows, draw.units[i].probability, 1e-15);
    }
    CHECK(reserves == 2);
    survey_draw_clear(&draw);
    survey_arena_free(arena);
}

static size_t common(const bool *a, const bool *b)
{
    size_t count = 0;
    for (size_t i = 0; i < MOST; i++)
        count += a[i] && b[i];
    return count;
}

// Half of 4 stays from round to round, none over two; a household that left comes back after the whole town had its turn.
static void rotates_as_planned(void)
{
    bool rounds[8][MOST];
    for (uint64_t seed = 1; seed <= 50; seed++) {
        for (size_t turn = 0; turn < 8; turn++)
            draw_round(SURVEY_DRAW_SRS, 4, 0.5, seed, turn, 0, rounds[turn]);
        for (size_t turn = 0; turn < 7; turn++)
            CHECK(common(rounds[turn], rounds[turn + 1]) == 2);
        for (size_t turn = 0; turn < 6; turn++)
            CHECK(common(rounds[turn], rounds[turn + 2]) == 0);
        CHECK(common(rounds[0], rounds[6]) == 4); // 12 in steps of 2
    }
    CHECK_NEAR(2, survey_draw_planned(0.5, TOWN, 4), 0);
    CHECK_NEAR(6, survey_draw_planned(0, TOWN, 9), 0); // 9 of 12 can't be all others
    CHECK_NEAR(3, survey_draw_planned(0.75, 1000, 4), 0);
}

// A later round is still a simple random sample, of a town that has grown too, and with the round before it has on average what was planned.
static void stays_a_random_sample(void)
{
    enum { TIMES = 20000, NOW = TOWN + 3 };
    size_t times[MOST][MOST] = {0}, kept = 0;
    bool before[MOST], now[MOST];
    for (uint64_t seed = 1; seed <= TIMES; seed++) {
        draw_round(SURVEY_DRAW_SRS, 4, 0.5, seed, 2, 0, before);
        draw_round(SURVEY_DRAW_SRS, 4, 0.5, seed, 3, 3, now);
        NEED(common(now, now) == 4);
        kept += common(before, now);
        for (size_t i = 0; i < NOW; i++)
            for (size_t j = 0; j < NOW; j++)
                times[i][j] += now[i] && now[j];
    }
    for (size_t i = 0; i < NOW; i++)
        for (size_t j = 0; j < NOW; j++) {
            double chance = i == j ? 4.0 / NOW : 4.0 * 3 / (NOW * (NOW - 1.0));
            CHECK_NEAR(chance, (double)times[i][j] / TIMES, 4.5 * sqrt(chance * (1 - chance) / TIMES));
        }
    CHECK((double)kept / TIMES > 1); // fewer than 2, for those who came since stand between
}

static void other_methods_keep_all(void)
{
    bool first[MOST], second[MOST], afresh[MOST];
    size_t changed = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        draw_round(SURVEY_DRAW_SYSTEMATIC, 4, 1, seed, 0, 0, first);
        draw_round(SURVEY_DRAW_SYSTEMATIC, 4, 1, seed, 1, 0, second);
        CHECK(common(first, second) == 4);
        draw_round(SURVEY_DRAW_SYSTEMATIC, 4, (double)NAN, seed, 0, 0, first);
        draw_round(SURVEY_DRAW_SYSTEMATIC, 4, (double)NAN, seed, 1, 0, afresh);
        changed += common(first, afresh) < 4;
    }
    CHECK(changed > 8);
}

// Each of m members is picked as often as any other, and always the same under one seed.
static void picks_a_member(void)
{
    size_t times[3] = {0}, same = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        char unit[24];
        snprintf(unit, sizeof unit, "H%zu", i);
        double pick = survey_draw_pick(5, unit);
        NEED(pick >= 0 && pick < 1);
        CHECK(pick == survey_draw_pick(5, unit));
        same += pick == survey_draw_pick(6, unit);
        times[(size_t)floor(pick * 3)]++;
    }
    for (size_t k = 0; k < 3; k++)
        CHECK_NEAR(DRAWS / 3.0, (double)times[k], 4.5 * sqrt(DRAWS * 2.0 / 9));
    CHECK(same < 10);
}

TESTS(CASE(picks_a_member), CASE(rotates_as_planned), CASE(stays_a_random_sample), CASE(other_methods_keep_all), CASE(sampford), CASE(brewer), CASE(brewer_of_two), CASE(midzuno), CASE(midzuno_as_in_1952), CASE(many_units))
