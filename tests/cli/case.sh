#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Weights and cases on the command line: from the workbook to a confirmed case, and what is refused.
# usage: case.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..9
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

cat >form.md <<'END'
| survey | | | | |
| | type | name | label | role |
| | text | household_id | Household | key |
| | select_one result | result | Result | disposition |
| | integer | hh_size | Members | |
| | integer | income | Income | |
| choices | | | |
| | list_name | name | label |
| | result | 110 | Complete |
| | result | 210 | Refused |
| settings | | |
| | form_id | version |
| | hh | 1 |
| evaluation | | |
| | key | value |
| | line | 100 |
| sample | | | | |
| | stage | unit | method | size |
| | 1 | household_id | srs | 4 |
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
| | P1 | missed | ${income} < parameter('line') |
| | P2 | missed | ${income} < 0.5 * parameter('line') |
END
printf 'household_id,town\nA1,X\nA2,X\nA3,X\nA4,X\nA5,X\nA6,X\nA7,X\nA8,X\n' >frame.csv
run 0 new e.assay form.md
run 0 frame e.assay frame.csv
run 0 sample e.assay --seed 5
units=$(sqlite3 e.assay "SELECT unit FROM sample WHERE status = 'selected' ORDER BY unit")
# shellcheck disable=SC2086
set -- $units
run 1 weight e.assay; says "no interview to weight"
printf 'household_id,result,hh_size,income\n%s,110,4,40\n%s,110,3,90\n%s,110,2,500\n%s,210,,\n' "$1" "$2" "$3" "$4" >rows.csv
run 0 import e.assay rows.csv
ok "an evaluation with four of eight households"

# 2: weights: 8 / 4 = 2 each; three interviews carry the refusal
run 0 weight e.assay --as ann; says "nonresponse"; says "8.0"; says "2.67"
run 0 weight e.assay --json; says '"sum": 8'
[ "$(sqlite3 e.assay "SELECT count(*), round(sum(value), 9) FROM weight WHERE step = 2")" = "3|8.0" ] || failed="$failed [weights]"
ok "weights by the weights sheet"

# 3: flag and list
run 0 case e.assay flag; says "2 cases opened"
run 0 case e.assay list; says "P1 P2"; says "2 flagged, 0 confirmed, 0 dismissed"
run 0 case e.assay list --state confirmed --json; says "[]"
before e.assay
run 0 case e.assay flag; says "0 cases opened"; unchanged e.assay
ok "the rules open cases, once"

# 4: decide
first=$(sqlite3 e.assay "SELECT id FROM \"case\" WHERE unit = '$1'")
second=$(sqlite3 e.assay "SELECT id FROM \"case\" WHERE unit = '$2'")
run 0 case e.assay confirm "$first" --why "seen on site" --as chief
[ "$(sqlite3 e.assay "SELECT state, persons FROM \"case\" WHERE id = '$first'")" = "confirmed|4.0" ] || failed="$failed [state]"
run 0 case e.assay show "$first"; says "chief: seen on site"
ok "a case is confirmed with who and why"

# 5: wrong usage
before e.assay
run 2 case e.assay confirm "$second"; says "--why"
run 2 case e.assay dance; says "dance"
run 2 case e.assay show
run 2 case e.assay decide
run 2 case e.assay list --state maybe; says "maybe"
unchanged e.assay
ok "wrong usage"

# 6: what cannot be decided
run 1 case e.assay confirm 00000000-1111 --why x; says "there is no case '00000000-1111'"; unchanged e.assay
run 1 case e.assay confirm "$second" "$first" --why x; says "confirmed already"; unchanged e.assay
run 1 case e.assay dismiss "$first" --why x; says "needs evidence"; unchanged e.assay
ok "unknown cases and decisions that are taken: nothing changes"

# 7: a file of decisions, all or none
printf 'id,decision,why\n%s,dismiss,slip\n%s,confirm,x\n' "$second" "$first" >d.csv
run 1 case e.assay decide --from d.csv; says "d.csv: line 3"; unchanged e.assay
printf 'id,decision,why,evidence\n%s,dismiss,slip,\n%s,dismiss,appeal,register\n' "$second" "$first" >d.csv
run 0 case e.assay decide --from d.csv; says "2 cases decided"
run 0 case e.assay list; says "0 flagged, 0 confirmed, 2 dismissed"
ok "decisions from a file"

# 8: an interview that came after the weights
unit=$(sqlite3 e.assay "SELECT unit FROM sample WHERE unit = '$4'")
response=$(sqlite3 e.assay "SELECT id FROM response WHERE unit = '$unit'")
run 0 edit e.assay "$response" result 110 --why "called again"
run 1 case e.assay flag; says "run 'assay weight' again"
run 0 weight e.assay
run 0 case e.assay flag
ok "weights that are out of date are refused"

# 9: a rule that cannot be read
sed 's/0.5 \* parameter/0.5 * parametre/' form.md >broken.md
run 0 new b.assay broken.md
run 1 case b.assay flag; says "rules!C3"; says "parametre"
ok "a faulty rule is named with its cell"
