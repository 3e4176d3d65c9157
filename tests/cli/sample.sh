#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Draws of every method, joint probabilities, and draws made again.
# usage: sample.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..9
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

# 5: reserves are called up in order, each by a reason, and the draw is still the same
{
    printf '| survey | | | | |\n| | type | name | label | role |\n| | text | household_id | Household | |\n| | select_one r | result | Result | disposition |\n'
    printf '| choices | | | |\n| | list_name | name | label |\n| | r | 110 | Done |\n| | r | 210 | Refused |\n| settings | | |\n| | form_id | version |\n| | hh | 1 |\n'
    printf '| evaluation | | |\n| | key | value |\n| | levels | town village household_id |\n| dispositions | | |\n| | code | aapor |\n| | 110 | I |\n| | 210 | R |\n'
    printf "$head| | 1 | village | | srs | 2 | | |\n| | 2 | household_id | | srs | 3 | 2 | |\n"
} >calls.md
run 0 new calls.assay calls.md
run 0 frame calls.assay frame.csv
run 0 sample calls.assay --seed 3
unit() { # unit STATUS POSITION: that household of the first village
    sqlite3 calls.assay "SELECT unit FROM sample WHERE stage = 2 AND parent = (SELECT min(parent) FROM sample WHERE stage = 2) AND status = '$1' AND position = $2"
}
first=$(unit selected 1); second=$(unit selected 2); third=$(unit selected 3); one=$(unit reserve 1); two=$(unit reserve 2)
village=$(echo "$first" | cut -c1-3)
run 2 sample calls.assay --replace "$first"; says "--why"
run 2 sample calls.assay --replace "$first" --seed 4 --why x; says "--seed"
run 0 sample calls.assay --replace "$first" --why "moved to the city" --as ann; says "'$one'"; says "left there: 1"
run 1 sample calls.assay --replace "$first" --why "again"; says "replaced by '$one' already"
run 1 sample calls.assay --replace "$two" --why "again"; says "has not been called up"
run 1 sample calls.assay --replace "$village" --why "flood"; says "stage 1"
run 1 sample calls.assay --replace V99H99 --why "who"; says "not in the sample"
printf 'household_id,result\n%s,110\n%s,210\n' "$second" "$third" >rows.csv
run 0 import calls.assay rows.csv
run 1 sample calls.assay --replace "$second" --why "late"; says "was interviewed"
run 0 sample calls.assay --replace "$one" --why "refused at the door" --json; says "\"reserve\": \"$two\""; says '"left": 0'
before calls.assay
run 1 sample calls.assay --replace "$third" --why "refused"; says "no reserve is left"; unchanged calls.assay
[ "$(sqlite3 calls.assay "SELECT group_concat(unit || '>' || replaces) FROM sample WHERE replaces IS NOT NULL ORDER BY position")" = "$one>$first,$two>$one" ] ||
    failed="$failed [not replaced as said]"
[ "$(sqlite3 calls.assay "SELECT who || ' ' || why || ' ' || json_extract(after, '\$.reserve') FROM log WHERE action = 'replace' AND subject = '$first'")" = "ann moved to the city $one" ] ||
    failed="$failed [not in the log]"
run 0 sample calls.assay --joint -; says "$village"
ok "reserves are called up in their order, and never without a reason"

# 6: a called reserve is printed for, and counts as one of n + r
run 0 print calls.assay -o forms.pdf --where "\${household_id} = '$two'"
[ "$(sqlite3 calls.assay "SELECT count(*) FROM sheet WHERE unit = '$two'")" = 1 ] || failed="$failed [no form for the reserve]"
run 0 estimate calls.assay --total 1 --lonely-psu certainty; says 28.8 # 24 / 2 villages, 12 / (3 + 2) households
ok "a called reserve has its form and its weight"

# 7: verify makes the draw again
run 0 verify calls.assay; says "1 draws"; ! grep -q 84 out || failed="$failed [something is found]"
cp calls.assay other.assay
sqlite3 other.assay "UPDATE sample SET unit = '${village}H99' WHERE unit = '$second'"
run 1 verify other.assay; says E841
cp calls.assay other.assay
sqlite3 other.assay "UPDATE sample SET chain = chain * 2 WHERE unit = '$third'"
run 1 verify other.assay; says E841; says "$third"
cp calls.assay other.assay
sqlite3 other.assay "UPDATE sample SET status = 'replaced' WHERE unit = '$third'"
run 1 verify other.assay; says E843; says "$third"
cp calls.assay other.assay
cp calls.private other.private
sqlite3 other.assay "UPDATE sample SET replaces = 'nobody' WHERE unit = '$two'"
run 1 verify other.assay; says E844; says "$two"
cp calls.assay other.assay
sqlite3 other.assay "UPDATE draw SET seed = seed + 1"
run 1 verify other.assay; says E841
echo "$village,X,50,${village}H13" | cat frame.csv - >grown.csv
cp calls.private other.private
cp calls.assay other.assay
run 0 frame other.assay grown.csv
run 0 verify other.assay; says W841
ok "verify makes the draw again from its seed"

# 8: rounds that overlap: the villages again, half of the households, under one seed
rounds='| rounds | | |\n| | round | start |\n| | A | 2016-01-01 |\n| | B | 2016-07-01 |\n| | C | 2017-01-01 |\n'
overlaps='| sample | | | | | | | |\n| | stage | unit | method | size | reserve | measure | overlap |\n'
printf "$rounds$overlaps| | 1 | village | pps_systematic | 4 | | size | 100%% |\n| | 2 | household_id | srs | 4 | 2 | | 50%% |\n" | plan panel
run 0 sample panel.assay --seed 9 --round A; ! grep -q "too; planned" out || failed="$failed [planned in the first round]"
run 2 sample panel.assay --seed 10 --round B; says "the seed of round 'A': 9"
run 0 sample panel.assay --round B; says "row 2: 4 of its units"; says "row 3: 8 of its units were selected in round 'A' too; planned, were the frame the same: 8.0"
run 0 sample panel.assay --round C --json; says '"planned": 8'; says '"kept": 8'
[ "$(sqlite3 panel.assay "SELECT count(*) FROM sample a JOIN sample c USING (stage, unit) WHERE a.round = 'A' AND c.round = 'C' AND a.stage = 2 AND a.status = 'selected' AND c.status = 'selected'")" = 0 ] ||
    failed="$failed [a household stays for three rounds]"
[ "$(sqlite3 panel.assay "SELECT count(*) FROM sample a JOIN sample b USING (stage, unit) WHERE a.round = 'B' AND b.round = 'C' AND a.stage = 2 AND a.status = 'reserve' AND b.status = 'selected'")" = 0 ] ||
    failed="$failed [a reserve is of the next round]"
[ "$(sqlite3 panel.assay "SELECT json_extract(after, '\$.rows[1].kept') FROM log WHERE action = 'sample' AND round = 'C'")" = 8 ] || failed="$failed [not in the log]"
run 2 serve panel.assay --token-once --listen 127.0.0.1:0 --round D; says "no round 'D'; it has A, B, C"
run 0 verify panel.assay; says "3 draws"; ! grep -q 84 out || failed="$failed [a draw does not come again]"
printf "$rounds$overlaps| | 1 | village | pps_systematic | 4 | | size | 50%% |\n" | plan part
run 1 sample part.assay --seed 1 --round A; says "sample!G2"; says "only srs"
printf "$rounds$overlaps| | 1 | village | srs | 4 | | | |\n| | 2 | household_id | srs | 4 | | | 50%% |\n" | plan part
run 1 sample part.assay --seed 1 --round A; says "sample!G3"; says "drawn afresh"
printf '| survey | | | |\n| | type | name | label |\n| | text | household_id | H |\n'"$overlaps"'| | 1 | village | srs | four | | | half |\n' >bad.md
run 1 check bad.md; says "E328"; says "sample!D2"; says "sample!G2"
ok "rounds overlap as planned"

# 9: two copies called up reserves: what only one did holds in both, one reserve for two units is a conflict
run 0 new a.assay calls.md
run 0 frame a.assay frame.csv
run 0 sample a.assay --seed 3
sqlite3 a.assay ".backup b.assay" && cp a.private b.private
run 0 sample b.assay --replace "$first" --why "moved" --as ann
run 0 sample b.assay --replace "$one" --why "refused" --as ann
run 0 merge a.assay b.assay; says "0 conflicts"
called() {
    sqlite3 "$1" "SELECT group_concat(unit || ' ' || status || ' ' || coalesce(replaces, '-')) FROM (SELECT * FROM sample WHERE stage = 2 AND status <> 'reserve' AND
        parent = '$village' ORDER BY unit)"
}
[ "$(called a.assay)" = "$(called b.assay)" ] || failed="$failed [$(called a.assay) and $(called b.assay)]"
run 0 verify a.assay; ! grep -q E843 out || failed="$failed [the log of the other copy is not asked]"
sqlite3 b.assay ".backup c.assay" && cp b.private c.private
village2=$(sqlite3 a.assay "SELECT max(parent) FROM sample WHERE stage = 2")
x=$(sqlite3 a.assay "SELECT unit FROM sample WHERE parent = '$village2' AND status = 'selected' AND position = 1")
y=$(sqlite3 a.assay "SELECT unit FROM sample WHERE parent = '$village2' AND status = 'selected' AND position = 2")
run 0 sample b.assay --replace "$x" --why "moved" --as ann
run 0 sample c.assay --replace "$y" --why "moved" --as bob
run 1 merge b.assay c.assay; says "'$y'"
[ "$(sqlite3 b.assay "SELECT group_concat(status) FROM (SELECT status FROM sample WHERE unit IN ('$x', '$y') ORDER BY unit = '$y')")" = "replaced,selected" ] ||
    failed="$failed [the unit whose reserve was taken is not free for another]"
run 0 sample b.assay --replace "$y" --why "moved" --as ann; says "left there: 0"
ok "reserves called up by two copies"
