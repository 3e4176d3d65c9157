// SPDX-License-Identifier: GPL-3.0-or-later
// Functions on numbers, and the random ones.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/expr/function.h"

#include <math.h>
#include <string.h>

#define NUMBER(index) expr_as_double(evaluation, &arguments[index])

bool expr_call_number(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_number(value, expr_as_number(evaluation, &arguments[0]));
}

bool expr_call_int(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_number(value, trunc(expr_as_number(evaluation, &arguments[0])));
}

// Java's rounding: half towards positive infinity, also for decimal places (negative ones too).
bool expr_call_round(EXPR_CALL_PARAMETERS)
{
    double number = NUMBER(0), places = count == 2 ? trunc(NUMBER(1)) : 0;
    if (isnan(places) || !isfinite(number) || places > 15)
        return expr_number(value, isnan(places) ? (double)NAN : number);
    if (places < -300)
        return expr_number(value, 0);
    double scale = pow(10, fabs(places));
    double scaled = places < 0 ? number / scale : number * scale;
    double whole = fabs(scaled) < 0x1p52 ? floor(scaled + 0.5) : scaled;
    return expr_number(value, places < 0 ? whole * scale : whole / scale);
}

#define ONE_NUMBER(name, call)                                                                     \
    bool expr_call_##name(EXPR_CALL_PARAMETERS)                                                    \
    {                                                                                              \
        (void)count;                                                                               \
        return expr_number(value, call(NUMBER(0)));                                                \
    }

ONE_NUMBER(abs, fabs)
ONE_NUMBER(acos, acos)
ONE_NUMBER(asin, asin)
ONE_NUMBER(atan, atan)
ONE_NUMBER(cos, cos)
ONE_NUMBER(exp, exp)
ONE_NUMBER(log, log)
ONE_NUMBER(log10, log10)
ONE_NUMBER(sin, sin)
ONE_NUMBER(sqrt, sqrt)
ONE_NUMBER(tan, tan)

bool expr_call_exp10(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_number(value, pow(10, NUMBER(0)));
}

bool expr_call_atan2(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_number(value, atan2(NUMBER(0), NUMBER(1)));
}

bool expr_call_pow(EXPR_CALL_PARAMETERS)
{
    (void)count;
    return expr_number(value, pow(NUMBER(0), NUMBER(1)));
}

bool expr_call_pi(EXPR_CALL_PARAMETERS)
{
    (void)evaluation, (void)arguments, (void)count;
    return expr_number(value, 3.14159265358979323846);
}

// What folding needs: the next number of the arguments that is one.
static double sum_of(double so_far, double next)
{
    return so_far + next;
}

// Folds the numbers among the arguments; blanks and other text are left out, as JavaRosa does.
// nothing is the result where there is none.
static bool fold(struct evaluation *evaluation, const struct survey_value *arguments, size_t count,
                 double (*combine)(double, double), double nothing, struct survey_value *value)
{
    bool any = false;
    double result = nothing;
    for (size_t i = 0; i < count; i++) {
        size_t inner = expr_flat_count(&arguments[i], 1);
        for (size_t k = 0; k < inner; k++) {
            struct survey_value one = expr_flat_at(&arguments[i], 1, k);
            double number = expr_as_number(evaluation, &one);
            if (isnan(number))
                continue;
            result = any ? combine(result, number) : number;
            any = true;
        }
    }
    return expr_number(value, result);
}

bool expr_call_sum(EXPR_CALL_PARAMETERS)
{
    return fold(evaluation, arguments, count, sum_of, 0, value);
}

bool expr_call_min(EXPR_CALL_PARAMETERS)
{
    return fold(evaluation, arguments, count, fmin, (double)NAN, value);
}

bool expr_call_max(EXPR_CALL_PARAMETERS)
{
    return fold(evaluation, arguments, count, fmax, (double)NAN, value);
}

// --- random numbers -----------------------------------------------------------------------------

// "/data[1]/member[2]/code[1]", so that each question has numbers of its own.
static void address(const struct survey_node *node, struct survey_buffer *buffer)
{
    for (unsigned depth = 0; node && depth < EXPR_DEPTH_MAX; node = node->parent, depth++)
        survey_format(buffer, "/%s[%u]", node->name, node->position);
}

struct survey_random *expr_random(struct evaluation *evaluation)
{
    if (!evaluation->random_ready) {
        struct survey_buffer place = SURVEY_BUFFER(4096);
        address(evaluation->origin, &place);
        evaluation->random =
            survey_random_at(evaluation->env->seed, "expression", survey_buffer_string(&place));
        survey_buffer_clear(&place);
        evaluation->random_ready = true;
    }
    return &evaluation->random;
}

bool expr_call_random(EXPR_CALL_PARAMETERS)
{
    (void)arguments, (void)count;
    return expr_number(value, survey_random_unit(expr_random(evaluation)));
}

// A version 4 UUID, or a text of so many letters and digits.
bool expr_call_uuid(EXPR_CALL_PARAMETERS)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct survey_random *random = expr_random(evaluation);
    char text[257];
    if (count == 1) {
        double length = expr_as_number(evaluation, &arguments[0]);
        if (!(length >= 1 && length <= 256))
            return expr_fail(evaluation, _("uuid() makes texts of 1 to 256 characters"));
        for (size_t i = 0; i < (size_t)length; i++)
            text[i] = letters[survey_random_below(random, 62)];
        return expr_text_n(evaluation, value, text, (size_t)length);
    }
    static const char shape[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < sizeof shape; i++) {
        text[i] = shape[i];
        if (shape[i] == 'x')
            text[i] = "0123456789abcdef"[survey_random_below(random, 16)];
        else if (shape[i] == 'y')
            text[i] = "89ab"[survey_random_below(random, 4)];
    }
    return expr_text(evaluation, value, text);
}

// Park and Miller (1988): x' = 16807 x mod (2^31 - 1), as the ODK XForms specification wants it, so
// that a seed gives the same order here as on the phone.
struct park_miller {
    int64_t state;
};

static struct park_miller park_miller_at(double seed)
{
    int64_t state = fabs(seed) < 9e18 ? (int64_t)seed % 2147483647 : 1;
    return (struct park_miller){state <= 0 ? state + 2147483646 : state};
}

static double park_miller_unit(struct park_miller *random)
{
    random->state = random->state * 16807 % 2147483647;
    return (double)(random->state - 1) / 2147483646.0;
}

bool expr_call_randomize(EXPR_CALL_PARAMETERS)
{
    if (arguments[0].kind != SURVEY_NODES)
        return expr_fail(evaluation, _("randomize() takes nodes"));
    double seed = count == 2 ? expr_as_number(evaluation, &arguments[1])
                             : survey_random_word(expr_random(evaluation));
    if (isnan(seed)) { // a text seeds by its characters
        seed = 0;
        for (const char *c = TEXT(1); *c; c++)
            seed = fmod(seed * 31 + (unsigned char)*c, 2147483647.0);
    }
    struct park_miller random = park_miller_at(seed);
    size_t size = arguments[0].count;
    const struct survey_node **nodes =
        survey_arena_array(evaluation->arena, size + 1, sizeof *nodes);
    for (size_t i = 0; i < size; i++) { // inside-out Fisher-Yates
        size_t other = (size_t)floor(park_miller_unit(&random) * (double)(i + 1));
        if (other > i)
            other = i;
        nodes[i] = nodes[other];
        nodes[other] = arguments[0].nodes[i];
    }
    return expr_nodes(value, nodes, size);
}
