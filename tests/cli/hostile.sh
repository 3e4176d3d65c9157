#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Evaluation files made by somebody else, and surroundings that are not as they should be.
# usage: hostile.sh ASSAY
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || { echo "1..0 # SKIP no sqlite3"; exit 0; }
echo 1..8
cd "$folder" || exit 1
printf '%s\n' '| survey | | | |' '| | type | name | label |' '| | text | household_id | Household |' '| | integer | age | Age |' \
    '| settings | | |' '| | form_id | version |' '| | hh | 1 |' >form.md
printf 'household_id,age\nA1,30\n' >rows.csv
run 0 new e.assay form.md
run 0 import e.assay rows.csv
# other SQL: t.assay is e.assay with that done to it
other() {
    rm -f t.*
    cp e.assay e.private . 2>/dev/null
    cp e.assay t.assay
    cp e.private t.private
    sqlite3 t.assay "PRAGMA journal_mode = DELETE; $1" >/dev/null || failed="$failed [sql]"
}

for name in response RESPONSE answers_hh; do
    other "ALTER TABLE $name RENAME TO kept; CREATE VIEW $name AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT kept.* FROM kept, c"
    for command in verify export review; do
        run 1 $command t.assay $([ $command = export ] && echo -o x.csv); says "$name"
    done
done
run 1 merge e.assay t.assay; says "t.assay"
ok "a view in a table's place, which computes for ever"
other "CREATE TRIGGER mine AFTER INSERT ON log BEGIN DELETE FROM admin; END"
run 1 verify t.assay; says "mine"
other "DROP TRIGGER log_chained; CREATE TRIGGER log_chained AFTER INSERT ON log BEGIN DELETE FROM admin; END"
run 1 verify t.assay; says "log_chained"
other "CREATE VIEW old AS SELECT * FROM response"
run 0 verify t.assay
ok "a trigger that assay did not make, and one under the name of its own; a view of one's own is welcome"
other "DROP TRIGGER log_no_update; UPDATE log SET why = why || char(0) || 'by order' WHERE seq = 1"
run 1 verify t.assay; says "1"
ok "an entry of the log with something behind its end"
for text in "(SELECT group_concat('[', '') FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT x FROM c))" "'{}'" "CAST(x'ff7b22' AS TEXT)"; do
    other "UPDATE form SET definition = $text"
    for command in review export case; do
        "$assay" $command t.assay $([ $command = export ] && echo -o x.csv) $([ $command = case ] && echo flag) >out 2>err
        [ $? -le 3 ] || failed="$failed [$command: crashed]"
    done
done
ok "a definition that is nested without end, empty or no text"
(umask 000 && unset HOME && LANG=nonsense LC_ALL=nonsense TZ=:/etc/passwd exec "$assay" new u.assay form.md >out 2>err) || failed="$failed [code $?]"
[ "$(stat -c %a u.private)" = 600 ] || failed="$failed [mode $(stat -c %a u.private)]"
run 0 frame u.assay rows.csv
[ "$(stat -c %a u.private)" = 600 ] || failed="$failed [after a frame: mode $(stat -c %a u.private)]"
ok "without HOME, in a strange language and time zone, with no umask: the private file is private"
awk 'BEGIN { printf "household_id\n"; for (i = 0; i < 5000000; i++) printf "a"; printf "\n" }' >long.csv
before e.assay
run 1 frame e.assay long.csv; says "long.csv"; says "line 2"; unchanged e.assay
ok "a cell of five million characters in a frame"

# a workbook whose cells share one long string, as a zip of a few kilobytes
if command -v zip >/dev/null; then
    mkdir -p x/_rels x/xl/_rels x/xl/worksheets
    ns=http://schemas.openxmlformats.org
    echo "<Relationships xmlns=\"$ns/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"$ns/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>" >x/_rels/.rels
    echo "<workbook xmlns=\"$ns/spreadsheetml/2006/main\" xmlns:r=\"$ns/officeDocument/2006/relationships\"><sheets><sheet name=\"survey\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>" >x/xl/workbook.xml
    echo "<Relationships xmlns=\"$ns/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"$ns/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"$ns/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>" >x/xl/_rels/workbook.xml.rels
    awk -v ns="$ns" 'BEGIN { printf "<sst xmlns=\"%s/spreadsheetml/2006/main\"><si><t>", ns; for (i = 0; i < 1000000; i++) printf "A"; print "</t></si></sst>" }' >x/xl/sharedStrings.xml
    awk -v ns="$ns" 'BEGIN { printf "<worksheet xmlns=\"%s/spreadsheetml/2006/main\"><sheetData>", ns; for (i = 1; i < 20000; i++) printf "<row r=\"%d\"><c r=\"A%d\" t=\"s\"><v>0</v></c></row>", i, i; print "</sheetData></worksheet>" }' >x/xl/worksheets/sheet1.xml
    (cd x && zip -qr ../shared.xlsx .)
    run 1 check shared.xlsx; says "sheet1.xml"; says "limit"
    ok "a workbook whose cells share one long string: 20 GB from a few kilobytes"
else
    skip "a workbook whose cells share one long string" "no zip"
fi

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    mkdir "audit #1 50%"
    cp e.assay e.private "audit #1 50%"
    chmod 644 "audit #1 50%/e.assay"
    chmod 755 "$folder" "audit #1 50%"
    auditor() {
        wanted=$1
        shift
        (cd "audit #1 50%" && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$assay" "$@") >out 2>err
        code=$?
        [ $code = "$wanted" ] || failed="$failed [$*: code $code instead of $wanted]"
    }
    if setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$assay"; then
        auditor 0 verify e.assay; says "whole"
        auditor 0 export e.assay -o -; grep -q A1 out || failed="$failed [export]"
        auditor 3 import e.assay ../rows.csv; says "can't be written to"
        [ "$(ls "audit #1 50%" | wc -l)" = 2 ] || failed="$failed [files were left]"
        ok "an auditor who may only read verifies and exports, and changes nothing"
    else
        skip "an auditor who may only read" "the program is where nobody else can run it"
    fi
else
    skip "an auditor who may only read" "it takes root and setpriv"
fi
