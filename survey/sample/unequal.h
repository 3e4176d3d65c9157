// SPDX-License-Identifier: GPL-3.0-or-later
// Samples of fixed size with unequal probabilities, without replacement: exact inclusion probabilities, first and second order.
#pragma once

#include "survey/base/random.h"

#include <stdbool.h>
#include <stddef.h>

// pi_k = n x_k / sum x; those of at least 1 are set to 1 and the others found again without them, until none is left
// (Särndal, Swensson & Wretman 1992, 3.6.2). Sizes above 0, n below count. Returns how many are certain.
size_t survey_unequal_inclusion(const double *size, size_t count, size_t n, double *probability);

// The methods below take 0 < p < 1 that sum to n and mark n units in selected (false before).

// Sampford (1967): P(s) ~ sum over s of (1 - p) times product over s of p / (1 - p). Drawn unit by unit from its conditional
// probabilities, with u[k] in (0, 1) for each unit, so that no rejection is needed. False where count * n is
// over SURVEY_UNEQUAL_MOST.
enum { SURVEY_UNEQUAL_MOST = 8000000 };
bool survey_unequal_sampford(const double *p, size_t count, size_t n, const double *u, bool *selected);
// The next two take count * n steps; callers keep that under SURVEY_UNEQUAL_STEPS.
enum { SURVEY_UNEQUAL_STEPS = 1000000000 };
// Brewer (1975): n draws, the i-th with probabilities ~ p (n - a - p) / (n - a - p (n - i + 1)) among those left, a the sum of p drawn.
void survey_unequal_brewer(const double *p, size_t count, size_t n, struct survey_random *random, bool *selected);
// Midzuno (1952) as generalised by Deville & Tillé (1998): the complement is eliminated down, in n steps, by Tillé's (1996)
// procedure; any p can be had, not only those of at least (n - 1) / (N - 1).
void survey_unequal_midzuno(const double *p, size_t count, size_t n, struct survey_random *random, bool *selected);

// Joint inclusion probabilities of the units of[0 .. m-1] among count, into a square of m with p on its diagonal.
// Brewer: exact by recursion where n is at most 2 or count at most 20 (false: Hartley & Rao's (1962) approximation, to the third order
// of p, was used).
void survey_joint_sampford(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint);
bool survey_joint_brewer(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint);
void survey_joint_midzuno(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint);
// The approximations, for any design near to maximum entropy: Hartley & Rao, and Hájek (1964).
double survey_joint_hartley_rao(double p, double q, double squares, size_t n); // squares: sum of p^2
double survey_joint_hajek(double p, double q, double spread);                  // spread: sum of p (1 - p)
