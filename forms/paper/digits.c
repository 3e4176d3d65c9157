// SPDX-License-Identifier: GPL-3.0-or-later
// How many digits a number can have, from what the workbook says of it.
#include "forms/paper/plan.h"

#include "survey/base/number.h"
#include "survey/expr/words.h"

#include <math.h>
#include <string.h>

enum { FOLLOW_MOST = 4 };

struct follow {
    const struct survey_form *form;
    unsigned depth;
};

static bool bounds_of_item(const struct survey_form *form, const struct survey_item *item, unsigned depth,
                           struct survey_bounds *bounds);

static bool bounds_of_name(void *user, const char *name, struct survey_bounds *bounds)
{
    const struct follow *follow = user;
    const struct survey_item *item = follow->depth ? survey_form_find(follow->form, name) : NULL;
    return item && bounds_of_item(follow->form, item, follow->depth - 1, bounds);
}

// "start=1 end=10 step=1"
static bool range_value(const char *parameters, const char *key, double *value)
{
    size_t length = strlen(key);
    for (const char *at = parameters; (at = strstr(at, key)); at += length) {
        if (at != parameters && !strchr(" ;,", at[-1]))
            continue;
        const char *from = at + length;
        while (*from == ' ' || *from == '=')
            from++;
        return survey_number_parse(from, strcspn(from, " ;,"), value);
    }
    return false;
}

static bool bounds_of_range(const struct survey_item *item, struct survey_bounds *bounds)
{
    double start = 0, end = 10, step = 1;
    range_value(item->parameters, "start", &start);
    range_value(item->parameters, "end", &end);
    range_value(item->parameters, "step", &step);
    *bounds = (struct survey_bounds){true, true, fmin(start, end), fmax(start, end), true};
    return floor(step) == step && floor(start) == start;
}

static bool bounds_of_item(const struct survey_form *form, const struct survey_item *item, unsigned depth,
                           struct survey_bounds *bounds)
{
    if (item->type == SURVEY_TYPE_RANGE)
        return bounds_of_range(item, bounds);
    if (!item->constraint.expr || (item->type != SURVEY_TYPE_INTEGER && item->type != SURVEY_TYPE_DECIMAL))
        return false;
    struct follow follow = {form, depth};
    *bounds = survey_expr_bounds(item->constraint.expr, bounds_of_name, &follow);
    return bounds->has_low || bounds->has_high;
}

static int digits_of(double value)
{
    int digits = 1;
    for (value = floor(fabs(value)); value >= 10 && digits < 20; value = floor(value / 10))
        digits++;
    return digits;
}

int paper_digits(const struct survey_form *form, const struct survey_item *item, bool *minus)
{
    struct survey_bounds bounds = {0};
    int64_t stated = 0;
    bool known = bounds_of_item(form, item, FOLLOW_MOST, &bounds);
    *minus = known && bounds.has_low && bounds.low < 0;
    if (strncmp(item->paper, "digits:", 7) == 0 && survey_integer_parse(item->paper + 7, strlen(item->paper + 7), &stated))
        return stated >= 1 && stated <= 2 * PAPER_DIGITS_MOST ? (int)stated : 0;
    if (!known || !bounds.has_low || !bounds.has_high || *item->paper)
        return 0;
    int low = digits_of(bounds.low), high = digits_of(bounds.high);
    int digits = low > high ? low : high;
    return digits <= PAPER_DIGITS_MOST ? digits : 0;
}
