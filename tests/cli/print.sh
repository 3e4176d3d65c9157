#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# print.sh ASSAY SOURCE: forms for the sample, blank ones, specimens; what goes wrong leaves nothing behind.
set -u
assay=$(realpath "$1")
root=$(realpath "$2")
echo 1..18
. "$(dirname "$0")/lib.sh"
cd "$folder" || exit 1
sql() { sqlite3 e.assay "$1"; }
same() { [ "$1" = "$2" ] || failed="$failed [expected '$2', got '$1']"; }
absent() { [ ! -e "$1" ] || failed="$failed [$1 is there]"; }
pages() { qpdf --show-npages "$1" 2>/dev/null; }

cat >form.md <<'EOF'
| survey | | | | | |
| | type | name | label::English (en) | relevant | constraint |
| | begin_group | g | Household | | |
| | select_one yn | well | Is there a well? | | |
| | integer | depth | How deep? | ${well} = 'yes' | . >= 0 and . <= 99 |
| | select_one stratum | stratum | Stratum | | |
| | text | secret | Kept off | | |
| | end_group | | | | |
| choices | | | |
| | list_name | name | label::English (en) |
| | yn | yes | Yes |
| | yn | no | No |
| | stratum | poor | Poor household |
| | stratum | rich | Other household |
| settings | | |
| | form_id | form_title |
| | wells | Wells |
| evaluation | | |
| | key | value |
| | levels | village_code household_id |
| sample | | | | | |
| | stage | unit | method | size | where |
| | 1 | village_code | all | | |
| | 2 | household_id | srs | 2 | |
EOF
cat >frame.csv <<'EOF'
village_code,village,household_id,stratum,head_name
v1,Ash,h11,poor,Ann Lee
v1,Ash,h12,rich,Bob Ray
v1,Ash,h13,rich,Cid Fox
v2,Elm,h21,poor,Dan Oak
v2,Elm,h22,rich,Eve May
EOF
"$assay" new e.assay form.md --as t --why t >out 2>err && "$assay" frame e.assay frame.csv >out 2>err || exit 1

before e.assay
run 1 print e.assay -o f.pdf
says "nothing is sampled"
unchanged e.assay
absent f.pdf
ok "without a sample there is nothing to print"

"$assay" sample e.assay --seed 3 >out 2>err || exit 1
run 0 print e.assay -o f.pdf --layout l.json --as Ann --now 2016-12-31T00:00:00Z
says "4 sheets, 4 pages"
qpdf --check f.pdf >out 2>err || failed="$failed [qpdf --check]"
same "$(pages f.pdf)" 4
same "$(sql 'SELECT count(*), count(DISTINCT unit), count(DISTINCT layout), max(pages), min(who) FROM sheet')" "4|4|1|1|Ann"
same "$(sql "SELECT group_concat(unit) FROM (SELECT unit FROM sheet ORDER BY rowid)" | tr ',' '\n' | sort | tr '\n' ' ')" \
    "$(sql "SELECT unit FROM sample WHERE stage = 2 AND status = 'selected'" | sort | tr '\n' ' ')"
same "$(sql "SELECT action || who || json_extract(after, '\$.sheets') FROM log ORDER BY seq DESC LIMIT 1")" printAnn4
ok "the sampled units get a sheet each, kept and logged"

pdftotext -layout f.pdf text
grep -q "Ash · Poor household" text || grep -q "Elm · Poor household" text || failed="$failed [no places]"
grep -qE "Ann Lee|Bob Ray|Cid Fox|Dan Oak|Eve May" text && failed="$failed [a name is printed]"
run 0 print e.assay -o names.pdf --names
pdftotext names.pdf text
grep -qE "Ann Lee|Bob Ray|Cid Fox|Dan Oak|Eve May" text || failed="$failed [no name with --names]"
ok "places are printed, names only when asked for"

json() { sqlite3 :memory: "SELECT json_extract(CAST(readfile('l.json') AS TEXT), '$1')"; }
same "$(json '$.page.width')x$(json '$.page.height')" 210x297
same "$(json '$.questions[0].name') $(json '$.questions[0].type')" "well select_one"
same "$(json '$.forms[3].pages[0].pdf_page')" 4
same "$(json '$.forms[0].unit')" "$(sql 'SELECT s.unit FROM sheet s JOIN sample a ON a.unit = s.unit ORDER BY parent, position LIMIT 1')"
same "$(json '$.forms[0].pages[0].token' | tr -d '\n' | wc -c | tr -d ' ')" 26
same "$(json '$.forms[0].form' | tr -d '\n' | wc -c | tr -d ' ')" 8
same "$(sqlite3 :memory: "SELECT count(*) FROM json_each(CAST(readfile('l.json') AS TEXT), '\$.forms[0].pages[0].marks') WHERE json_extract(value, '\$.question') = 'depth'")" 20
ok "the layout file is as the contract says"

run 0 print e.assay -o w.pdf --where "frame('stratum') = 'poor' and frame('village_code') = 'v2'"
same "$(pages w.pdf) $(sql "SELECT count(*) || ' ' || count(DISTINCT number) FROM sheet WHERE unit = 'h21'")" "1 3 3"
ok "--where picks units by the frame, and a reprint makes new sheets"

before e.assay
run 1 print e.assay -o w2.pdf --where "frame('stratum') = 'none'"
says "meets the condition"
run 2 print e.assay -o w2.pdf --where "frame('stratum' ="
run 2 print e.assay
says "-o FILE.pdf is needed"
run 2 print e.assay -o w2.pdf --blank 0
run 2 print e.assay -o w2.pdf --blank x
run 2 print e.assay -o w2.pdf --blank 2 --where "1 = 1"
run 2 print e.assay -o w2.pdf --language xx
says "no language 'xx'"
run 2 print e.assay -o w2.pdf --server http://host
run 2 print
unchanged e.assay
absent w2.pdf
ok "wrong usage changes nothing"

run 0 print e.assay -o b.pdf --blank 3 --json
says '"sheets": 3'
same "$(sql 'SELECT count(*) FROM sheet WHERE unit IS NULL')" 3
pdftotext b.pdf text
grep -q "Unit number" text || failed="$failed [no line for the unit]"
grep -q SPECIMEN text && failed="$failed [a specimen]"
ok "--blank prints sheets without a unit"

run 0 print e.assay -o u.pdf --layout u.json --blank 1 --server https://field.example.org
grep -q '"token":"HTTPS://FIELD.EXAMPLE.ORG/F/' u.json || grep -q '"token": "HTTPS://FIELD.EXAMPLE.ORG/F/' u.json || failed="$failed [no address]"
ok "--server puts an address into the codes"

run 2 print form.md -o s.pdf
says "--blank"
run 0 print form.md -o s.pdf --blank 2
same "$(pages s.pdf)" 2
pdftotext s.pdf text
grep -q SPECIMEN text || failed="$failed [not marked as a specimen]"
ok "a questionnaire alone gives specimens"

cat >bad.md <<'EOF'
| survey | | | | |
| | type | name | label | relevant |
| | integer | a | A | |
| | integer | b | B | ${nothing} = 1 |
EOF
run 1 print bad.md -o bad.pdf --blank 1
says "bad.md: survey!"
absent bad.pdf
ok "a faulty questionnaire is refused with its cells"

run 3 print missing.assay -o x.pdf
says missing.assay
run 3 print e.assay -o nowhere/x.pdf --blank 1
says nowhere/x.pdf
mkdir -p folder
run 3 print e.assay -o folder --blank 1
run 3 print e.assay -o x.pdf --layout nowhere/x.json --blank 1
absent x.pdf
clean "$folder"
ok "what cannot be written is said before anything is made"

before e.assay
run 3 print e.assay -o /dev/full --blank 1
says /dev/full
[ -c /dev/full ] || failed="$failed [/dev/full was replaced]"
unchanged e.assay
ok "a full device leaves the evaluation as it was"

if mkdir small && mount -t tmpfs -o size=8k none small 2>/dev/null; then
    before e.assay
    run 3 print e.assay -o small/x.pdf --blank 20
    says small/x.pdf
    unchanged e.assay
    same "$(ls -A small)" ""
    umount small
    ok "a full disk leaves nothing behind"
else
    skip "a full disk leaves nothing behind" "no tmpfs can be mounted here"
fi

run 0 print e.assay -o c.pdf --covers --layout c.json
same "$(pages c.pdf)" 6
pdftotext -l 1 c.pdf text
for unit in $(sql "SELECT unit FROM sample WHERE stage = 2 AND parent = 'v1' AND status = 'selected'"); do
    grep -q "$unit" text || failed="$failed [$unit is not on its cover]"
done
grep -q "Ash · v1" text || failed="$failed [no village on the cover]"
same "$(sqlite3 :memory: "SELECT group_concat(json_extract(value, '\$.pages[0].pdf_page')) FROM json_each(CAST(readfile('c.json') AS TEXT), '\$.forms')")" 2,3,5,6
same "$(sql "SELECT group_concat(first_page) FROM (SELECT first_page FROM sheet ORDER BY printed_at DESC, first_page DESC LIMIT 4)")" 6,5,3,2
run 2 print e.assay -o c2.pdf --covers --blank 1
ok "--covers puts each village's list before its forms"

# Two villages of two sheets and a cover each: three pages.
run 0 print e.assay -o part.pdf --layout part.json --covers --per-file 3 --now 2017-01-02T00:00:00Z
says "part-001.pdf and on: 4 sheets, 6 pages, 2 files"
same "$(pages part-001.pdf) $(pages part-002.pdf)" "3 3"
same "$(cat part-001.json part-002.json | grep -o '"pdf_page": *[0-9]*' | grep -o '[0-9]*$' | tr '\n' ' ')" "2 3 2 3 "
same "$(sql "SELECT first_page FROM sheet WHERE printed_at LIKE '2017-01-02%' ORDER BY 1" | tr '\n' ' ')" "2 3 5 6 "
run 0 print e.assay -o tiny.pdf --covers --per-file 2 --json # a village that fits nowhere is parted, a sheet never
same "$(for i in 1 2 3 4; do pages tiny-00$i.pdf; done | tr '\n' ' ')" "2 2 2 2 "
run 2 print e.assay -o - --per-file 2
mkdir part-blank-002.pdf
before e.assay
run 3 print e.assay -o part-blank.pdf --blank 4 --per-file 2
unchanged e.assay
absent part-blank-001.pdf
ok "files for a printer: villages together, sheets whole, none of it where one can't be written"

# Two forms: the sample's column says which one a household gets; a unit may be called anything.
sed 's/| stage | unit | method | size | where |/| stage | unit | method | size | where | form |/; s/| 1 | village_code | all | | |/| 1 | village_code | all | | | |/' form.md |
    sed "/| 2 | household_id/d" >two.md
printf "| | 2 | household_id | all | | frame('stratum') = 'poor' | wells |\n| | 2 | household_id | all | | frame('stratum') = 'rich' | short |\n" >>two.md
printf '| survey | | | |\n| | type | name | label |\n| | select_one s | only | The short one |\n| choices | | | |\n| | list_name | name | label |\n| | s | a | Alpha |\n| settings | | |\n| | form_id | form_title |\n| | short | Short |\n' >short.md
sed 's/h11/户十一/' frame.csv >two.csv
if "$assay" new two.assay two.md short.md >out 2>err && "$assay" frame two.assay two.csv >out 2>err && "$assay" sample two.assay --seed 1 >out 2>err; then
    run 0 print two.assay -o two.pdf --layout two.json
    says "5 sheets"
    same "$(sqlite3 two.assay "SELECT group_concat(n, ' ') FROM (SELECT f.name || count(*) AS n FROM sheet s JOIN form f ON f.id = s.form GROUP BY f.name ORDER BY f.name)")" "short3 wells2"
    pdftotext two.pdf text
    grep -q 户十一 text || failed="$failed [the unit is not printed]"
    same "$(grep -c 'The short one' text)" 3
else
    failed="$failed [the evaluation of two forms was not made]"
fi
ok "each household gets the form that its sample row names"

mv e.private kept.private
before e.assay
run 3 print e.assay -o x.pdf --blank 1
[ "$code" = 1 ] && failed=""
absent x.pdf
mv kept.private e.private
unchanged e.assay
ok "without the private file's key nothing is printed"

shared=$root/../shared/data/xlsforms
if [ -d "$shared" ]; then
    for form in "$shared"/*.xlsx; do
        timeout 60 "$assay" print "$form" --blank 2 -o real.pdf >"$folder/out" 2>"$folder/err"
        code=$?
        case $code in
        0) qpdf --check real.pdf >/dev/null 2>&1 || failed="$failed [$form: qpdf]" ;;
        1) grep -q '^fault .*!' "$folder/err" || failed="$failed [$form: no fault with its cell]" ;;
        *) failed="$failed [$form: code $code]" ;;
        esac
    done
    ok "the seven real questionnaires come out, or their faults are listed"
else
    skip "the seven real questionnaires come out, or their faults are listed" "../shared is not there"
fi
