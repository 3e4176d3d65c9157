#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command that changes something is killed (SIGKILL) at calls taken at random, in the middle of a
# write too: the evaluation opens, is whole, and is as before or as after; what was written is whole or not
# there; the same command again ends where an undisturbed run does. What a server acknowledged is kept, once.
# usage: kill.sh ASSAY KILL_AT.so POSTER    ASSAY_KILL_ROUNDS=N kills a command; ASSAY_KILL_SEED=N repeats a run
set -u
assay=$(realpath "$1")
shim=$(realpath "$2")
poster=$(realpath "$3")
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || { echo "1..0 # SKIP no sqlite3"; exit 0; }
rounds=${ASSAY_KILL_ROUNDS:-2}
seed=${ASSAY_KILL_SEED:-$(date +%s)}
echo 1..22
: >"$folder/posted"
echo "# ASSAY_KILL_SEED=$seed ASSAY_KILL_ROUNDS=$rounds"
cd "$folder" || exit 1
export TZ=UTC ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0:detect_leaks=0"
kills=0

# What an evaluation says, but for what is random in it (ids, sheet numbers, keys) and the log.
content() { # content FOLDER
    [ -e "$1/e.assay" ] || return # its private file may stand there for a moment
    for file in "$1"/e.assay "$1"/e.private; do
        [ -e "$file" ] && sqlite3 "$file" .dump | grep -v 'INSERT INTO log' |
            sed -E "s/uuid:[0-9a-f-]{36}/U/g; s/X'[0-9a-fA-F]*'/X/g; s/[0-9a-f]{64}/H/g; s/\b[0-9]{8,}\b/N/g; s/\b[0-9A-HJKMNP-TV-Z]{26}\b/T/g; s/\b[0-9A-HJKMNP-TV-Z]{8}\b/S/g" | sort
    done | sha256sum
}
# The evaluation is whole, for assay and for SQLite; the private file is private.
whole() { # whole FOLDER WHEN
    [ -e "$1/e.assay" ] || return
    "$assay" verify "$1/e.assay" >out 2>err || failed="$failed [$2: verify]"
    for file in "$1/e.assay" "$1/e.private"; do
        said=$(sqlite3 "$file" 'PRAGMA integrity_check; PRAGMA foreign_key_check' 2>&1)
        [ "$said" = ok ] || failed="$failed [$2: $file: $said]"
    done
    [ "$(stat -c %a "$1/e.private")" = 600 ] || failed="$failed [$2: e.private can be read by others]"
}
# Each of $outputs is whole (or not there, where $2 is not 'needed').
written() { # written FOLDER WHEN
    for file in $outputs; do
        if [ ! -e "$1/$file" ]; then
            [ "$2" != needed ] || failed="$failed [$file is not there]"
            continue
        fi
        case $file in
        *.pdf) ! command -v qpdf >/dev/null || qpdf --check "$1/$file" >/dev/null 2>&1 || failed="$failed [$2: $file is broken]" ;;
        *.xlsx) unzip -tqq "$1/$file" >/dev/null 2>&1 || failed="$failed [$2: $file is broken]" ;;
        *.json) [ "$(sqlite3 :memory: "SELECT json_valid(readfile('$1/$file'))")" = 1 ] || failed="$failed [$2: $file is broken]" ;;
        *) cmp -s "$1/$file" "done/$file" || failed="$failed [$2: $file is another]" ;;
        esac
    done
}
# Besides what was there and what is made, only what docs/evaluation-file.md names: what was written aside
# (NAME.XXXXXX), and SQLite's own journals, which the next run takes up.
left() { # left FOLDER WHEN [settled]
    for file in $(ls "$1"); do
        [ -e "done/$file" ] || case $file,${3:-} in
        *.??????,* | *.??????-journal,* | *.??????-wal,* | *.??????-shm,* | *.??????.private,* | *.??????.private-journal,*) ;;
        e.assay-wal, | e.assay-shm, | e.assay-journal, | e.private-journal, | e.assay-mj*,) ;;
        *) failed="$failed [$2: $file was left]" ;;
        esac
    done
}
places() { # places TOTAL: calls to die in; half of them among the last, where things are put in place
    seed=$((seed + 1))
    awk -v seed="$seed" -v more="${more:-1}" -v rounds="$rounds" -v total="$1" 'BEGIN {
        srand(seed)
        rounds *= more
        for (i = 0; i < rounds; i++) {
            most = i % 2 && total > 16 ? 16 : total
            print total - int(rand() * most)
        }
    }'
}
# killed NAME CODES ARGUMENTS...: in now/, again and again, from the same start; CODES: what the same command
# may say where the first one had come to its end. Leaves now/ as after an undisturbed run.
killed() {
    name=$1 codes=$2
    shift 2
    rm -rf done
    cp -a now done
    start=$(content now)
    (cd done && KILL_COUNT=../count LD_PRELOAD=$shim exec "$assay" "$@" --now 2016-12-20T08:00:00Z >../out 2>../err)
    code=$?
    [ "$code" = 0 ] || failed="$failed [undisturbed: code $code]"
    end=$(content done)
    for place in $(places "$(cat count)"); do
        once "$place" "$@"
        [ -z "$failed" ] || break
    done
    rm -rf now
    mv done now
    ok "$name is killed $((rounds * ${more:-1})) times, of $(cat count) calls"
    cp -a now done # for written
}
once() { # once PLACE ARGUMENTS...
    place=$1
    shift
    rm -rf trial
    cp -a now trial
    (cd trial && KILL_AT=$place LD_PRELOAD=$shim exec "$assay" "$@" --now 2016-12-20T08:00:00Z >../out 2>../err) 2>/dev/null
    code=$?
    kills=$((kills + 1))
    [ "$code" = 137 ] || failed="$failed [at $place: code $code, not killed]"
    whole trial "killed at $place"
    written trial "killed at $place"
    left trial "killed at $place"
    middle=$(content trial)
    [ "$middle" = "$start" ] || [ "$middle" = "$end" ] || [ "$codes" = chunks ] || failed="$failed [at $place: half done]"
    (cd trial && exec "$assay" "$@" --now 2016-12-20T08:00:00Z >../out 2>../err)
    code=$?
    case " 0 $([ "$middle" = "$end" ] && echo "$codes") " in
    *" $code "*) ;;
    *) failed="$failed [again after $place: code $code]" ;;
    esac
    whole trial "again after $place"
    left trial "again after $place" settled
    written trial "$([ "$code" = 0 ] && echo needed || echo again)"
    [ "$middle,$codes" = "$end,twice" ] || [ "$(content trial)" = "$end" ] || failed="$failed [again after $place: not as undisturbed]"
}

mkdir now
cat >now/form.md <<'END'
| survey | | | | | | |
| | type | name | label | role | constraint | paper |
| | text | household_id | Household | key | | none |
| | select_one result | result | Result | disposition | | |
| | integer | hh_size | Members | | . >= 0 and . < 10000 | |
| | integer | income | Income | | . >= 0 and . < 1000 | |
| | select_one yn | ok | Recognised | opinion | | |
| | text | why | Why | | | |
| choices | | | |
| | list_name | name | label |
| | result | 110 | Complete |
| | result | 210 | Refused |
| | yn | yes | Yes |
| | yn | no | No |
| settings | | |
| | form_id | version |
| | hh | 1 |
| evaluation | | |
| | key | value |
| | assessed_unit | town |
| | levels | town household_id |
| | line | 100 |
| sample | | | | |
| | stage | unit | method | size |
| | 1 | household_id | srs | 12 |
| weights | | | |
| | step | method | by |
| | 1 | base | |
| | 2 | nonresponse | town |
| dispositions | | |
| | code | aapor |
| | 110 | I |
| | 210 | R |
| rules | | | |
| | rule | type | expression |
| | P1 | missed | ${income} < parameter('line') |
| indicators | | | | | | |
| | code | label | unit | statistic | of | line_op | line |
| | REC | Recognition | % | share | ${ok} = 'yes' | < | 50 |
| | GIVEN | Given | points | external | admin('given') | | |
| scheme | | | | | | | |
| | code | parent | label | indicator | weight | score | params |
| | T | | Total | | 100 | | |
| | R | T | Recognition | REC | 60 | linear | zero=0 full=100 |
| | G | T | Given | GIVEN | 40 | passthrough | |
| grades | | |
| | grade | condition | action |
| | Good | true() | Commend |
END
sed 's/| hh | 1 |/| hh | 2 |/; s/| | text | why | Why | | | |/&\n| | text | more | More | | |/' now/form.md >now/form2.md
awk 'BEGIN { print "household_id,town,head_name"; for (i = 1; i <= 12; i++) printf "P%d,%s,Name %d\n", i, (i > 6 ? "Y" : "X"), i }' >now/frame.csv
awk 'BEGIN { print "household_id,result,hh_size,income,ok"; for (i = 7; i <= 10; i++) printf "P%d,110,3,%d,yes\n", i, i * 12 }' >now/rows.csv
printf 'unit,name,value,round,source,date\nX,given,30,,office,2016-12-01\nY,given,20,,office,2016-12-01\n' >now/admin.csv
for i in 11 12; do
    printf '<data id="hh" version="1"><household_id>P%d</household_id><result>110</result><hh_size>2</hh_size><income>50</income><ok>no</ok><meta><instanceID>uuid:11111111-0000-4000-8000-0000000000%d</instanceID></meta></data>' "$i" "$i" >"now/s$i.xml"
done

outputs=""
more=4 # two files that must go together
killed "new" 2 new e.assay form.md
killed "frame" 0 frame e.assay frame.csv
more=1
killed "sample" 2 sample e.assay --seed 7
mkdir other # another copy, with a name and answers of its own
cp -a now/e.assay now/e.private other
printf 'household_id,town,tel\nP1,X,123\n' >other.csv
printf 'household_id,result,hh_size,income,ok\nP12,210,,,\n' >other_rows.csv
run 0 frame other/e.assay other.csv
run 0 import other/e.assay other_rows.csv
outputs="f.pdf l.json"
killed "print" twice print e.assay -o f.pdf --layout l.json --where "frame('town') = 'X'"
run 0 simulate now/f.pdf now/l.json -o now/scans --profile A --blank 0 --twice 0 --written 1 --threads 1
outputs=""
killed "scan" chunks scan e.assay scans/000000.jpg scans/000001.jpg scans/000002.jpg scans/000003.jpg scans/000004.jpg scans/000005.jpg
outputs="list.csv"
killed "review --export" 0 review e.assay --export list.csv
sed 's/,,$/,,keyed/' now/list.csv >now/keyed.csv
outputs=""
killed "review --from" "0 1" review e.assay --from keyed.csv
killed "import" "0 1" import e.assay rows.csv
killed "import --submission" 0 import e.assay --submission s11.xml s12.xml
killed "import --admin" 0 import e.assay --admin admin.csv
more=4
killed "merge" 0 merge e.assay ../other/e.assay
more=1
killed "weight" 0 weight e.assay
killed "case flag" 0 case e.assay flag
{ echo id,decision,why; sqlite3 now/e.assay "SELECT id || ',confirm,seen' FROM \"case\""; } >now/decisions.csv
killed "case decide" "0 1 2" case e.assay decide --from decisions.csv
killed "score" 0 score e.assay
outputs="r.xlsx"
killed "report" 0 report e.assay -o r.xlsx
outputs="x.csv"
killed "export" 0 export e.assay -o x.csv
outputs=""
edited=$(sqlite3 now/e.assay "SELECT id FROM response WHERE unit = 'P7'")
killed "edit" twice edit e.assay "$edited" hh_size 5 --why checked
killed "team" "0 1 2" team e.assay add Li
killed "revise" "0 1 2" revise e.assay form2.md

# serve [N]: on now/e.assay, to be killed at its N-th call; $server is where it listens, '' where it died before
serve() {
    : >served
    (cd now && KILL_AT=${1:-0} LD_PRELOAD=$shim exec "$assay" serve e.assay --listen 127.0.0.1:0 --token-once --as Wang \
        --now 2016-12-20T08:00:00Z >../served 2>../err) &
    serving=$!
    server=""
    for _ in $(seq 400); do
        server=$(sed -n 's/^Server address for ODK Collect: //p' served)
        [ -z "$server" ] && kill -0 $serving 2>/dev/null || break
        sleep 0.05
    done
}
posts=60
: >acknowledged
for _ in $(seq $((rounds * 2))); do
    seed=$((seed + 1))
    serve "$(awk -v seed="$seed" 'BEGIN { srand(seed); print 60 + int(rand() * 700) }')"
    [ -z "$server" ] || "$poster" "$server" $posts 6 >posted
    kill -9 $serving 2>/dev/null
    wait $serving 2>/dev/null
    kills=$((kills + 1))
    grep '^201 ' posted >>acknowledged
    grep -Ev '^(201|0) ' posted >bad && failed="$failed [an answer is $(head -n 1 bad)]"
    whole now "serve"
    for id in $(sort -u acknowledged | cut -d ' ' -f 2); do
        echo "SELECT '$id' WHERE (SELECT count(*) FROM response WHERE id = '$id') <> 1 OR
            (SELECT count(*) FROM answers_hh WHERE response = '$id') <> 1 OR (SELECT count(*) FROM log WHERE subject = '$id') <> 1;"
    done | sqlite3 now/e.assay >lost
    [ ! -s lost ] || failed="$failed [acknowledged and lost: $(head -n 3 lost)]"
done
[ -s acknowledged ] || failed="$failed [nothing was acknowledged]"
ok "serve is killed $((rounds * 2)) times while $posts posts are in flight: what was acknowledged is kept, once"

serve
"$poster" "$server" $posts 6 >posted
[ "$(grep -c '^201 ' posted)" = $posts ] || failed="$failed [posted again: $(sort posted | uniq -c | sort -n | head -n 3)]"
"$poster" "$server" $posts 6 9999 >posted
[ "$(grep -c '^409 ' posted)" = $posts ] || failed="$failed [posted changed: $(cut -d ' ' -f 1 posted | sort | uniq -c)]"
kill $serving
wait $serving 2>/dev/null
said=$(sqlite3 now/e.assay "SELECT count(*) || ' ' || (SELECT count(*) FROM answers_hh JOIN response ON id = response WHERE channel = 'phone'
    AND hh_size = CAST(substr(id, -12) AS INTEGER)) FROM response WHERE channel = 'phone'")
[ "$said" = "$posts $posts" ] || failed="$failed [in the file: $said of $posts]"
whole now "serve"
ok "posted again: 201 and there once; changed: 409; $kills kills in all"
