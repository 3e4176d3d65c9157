#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Figures from the columns kept beside an evaluation are those from its rows, whatever was changed, damaged or killed.
# usage: snapshot.sh ASSAY MAKE_MANY
set -u
assay=$(realpath "$1")
many=$(realpath "$2")
. "$(dirname "$0")/lib.sh"
echo 1..5
cd "$folder" || exit 1
: >out
: >err
mkdir fast plain
"$many" fast/many.assay 12000 || failed="$failed [make_many]"

# What is asked, one file a question; in plain/ a folder stands where the columns would be kept.
asked() {
    (
        cd "$1" || exit
        "$assay" estimate many.assay --mean q1 --mean q5 --share q12 --share q2 --total q16 --ratio q17,q18 --mean income >1.out 2>&1
        "$assay" estimate many.assay --mean q1 --mean q7 --share q12 --by county --json >2.out 2>&1
        "$assay" estimate many.assay --mean q1 --mean income --by q2,q12 --where '${income} > 100 and ${q5} = 9 or ${q3} < 4' >3.out 2>&1
        "$assay" estimate many.assay --quantile 'income@0.25,0.5' --share '${q1} > 3' --mean '${q16} * ${q17}' --where "frame('county') != 'C07'" --json >4.out 2>&1
        "$assay" estimate many.assay --share household_id >5.out 2>&1
        "$assay" estimate many.assay --mean 'same(${income})' --mean 'string-length(${income})' >6.out 2>&1
    )
}
# still WHAT: fast/ gives what plain/ gave last.
still() {
    asked fast
    for n in 1 2 3 4 5 6; do
        cmp -s fast/$n.out plain/$n.out || failed="$failed [$1: $n.out differs: $(diff fast/$n.out plain/$n.out | head -3 | tr '\n' ' ')]"
    done
    [ -f "fast/$cache" ] || failed="$failed [$1: no columns were kept]"
}
same() {
    rm -rf plain && mkdir -p "plain/$cache" && cp fast/many.assay fast/many.private plain/
    asked plain
    still "$1"
    [ -d "plain/$cache" ] || failed="$failed [$1: plain/ is not plain]"
}

(cd fast && "$assay" estimate many.assay --mean q1 >/dev/null)
cache=$(cd fast && ls -- *.snapshot)
same "fresh"
grep -q 'mean income' fast/1.out || failed="$failed [no figures: $(head -1 fast/1.out)]"
cp "fast/$cache" good
ok "the same figures from columns and from rows"

"$assay" edit fast/many.assay "$(sqlite3 fast/many.assay 'SELECT id FROM response LIMIT 1')" q1 5 --why 'read again' >/dev/null || failed="$failed [edit]"
cp fast/1.out before
same "edit"
for sql in "UPDATE answers_hh SET q1 = '1' WHERE rowid % 3 = 0" "UPDATE weight SET value = value * 2 WHERE step = 2 AND response LIKE '%7'" \
    "UPDATE frame SET county = 'C01' WHERE position % 5 = 0" "UPDATE sample SET stratum = 'S01' WHERE stage = 1 AND stratum = 'S02'" \
    "UPDATE answers_hh SET q5 = NULL WHERE rowid < 50; INSERT OR IGNORE INTO missing SELECT response, 'q5', '', 'refused' FROM answers_hh WHERE rowid < 50" \
    "DELETE FROM missing" "UPDATE response SET state = 'rejected' WHERE rowid % 100 = 0" "INSERT OR REPLACE INTO answers_hh (response, q1) SELECT response, 4 FROM answers_hh LIMIT 9" \
    "DROP TRIGGER answers_hh_update; UPDATE answers_hh SET q1 = '2' WHERE rowid % 7 = 0; CREATE TRIGGER \"answers_hh_update\" AFTER UPDATE ON \"answers_hh\" BEGIN UPDATE change SET token = randomblob(16); END" \
    "ALTER TABLE frame ADD COLUMN more TEXT; UPDATE frame SET more = county"; do
    sqlite3 fast/many.assay "$sql" || failed="$failed [sql]"
    mv fast/1.out before
    mv fast/2.out before2
    same "$sql"
    case $sql in "DELETE FROM missing" | ALTER*) ;; *) cmp -s before fast/1.out && cmp -s before2 fast/2.out && failed="$failed [$sql: nothing changed]" ;; esac
done
ok "every change shows at once, by assay or by the sqlite3 shell"

cp fast/1.out before
sqlite3 fast/many.assay "CREATE TABLE t AS SELECT * FROM answers_hh ORDER BY q3, random(); DELETE FROM answers_hh; INSERT INTO answers_hh SELECT * FROM t; DROP TABLE t"
same "another order"
cmp -s before fast/1.out || failed="$failed [the order of rows shows]"
(LC_ALL=$(locale -a | grep -m 1 '^de_' || echo C) && export LC_ALL && asked fast)
cmp -s before fast/1.out || failed="$failed [the locale shows]"
ok "the same bits whatever the order of rows or the locale"

cp "fast/$cache" good
size=$(wc -c <good)
for at in 0 9 25 50 80 100 120 5000 $((size / 2)) $((size - 3000)) $((size - 100)) $((size - 5)); do
    cp good "fast/$cache"
    printf '\377\000\252' | dd of="fast/$cache" bs=1 seek="$at" conv=notrunc 2>/dev/null
    still "damaged at $at"
done
for length in 0 7 100 130 5000 $((size / 2)) $((size - 1)); do
    head -c "$length" good >"fast/$cache"
    still "cut to $length"
done
head -c 100000 /dev/urandom >"fast/$cache"
still "noise"
rm "fast/$cache"
mkfifo "fast/$cache"
still "a pipe"
ok "what is damaged, cut or foreign is made again"

rm "fast/$cache"
for i in 1 2 3 4; do
    (cd fast && "$assay" estimate many.assay --mean q1 --mean q5 --share q12 --share q2 --total q16 --ratio q17,q18 --mean income >../at.$i 2>&1) &
done
wait
for i in 1 2 3 4; do
    cmp -s at.$i fast/1.out || failed="$failed [at once: $(head -1 at.$i)]"
done
for delay in 0.01 0.03 0.06 0.1 0.15 0.2 0.3; do
    rm -f "fast/$cache"
    (cd fast && timeout -s KILL $delay "$assay" estimate many.assay --mean q1 >/dev/null 2>&1)
    [ ! -e "fast/$cache" ] || cmp -s "fast/$cache" good || failed="$failed [killed after $delay s: half a file]"
done 2>/dev/null
still "killed"
ok "four at once, and killed at any moment"
