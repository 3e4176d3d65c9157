#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A full disk: every command that writes says so, ends with 3, leaves the evaluation as it was and no half file;
# the server does not acknowledge. Needs root, for a small file system to fill.
# usage: full_disk.sh ASSAY POSTER
set -u
assay=$(realpath "$1")
poster=$(realpath "$2")
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || { echo "1..0 # SKIP no sqlite3"; exit 0; }
cd "$folder" || exit 1
mkdir small
[ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4m tmpfs small 2>/dev/null ||
    { echo "1..0 # SKIP a small file system can't be mounted here (it takes root)"; exit 0; }
echo 1..14

cat >form.md <<'END'
| survey | | | | | |
| | type | name | label | role | paper |
| | text | household_id | Household | key | none |
| | select_one result | result | Result | disposition | |
| | select_one yn | ok | Recognised | opinion | |
| | text | why | Why | | |
| choices | | | |
| | list_name | name | label |
| | result | 110 | Complete |
| | yn | yes | Yes |
| | yn | no | No |
| settings | | |
| | form_id | version |
| | hh | 1 |
| evaluation | | |
| | key | value |
| | assessed_unit | town |
| | levels | town household_id |
| sample | | | | |
| | stage | unit | method | size |
| | 1 | household_id | srs | 4 |
| weights | | |
| | step | method |
| | 1 | base |
| rules | | | |
| | rule | type | expression |
| | P1 | missed | ${ok} = 'no' |
| indicators | | | | | |
| | code | label | unit | statistic | of |
| | REC | Recognition | % | share | ${ok} = 'yes' |
| scheme | | | | | | |
| | code | parent | label | indicator | weight | score |
| | T | | Total | | 100 | |
| | R | T | Recognition | REC | 100 | passthrough |
END
printf 'household_id,town\nP1,X\nP2,X\nP3,X\nP4,X\n' >frame.csv
printf 'household_id,result,ok,why\nP1,110,yes,\nP2,110,no,\n' >rows.csv
printf 'household_id,result,ok,why\nP4,110,yes,\n' >theirs.csv
printf 'unit,name,value,round,source,date\nX,given,30,,office,2016-12-01\n' >admin.csv
printf '<data id="hh" version="1"><household_id>P3</household_id><result>110</result><meta><instanceID>uuid:11111111-0000-4000-8000-000000000001</instanceID></meta></data>' >s.xml
run 0 new e.assay form.md
run 0 frame e.assay frame.csv
run 0 sample e.assay --seed 1
cp e.assay their.assay
cp e.private their.private
run 0 import their.assay theirs.csv
run 0 print e.assay -o f.pdf --layout l.json --where "\${unit} = 'P3' or \${unit} = 'P4'"
[ -e f.pdf ] || run 0 print e.assay -o f.pdf --layout l.json
run 0 simulate f.pdf l.json -o scans --profile A --written 1 --threads 1
run 0 import e.assay rows.csv
sqlite3 e.assay 'PRAGMA journal_mode = DELETE' >/dev/null

# full NAME ARGUMENTS...: on a copy in small/, where nothing more can be written, the command ends with 3.
full() {
    name=$1
    shift
    find small -mindepth 1 -delete
    cp e.assay e.private small/
    chmod 600 small/e.private
    cp their.assay their.private small/
    "$assay" review small/e.assay >/dev/null 2>&1 # its journals are there
    before small/e.assay
    ls small >list
    head -c 8000000 /dev/zero >small/filler 2>/dev/null
    touch start
    run 3 "$@"
    grep -qiE 'full|no space' err || failed="$failed [the message: $(head -n 1 err)]"
    rm -f small/filler
    ls small | grep -vE '^e\.assay-(wal|shm)$' >list2
    grep -vE '^e\.assay-(wal|shm)$' list | cmp -s - list2 || failed="$failed [left: $(cat list2 | tr '\n' ' ')]"
    unchanged small/e.assay
    [ "$(sqlite3 small/e.assay 'PRAGMA integrity_check')" = ok ] || failed="$failed [damaged]"
    run 0 verify small/e.assay
    ok "$name: a full disk"
}
full print print small/e.assay -o small/f2.pdf
full "print elsewhere" print e.assay -o small/f2.pdf
full scan scan small/e.assay scans/000000.jpg
full import import small/e.assay rows.csv
full "import --submission" import small/e.assay --submission s.xml
full "import --admin" import small/e.assay --admin admin.csv
full merge merge small/e.assay their.assay
full weight weight small/e.assay
full case case small/e.assay flag
full score score small/e.assay
full report report small/e.assay -o small/r.xlsx
full "report elsewhere" report e.assay -o small/r.xlsx
full export export e.assay -o small/x.csv

: >served
find small -mindepth 1 -delete
cp e.assay e.private small/
"$assay" serve small/e.assay --listen 127.0.0.1:0 --token-once >served 2>err &
serving=$!
for _ in $(seq 400); do
    server=$(sed -n 's/^Server address for ODK Collect: //p' served)
    [ -z "$server" ] && kill -0 $serving 2>/dev/null || break
    sleep 0.05
done
"$poster" "$server" 1 1 >out
grep -q '^201 ' out || failed="$failed [before: $(cat out)]"
head -c 8000000 /dev/zero >small/filler 2>/dev/null
"$poster" "$server" 20 2 >posted
answered=$(grep -c '^201 ' posted)
rm -f small/filler
kept=$(sqlite3 small/e.assay "SELECT count(*) FROM response WHERE channel = 'phone'")
[ "$answered" = "$kept" ] || failed="$failed [$answered acknowledged, $kept kept]"
grep -q '^500 ' posted || failed="$failed [nothing was refused: $(sort posted | uniq -c | head -n 3)]"
"$poster" "$server" 20 2 >posted
[ "$(grep -c '^201 ' posted)" = 20 ] || failed="$failed [with room again: $(sort posted | uniq -c | head -n 3)]"
kill $serving
wait $serving
[ "$(sqlite3 small/e.assay "SELECT count(*) FROM response WHERE channel = 'phone'")" = 20 ] || failed="$failed [not each once]"
lost=$(sqlite3 small/e.assay "SELECT id FROM response WHERE channel = 'phone' LIMIT 1")
sqlite3 small/e.assay "DELETE FROM response WHERE id = '$lost'"
"$assay" verify small/e.assay >out 2>&1
grep E845 out | grep -q "$lost" || failed="$failed [verify does not miss the submission $lost]"
ok "serve: on a full disk nothing is acknowledged that is not kept; with room again it goes on"
