#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# scan.sh ASSAY: the pages that print made, back into the evaluation; pages that are none of ours, or
# broken, with their place, exit code 1, and nothing but their entry in the ledger.
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
for tool in pdftoppm sqlite3; do
    command -v "$tool" >/dev/null || { echo "1..0 # SKIP no $tool"; exit 0; }
done
echo 1..15
cd "$folder" || exit 1
form() { # form ID: a questionnaire of that form_id
    printf '%s\n' '| survey | | | | | | |' '| | type | name | label | calculation | role | paper |' \
        '| | barcode | code | Code | | | none |' \
        "| | calculate | household_id | | pulldata('sample', 'household_id', 'token', \${code}) | key | |" \
        '| | select_one sat | sat | Satisfied? | | |' '| | integer | size | Persons | | |' '| | text | why | Why not? | | |' \
        '| choices | | | |' '| | list_name | name | label |' '| | sat | 1 | Not |' '| | sat | 3 | So so |' '| | sat | 5 | Very |' \
        '| settings | | | |' '| | form_id | version | form_title |' "| | $1 | 1 | Households |" \
        '| sample | | | | |' '| | stage | unit | method | size |' '| | 1 | household_id | all | |'
}
form hh >form.md
form other >other.md
printf 'household_id,town\nA1,X\nA2,X\n' >frame.csv
for name in form other; do
    { "$assay" new $name.assay $name.md && "$assay" frame $name.assay frame.csv && "$assay" sample $name.assay --seed 1 &&
        "$assay" print $name.assay -o $name.pdf --layout $name.json; } >out 2>err || { cat out err >&2; exit 1; }
    pdftoppm -gray -png -r 150 $name.pdf $name-page
done
sql() { sqlite3 form.assay "$1"; }
is() {
    got=$(sql "$2")
    [ "$got" = "$1" ] || failed="$failed [$2: '$got' instead of '$1']"
}
cp form.assay fresh.assay
cp form.private fresh.private

# 1
"$assay" simulate form.pdf form.json -o filled --profile A --format png --blank 0 --twice 0 --written 0 >/dev/null
run 0 scan form.assay form.pdf
says "2 sheets have nothing filled in"
is "2" "SELECT count(*) FROM page WHERE state = 'ok'"
is "0" "SELECT count(*) FROM response"
ok "sheets as printed, with nothing filled in, make no response"
run 0 scan form.assay filled/*.png --json
says '"unit": "A1"'; says '"unit": "A2"'; says '"doubtful": []'
is "2|2" "SELECT count(*) FILTER (WHERE state = 'ok'), count(*) FILTER (WHERE state = 'duplicate') FROM page"
is "2" "SELECT count(*) FROM answers_hh WHERE sat IS NOT NULL"
is "A1 A2" "SELECT group_concat(household_id, ' ') FROM (SELECT household_id FROM answers_hh ORDER BY 1)"
is "0" "SELECT count(*) FROM mark"
is "complete" "SELECT DISTINCT state FROM response"
ok "the same sheets filled in: read, with their households; the empty pages give way to them"

cp fresh.assay gray.assay && cp fresh.private gray.private && cp fresh.assay bits.assay && cp fresh.private bits.private
"$assay" simulate form.pdf form.json -o bits --profile A --format g4 --blank 0 --twice 0 --written 0 >/dev/null
run 0 scan gray.assay filled/*.png
grep -q "black and white" out err && failed="$failed [gray is called black and white]"
run 0 scan bits.assay bits/*.tif*
says "warning: 2 pages are black and white only"
ok "pages in black and white are warned of"

# 2
before form.assay
run 0 scan form.assay form.pdf --json
says "[]"; unchanged form.assay
ok "the same file again changes nothing"

# 3
run 1 scan form.assay form-page-1.png
says "form-page-1.png: page 1: duplicate"
is "2" "SELECT count(*) FROM response"
is "5" "SELECT count(*) FROM image"
ok "the same page from another scan is kept for review, exit 1"

# 4
run 1 scan form.assay other-page-1.png
says "other-page-1.png: page 1: forged"
is "2" "SELECT count(*) FROM response"
is "1" "SELECT count(*) FROM page WHERE state = 'forged'"
ok "a page of another evaluation"

# 5
head -c 4000 form-page-1.png >cut.png
printf 'nothing' >nothing.jpg
run 1 scan form.assay cut.png nothing.jpg
says "cut.png: page 1: damaged"; says "nothing.jpg: page 1: damaged"
is "2" "SELECT count(*) FROM page WHERE state = 'damaged' AND image IS NULL"
before form.assay
run 1 scan form.assay cut.png nothing.jpg
unchanged form.assay
ok "broken files have one entry each, however often they are tried"

# 6
# A gray TIFF of 600 x 800 white pixels.
{
    printf 'II*\000\010\000\000\000\011\000'
    printf '\000\001\003\000\001\000\000\000\130\002\000\000\001\001\003\000\001\000\000\000\040\003\000\000'
    printf '\002\001\003\000\001\000\000\000\010\000\000\000\003\001\003\000\001\000\000\000\001\000\000\000'
    printf '\006\001\003\000\001\000\000\000\001\000\000\000\021\001\004\000\001\000\000\000\172\000\000\000'
    printf '\025\001\003\000\001\000\000\000\001\000\000\000\026\001\003\000\001\000\000\000\040\003\000\000'
    printf '\027\001\004\000\001\000\000\000\000\123\007\000\000\000\000\000'
    head -c 480000 /dev/zero | tr '\000' '\377'
} >blank.tif
run 1 scan form.assay blank.tif
says "blank.tif: page 1: blank"
is "1" "SELECT count(*) FROM page WHERE state = 'blank'"
ok "a blank page"

# 7
before form.assay
run 3 scan form.assay form-page-1.png missing.png
says "missing.png"; unchanged form.assay
ok "a file that is not there: exit 3, nothing read"
mkfifo pipe
for name in . pipe /dev/zero; do
    before form.assay
    timeout 20 "$assay" scan form.assay form-page-1.png $name >out 2>err
    code=$?
    [ $code = 2 ] || failed="$failed [$name: code $code]"
    says "$name: this is a folder, a pipe or a device"; unchanged form.assay
done
ok "a folder, a pipe without a writer, a device without an end: refused at once"

# 8
run 2 scan form.assay
run 2 scan form.assay form.pdf --threads none
run 3 scan nowhere.assay form.pdf
ok "wrong usage"

# 9
cp fresh.assay mixed.assay
cp fresh.private mixed.private
run 1 scan mixed.assay other-page-2.png cut.png filled/000000.png blank.tif filled/000001.png --json
says '"unit": "A1"'; says '"unit": "A2"'; says '"file": "cut.png"'; says '"file": "blank.tif"'; says '"file": "other-page-2.png"'
[ "$(sqlite3 mixed.assay 'SELECT count(*) FROM page')" = 5 ] || failed="$failed [not five entries]"
[ "$(sqlite3 mixed.assay 'SELECT count(*) FROM response')" = 2 ] || failed="$failed [not two responses]"
ok "a bad page never stops the batch: each page has its entry"

# 10
cp fresh.assay one.assay
cp fresh.private one.private
run 1 scan one.assay other-page-2.png cut.png filled/000000.png blank.tif filled/000001.png --json --threads 1
cp out one.json
run 1 scan fresh.assay other-page-2.png cut.png filled/000000.png blank.tif filled/000001.png --json --threads 4
cmp -s one.json out || failed="$failed [one and four threads differ]"
ok "the same on any number of threads"

# 11
if ! mkdir small 2>/dev/null || ! mount -t tmpfs -o size=8m tmpfs small 2>/dev/null; then
    skip "a full disk changes nothing" "no tmpfs can be mounted"
else
    cp mixed.assay small/e.assay
    cp mixed.private small/e.private
    head -c 90000 /dev/zero >small/spare # for opening the file, not for the image
    dd if=/dev/zero of=small/full bs=1k 2>/dev/null
    rm small/spare
    pages=$(sqlite3 "file:small/e.assay?mode=ro" 'SELECT count(*) FROM page')
    run 3 scan small/e.assay other-page-1.png
    [ "$(sqlite3 "file:small/e.assay?mode=ro" 'SELECT count(*) FROM page')" = "$pages" ] || failed="$failed [a page was kept]"
    umount small
    ok "a full disk changes nothing"
fi

# 12
run 0 verify mixed.assay
ok "the log's chain is whole after scans"
