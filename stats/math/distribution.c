// SPDX-License-Identifier: GPL-3.0-or-later
// Distribution functions, by R's mathematics library.
#include "stats/math/distribution.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

double stats_normal_quantile(double p)
{
    return qnorm(p, 0, 1, 1, 0);
}

double stats_normal_tail(double z)
{
    return pnorm(z, 0, 1, 0, 0);
}

double stats_t_quantile(double p, double df)
{
    return isinf(df) ? qnorm(p, 0, 1, 1, 0) : qt(p, df, 1, 0);
}

double stats_t_tail(double t, double df)
{
    return 2 * (isinf(df) ? pnorm(-fabs(t), 0, 1, 1, 0) : pt(-fabs(t), df, 1, 0));
}

// Rmath takes a = 0 or b = 0 for a point mass, and warns on standard output where it loses precision
// for parameters beyond any sample: those are the normal distribution.
double stats_beta_quantile(double p, double a, double b)
{
    if (a <= 0)
        return 0;
    if (b <= 0)
        return 1;
    if (a > 1e14 || b > 1e14)
        return fmin(
            1, fmax(0, a / (a + b) + qnorm(p, 0, 1, 1, 0) * sqrt(a / (a + b) * (b / (a + b)) / (a + b))));
    return qbeta(p, a, b, 1, 0);
}

double stats_f_tail(double f, double df1, double df2)
{
    return isinf(df2) ? pchisq(f * df1, df1, 0, 0) : pf(f, df1, df2, 0, 0);
}

double stats_chisq_tail(double x, double df)
{
    return pchisq(x, df, 0, 0);
}

double stats_chisq_quantile(double p, double df)
{
    return qchisq(p, df, 1, 0);
}
