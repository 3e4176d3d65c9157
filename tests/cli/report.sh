#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# report and verify, as a user meets them: what is written and logged, tampering found with its cell,
# faults that leave nothing behind.
# usage: report.sh ASSAY
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
echo 1..14
mkdir "$folder/plan"
cd "$folder" || exit 1
cat >plan/survey.csv <<'END'
type,name,label::中文 (zh),label::English (en),role
text,household_id,户编号,Household,
text,enum,调查员,Enumerator,enumerator
select_one result,result,结果,Result,disposition
select_one sat,sat,满意吗,Satisfied?,opinion
select_one yn,ok,认可吗,Recognised?,opinion
END
cat >plan/choices.csv <<'END'
list_name,name,label::中文 (zh),label::English (en),missing
result,110,完成,Complete,
result,210,拒访,Refused,
sat,4,很满意,Very,
sat,3,满意,Rather,
sat,2,不满意,Hardly,
sat,1,很不满意,Not,
sat,9,说不清,Cannot say,dont_know
yn,yes,是,Yes,
yn,no,否,No,
END
printf 'form_id,version,default_language\nhh,1,中文 (zh)\n' >plan/settings.csv
cat >plan/evaluation.csv <<'END'
key,value
id,TEST-1
title::中文 (zh),测试评估
title::English (en),Test evaluation
assessed_unit,county
levels,county household_id
label_county::中文 (zh),县
END
cat >plan/indicators.csv <<'END'
code,label::中文 (zh),label::English (en),unit,statistic,of,among,line_op,line,decimals,min_base
REC,认可度,Recognition,%,share,${ok} = 'yes',,<,66.67,2,
END
cat >plan/scheme.csv <<'END'
code,parent,label::中文 (zh),label::English (en),indicator,weight,score,params,gate_op,gate,gate_effect,missing
T,,总分,Total,,100,,,,,,
R,T,认可度,Recognition,REC,100,linear,zero=0 full=100,<,66.67,veto,na
END
printf 'grade,condition,action\nPoor,${veto} > 0,Talk\nGood,true(),Commend\n' >plan/grades.csv
printf 'code,aapor\n110,I\n210,R\n' >plan/dispositions.csv
awk 'BEGIN { print "household_id,county"; for (i = 1; i <= 64; i++) printf "H%d,%s\n", i, i <= 32 ? "A" : "B" }' >frame.csv
awk 'BEGIN { print "KEY,unit,household_id,enum,result,sat,ok"
    for (i = 1; i <= 60; i++) printf "k%d,H%d,H%d,E%d,110,%d,%s\n", i, i, i, i % 4, 4 - (i % 8 == 0), i % 3 ? "yes" : "no"
    print "k61,H61,H61,E9,210,," }' >rows.csv
now=2016-12-31T10:00:00+08:00
run 0 new e.assay plan --now $now
run 0 frame e.assay frame.csv --now $now
run 0 import e.assay rows.csv --now $now

run 0 report e.assay -o r.xlsx --language zh,en --as Li --now $now
hash=$(sha256sum r.xlsx | cut -c1-64)
says "$hash"
[ "$(sqlite3 e.assay "SELECT who || ' ' || action || ' ' || subject FROM log ORDER BY seq DESC LIMIT 1")" = "Li report r.xlsx" ] ||
    failed="$failed [no log entry]"
[ "$(sqlite3 e.assay "SELECT json_extract(after, '\$.sha256') || ' ' || printf('%.3f', json_extract(after, '\$.figures[0].value')) FROM log
    ORDER BY seq DESC LIMIT 1")" = "$hash 68.750" ] || failed="$failed [hash or figures are not logged]"
head=$(sqlite3 e.assay "SELECT lower(hex(prev)) FROM log ORDER BY seq DESC LIMIT 1")
unzip -p r.xlsx docProps/custom.xml | grep -q "$head" || failed="$failed [no log head in the properties]"
unzip -p r.xlsx xl/sharedStrings.xml | grep -q "$head" || failed="$failed [no log head in the notes]"
clean .
ok "a report is written, and logged with its hash and figures"

unzip -p r.xlsx xl/workbook.xml | grep -q '调查说明' || failed="$failed [no Chinese sheet]"
unzip -p r.xlsx xl/workbook.xml | grep -q 'Method notes' || failed="$failed [no English sheet]"
unzip -p r.xlsx xl/sharedStrings.xml | grep -q '测试评估主要指标汇总表' || failed="$failed [no Chinese title]"
unzip -p r.xlsx xl/sharedStrings.xml | grep -q '没有各项均达到的\|各项均达到的有' || failed="$failed [no Chinese sentence]"
ok "Chinese and English stand in one workbook"

run 0 verify r.xlsx e.assay
says "byte for byte"; says "is what the evaluation file gives today"
run 0 verify r.xlsx e.assay --json
[ "$(sqlite3 :memory: "SELECT json_extract(readfile('out'), '\$.same_file') || json_extract(readfile('out'), '\$.different')")" = 10 ] ||
    failed="$failed [no JSON]"
ok "the very file is recognised"

rezip() { # rezip NAME SED-SCRIPT: the report unpacked, its parts changed, and packed again
    rm -rf parts "$1"
    mkdir parts
    (cd parts && unzip -q ../r.xlsx && find . -name '*.xml' -exec sed -i "$2" {} + && zip -q -r "../$1" .)
}
rezip same.xlsx 's/nothing like this/x/'
run 0 verify same.xlsx e.assay
says "saved anew"
ok "a report that was saved anew, with the same figures, passes"

rezip false.xlsx 's,<v>68.75</v>,<v>98.75</v>,'
run 1 verify false.xlsx e.assay
says "98.75"; says "68.75"; says "分项指标!D"; says "Indicators!D"
ok "a figure that was changed is shown with its cell"

rezip false.xlsx 's/未达到/达到/'
run 1 verify false.xlsx e.assay
says "'未达到"
ok "a verdict that was changed is shown"

rezip other.xlsx "s/$head/$(printf '%064d' 7)/"
run 1 verify other.xlsx e.assay
says "the log of this evaluation has no report"
run 0 new f.assay plan --now $now
run 1 verify r.xlsx f.assay
says "not issued from this evaluation file"
ok "a report of another evaluation is refused"

id=$(sqlite3 e.assay "SELECT id FROM response WHERE unit = 'H3'")
run 0 edit e.assay "$id" ok yes --why "read again" --now $now
run 0 verify r.xlsx e.assay
says "has changed since"; says "68.75"
run 1 verify same.xlsx e.assay
ok "an evaluation that changed since is told apart from a report that did"

cp e.assay one.assay && cp e.private one.private && cp e.assay two.assay && cp e.private two.private
run 0 report one.assay -o one.xlsx --as Li --now $now
run 0 report two.assay -o two.xlsx --as Li --now $now
cmp -s one.xlsx two.xlsx || failed="$failed [the bytes differ]"
run 0 report one.assay -o one.xlsx --as Li --audience evaluators --now $now
run 0 verify one.xlsx one.assay
unzip -p one.xlsx xl/workbook.xml | grep -q '调查进度' || failed="$failed [no working sheets]"
unzip -p one.xlsx xl/sharedStrings.xml | grep -q '>E3<' || failed="$failed [no enumerator by the question with that role]"
ok "the same file and time give the same bytes"

before e.assay
run 2 report e.assay; says "-o FILE.xlsx is needed"
run 2 report e.assay -o r.pdf; says ".xlsx"
run 2 report e.assay -o r.xlsx --audience everyone; says "everyone"
run 2 report e.assay -o r.xlsx --language zh,fr; says "fr"
mkdir -p d.xlsx
run 2 report e.assay -o d.xlsx; says "folder"
run 3 report e.assay -o none/r.xlsx
run 3 report none.assay -o r2.xlsx
[ ! -e r2.xlsx ] && [ "$(sha256sum r.xlsx | cut -c1-64)" = "$hash" ] || failed="$failed [a file was touched]"
unchanged e.assay; clean .
ok "wrong usage and missing places change nothing"

sed 's/share,${ok}/share,${okay}/' plan/indicators.csv >bad.csv && mkdir -p bad && cp plan/*.csv bad && mv bad.csv bad/indicators.csv
run 0 new g.assay bad --now $now
run 0 frame g.assay frame.csv --now $now
before g.assay
run 1 report g.assay -o g.xlsx; says "indicators!F2"; says "okay"
[ ! -e g.xlsx ] || failed="$failed [a report was written]"
unchanged g.assay; clean .
ok "a fault in the plan is named with its cell, and no report is written"

mkdir small
if mount -t tmpfs -o size=16k none small 2>/dev/null; then
    before e.assay
    run 3 report e.assay -o small/r.xlsx --now $now
    [ -z "$(ls small)" ] || failed="$failed [something is left on the full disk]"
    unchanged e.assay
    umount small
    ok "a full disk leaves no report and no log entry"
else
    skip "a full disk leaves no report and no log entry" "no tmpfs can be mounted"
fi

run 0 verify e.assay
says "is whole"
head -c 100 r.xlsx >cut.xlsx
run 1 verify cut.xlsx e.assay; says "cut.xlsx"
run 3 verify none.xlsx e.assay
ok "a whole evaluation file passes; a damaged or missing report is an error"

cp e.assay bad.assay
sqlite3 bad.assay "DROP TRIGGER log_no_update; UPDATE log SET who = 'nobody' WHERE seq = 2"
run 1 verify bad.assay; says "broken at entry 2"
cp e.assay bad.assay
sqlite3 bad.assay "UPDATE response SET raw = CAST('x' AS BLOB) WHERE unit = 'H5'"
run 1 verify bad.assay; says "E822"
cp e.assay bad.assay
sqlite3 bad.assay "UPDATE form SET definition = definition || ' '"
run 1 verify bad.assay; says "E821"
cp e.assay bad.assay
sqlite3 bad.assay "INSERT INTO layout (id, form, language, sha256, geometry) VALUES (1, 1, 'zh', zeroblob(32), '');
    INSERT INTO sheet (number, unit, round, form, layout, pages, printed_at, who) VALUES (5, 'H1', '1', 1, 1, 90, '', '')"
run 1 verify bad.assay; says "E831"; says "E836"
run 1 verify bad.assay --json
[ "$(sqlite3 :memory: "SELECT json_extract(readfile('out'), '\$.whole')")" = 0 ] || failed="$failed [no JSON]"
ok "what was changed behind the log's back is found"
