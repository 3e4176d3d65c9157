#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# score, as a user meets it: the table, --json, what is stored and logged, faults that change nothing.
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
echo 1..5
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
