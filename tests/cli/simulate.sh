#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# simulate.sh ASSAY: printed forms filled in and scanned in simulation, read back, reviewed and scored.
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
echo 1..11
cd "$folder" || exit 1
printf '%s\n' '| survey | | | | |' '| | type | name | label | constraint |' \
    '| | select_one sat | sat | Satisfied with the help? | |' '| | select_multiple trait | traits | What is true of the household? | |' \
    '| | integer | size | Persons | . >= 0 and . < 100 |' '| | select_one sat | road | Satisfied with the road? | |' \
    '| | select_one sat | school | Satisfied with the school? | |' '| | text | why | Why not? | |' \
    '| choices | | | |' '| | list_name | name | label |' '| | sat | 1 | Not |' '| | sat | 3 | So so |' '| | sat | 5 | Very |' \
    '| | trait | a | Kind |' '| | trait | b | Just |' '| | trait | c | Poor |' \
    '| settings | | | |' '| | form_id | version | form_title |' '| | hh | 1 | Households |' >form.md
"$assay" new e.assay form.md --as chief --why start >/dev/null 2>err || { cat err >&2; exit 1; }
"$assay" print e.assay --blank 6 -o f.pdf --layout l.json --why test >out 2>err || { cat err >&2; exit 1; }

run 0 simulate f.pdf l.json -o one --threads 1 --profile D --dpi 150 --seed 5 --written 1
run 0 simulate f.pdf l.json -o four --threads 4 --profile D --dpi 150 --seed 5 --written 1
[ "$(ls one | wc -l)" = 7 ] || failed="$failed [$(ls one)]"
diff -r one four >/dev/null || failed="$failed [one and four threads differ]"
ok "the same seed gives the same bytes on any number of threads"
run 0 simulate f.pdf l.json -o six --profile D --dpi 150 --seed 6 --forms 2
[ "$(ls six | wc -l)" = 3 ] || failed="$failed [$(ls six)]"
cmp -s one/000000.jpg six/000000.jpg && failed="$failed [another seed, the same page]"
ok "another seed gives other scans; the first forms only"
# Every format is read back without an error.
for format in jpg png g4 pdf tiff; do
    cp e.assay "$format.assay"
    cp e.private "$format.private"
    run 0 simulate f.pdf l.json -o "$format" --profile A --format "$format" --seed 3 --written 1 --blank 0.1 --twice 0
    run 0 scan "$format.assay" "$format"/*.[jpt][pnid][gf]* --json --why test
    cp out "$format.json"
    run 0 simulate "$format/truth.json" --score "$format.json"
    says "0 wrong, 0 doubtful (0.00 %), 0 not read; 0 pages not read"
    ok "$format: read back, nothing wrong, nothing doubtful"
done
# What waits is the writing. (Sheets have random numbers: nothing here may depend on what chance left blank.)
run 0 simulate f.pdf l.json -o full --profile A --blank 0 --twice 0 --written 1
cp e.assay full.assay
cp e.private full.private
run 0 scan full.assay full/*.jpg --why test
run 0 review full.assay
says "6 in the list: 0 doubtful, 6 to key, in 6 responses"
run 0 review full.assay --export list.csv --crops pictures
[ "$(ls pictures | wc -l)" = 6 ] || failed="$failed [$(ls pictures)]"
head -c 4 "pictures/$(ls pictures | head -n 1)" | grep -q PNG || failed="$failed [no picture]"
sed 's/,,$/,,keyed/' list.csv >keyed.csv
run 0 review full.assay --from keyed.csv --as eve
says "6 decided, 6 responses complete"
ok "the writing boxes are keyed from a spreadsheet, which completes the responses"
# Two marks where one is asked for are never settled.
cp e.assay two.assay
cp e.private two.private
run 0 simulate f.pdf l.json -o two --profile A --seed 4 --blank 0 --twice 1
run 0 scan two.assay two/*.jpg --json --why test
cp out two.json
run 0 simulate two/truth.json --score two.json
says "30 questions on 6 pages: 30 right, 0 wrong"
ok "two marks are right where they are doubtful"
# The score counts what is wrong.
sed 's/"sat": "[135]"/"sat": "7"/' jpg.json >wrong.json
run 0 simulate jpg/truth.json --score wrong.json --json
grep -q '"wrong": [1-9]' out || failed="$failed [nothing wrong]"
printf '[]' >nothing.json
run 0 simulate jpg/truth.json --score nothing.json
says "30 not read"
ok "a wrong reading and a missing one are counted"
run 2 simulate f.pdf l.json
run 2 simulate f.pdf l.json -o x --profile F
run 2 simulate f.pdf l.json -o x --blank 2
run 2 simulate f.pdf l.json -o x --format gif
run 1 simulate f.pdf form.md -o x
run 1 simulate l.json l.json -o x
sed 's/"x": [0-9]*/"x": 1e300/' l.json >far.json
run 1 simulate f.pdf far.json -o x
says "does not lie on the page"
run 1 simulate jpg/truth.json --score form.md
run 3 simulate nowhere.pdf l.json -o x
run 3 simulate f.pdf l.json -o nowhere/x
ok "wrong usage, files of another kind, folders that are not there"
