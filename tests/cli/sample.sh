#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Draws of every method, joint probabilities, and draws made again.
# usage: sample.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..4
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

# 24 villages of growing size in two towns, a household of each twelve.
awk 'BEGIN { print "village,town,size,household_id"; for (v = 1; v <= 24; v++) for (h = 1; h <= 12; h++)
    printf "V%02d,%s,%d,V%02dH%02d\n", v, v % 2 ? "X" : "Y", 10 + v * v, v, h }' >frame.csv
# plan NAME: an evaluation NAME.assay with the rows of the sample sheet on stdin
plan() {
    {
        printf '| survey | | | |\n| | type | name | label |\n| | text | household_id | Household |\n| | integer | age | Age |\n'
        printf '| settings | | |\n| | form_id | version |\n| | hh | 1 |\n'
        printf '| evaluation | | |\n| | key | value |\n| | id | T |\n| | levels | town village household_id |\n'
        cat
    } >"$1.md"
    rm -f "$1.assay"* "$1.private"*
    run 0 check "$1.md"
    run 0 new "$1.assay" "$1.md"
    run 0 frame "$1.assay" frame.csv
}
head='| sample | | | | | | | |\n| | stage | unit | strata | method | size | reserve | measure |\n'

# 1: the methods with unequal probabilities: n units a stratum, probabilities that sum to n, the same from the same seed
for method in pps_systematic sampford brewer midzuno; do
    printf "$head| | 1 | village | town | $method | 4 | 2 | size |\n| | 2 | household_id | | srs | 3 | 2 | |\n" | plan $method
    run 0 sample $method.assay --seed 11 --json; says '"selected": 8'; says '"reserve": 4'; says '"selected": 24'
    expected=$(sqlite3 $method.assay "SELECT count(*) || ' ' || (sum(taken = 4) = count(*)) || ' ' || (max(abs(probability - 4.0 * (SELECT max(CAST(size
        AS REAL)) FROM frame WHERE village = s.unit) / (SELECT sum(z) FROM (SELECT max(CAST(size AS REAL)) z FROM frame WHERE town = s.stratum GROUP BY village)))) < 1e-12)
        FROM sample s WHERE stage = 1 AND probability < 0.75 AND stratum = 'X'")
    [ "${expected#* }" = "1 1" ] || failed="$failed [$method: $expected]"
    sqlite3 $method.assay "SELECT stage, unit, status, position, chain FROM sample ORDER BY 1, 2" >first
    run 0 sample $method.assay --seed 11 --again --why "once more"
    sqlite3 $method.assay "SELECT stage, unit, status, position, chain FROM sample WHERE draw = (SELECT id FROM draw WHERE current) ORDER BY 1, 2" >second
    cmp -s first second || failed="$failed [$method: the same seed gives another draw]"
    run 0 sample $method.assay --seed 12 --again --why "another"
    sqlite3 $method.assay "SELECT stage, unit, status, position, chain FROM sample WHERE draw = (SELECT id FROM draw WHERE current) ORDER BY 1, 2" >second
    ! cmp -s first second || failed="$failed [$method: another seed gives the same draw]"
done
ok "methods with unequal probabilities, repeatable from the seed"

# 2: joint probabilities: a square with the units' own on its diagonal, whose first-stage variance can be asked for
for method in sampford brewer midzuno; do
    run 0 sample $method.assay --joint joint.csv; says "8 units"
    sqlite3 -header -csv $method.assay "SELECT unit, probability AS p, unit * 0 + length(unit) + position AS y FROM sample WHERE stage = 1 AND status = 'selected' AND draw =
        (SELECT id FROM draw WHERE current) ORDER BY stratum, position" >units.csv
    awk -F, 'NR == FNR { if (FNR > 1) p[FNR - 1] = $2; next } FNR > 1 { s = 0; for (j = 1; j <= NF; j++) { if (j == FNR - 1 && ($j - p[j]) ^ 2 > 1e-24) exit 1;
        if ((j <= 4) != (FNR <= 5) && ($j - p[j] * p[FNR - 1]) ^ 2 > 1e-24) exit 1; if ($j <= 0 || $j > p[j] + 1e-12) exit 1 } } END { if (FNR != 9) exit 1 }' \
        units.csv joint.csv || failed="$failed [$method: not the square of the units]"
    echo '{"data": "units.csv", "design": {"ids": "1", "fpc": "p", "pps": "joint", "joint": "joint", "pps_variance": "YG"}, "estimator": "total", "args": {"vars": "y"}}' >r.json
    run 0 estimate --request r.json; says '"se"'; ! grep -q null out || failed="$failed [$method: no error]"
done
run 1 sample pps_systematic.assay --joint joint.csv; says "sample!2"; says "sampford"
printf 'V01,X,77,V01H01\n' | cat frame.csv - | sed '2d' >changed.csv
run 0 frame sampford.assay changed.csv
run 1 sample sampford.assay --joint joint.csv; says "the frame was changed"
ok "joint probabilities, and a variance by them"

# 3: what can't be drawn
sed 's/,110,/,0,/' frame.csv >zero.csv
run 0 frame brewer.assay zero.csv
run 1 sample brewer.assay --seed 1 --again --why x; says "sample!2"; says "V10"
printf '| survey | | | |\n| | type | name | label |\n| | text | household_id | H |\n'"$head"'| | 1 | village | town | sampfort | 4 | 2 | size |\n' >bad.md
run 1 check bad.md; says "sample!D2"; says "did you mean 'sampford'"
ok "sizes that are none, and a method that is misspelt"

# 4: the log says what an auditor needs
run 0 sample midzuno.assay --seed 5 --again --why "audit" --json
sqlite3 midzuno.assay "SELECT json_extract(after, '\$.seed') || ' ' || json_extract(after, '\$.frame') || ' ' || json_extract(after, '\$.rows[0].strata') || ' ' ||
    json_extract(after, '\$.rows[0].population') || ' ' || json_extract(after, '\$.rows[0].selected') FROM log WHERE action = 'sample' ORDER BY seq DESC LIMIT 1" >out
hash=$(sed -n 's/^5 \([0-9a-f]\{64\}\) 2 24 8$/\1/p' out)
[ -n "$hash" ] || failed="$failed [the log says $(cat out)]"
run 0 sample midzuno.assay --seed 5 --again --why "audit" --json; says "$hash"
ok "the draw's entry in the log"
