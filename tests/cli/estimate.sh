#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# estimate on CSV files: figures worked by hand in tests/stats/test_estimate.c, order of rows, domains, bad input.
# usage: estimate.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..20
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

cat >data.csv <<'EOF'
stratum,psu,w,N,y,ok,town
poor,1,2,10,1,1,A
poor,1,2,10,3,0,B
poor,2,2,10,2,1,A
poor,2,2,10,6,0,B
poor,3,4,10,4,1,A
other,1,3,6,5,0,B
other,1,3,6,1,1,A
other,2,5,6,2,1,
EOF
flags="--strata stratum --psu psu --nest --weight w"
value() { # value KEY: of the first estimate in the JSON on $folder/out
    sed -n "s/^ *\"$1\": \([^,]*\),*$/\1/p" "$folder/out" | head -n 1
}
near() { # near KEY EXPECTED
    awk -v got="$(value "$1")" -v wanted="$2" 'BEGIN { exit !(got != "" && (got - wanted) ^ 2 < 1e-18 * (1 + wanted ^ 2)) }' ||
        failed="$failed [$1 is $(value "$1") instead of $2]"
}

# shellcheck disable=SC2086
{
run 0 estimate data.csv $flags --total y --json
near value 68; near se 11.313708498984761; near df 3
ok "a total and its error"

run 0 estimate data.csv $flags --fpc N --total y --json
near se 9.352361555600098 # sqrt(44.8 + 128 / 3)
ok "with a finite population correction"

(head -n 1 data.csv; tail -n +2 data.csv | sed -n '1!G;h;$p') >turned.csv
run 0 estimate data.csv $flags --mean y --ratio y,w --share 'ok = 1' --quantile y@0.5 --json; grep -v '"source"' out >one
run 0 estimate turned.csv $flags --mean y --ratio y,w --share 'ok = 1' --quantile y@0.5 --json; grep -v '"source"' out >two
cmp -s one two || failed="$failed [the order of rows changes a figure]"
ok "the same bits whatever the order of rows"

cat >towns.csv <<'EOF'
town,y,z
A,1,0
A,2,1
A,3,0
B,9,1
B,10,1
B,11,0
C,10,0
C,11,0
C,12,0
EOF
run 0 estimate towns.csv --strata town --mean y --by town --ranks high
says '3 of 3       3–3          3–3  t'; says '1 of 3       1–2          1–2  t'
run 0 estimate towns.csv --strata town --share 'z = 1' --by town --ranks low
says '1 of 3       1–3          1–3  none found: upper limit'
run 0 estimate towns.csv --strata town --mean y --by town --ranks low --json
near rank 1; near rank_high 1; near all_ranks_low 1
run 0 estimate towns.csv --mean y --by town --ranks low; says '1 of 3'
run 1 estimate towns.csv --total y --by town --ranks low; says 'were sampled together'
run 2 estimate towns.csv --mean y --ranks low; says 'give --by'
run 2 estimate towns.csv --mean y --by town --ranks top; says 'high or low'
ok "ranks of groups with their sets"

run 0 estimate data.csv $flags --total y --replicates jkn --json
near value 68; near se 11.313708498984761; near df 3; says 'jackknife JKn, 5 replicates, domains as zeros'
run 0 estimate data.csv $flags --mean y --ratio y,w --share 'ok = 1' --quantile y@0.5 --replicates bootstrap:100 --seed 3 --json
grep -v '"source"' out >one; says 'Rao-Wu bootstrap, 100 replicates, seed 3'
run 0 estimate turned.csv $flags --mean y --ratio y,w --share 'ok = 1' --quantile y@0.5 --replicates bootstrap:100 --seed 3 --json
grep -v '"source"' out >two
cmp -s one two || failed="$failed [the order of rows changes a replicate]"
run 1 estimate data.csv $flags --mean y --replicates brr
says 'stratum poor: balanced repeated replication takes two PSUs in each stratum'
run 1 estimate data.csv $flags --mean y --replicates jk1; says 'JK1 is for designs without strata'
run 0 estimate data.csv $flags --mean y --where 'y = 6' --replicates jkn; says 'no degrees of freedom'
run 0 estimate data.csv $flags --mean y --where 'y > 3 and stratum = "poor"' --replicates bootstrap:50
says 'in some replicate nothing was left to estimate from'
run 2 estimate data.csv $flags --mean y --replicates jackknife; says 'give jkn, jk1'
run 2 estimate data.csv $flags --mean y --replicates bootstrap --seed x; says '--seed: give a whole number'
run 2 estimate data.csv $flags --mean y --seed 2; says '--seed is for --replicates'
ok "errors by replicates"

run 0 estimate data.csv $flags --total y --where 'y > 2' --json
near value 49; near se 17.349351572897472 # sqrt(1.5 * 152 / 3 + 2 * 112.5)
near n 4
grep -v -e ',1,1,A$' -e ',2,1,A$' -e ',1,1,A' -e '2,1,$' data.csv >cut.csv
run 0 estimate cut.csv $flags --lonely-psu remove --total y --json
near value 49
awk -v se="$(value se)" 'BEGIN { exit !(se < 10) }' || failed="$failed [a cut file has the same error]"
ok "a domain keeps its PSUs as zeros, a cut file does not"

run 0 estimate data.csv $flags --share 'y > 100' --assumed-icc 0.1 --json
near low 0
[ "$(value se)" = null ] || failed="$failed [se is $(value se)]"
says '"interval": "upper limit"'
ok "none found: an upper limit, no error of 0"

run 0 estimate data.csv $flags --mean y --by town
says 'town'; says ', 1 in no group'
run 0 estimate data.csv $flags --share town --json
near n 7; near missing 1; says '"level": "B"'
ok "groups, and a column of texts as one share a level; missing values are counted"

printf 'psu,w,y\n1,1,4\n1,1,NA\n2,1,\n' >gaps.csv
run 0 estimate gaps.csv --psu psu --weight w --mean y --json
near value 4; near missing 2; says '"reason": "all values are equal'
[ "$(value low)" = null ] || failed="$failed [low is $(value low)]"
grep -qi nan out && failed="$failed [NaN]"
run 0 estimate gaps.csv --psu psu --weight w --mean y
says '–'
ok "what is not known is a dash or null with its reason"

# bad input
sed 's/^poor,2,2,10,6/poor,2,-2,10,6/' data.csv >negative.csv
run 1 estimate negative.csv $flags --mean y; says "negative.csv: line 5: column 'w': a weight is not negative"
sed 's/^poor,2,2,10,6/poor,2,,10,6/' data.csv >blank.csv
run 1 estimate blank.csv $flags --mean y; says "blank.csv: line 5: column 'w': the weight is missing"
sed 's/^poor,2,2,10,6/poor,2,2,10,six/' data.csv >six.csv
run 1 estimate six.csv $flags --quantile y@0.5; says "six.csv: line 5: column 'y': 'six' is not a number"
ok "weights and values that are none, with their lines"

run 1 estimate data.csv --strata stratum --psu psu --weight w --mean y; says "line 7"; says "PSU '1' stands in stratum 'poor' and in 'other'"
grep -v '^other,2' data.csv >lonely.csv
run 1 estimate lonely.csv $flags --mean y; says 'stratum other: only one PSU'
run 0 estimate lonely.csv $flags --mean y --lonely-psu certainty; says 'strata with one PSU: certainty'
sed 's/,6,/,1,/' data.csv >small.csv
run 1 estimate small.csv $flags --fpc N --mean y; says 'stratum other: the population size (fpc) 1 is below the 2 units in the sample'
ok "a PSU in two strata, a stratum with one PSU, an fpc below the sample"

asks() { # asks OP WHAT: a mean after this step fails with these words
    echo "{\"data\":\"data.csv\",\"design\":{\"ids\":\"psu\",\"strata\":\"stratum\",\"weights\":\"w\",\"nest\":true,\"ops\":[$1]},\"estimator\":\"mean\",\"args\":{\"vars\":\"y\"}}" >step.json
    run 1 estimate --request step.json; says "$2"
    grep -qi nan out && failed="$failed [NaN]"
}
by_stratum='{"by":"stratum","totals":[{"stratum":"poor","Freq":50},{"stratum":"other","Freq":20}]}'
asks "{\"op\":\"rake\",\"margins\":[$by_stratum,{\"by\":\"ok\",\"totals\":[{\"ok\":\"0\",\"Freq\":40},{\"ok\":\"1\",\"Freq\":40}]}]}" \
    'raking has not converged: the cell ok=0 is still off by 0.14285'
asks '{"op":"post_stratify","totals":[{"stratum":"poor","Freq":50},{"stratum":"other","Freq":0}]}' 'the cell stratum=other has a total of 0, but weights of 11'
asks '{"op":"post_stratify","totals":[{"stratum":"poor","Freq":50}]}' 'line 7: the row is in no cell of the margin'
asks '{"op":"calibrate","fun":"linear","totals":{"(Intercept)":68,"stratumpoor":50,"stratumother":20}}' \
    "the calibration is singular: 'stratumother' depends on the columns before it, whose totals make it 18, not 20"
asks '{"op":"calibrate","fun":"raking","totals":{"(Intercept)":68,"y":1000}}' "the calibration has not converged: '"
asks '{"op":"calibrate","fun":"linear","totals":{"y":"many"}}' "the total of 'y' is no number"
asks '{"op":"as_replicate","type":"BRR"}' 'stratum poor: balanced repeated replication takes two PSUs'
asks '{"op":"as_replicate","type":"JKx"}' "'JKx' is none of JK1"
ok "margins that contradict, a singular calibration, replicates that a design does not bear"

sed '1s/$/,z/; 2,$s/$/,/' data.csv >none.csv
run 1 estimate none.csv $flags --mean z; says "'z' is blank in every row"
run 0 estimate none.csv $flags --mean 'z + 1' --quantile 'z + 1@0.5' --ratio 'z + 1,y' --by town --json; says 'all values are missing'
grep -qi nan out && failed="$failed [NaN]"
run 0 estimate none.csv $flags --mean 'z + 1' --mean y --replicates jkn; says 'all values are missing'
ok "all answers missing"

run 0 estimate data.csv $flags --mean y --by town --json
grep '"df"' out | tr -d ' ,\n' >dfs; [ "$(cat dfs)" = '"df":2"df":1' ] || failed="$failed [$(cat dfs)]"
awk 'BEGIN { srand(1); print "psu,w,y"; for (i = 0; i < 60; i++) print i % 6 "," (i % 6 < 2 ? 50 : 1) "," i * i % 11 }' >uneven.csv
run 0 estimate uneven.csv --psu psu --weight w --mean y --df satterthwaite --json
awk -v df="$(value df)" 'BEGIN { exit !(df > 1 && df < 1.3) }' || failed="$failed [df $(value df)]"
says "t by Satterthwaite's degrees of freedom"
echo '{"data":"uneven.csv","design":{"ids":"psu","weights":"w"},"estimator":"mean","args":{"vars":"y","df":"satterthwaite"}}' >df.json
df=$(value df)
run 0 estimate --request df.json; grep -A1 df_satterthwaite out | grep -qF "$df" || failed="$failed [the request has other degrees of freedom than $df]"
sed 's/"mean","args":{"vars":"y"/"glm","args":{"formula":"y~1"/' df.json >glm.json
run 1 estimate --request glm.json; says 'df is not for glm'
run 2 estimate data.csv $flags --mean y --df few; says '--df few: give design or satterthwaite'
ok "degrees of freedom of each group, and of few or uneven PSUs"

run 1 estimate data.csv $flags --mean nope; says "data.csv has no column 'nope'"
run 1 estimate data.csv $flags --mean 'y +'; says "--mean: 'y +'"
run 1 estimate data.csv --strata nope --mean y; says "there is no column 'nope'"
run 1 estimate data.csv $flags --mean y --by nope; says "no column or question 'nope'"
run 1 estimate data.csv $flags --mean y --where 'y > 99' --by town; says '--by: no row is in any group'
printf 'y\n"1' >open.csv
run 1 estimate open.csv --mean y; says 'open.csv: line 2'
run 3 estimate gone.csv --mean y; says 'gone.csv'
ok "names, expressions and files that are not there"

run 2 estimate data.csv; says 'nothing to estimate'
run 2 estimate --mean y; says 'give one evaluation file or CSV file'
run 2 estimate data.csv --ratio y; says "'y': give a numerator and a denominator"
run 2 estimate data.csv --quantile y@2; says "'2' is no probability"
run 2 estimate data.csv --mean y --lonely-psu maybe; says 'give fail, remove'
run 2 estimate data.csv --mean y --confidence 95; says 'give a number from 0.5'
ok "wrong usage"
}

cat >request.json <<'EOF'
{"data": "data.csv", "design": {"ids": "psu", "strata": "stratum", "weights": "w", "nest": true},
 "estimator": "ratio", "args": {"num": "y", "den": "w"}}
EOF
run 0 estimate --request request.json; says '"est": ['
sed 's/"args": *{/&"levle": 0.9, /' request.json >misspelt.json
run 0 estimate --request misspelt.json; says "args: 'levle' means nothing to this estimator"
grep -q '"se"' out || failed="$failed [no se]"
run 0 estimate --request - <request.json; says '"est": ['
ok "a request in JSON"

printf '[{"data": "data.csv", "design": {}, "estimator": "mean", "args": {"vars": "y"}},{"data": "data.csv","design":{},"estimator":"mean","args":{"vars":"z"}}]' >two.json
run 1 estimate --request two.json; says "there is no column 'z'"; says '"est": ['
printf '{"data":' >half.json
run 1 estimate --request half.json; says 'half.json'
ok "requests that fail"

# An evaluation of two stages: three of six villages, four of eight households each, age 15, 20 ... by unit.
cat >hh.md <<'EOF'
| survey | | | | |
| | type | name | label | relevant |
| | text | household_id | Household | |
| | integer | age | Age | |
| | select_one yn | poor | Poor | ${age} > 20 |
| | select_multiple yn | owns | Owns | |
| choices | | | |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
| settings | | |
| | form_id | version |
| | hh | 1 |
| evaluation | | |
| | key | value |
| | levels | village household_id |
| sample | | | | | |
| | stage | unit | strata | method | size |
| | 1 | village | | srs | 3 |
| | 2 | household_id | | srs | 4 |
EOF
{
    echo village,household_id
    for v in 0 1 2 3 4 5; do for h in 0 1 2 3 4 5 6 7; do echo "V$v,V${v}H$h"; done; done
} >frame.csv
run 0 new e.assay hh.md
run 0 frame e.assay frame.csv
run 0 sample e.assay --seed 7
sqlite3 -csv e.assay "SELECT unit, 10 + 5 * row_number() OVER (ORDER BY unit) FROM sample WHERE stage = 2 ORDER BY unit" >ages
{
    echo household_id,age,poor
    awk -F, '{ print $1 "," $2 "," ($2 > 20 ? ($2 > 40 ? "yes" : "no") : "") }' ages
} >rows.csv
run 0 import e.assay rows.csv
before e.assay
# Village means 22.5, 42.5, 62.5 of 8 households, N = 48 = 6 * 8: stage 1 1/2 * 400 / 3 = 66.67;
# stage 2: 3/6 * sum 1/2 * (125 / 3) / 4 / 9 = 3/6 * 3 * 5.2083 / 9 = 0.868
run 0 estimate e.assay --mean age --json
near value 42.5
awk -v se="$(value se)" 'BEGIN { exit !((se - sqrt(66.6666667 + 0.8680556)) ^ 2 < 1e-10) }' || failed="$failed [se $(value se)]"
run 1 estimate e.assay --mean age --replicates sdr; says 'successive differences need rows in the order of the draw'
run 0 estimate e.assay --mean age --replicates preston:400 --json; says "Preston's bootstrap, 400 replicates, seed 1"
awk -v se="$(value se)" 'BEGIN { exit !(se > 7 && se < 9.6) }' || failed="$failed [se $(value se)]"
run 0 estimate e.assay --share poor --share "\${poor} = 'yes'" --total 1 --by village --lonely-psu remove
says 'share poor = yes'; says 'V'; says 'base weights'
run 0 estimate e.assay --mean age --by "frame('village')"
[ -s "$folder/err" ] && failed="$failed [something on stderr]"
run 0 estimate e.assay --share "\${poor} = 'Yes'"; says "warning W304 --share: 'Yes' is not a choice of 'poor'"
run 0 estimate e.assay --mean age --where "selected(\${poor}, 'yess')"; says "warning W304 --where: 'yess' is not a choice of 'poor'"
run 1 estimate e.assay --share '${owns}'; says "'owns' has several answers at once: ask for one choice, as selected(\${owns}, 'yes')"
run 1 estimate e.assay --mean '${nope}'; says "there is no question 'nope'"
run 2 estimate e.assay --mean age --strata village; says '--strata is for CSV files'
run 1 estimate e.assay --mean age --round 9; says 'round 9 has no complete response yet'
unchanged e.assay
ok "an evaluation file knows its design, and is left alone"

# The same with a weights sheet: kinds of households to the frame's counts, in each replicate too.
{ cat hh.md; printf '| weights | | | |\n| | step | method | by |\n| | 1 | base | |\n| | 2 | poststratify | kind |\n'; } >kinds.md
awk -F, '{ print $0 "," (NR == 1 ? "kind" : NR % 2 ? "odd" : "even") }' frame.csv >kinds.csv
run 0 new k.assay kinds.md
run 0 frame k.assay kinds.csv
run 0 sample k.assay --seed 7
run 0 import k.assay rows.csv
run 0 weight k.assay; says 'margin most off'; says 'met'
run 0 estimate k.assay --total "number(frame('kind') = 'odd')" --replicates bootstrap:50 --seed 5 --json
says 'Rao-Wu bootstrap, 50 replicates, seed 5, PSUs as drawn with replacement, the weights sheet carried out in each'
near value 24
awk -v se="$(value se)" 'BEGIN { exit !(se < 1e-9) }' || failed="$failed [a total that is known has the error $(value se)]"
run 0 estimate k.assay --mean age --replicates jkn
run 1 estimate k.assay --mean age --replicates preston:50; says 'cannot be carried out in it'
sqlite3 k.assay "UPDATE weight SET value = value * 1.5 WHERE step = 2 AND response = (SELECT min(response) FROM weight)"
run 1 estimate k.assay --mean age --replicates jkn; says 'the weights sheet gives other weights than those stored'
sed 's/| kind |/| village |/' kinds.md >villages.md
run 0 new v.assay villages.md
run 0 frame v.assay kinds.csv
run 0 sample v.assay --seed 7
run 0 import v.assay rows.csv
run 1 weight v.assay; says 'of which none was sampled'
ok "the weights sheet carried out in each replicate"
