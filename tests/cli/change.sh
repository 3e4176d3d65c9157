#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The change between two rounds of an evaluation file: the villages again, half of the households; beside a request on the same rows.
# Then the request of docs/effects.md, as it stands there.
# usage: change.sh ASSAY EFFECTS.md
set -u
assay=$(realpath "$1") page=$(realpath "$2")
echo 1..7
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

awk 'BEGIN { print "village,town,size,household_id"; for (v = 1; v <= 24; v++) for (h = 1; h <= 12; h++)
    printf "V%02d,%s,%d,V%02dH%02d\n", v, v % 2 ? "X" : "Y", 10 + v, v, h }' >frame.csv
cat >plan.md <<'EOF'
| survey | | | |
| | type | name | label |
| | text | household_id | Household |
| | integer | age | Age |
| | select_one yn | poor | Poor |
| choices | | | |
| | list_name | name | label |
| | yn | 1 | Yes |
| | yn | 0 | No |
| settings | | |
| | form_id | version |
| | hh | 1 |
| evaluation | | |
| | key | value |
| | id | T |
| | levels | town village household_id |
| rounds | | |
| | round | start |
| | A | 2016-01-01 |
| | B | 2016-07-01 |
| sample | | | | | | | |
| | stage | unit | strata | method | size | measure | overlap |
| | 1 | village | town | pps_systematic | 5 | size | 100% |
| | 2 | household_id | | srs | 4 | | 50% |
EOF
run 0 new e.assay plan.md
run 0 frame e.assay frame.csv
run 0 sample e.assay --seed 9 --round A
run 0 sample e.assay --round B
for round in A B; do
    # age and poverty hang together from round to round, by village and household
    sqlite3 e.assay "SELECT unit FROM sample WHERE round = '$round' AND stage = 2 AND status = 'selected' ORDER BY unit" |
        awk -v round=$round 'BEGIN { print "unit,household_id,age,poor" } { v = substr($1, 2, 2) + 0; h = substr($1, 5, 2) + 0; b = round == "B"
            printf "%s,%s,%s,%d\n", $1, $1, NR == 1 ? "" : 20 + v + (v * h) % 17 + b * (3 + (v + h) % 5), (v + 2 * h + b) % 3 == 0 }' >rows$round.csv
    run 0 import e.assay rows$round.csv --round $round
done
ok "two rounds of a rotating panel"

# The same by a request: weights from the draw, villages as PSUs within towns.
{
    echo "round,town,village,hh,w,age,poor"
    for round in A B; do
        tail -n +2 rows$round.csv | while IFS=, read -r unit _ age poor; do
            echo "$round,$(sqlite3 -csv e.assay "SELECT f.town, f.village, s.unit, printf('%.17g', 1 / s.chain) FROM sample s JOIN frame f ON f.household_id = s.unit
                WHERE s.round = '$round' AND s.stage = 2 AND s.unit = '$unit'"),$age,$poor"
        done
    done
} >both.csv
echo '{"data": "both.csv", "design": {"ids": "village", "strata": "town", "weights": "w"}, "estimator": "change",
    "args": {"vars": "age", "round": "round", "from": "A", "to": "B", "unit": "hh"}}' >r.json
run 0 estimate --request r.json
number() { tr -d ' \n' <"$folder/$1" | grep -o "\"$2\":\[*[-0-9.e]*" | head -n 1 | sed 's/.*[:[]//'; }
cp out request
run 0 estimate e.assay --change A,B --mean age --json
for key in se_from se_to covariance correlation se df; do
    awk -v a="$(number request $key)" -v b="$(number out $key)" 'BEGIN { exit !(a != "" && b != "" && (a - b) ^ 2 <= 1e-20 * (1 + a ^ 2)) }' ||
        failed="$failed [$key: $(number out $key) instead of $(number request $key)]"
done
awk -v a="$(number request est)" -v b="$(number out change)" 'BEGIN { exit !(a != "" && (a - b) ^ 2 <= 1e-20) }' || failed="$failed [change]"
says '"both": 10'; says '"from_only": 0'
awk -v c="$(number out correlation)" 'BEGIN { exit !(c > 0.2) }' || failed="$failed [no correlation: $(number out correlation)]"
[ "$(number request both)" = 10 ] || failed="$failed [not all villages stay]"
# Half of 40 households are those of both rounds; one of each round has no age.
tr -d ' \n' <request | grep -q '"units":{"both":\(18\|19\|20\),"from_only":\(19\|20\|21\),"to_only":\(19\|20\|21\)}' || failed="$failed [not half of the households]"
ok "an evaluation file and a request on its rows agree"

run 0 estimate e.assay --change A,B --mean age --share poor --total '${poor} = 1' --by town
says "10 PSUs of both rounds (0 of the first alone, 0 of the second alone)"; says "share poor"; says "change"
[ "$(grep -c '^share poor  *[XY]' out)" = 2 ] || failed="$failed [not two groups]"
run 0 estimate e.assay --change A,B --mean age --where '${poor} = 1 or ${poor} = 0' --json
says '"where": "${poor} = 1 or ${poor} = 0"'; says '"missing_from": 1'; says '"missing_to": 1'; says '"n_from": 39'
ok "groups, shares, totals and conditions"

run 0 estimate e.assay --change A,B --share '${age} > 200'
says "all values of a round are equal, which shows no variance"; says "–"
ok "where nothing was found there is no interval"

run 2 estimate e.assay --change A --mean age; says "give two rounds"
run 2 estimate e.assay --change A,B --quantile age@0.5; says "--change does not go with --quantile"
run 2 estimate both.csv --change A,B --mean age; says "estimator 'change'"
run 2 estimate e.assay --change A,B --mean age --df satterthwaite; says "--change does not go with --df"
run 2 estimate e.assay --change A,B; says "nothing to estimate"
run 1 estimate e.assay --change A,C --mean age; says "C"
ok "what it does not take"

# Villages by their own probabilities: the same in both rounds they have a covariance, drawn anew for each they have none.
for overlap in 100% ''; do
    sed "s/| 5 | size | 100% |/| 5 | size | $overlap |/; s/| 4 | | 50% |/| 4 | | |/; s/| | id | T |/| | id | T |\n| | pps_variance | brewer |/" plan.md >own.md
    rm -f own.assay* own.private
    run 0 new own.assay own.md
    run 0 frame own.assay frame.csv
    for round in A B; do
        run 0 sample own.assay --seed 9 --round $round
        { echo household_id,age,poor; sqlite3 -csv own.assay "SELECT unit, 20 + CAST(substr(unit, 2, 2) AS INTEGER), 0 FROM sample WHERE round = '$round' AND stage = 2"; } >rows.csv
        run 0 import own.assay rows.csv --round $round
    done
    run 0 estimate own.assay --change A,B --mean age --json
    [ "$overlap" ] && { says '"both": 10'; awk -v c="$(number out correlation)" 'BEGIN { exit !(c > 0.9) }' || failed="$failed [correlation $(number out correlation)]"; }
    [ "$overlap" ] || { says '"both": 0'; says '"covariance": 0,'; }
done
[ "$(sqlite3 own.assay "SELECT count(*) FROM sample a JOIN sample b USING (unit, stage) WHERE stage = 1 AND a.round = 'A' AND b.round = 'B'")" -gt 0 ] || failed="$failed [no village is in both by chance]"
ok "villages without replacement, the same or drawn anew"

cat >stores.csv <<'EOF'
store,nj,after,staff,chain
a,1,0,20,k
a,1,1,22,k
b,1,0,18,m
b,1,1,21,m
c,0,0,23,k
c,0,1,21,k
d,0,0,25,m
d,0,1,24,m
e,0,0,19,m
e,0,1,19,m
EOF
sed -n '/^    {"data"/,/}}$/p' "$page" >page.json
run 0 estimate --request page.json
# 2.5 on average against -1; changes 2, 3 and -2, -1, 0: variances 1/2 over 2 and 1 over 3
awk -v d="$(number out did)" 'BEGIN { exit !((d - 3.5) ^ 2 < 1e-20) }' || failed="$failed [did is $(number out did)]"
says '"vcov": "CR2"'; says '"clusters_control": 3'; says '"var": "chainm"'
ok "the request of docs/effects.md"
