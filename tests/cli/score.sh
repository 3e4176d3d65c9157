#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# score, as a user meets it: the table, --json, what is stored and logged, faults that change nothing.
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
echo 1..10
mkdir "$folder/plan"
cd "$folder" || exit 1
cat >plan/survey.csv <<'END'
type,name,label,role
text,household_id,Household,
select_one result,result,Result,disposition
integer,hh_size,Persons,
select_one yn,ok,Recognised,opinion
END
cat >plan/choices.csv <<'END'
list_name,name,label
result,110,Complete
yn,yes,Yes
yn,no,No
END
cat >plan/settings.csv <<'END'
form_id,version
hh,1
END
cat >plan/evaluation.csv <<'END'
key,value
assessed_unit,county
levels,county household_id
END
cat >plan/indicators.csv <<'END'
code,label,unit,statistic,of,among,line_op,line,decimals,min_base
REC,Recognition,%,share,${ok} = 'yes',,<,66.67,2,
SIZE,Persons a household,persons,mean,${hh_size},,,,1,
GIVEN,Given,points,external,admin('given'),,,,2,
END
cat >plan/scheme.csv <<'END'
code,parent,label,indicator,weight,score,params,gate_op,gate,gate_effect,missing
T,,Total,,100,,,,,,
R,T,Recognition,REC,60,linear,zero=0 full=100,<,66.67,veto,na
G,T,Given,GIVEN,40,passthrough,,,,,zero
END
cat >plan/grades.csv <<'END'
grade,condition,action
Poor,${veto} > 0,Talk
Good,true(),Commend
END
printf 'household_id,county\nH1,A\nH2,A\nH3,A\nH4,B\n' >frame.csv
printf 'KEY,unit,household_id,result,hh_size,ok\nk1,H1,H1,110,3,yes\nk2,H2,H2,110,4,yes\nk3,H3,H3,110,6,no\n' >rows.csv

run 0 new e.assay plan
run 0 frame e.assay frame.csv
run 0 import e.assay rows.csv
run 0 score e.assay --now 2016-12-31T00:00:00+08:00 --as Li
says '66.67 % *66.667'
says 'crossed (< 66.67)'
says '! veto'
says 'Grade: Poor: Talk'
says 'no value: no response has a value'
says "there is no administrative value 'given'"
says 'All units together'
ok "the table says what was crossed, what is missing and why"

[ "$(sqlite3 e.assay "SELECT who || ' ' || action FROM log ORDER BY seq DESC LIMIT 1")" = "Li score" ] || failed="no log entry"
[ "$(sqlite3 e.assay "SELECT printf('%.4f %s %d', value, verdict, base) FROM indicator WHERE unit = 'A' AND code = 'REC'")" = "66.6667 crossed 3" ] || failed="$failed not stored"
[ "$(sqlite3 e.assay "SELECT printf('%.2f', score) FROM indicator WHERE unit = 'A' AND code = 'T'")" = "40.00" ] || failed="$failed no total"
ok "figures, scores and a log entry are stored"

run 0 score e.assay --json --now 2016-12-31T00:00:00+08:00
[ "$(sqlite3 :memory: "SELECT json_extract(readfile('out'), '\$.units[0].figures[0].rounded')")" = "66.67" ] || failed="$failed no JSON"
[ "$(sqlite3 :memory: "SELECT json_extract(readfile('out'), '\$.units[0].vetoes')")" = "1" ] || failed="$failed no veto in JSON"
ok "--json is JSON, with nothing else on stdout"

sed -i 's/^R,T,Recognition,REC,60/R,T,Recognition,REC,50/; s/linear,zero=0 full=100/lineal,zero=0/' plan/scheme.csv
sed -i 's/share,${ok}/share,${okay}/' plan/indicators.csv
run 0 new f.assay plan
run 0 frame f.assay frame.csv
before f.assay
run 1 score f.assay
says "plan: indicators!E2: there is no question 'okay'"
says "plan: scheme!F3: 'lineal' is no score rule"
says '2 faults; nothing was scored'
unchanged f.assay
ok "faults of the sheets are listed with their cells, and nothing changes"

run 3 score none.assay
run 2 score
ok "no file, no argument"

cat >plan/rounds.csv <<'END'
round,start,end
R1,2016-12-01,2016-12-31
R2,2017-06-01,2017-06-30
END
cat >plan/sample.csv <<'END'
stage,unit,strata,method,size
1,household_id,county,srs,1
END
printf 'step,method\n1,base\n' >plan/weights.csv
sed -i "s/lineal,zero=0/linear,zero=0 full=100/; s/REC,50/REC,60/" plan/scheme.csv
sed -i 's/okay/ok/' plan/indicators.csv
run 0 new g.assay plan
run 0 frame g.assay frame.csv
before g.assay
for command in "sample g.assay" "import g.assay rows.csv" "weight g.assay" "score g.assay" "report g.assay -o r.xlsx"; do
    run 2 $command --round R9
    says "the rounds sheet has no round 'R9'; it has R1, R2"
done
unchanged g.assay
ok "a round that is only misspelt takes nothing in"

run 0 sample g.assay --round R1 --seed 1
first=$(sqlite3 g.assay "SELECT unit FROM sample WHERE stratum = 'A'")
printf 'KEY,unit,household_id,result,hh_size,ok\nk1,%s,%s,110,3,yes\n' "$first" "$first" >one.csv
run 0 import g.assay one.csv --round R1
run 0 weight g.assay --round R1
seed=2
while :; do # until another household comes out
    run 0 sample g.assay --round R1 --seed $seed --again --why "list was wrong"
    [ "$(sqlite3 g.assay "SELECT unit FROM sample JOIN draw ON draw.id = draw WHERE current AND stratum = 'A'")" = "$first" ] || break
    seed=$((seed + 1))
done
says "1 responses of round 'R1' are of units that this draw lacks"
[ "$(sqlite3 g.assay "SELECT count(*) FROM weight")" = 0 ] || failed="$failed [weights of the draw before]"
run 0 score g.assay --round R1
[ "$(sqlite3 g.assay "SELECT count(*) FROM indicator WHERE code = 'REC' AND value IS NOT NULL")" = 0 ] || failed="$failed [counted]"
ok "what was collected for an earlier draw counts in no figure of the new one, and that is said"

cp rows.csv long.csv
sed -i 's/k1/uuid:12345678-aaaa-4000-8000-000000000001/; s/k2/uuid:12345679-aaaa-4000-8000-000000000001/' long.csv
run 0 new h.assay plan
run 0 frame h.assay frame.csv
run 0 import h.assay long.csv --round R1
run 0 edit h.assay 12345678 hh_size 9 --why "asked again"
[ "$(sqlite3 h.assay "SELECT hh_size FROM answers_hh WHERE response LIKE 'uuid:12345678%'")" = 9 ] || failed="$failed [not edited]"
run 1 edit h.assay 123456 hh_size 9 --why "asked again"
run 1 edit h.assay 12345670 hh_size 9 --why "asked again"
says "there is no response"
ok "edit takes an id as it is shown, cut off"

sed 's/= .yes.,,/= '"'Yes'"',,/' plan/indicators.csv >yes.csv
cp -r plan misspelt
mv yes.csv misspelt/indicators.csv
run 0 check misspelt
says "warning W304 misspelt: indicators!E2: 'Yes' is not a choice of 'ok' (list 'yn'); did you mean 'yes'?"
run 0 new i.assay misspelt
run 0 frame i.assay frame.csv
run 0 import i.assay rows.csv --round R1
run 0 score i.assay --round R1
says "warning W304 misspelt: indicators!E2: 'Yes' is not a choice of 'ok' (list 'yn'); did you mean 'yes'?"
printf 'rule,type,expression\nA,x,${ok} = "nein"\n' >misspelt/rules.csv
run 0 new j.assay misspelt
run 0 frame j.assay frame.csv
run 0 import j.assay rows.csv --round R1
run 0 case j.assay flag --round R1
says "warning W304 misspelt: rules!C2: 'nein' is not a choice of 'ok'"
ok "a choice that is misspelt is said where it would give 0 in silence"

sed 's/^assessed_unit,county/assessed_unit,conty/; $a class,county\nidentity,phnoe' plan/evaluation.csv >settings.csv
cp -r plan settings
mv settings.csv settings/evaluation.csv
printf 'household_id,county,phone\nH1,A,123\nH2,A,456\n,B,7\n' >phones.csv
run 0 new k.assay settings
run 1 frame k.assay phones.csv --partial refused.csv
says "warning W311 settings: evaluation!B2: the frame has no column 'conty'; did you mean 'county'?"
says "warning W311 settings: evaluation!B5: the frame has no column 'phnoe'; did you mean 'phone'?"
grep -q E301 refused.csv && [ "$(wc -l <refused.csv)" = 2 ] || failed="$failed [refused.csv]"
sed -i 's/conty/county/; s/phnoe/phone/' settings/evaluation.csv
run 0 new l.assay settings
sed -i '$d' phones.csv
run 0 frame l.assay phones.csv
[ -s err ] && failed="$failed [a warning of what is right]"
ok "a setting that names no column of the frame is said when the frame comes"
