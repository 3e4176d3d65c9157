#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Villages drawn with probability proportional to size: the variance that the plan chooses, beside a request on the same rows.
# usage: pps.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..4
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

# 24 villages of growing size in two towns, a household of each ten; V23 and V24 are certain.
awk 'BEGIN { print "village,town,size,household_id"; for (v = 1; v <= 24; v++) for (h = 1; h <= 10; h++)
    printf("V%02d,%s,%d,V%02dH%02d\n", v, v % 2 ? "X" : "Y", (v > 22) ? 200 : 10 + v, v, h) }' >frame.csv
# plan METHOD VARIANCE
plan() {
    printf '| survey | | | |\n| | type | name | label |\n| | text | household_id | Household |\n| | integer | age | Age |\n'
    printf '| settings | | |\n| | form_id | version |\n| | hh | %s |\n' "${3:-1}"
    printf '| evaluation | | |\n| | key | value |\n| | id | T |\n| | levels | town village household_id |\n| | assessed_unit | town |\n'
    printf '| | pps_variance | %s |\n' "$2"
    printf '| sample | | | | | | |\n| | stage | unit | strata | method | size | measure |\n'
    printf '| | 1 | village | town | %s | 5 | size |\n| | 2 | household_id | | srs | 4 | |\n' "$1"
    printf '| indicators | | | | |\n| | code | label | statistic | of |\n| | A | Mean age | mean | ${age} |\n'
    printf '| scheme | | | | | | |\n| | code | label | parent | indicator | weight | score |\n| | T | All | | | 100 | |\n| | A | Age | T | A | 100 | passthrough |\n'
}
# evaluation METHOD VARIANCE: e.assay with a drawn sample and an answer of everybody in it
evaluation() {
    plan "$1" "$2" >plan.md
    rm -f e.*
    run 0 new e.assay plan.md
    run 0 frame e.assay frame.csv
    run 0 sample e.assay --seed 8
    { echo household_id,age
      sqlite3 -csv e.assay "SELECT unit, 20 + CAST(substr(unit, 2, 2) AS INTEGER) * 3 % 31 + CAST(substr(unit, 5) AS INTEGER) * 7 % 11 FROM sample WHERE stage = 2 AND status = 'selected'"
    } >rows.csv
    run 0 import e.assay rows.csv
}
number() { tr -d ' \n' <"$folder/$1" | grep -o "\"$2\":\[*[-0-9.e]*" | head -n 1 | sed 's/.*[:[]//'; }
# same KEY KEY: of request and out
same() {
    awk -v a="$(number request "$1")" -v b="$(number out "$2")" 'BEGIN { exit !(a != "" && b != "" && (a - b) ^ 2 <= 1e-20 * (1 + a ^ 2)) }' ||
        failed="$failed [$2: $(number out "$2") instead of $(number request "$1")]"
}

# 1: the rows as a file: a certain village is a stratum, its households are units; probabilities at both stages
for method in pps_systematic sampford brewer midzuno; do
    evaluation $method brewer
    [ "$(sqlite3 e.assay "SELECT group_concat(unit) FROM (SELECT unit FROM sample WHERE stage = 1 AND probability = 1 ORDER BY 1)")" = V23,V24 ] ||
        failed="$failed [V23 and V24 are not certain]"
    sqlite3 -header -csv e.assay "SELECT CASE v.probability WHEN 1 THEN v.unit ELSE v.stratum END AS stratum, CASE v.probability WHEN 1 THEN h.unit ELSE v.unit END AS psu,
        CASE v.probability WHEN 1 THEN h.probability ELSE v.probability END AS p1, h.unit AS ssu, CASE v.probability WHEN 1 THEN 1 ELSE h.probability END AS p2,
        1 / h.chain AS w, 20 + CAST(substr(h.unit, 2, 2) AS INTEGER) * 3 % 31 + CAST(substr(h.unit, 5) AS INTEGER) * 7 % 11 AS age
        FROM sample h JOIN sample v ON v.unit = h.parent WHERE h.status = 'selected' AND h.stage = 2" >drawn.csv
    for what in mean total; do
        printf '{"data": "drawn.csv", "design": {"strata": "stratum", "ids": ["psu", "ssu"], "fpc": ["p1", "p2"], "pps": "brewer"}, "estimator": "%s",
            "args": {"vars": "age"}}' $what >r.json
        run 0 estimate --request r.json
        cp out request
        run 0 estimate e.assay --$what age --json
        same est value; same se se; same df df
    done
    says "Brewer's approximation"; says "finite population correction in the other strata"
done
ok "an evaluation and a request on its rows agree"

# 2: without the setting villages count as drawn with replacement, which is wider
cp out brewer
evaluation midzuno replacement
run 0 estimate e.assay --total age --json
cp out replacement
! grep -q Brewer out || failed="$failed [Brewer's though not asked for]"
evaluation midzuno ''
run 0 estimate e.assay --total age --json
cmp -s out replacement || failed="$failed [replacement is not the default]"
awk -v b="$(number brewer se)" -v r="$(number out se)" 'BEGIN { exit !(b != "" && b < r) }' || failed="$failed [$(number brewer se) is not below $(number out se)]"
run 0 estimate e.assay --total age --replicates jkn --json
cp out replicates
plan midzuno brewer 2 >plan.md
run 0 revise e.assay plan.md
run 0 estimate e.assay --total age --replicates jkn --json
cmp -s out replicates || failed="$failed [replicates are not those of units drawn with replacement]"
run 0 estimate e.assay --total age --json
[ "$(number out se)" = "$(number brewer se)" ] || failed="$failed [a revised plan: $(number out se)]"
ok "the default, and replicates"

# 3: score and the report go by it
run 0 score e.assay --json
cp out score
run 0 estimate e.assay --mean age --where "frame('town') = 'X'" --json
awk -v a="$(number out low)" -v b="$(number score low)" 'BEGIN { exit !(a != "" && (a - b) ^ 2 < 1e-18) }' || failed="$failed [score: $(number score low), estimate: $(number out low)]"
run 0 report e.assay -o report.xlsx
unzip -p report.xlsx xl/sharedStrings.xml | grep -q "Brewer&apos;s approximation\|Brewer's approximation" || failed="$failed [the report does not say so]"
ok "score and report"

# 4: what is no such setting
plan midzuno joint 3 >plan.md
run 0 revise e.assay plan.md
run 1 estimate e.assay --mean age; says "pps_variance 'joint' is none of replacement, brewer"
ok "a setting that is none"
