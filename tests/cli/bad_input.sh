#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad input: one clear message with its place, the right exit code, and the evaluation as it was.
# usage: bad_input.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..13
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1

form() { # form NAME: a small questionnaire; more rows of the survey sheet come on stdin
    {
        printf '| survey | | | | | |\n| | type | name | label | relevant | calculation |\n'
        printf '| | text | household_id | Household | | |\n| | integer | age | Age | | |\n'
        cat
        printf '| settings | | |\n| | form_id | version |\n| | hh | 1 |\n'
        printf '| sample | | | | |\n| | stage | unit | method | size |\n| | 1 | household_id | srs | 2 |\n'
    } >"$1"
}
form good.md </dev/null
printf 'household_id,town\nA1,X\nA2,X\nA3,Y\n' >frame.csv
printf 'household_id,age\nA1,30\n' >rows.csv

# 1: a workbook that is no workbook
head -c 3000 /dev/urandom >noise.xlsx
printf 'PK\003\004broken' >broken.xlsx
run 1 check broken.xlsx; says "broken.xlsx"
run 1 check noise.xlsx; says "noise.xlsx"
run 1 new n.assay broken.xlsx
[ ! -e n.assay ] && [ ! -e n.private ] || failed="$failed [a file was made]"
ok "a broken zip"

# 2: an unknown question in an expression
printf '| | note | n | Hello | ${agee} > 3 | |\n' | form unknown.md
run 1 check unknown.md; says "survey!D4"; says 'agee'; says "age"
run 1 new n.assay unknown.md
[ ! -e n.assay ] || failed="$failed [a file was made]"
ok "an unknown question in an expression is named with its cell and the nearest right name"

# 3: a cycle
printf '| | calculate | a | | | ${b} + 1 |\n| | calculate | b | | | ${a} + 1 |\n' | form cycle.md
run 1 check cycle.md; says "survey!E4"
ok "a cyclic calculation"

# 4: new does not overwrite
run 0 new e.assay good.md
before e.assay
run 2 new e.assay good.md; says "e.assay"; unchanged e.assay
ok "an evaluation is never overwritten"

# 5: a frame without the column that names its units
printf 'village,town\nA1,X\n' >bad.csv
run 1 frame e.assay bad.csv; says "bad.csv"; says "household_id"; unchanged e.assay
ok "a frame without the named column"

# 6: a frame with a bad row
printf 'household_id,town\nA1,X\n,X\nA3,Y,Z\n' >bad.csv
run 1 frame e.assay bad.csv; says "bad.csv"; unchanged e.assay
printf 'household_id,town\nA1,X\nA2,"X\n' >bad.csv
run 1 frame e.assay bad.csv; says "line 3"; unchanged e.assay
ok "a CSV with a bad row or an open quote"

# 7: a draw without a frame, then twice
run 1 sample e.assay; unchanged e.assay
run 0 frame e.assay frame.csv
run 0 sample e.assay --seed 7
before e.assay
run 2 sample e.assay --seed 8; unchanged e.assay
ok "a draw without a frame, and a second one in a round"

# 8: responses with a bad row: nothing is taken, or what is good
printf 'household_id,age\nA1,30\nA2,old\n' >bad.csv
before e.assay
run 1 import e.assay bad.csv; says "bad.csv"; says "line 3"; unchanged e.assay
printf 'household_id,colour\nA1,30\n' >bad.csv
run 1 import e.assay bad.csv; says "colour"; unchanged e.assay
ok "responses with a bad row or an unknown column"

# 9: partial import writes the rest with its reasons
printf 'household_id,age\nA1,30\nA2,old\n' >bad.csv
run 1 import e.assay bad.csv --partial rest.csv
grep -q 'A2,old' rest.csv || failed="$failed [rest.csv lacks the row]"
[ "$(sqlite3 e.assay 'SELECT count(*) FROM response')" = 1 ] || failed="$failed [the good row is not there]"
ok "a partial import takes the good rows and writes the others"

# 10: a submission that is none
printf '<!DOCTYPE x [<!ENTITY a "b">]><data id="hh" version="1"/>' >bad.xml
printf '<data id="other" version="1"><meta><instanceID>uuid:1</instanceID></meta></data>' >foreign.xml
before e.assay
run 1 import e.assay --submission bad.xml; says "bad.xml"; unchanged e.assay
run 1 import e.assay --submission foreign.xml; says "foreign.xml"; unchanged e.assay
ok "a submission with entities, and one of another form"

# 11: no evaluation, and a file that is none
run 3 sample nowhere.assay; says "nowhere.assay"
printf 'not a database, not at all, whatever its name may say about it\n' >text.assay
run 1 frame text.assay frame.csv; says "text.assay"
sqlite3 plain.assay 'CREATE TABLE t (a)'
run 1 frame plain.assay frame.csv; says "plain.assay"
ok "an evaluation that is missing or none"

# 12: wrong usage
run 2 nonsense
run 2 check
run 2 check good.md --nonsense
run 2 sample e.assay --seed many
mkdir twice
printf 'type,name,label\ntext,a,A\n' | tee twice/survey.csv >twice/Survey.csv
run 1 check twice; says "are the same sheet"
ok "wrong usage"

# 13: a full disk
mkdir small
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=1m tmpfs small 2>/dev/null; then
    run 0 new small/e.assay good.md
    awk 'BEGIN { print "household_id,town"; for (i = 0; i < 60000; i++) print "H" i ",a town with a long name" }' >large.csv
    before small/e.assay
    run 3 frame small/e.assay large.csv; says "full"; unchanged small/e.assay
    head -c 2000000 /dev/zero >small/filler 2>/dev/null
    for ending in csv xlsx sav dta; do
        run 3 export e.assay -o "small/list.$ending"; [ ! -e "small/list.$ending" ] || failed="$failed [a list was left]"
    done
    run 2 export e.assay -o list.ods; says ".sav or .dta"
    clean small
    run 3 new small/f.assay good.md; [ ! -e small/f.assay ] && [ ! -e small/f.private ] || failed="$failed [an evaluation was left]"
    ok "a full disk"
else
    skip "a full disk" "a small file system can't be mounted here"
fi
