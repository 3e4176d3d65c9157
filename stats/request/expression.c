// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of estimates, "log(api00/api99)", with their derivatives (the delta method): + - * / ^, log, exp, sqrt,
// brackets, numbers and names of estimates.
#include "stats/request/private.h"

#include "survey/base/number.h"

enum { NAMES_MAX = 32, DEPTH_MAX = 64 };

struct dual {
    double value;
    double slope[NAMES_MAX];
};

struct reader {
    const char *at;
    const struct estimates *estimates;
    int depth;
    bool bad;
};

static struct dual read_sum(struct reader *reader);

// f(a) with its derivative.
static struct dual chain(struct dual a, double value, double slope)
{
    for (int i = 0; i < NAMES_MAX; i++)
        a.slope[i] *= slope;
    a.value = value;
    return a;
}

static struct dual combine(struct dual a, struct dual b, double value, double by_a, double by_b)
{
    for (int i = 0; i < NAMES_MAX; i++)
        a.slope[i] = a.slope[i] * by_a + b.slope[i] * by_b;
    a.value = value;
    return a;
}

static void skip(struct reader *reader)
{
    reader->at += strspn(reader->at, " ");
}

static bool take(struct reader *reader, char mark)
{
    skip(reader);
    if (*reader->at != mark)
        return false;
    reader->at++;
    return true;
}

static struct dual read_name(struct reader *reader)
{
    struct dual dual = {0};
    size_t length = strcspn(reader->at, " +-*/^()");
    const char *name = reader->at;
    reader->at += length;
    if (take(reader, '(')) {
        struct dual inner = read_sum(reader);
        reader->bad = reader->bad || !take(reader, ')');
        if (length == 3 && strncmp(name, "log", 3) == 0)
            return chain(inner, log(inner.value), 1 / inner.value);
        if (length == 3 && strncmp(name, "exp", 3) == 0)
            return chain(inner, exp(inner.value), exp(inner.value));
        if (length == 4 && strncmp(name, "sqrt", 4) == 0)
            return chain(inner, sqrt(inner.value), 0.5 / sqrt(inner.value));
        reader->bad = true;
        return inner;
    }
    for (size_t i = 0; i < reader->estimates->count && i < NAMES_MAX; i++)
        if (strlen(reader->estimates->of[i].name) == length &&
            strncmp(reader->estimates->of[i].name, name, length) == 0) {
            dual.value = reader->estimates->value[i];
            dual.slope[i] = 1;
            return dual;
        }
    reader->bad = true;
    return dual;
}

static struct dual read_factor(struct reader *reader)
{
    struct dual dual = {0};
    skip(reader);
    if (++reader->depth > DEPTH_MAX || !*reader->at) {
        reader->bad = true;
    } else if (take(reader, '-')) {
        struct dual inner = read_factor(reader);
        dual = chain(inner, -inner.value, -1);
    } else if (take(reader, '(')) {
        dual = read_sum(reader);
        reader->bad = reader->bad || !take(reader, ')');
    } else if (*reader->at == '.' || (*reader->at >= '0' && *reader->at <= '9')) {
        size_t length = strspn(reader->at, "0123456789.");
        reader->bad = reader->bad || !survey_number_parse(reader->at, length, &dual.value);
        reader->at += length;
    } else {
        dual = read_name(reader);
    }
    if (!reader->bad && take(reader, '^')) {
        struct dual power = read_factor(reader);
        double value = pow(dual.value, power.value);
        dual = combine(dual, power, value, power.value * pow(dual.value, power.value - 1),
                       dual.value > 0 ? value * log(dual.value) : 0);
    }
    reader->depth--;
    return dual;
}

static struct dual read_product(struct reader *reader)
{
    struct dual left = read_factor(reader);
    while (!reader->bad) {
        bool times = take(reader, '*');
        if (!times && !take(reader, '/'))
            break;
        struct dual right = read_factor(reader);
        double a = left.value, b = right.value;
        left = times ? combine(left, right, a * b, b, a) : combine(left, right, a / b, 1 / b, -a / (b * b));
    }
    return left;
}

static struct dual read_sum(struct reader *reader)
{
    struct dual left = read_product(reader);
    while (!reader->bad) {
        bool plus = take(reader, '+');
        if (!plus && !take(reader, '-'))
            break;
        struct dual right = read_product(reader);
        left = combine(left, right, plus ? left.value + right.value : left.value - right.value, 1,
                       plus ? 1 : -1);
    }
    return left;
}

bool request_function(const struct estimates *estimates, const char *text, double *value, double *variance,
                      struct survey_error *error)
{
    struct reader reader = {.at = text, .estimates = estimates};
    if (estimates->count > NAMES_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a function takes at most %d estimates"),
                           NAMES_MAX);
    struct dual result = read_sum(&reader);
    skip(&reader);
    if (reader.bad || *reader.at)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is no function of the estimates, near '%.20s'"), text, reader.at);
    *value = result.value;
    *variance = 0;
    for (size_t i = 0; i < estimates->count; i++)
        for (size_t j = 0; j < estimates->count; j++)
            *variance += result.slope[i] * result.slope[j] * estimates->variance[i * estimates->count + j];
    return isfinite(*value) ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' has no finite value"), text);
}
