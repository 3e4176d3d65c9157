// SPDX-License-Identifier: GPL-3.0-or-later
// Poverty and inequality: the synthetic EU-SILC of the R package laeken, by households and by persons.
#include "effect_cases.h"

#define HOUSEHOLDS "db030"
#define PERSONS "rb030"
#define SILC(psu, estimator, args)                                                                           \
    "{\"data\": \"data/eusilc.csv\", \"design\": {\"ids\": \"" psu "\", \"strata\": \"db040\", "             \
    "\"weights\": \"rb050\"}, \"estimator\": \"" estimator "\", \"args\": {\"income\": \"eqIncome\"" args "}}"
#define LINE ", \"line\": 10000"
#define MEAN60 ", \"line\": {\"of\": \"mean\", \"percent\": 60}"
#define BOTH "est=est se=se"

const struct effect_case effect_poverty_cases[] = {
    {"eusilc/household/fgt0-abs10000", SILC(HOUSEHOLDS, "fgt", LINE ", \"alpha\": 0"), BOTH},
    {"eusilc/household/fgt1-abs10000", SILC(HOUSEHOLDS, "fgt", LINE ", \"alpha\": 1"), BOTH},
    {"eusilc/household/fgt2-abs10000", SILC(HOUSEHOLDS, "fgt", LINE ", \"alpha\": 2"), BOTH},
    {"eusilc/household/fgt0-relm60", SILC(HOUSEHOLDS, "fgt", MEAN60 ", \"alpha\": 0"), BOTH},
    {"eusilc/household/fgt2-relm60", SILC(HOUSEHOLDS, "fgt", MEAN60 ", \"alpha\": 2"), BOTH},
    {"eusilc/person/fgt1-relm60", SILC(PERSONS, "fgt", MEAN60 ", \"alpha\": 1"), BOTH},
    {"eusilc/person/fgt2-abs10000", SILC(PERSONS, "fgt", LINE ", \"alpha\": 2"), BOTH},
    {"eusilc/person/watts-abs", SILC(PERSONS, "watts", LINE), BOTH},
    {"eusilc/household/sen", SILC(HOUSEHOLDS, "sen", LINE), "sen=est H=H I=I G_poor=G_poor"},
    {"eusilc/person/sen", SILC(PERSONS, "sen", LINE), "sen=est H=H I=I G_poor=G_poor"},
    {"eusilc/household/sst", SILC(HOUSEHOLDS, "sst", LINE), "sst=est"},
    {"eusilc/household/arpt", SILC(HOUSEHOLDS, "arpt", ""), BOTH},
    {"eusilc/household/arpr", SILC(HOUSEHOLDS, "arpr", ""), BOTH},
    {"eusilc/person/arpr", SILC(PERSONS, "arpr", ""), BOTH},
    {"eusilc/household/rmpg", SILC(HOUSEHOLDS, "rmpg", ""), BOTH},
    {"eusilc/person/rmpg", SILC(PERSONS, "rmpg", ""), BOTH},
    {"eusilc/household/qsr", SILC(HOUSEHOLDS, "qsr", ""), BOTH},
    {"eusilc/household/gini", SILC(HOUSEHOLDS, "gini", ", \"form\": \"convey\""), BOTH},
    {"eusilc/person/gini", SILC(PERSONS, "gini", ", \"form\": \"convey\""), BOTH},
    {"eusilc/household/gini-by", SILC(HOUSEHOLDS, "gini", ", \"form\": \"convey\", \"by\": \"db040\""),
     "levels=names est=est se=se"},
    {"eusilc/person/gini-by", SILC(PERSONS, "gini", ", \"form\": \"convey\", \"by\": \"db040\""),
     "levels=names est=est se=se"},
    // The reference puts the quantile between two incomes where one of them begins: its errors differ by up to 7e-7.
    {"eusilc/household/lorenz", SILC(HOUSEHOLDS, "lorenz", ", \"probs\": [0.2, 0.4, 0.6, 0.8]"), "est=est"},
    {"eusilc/household/lorenz", SILC(HOUSEHOLDS, "lorenz", ", \"probs\": [0.2, 0.4, 0.6, 0.8]"), "se=se", 1e-6},
    {"eusilc/person/lorenz", SILC(PERSONS, "lorenz", ", \"probs\": [0.2, 0.4, 0.6, 0.8]"), "est=est"},
    {"eusilc/person/lorenz", SILC(PERSONS, "lorenz", ", \"probs\": [0.2, 0.4, 0.6, 0.8]"), "se=se", 1e-6},
    {"eusilc/laeken", SILC(HOUSEHOLDS, "qsr", ""), "qsr=est"},
    {"eusilc/laeken", SILC(HOUSEHOLDS, "arpt", ""), "arpt=est"},
    {"eusilc/laeken", SILC(HOUSEHOLDS, "arpt", ", \"line\": {\"of\": \"median\", \"percent\": 100}"), "median=est"},
    {"eusilc/laeken", SILC(HOUSEHOLDS, "arpr", ""), "arpr=est", .scale = 100},
    {"eusilc/laeken", SILC(HOUSEHOLDS, "gini", ""), "gini=est", .scale = 100},
    {"eusilc/laeken", SILC(HOUSEHOLDS, "rmpg", ""), "rmpg=est", .scale = 100},
    {.id = NULL},
};
