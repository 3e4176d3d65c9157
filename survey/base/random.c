// SPDX-License-Identifier: GPL-3.0-or-later
// Philox 4x32-10 and streams over it.
#include "survey/base/random.h"

#include <math.h>

void survey_philox(const uint32_t key[static 2], const uint32_t counter[static 4], uint32_t out[static 4])
{
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xd2511f53u * c0, b = (uint64_t)0xcd9e8d57u * c2;
        uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c0 = n0;
        c1 = (uint32_t)b;
        c2 = n2;
        c3 = (uint32_t)a;
        k0 += 0x9e3779b9u;
        k1 += 0xbb67ae85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static uint64_t hash(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return (hash ^ 0xff) * 0x100000001b3u;
}

struct survey_random survey_random_at(uint64_t seed, const char *purpose, const char *unit)
{
    uint64_t address = hash(hash(0xcbf29ce484222325u, purpose), unit);
    return (struct survey_random){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                                  .counter = {0, 0, (uint32_t)address, (uint32_t)(address >> 32)},
                                  .used = 4};
}

uint32_t survey_random_word(struct survey_random *random)
{
    if (random->used == 4) {
        survey_philox(random->key, random->counter, random->block);
        random->counter[0]++;
        random->counter[1] += random->counter[0] == 0;
        random->used = 0;
    }
    return random->block[random->used++];
}

double survey_random_unit(struct survey_random *random)
{
    uint64_t high = survey_random_word(random), low = survey_random_word(random);
    return ((double)((high << 32 | low) >> 12) + 0.5) * 0x1p-52;
}

uint32_t survey_random_below(struct survey_random *random, uint32_t bound)
{
    uint64_t product = (uint64_t)survey_random_word(random) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = (0u - bound) % bound;
        while ((uint32_t)product < threshold)
            product = (uint64_t)survey_random_word(random) * bound;
    }
    return (uint32_t)(product >> 32);
}

double survey_random_normal(struct survey_random *random)
{
    double radius = sqrt(-2 * log(survey_random_unit(random)));
    return radius * cos(6.283185307179586 * survey_random_unit(random));
}
