// SPDX-License-Identifier: GPL-3.0-or-later
// Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, SC11). A number is a function of
// its seed and its address, so that it does not depend on order, threads or earlier draws, and
// anyone can repeat a draw from the published seed.
#pragma once

#include <stdint.h>

// 128 random bits for a key and a counter.
void survey_philox(const uint32_t key[static 2], const uint32_t counter[static 4], uint32_t out[static 4]);

// A stream addressed by (seed, purpose, unit): the same arguments give the same numbers everywhere.
// purpose and unit are any text ("sample/YE/stage 2", a household's id), hashed (FNV-1a, 64 bit).
struct survey_random {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    unsigned used; // words of the block handed out
};

struct survey_random survey_random_at(uint64_t seed, const char *purpose, const char *unit);
uint32_t survey_random_word(struct survey_random *random);
// Uniform in the open interval (0, 1), 53 bits.
double survey_random_unit(struct survey_random *random);
// Uniform in 0 .. bound-1 without bias (Lemire 2019); bound at least 1.
uint32_t survey_random_below(struct survey_random *random, uint32_t bound);
// Standard normal (Box-Muller, one number a call).
double survey_random_normal(struct survey_random *random);
