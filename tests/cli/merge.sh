#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# merge.sh ASSAY: copies of an evaluation that went apart, brought together on the command line.
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
echo 1..5
cd "$folder" || exit 1
{
    echo '| survey | | | | |'
    echo '| | type | name | label | constraint |'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "| | integer | n$i | Number $i | . >= 0 and . < 100000 |"; done
    printf '%s\n' '| settings | | | |' '| | form_id | version | form_title |' '| | hh | 1 | Households |'
} >form.md
copy() { # copy FROM TO
    cp "$1.assay" "$2.assay" && cp "$1.private" "$2.private"
}
"$assay" new e.assay form.md --as chief >/dev/null 2>err || { cat err >&2; exit 1; }
"$assay" print e.assay --blank 2 -o f.pdf --layout l.json >out 2>err || { cat err >&2; exit 1; }
"$assay" simulate f.pdf l.json -o scans --profile A --format png --blank 0 --seed 3 >out 2>err || { cat err >&2; exit 1; }
pages=$(ls scans/*.png | wc -l)
[ "$pages" -ge 4 ] || failed="$failed [$pages pages only]"
ok "sheets of two pages or more"

# One copy scans the first page of each sheet, the other the rest; a third one scans all.
each=$((pages / 2))
for name in a b all; do copy e $name; done
run 0 scan a.assay scans/000000.png "$(printf 'scans/%06d.png' $each)"
rest=$(ls scans/*.png | grep -v 000000 | grep -v "$(printf '%06d' $each)")
# shellcheck disable=SC2086
run 0 scan b.assay $rest
run 0 scan all.assay scans/*.png
ok "each copy scans some of the pages"

run 0 merge a.assay b.assay
says "0 conflicts"
for file in a all; do
    sqlite3 $file.assay "SELECT id, state, raw FROM response ORDER BY id; SELECT * FROM answers_hh ORDER BY response" >$file.txt
done
cmp -s a.txt all.txt || failed="$failed [$(diff a.txt all.txt | head -n 4)]"
[ "$(sqlite3 a.assay "SELECT count(*) FROM response WHERE state = 'complete'")" = 2 ] || failed="$failed [not complete]"
ok "the responses are those of one copy that scanned everything"

before a.assay
run 0 merge a.assay b.assay
unchanged a.assay
ok "once more changes nothing"

# The same page scanned by both, by another scan: the first stays, the other is listed.
"$assay" simulate f.pdf l.json -o again --profile A --format png --blank 0 --seed 4 >out 2>err
copy e c
run 0 scan c.assay again/000000.png
run 1 merge a.assay c.assay
says "page "
[ "$(sqlite3 a.assay "SELECT count(*) FROM page WHERE state = 'duplicate'")" = 1 ] || failed="$failed [no duplicate]"
[ "$(sqlite3 a.assay "SELECT count(*) FROM response WHERE state = 'complete'")" = 2 ] || failed="$failed [not complete]"
run 0 verify a.assay
ok "the same page from two copies: the first counts, the other is kept and listed"
