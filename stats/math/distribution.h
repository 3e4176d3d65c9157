// SPDX-License-Identifier: GPL-3.0-or-later
// Distribution functions, by R's mathematics library (r-mathlib).
#pragma once

// Upper-tail and quantile functions as their names say; p is a lower-tail probability in (0, 1).
double stats_normal_quantile(double p);
double stats_normal_tail(double z);                       // P(Z > z)
double stats_t_quantile(double p, double df);             // df > 0; INFINITY: the normal
double stats_t_tail(double t, double df);                 // P(|T| > |t|)
double stats_beta_quantile(double p, double a, double b); // a, b >= 0; 0 and 1 at the ends
double stats_f_tail(double f, double df1, double df2);    // P(F > f); df2 may be INFINITY
double stats_chisq_tail(double x, double df);
double stats_chisq_quantile(double p, double df);
