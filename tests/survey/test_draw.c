// SPDX-License-Identifier: GPL-3.0-or-later
// Samples with unequal probabilities: against all samples of a small population, and by drawing many times.
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

TESTS(CASE(sampford), CASE(brewer), CASE(brewer_of_two), CASE(midzuno), CASE(midzuno_as_in_1952), CASE(many_units))
