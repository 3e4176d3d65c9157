#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# verify of an evaluation file whose figures were changed with the sqlite3 shell: each change is found, with its place.
# usage: verify.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..6
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

cat >form.md <<'END'
| survey | | | | | |
| | type | name | label | role | constraint |
| | text | household_id | Household | key | |
| | select_one result | result | Result | disposition | |
| | select_one yn | eats | Two meals? | | |
| | integer | income | Income | | . < 1000 |
| | begin_repeat | member | Member | | |
| | integer | age | Age | | . < 120 |
| | end_repeat | | | | |
| choices | | | |
| | list_name | name | label |
| | result | 110 | Complete |
| | result | 210 | Refused |
| | yn | yes | Yes |
| | yn | no | No |
| settings | | |
| | form_id | version |
| | meals | 1 |
| sample | | | | |
| | stage | unit | method | size |
| | 1 | household_id | srs | 8 |
| weights | | | |
| | step | method | by |
| | 1 | base | |
| | 2 | nonresponse | town |
| dispositions | | |
| | code | aapor |
| | 110 | I |
| | 210 | R |
| rules | | | |
| | rule | type | expression |
| | P1 | missed | ${income} < 150 |
END
awk 'BEGIN { print "household_id,town"; for (i = 1; i <= 16; i++) print "A" i ",X" }' >frame.csv
run 0 new e.assay form.md
run 0 frame e.assay frame.csv
run 0 sample e.assay --seed 5
sqlite3 e.assay "SELECT unit FROM sample ORDER BY unit" | awk 'BEGIN { print "household_id,result,eats,income,age[1],age[2]" }
    { printf "%s,%s\n", $1, NR == 8 ? "210,,,," : "110," (NR % 2 ? "yes" : "no") "," NR * 40 "," 20 + NR "," (NR == 3 ? 200 : "") }' >rows.csv
run 0 import e.assay rows.csv
id=$(sqlite3 e.assay "SELECT id FROM response WHERE disposition = '110' ORDER BY rowid LIMIT 1")
run 0 edit e.assay "$id" income 500 --why "seen on paper" --as ann
run 0 case e.assay flag
sqlite3 e.assay 'SELECT id FROM "case" ORDER BY id' >cases
case=$(sed -n 1p cases)
run 0 case e.assay confirm "$case" --why "seen on site" --as chief
run 0 weight e.assay
printf 'unit,name,value\nX,given,30\nY,given,20\n' >admin.csv
run 0 import e.assay --admin admin.csv
[ "$(sqlite3 e.assay "SELECT count(*) FROM violation")" -gt 0 ] || failed="$failed [nothing is wrong with the answers]"
run 0 verify e.assay; says "is whole"
ok "an evaluation whose answers, with their faults and corrections, come from what was received"

# forged SQL CODE TEXT: who changes a copy is found out by the fault CODE with TEXT in it.
forged() {
    cp e.assay f.assay
    cp e.private f.private
    sqlite3 f.assay "$1"
    run 1 verify f.assay
    grep "fault $2 " out | grep -qF -- "$3" || failed="$failed [$1: no $2 with $3]"
    before f.assay
    run 1 verify f.assay --json
    unchanged f.assay
}
forged "UPDATE answers_meals SET eats = 'yes'" E851 "'eats' in the table 'answers_meals' is 'yes'; what was received, as corrected, gives 'no'"
forged "UPDATE answers_meals SET income = 5 WHERE response = '$id'" E851 "$id: 'income' in the table 'answers_meals' is '5'; what was received, as corrected, gives '500'"
forged "UPDATE answers_meals_member SET age = age + 1" E851 "8 faults of the kind E851 in all"
forged "UPDATE answers_meals_member SET age = 7 WHERE response = '$id' AND occurrence = '1'" E851 "'age[1]'"
forged "DELETE FROM answers_meals WHERE response = '$id'" E851 "the row '$id' is gone from the table 'answers_meals'"
cp e.assay f.assay
sqlite3 f.assay "UPDATE form SET definition = definition || ' '; DROP TABLE answers_meals"
run 3 verify f.assay; says "E821"; says "no such table: answers_meals"
forged "DELETE FROM edit" E851 "what was received, as corrected, gives '40'"
forged "UPDATE edit SET after = '700'; UPDATE answers_meals SET income = 700 WHERE response = '$id'" E856 "$id income has no entry"
forged "DELETE FROM violation" E853 "is gone from the table 'violation'"
forged "DELETE FROM missing" E852 "is gone from the table 'missing'"
forged "UPDATE missing SET kind = 'dont_know'" E852 "'dont_know'"
forged "INSERT INTO violation SELECT id, 'eats', '', 'constraint', '' FROM response LIMIT 1" E853 "comes from nothing received"
forged "UPDATE response SET disposition = '110'" E854 "'disposition'"
ok "answers, missing kinds, violations and dispositions that the raw does not give"

forged "UPDATE \"case\" SET state = 'confirmed'" E861 "$(sed -n 2p cases)"
forged "UPDATE \"case\" SET state = 'dismissed' WHERE id = '$case'" E861 "$case"
forged "UPDATE \"case\" SET state = 'dismissed'; UPDATE case_step SET state = 'dismissed'" E862 "$case (dismissed)"
forged "UPDATE case_step SET why = 'told so'" E862 "$case"
forged "UPDATE \"case\" SET persons = 50" E863 "$case"
forged "DELETE FROM case_step; DELETE FROM \"case\"" E863 "$case"
ok "cases that nobody decided so"

forged "UPDATE weight SET value = value * 3 WHERE step = 2" E871 "the weights of round '1' after step 2"
forged "UPDATE weight SET value = value * 3 WHERE response = '$id' AND step = 1" E871 "after step 1"
forged "DELETE FROM weight WHERE response = '$id'" E871 "after step 2"
forged "DELETE FROM weight" E871 "after step 2"
forged "INSERT INTO weight SELECT round, response, 3, 'trim', 2 * value FROM weight WHERE step = 2" E872 "1 3"
forged "UPDATE admin SET value = 99" E881 "log's entry $(sqlite3 e.assay "SELECT max(seq) FROM log")"
forged "DELETE FROM admin WHERE unit = 'X'" E881 "administrative values"
forged "INSERT INTO admin VALUES ('Z', 'given', '', '1', '', '')" E881 "administrative values"
ok "weights and administrative values that nobody computed or imported"

# What takes weights away, or changes values in the ordinary way, is no fault; nor is a log without hashes, where weights and
# values were there before the program kept any.
cp e.assay m.assay
cp e.private m.private
printf 'unit,name,value\nX,given,31\nZ,given,5\n' >more.csv
run 0 import m.assay --admin more.csv
run 0 verify m.assay; says "is whole"
run 1 merge e.assay m.assay; says "admin" # X has two values now
run 0 verify e.assay; says "is whole"
run 0 weight m.assay
run 0 verify m.assay; says "is whole"
run 0 sample m.assay --seed 6 --again --why "drawn again"
[ "$(sqlite3 m.assay "SELECT count(*) FROM weight")" = 0 ] || failed="$failed [weights of another draw]"
run 0 verify m.assay; says "is whole"
run 0 new o.assay form.md
sqlite3 o.assay "INSERT INTO admin VALUES ('X', 'given', '', '30', '', '')"
run 0 verify o.assay; says "is whole"; says "N881"
# The entry that an older program would have written, in its place in the chain.
column() { printf "\\$(printf %03o ${#1})\\0\\0\\0\\0\\0\\0\\0%s" "$1"; }
cp e.assay o.assay
cp e.private o.private
seq=$(sqlite3 o.assay "SELECT max(seq) + 1, writefile('prev', hash) FROM log" | cut -d'|' -f1)
after='[{"step": 1,"method": "base"},{"step": 2,"method": "nonresponse"}]'
{ cat prev; for text in "$seq" 2017-01-14T12:00:00.000+08:00 ann '' weight 1 1 '' "$after"; do column "$text"; done; } | b2sum -l 256 | cut -c1-64 >hash
sqlite3 o.assay "INSERT INTO log VALUES ($seq, '2017-01-14T12:00:00.000+08:00', 'ann', '', 'weight', '1', '1', '', '$after', readfile('prev'),
    x'$(cat hash)')"
run 0 verify o.assay; says "is whole"; says "N871"; says "after step 2 cannot be checked"
ok "ordinary changes, merged copies and files of an older program"

# A submission that says no time is judged by when it arrived.
cat >born.md <<'END'
| survey | | | | |
| | type | name | label | constraint |
| | date | born | Born on | . <= today() |
| settings | | |
| | form_id | version |
| | births | 1 |
END
cat >born.xml <<'END'
<data id="births" version="1"><born>2000-01-01</born><meta><instanceID>uuid:born</instanceID></meta></data>
END
sed 's/2000-01-01/2030-01-01/; s/uuid:born/uuid:unborn/' born.xml >unborn.xml
run 0 new b.assay born.md --as t --why t
run 0 import b.assay --submission born.xml unborn.xml --now 2017-01-14T12:00:00Z
[ "$(sqlite3 b.assay 'SELECT response FROM violation')" = uuid:unborn ] || failed="$failed [$(sqlite3 b.assay 'SELECT * FROM violation')]"
ok "a submission without a time"
