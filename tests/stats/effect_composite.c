// SPDX-License-Identifier: GPL-3.0-or-later
// Composites: Saaty's comparisons, the ASEM index of COINr, ranks of PISA; small areas of sae.
#include "effect_cases.h"

#define AHP(matrix) "{\"estimator\": \"ahp\", \"args\": {\"matrix\": [" matrix "]}}"
#define AHP_FIELDS "weights=weights lambda_max=lambda_max CI=CI CR=CR geometric_weights=geometric_weights"
#define ASEM(estimator, args)                                                                                \
    "{\"data\": \"data/asem_idata.csv\", \"estimator\": \"" estimator "\", \"args\": {\"id\": \"uCode\"" args "}}"
#define TREE ", \"tree_file\": \"data/asem_imeta.csv\", \"code\": \"iCode\", \"missing\": \"skip\""
#define FIVE                                                                                                 \
    ", \"vars\": [\"LPI\", \"Bord\", \"Elec\", \"Forest\", \"PrivDebt\"], \"negative\": \"PrivDebt\""

#define PISA(subject, more)                                                                                  \
    "{\"data\": \"data/pisa.csv\", \"design\": {\"rows\": \"reading_score > 0\"}, \"estimator\": \"ranks\", "        \
    "\"args\": {\"id\": \"jurisdiction\", \"score\": \"" subject "_score\", \"se\": \"" subject "_se\"" more "}}"
// Another random generator moves a bound by one; the rank itself is exact.
#define SETS "marg_low=marg_low marg_high=marg_high simul_low=simul_low simul_high=simul_high"
#define SIMULATED "low=gs_low high=gs_high median=gs_median"
#define MILK(method)                                                                                         \
    "{\"data\": \"data/milk.csv\", \"estimator\": \"fay_herriot\", \"args\": {\"direct\": \"yi\", \"se\": \"SD\", "      \
    "\"x\": \"MajorArea\", \"factors\": \"MajorArea\", \"method\": \"" method "\"}}"
#define AREAS "refvar=model_variance beta=beta se_beta=se_beta eblup=eblup mse=mse loglik=loglik"
#define PANEL(estimator, args)                                                                               \
    "{\"data\": \"../golden/data/hhpanel.csv\", \"design\": {\"ids\": \"village\", \"strata\": \"county\", "         \
    "\"weights\": \"wt\"}, \"estimator\": \"" estimator "\", \"args\": {" args "}}"
#define ITEMS "\"q2\", \"q3\", \"q4\", \"q5\", \"q6\", \"q7\", \"q8\", \"q9\", \"q10\"]"

const struct effect_case effect_composite_cases[] = {
    {"ahp/4x4", AHP("[1, 3, 5, 7], [\"1/3\", 1, 3, 5], [\"1/5\", \"1/3\", 1, 3], [\"1/7\", \"1/5\", \"1/3\", 1]"),
     AHP_FIELDS},
    {"ahp/saaty-house",
     AHP("[1, 5, 3, 7, 6, 6, \"1/3\", \"1/4\"], [null, 1, \"1/3\", 5, 3, 3, \"1/5\", \"1/7\"], "
         "[null, null, 1, 6, 3, 4, 6, \"1/5\"], [null, null, null, 1, \"1/3\", \"1/4\", \"1/7\", \"1/8\"], "
         "[null, null, null, null, 1, \"1/2\", \"1/5\", \"1/6\"], [null, null, null, null, null, 1, \"1/5\", \"1/6\"], "
         "[null, null, null, null, null, null, 1, \"1/2\"], [null, null, null, null, null, null, null, 1]"),
     AHP_FIELDS},
    {"asem/minmax-arith", ASEM("composite", TREE),
     "Index=scores.Index Conn=scores.Conn Sust=scores.Sust rank=rank", .by = "uCode=names"},
    {"asem/minmax-geo", ASEM("composite", TREE ", \"mean\": \"geometric\""), "Index=scores.Index rank=rank",
     .by = "uCode=names"},
    {"asem/entropy-topsis", ASEM("entropy_weights", FIVE), "entropy=entropy weights=weights"},
    {"asem/entropy-topsis", ASEM("topsis", FIVE), "uCode=names weights=weights closeness=closeness rank=rank"},
    {"pisa/ranks-reading", PISA("reading", ""), "jurisdiction=names rank=rank"},
    {"pisa/ranks-reading", PISA("reading", ""), SETS, .absolute = 1},
    {"pisa/ranks-math", PISA("math", ""), "jurisdiction=names rank=rank"},
    {"pisa/ranks-math", PISA("math", ""), SETS, .absolute = 1},
    {"pisa/ranks-gs-science", PISA("science", ", \"draws\": 100000"), SIMULATED, .absolute = 1},
    {"pisa/ranks-gs-math", PISA("math", ", \"draws\": 100000"), SIMULATED, .absolute = 1},
    {"milk/fh-REML", MILK("REML"), AREAS},
    {"milk/fh-ML", MILK("ML"), AREAS},
    {"sat/nps5", PANEL("nps", "\"var\": \"q1\", \"promoters_from\": 5, \"detractors_to\": 3"), "est=est se=se"},
    {"sat/csi-mean", PANEL("satisfaction_index", "\"k\": 5, \"vars\": [\"q1\", " ITEMS), "est=est se=se"},
    {"sat/csi-mean", PANEL("satisfaction_index", "\"k\": 5, \"by\": \"county\", \"vars\": [\"q1\", " ITEMS),
     "by_county.est=est by_county.se=se"},
    {"sat/importance-std-beta", PANEL("importance_performance", "\"overall\": \"q1\", \"vars\": [" ITEMS),
     "items=names coef=coef se=coef_se beta=importance"},
    {.id = NULL},
};
