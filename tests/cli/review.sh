#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# review.sh ASSAY: what waits is listed, shown, decided, keyed and taken from a spreadsheet; what was read
# stays, and a faulty file changes nothing. The rows are those that scan writes.
set -u
assay=$(realpath "$1")
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || { echo "1..0 # SKIP no sqlite3"; exit 0; }
echo 1..28
cd "$folder" || exit 1
export TZ=UTC
sql() { sqlite3 e.assay "$1"; }
# is WHAT SQL: the query gives that.
is() {
    got=$(sql "$2")
    [ "$got" = "$1" ] || failed="$failed [$2: '$got' instead of '$1']"
}
printf '%s\n' '| survey | | | | |' '| | type | name | label | constraint |' \
    '| | select_one sat | sat | Satisfied? | |' '| | select_multiple trait | traits | Traits | |' \
    '| | integer | size | Persons | . < 100 |' '| | text | why | Why not? | |' \
    '| choices | | | |' '| | list_name | name | label |' '| | sat | 1 | Not |' '| | sat | 5 | Very |' \
    '| | trait | a | Kind |' '| | trait | b | Just |' \
    '| settings | | | |' '| | form_id | version | form_title |' '| | hh | 1 | Households |' >form.md
"$assay" new e.assay form.md --as chief --why start >/dev/null 2>err || { cat err >&2; exit 1; }
# Two sheets of two pages each; of the second one, page 2 has not come.
sql "PRAGMA foreign_keys = ON;
INSERT INTO frame (unit, position) VALUES ('H1', 1), ('H2', 2);
ALTER TABLE frame ADD COLUMN village TEXT; UPDATE frame SET village = 'v' || position;
INSERT INTO layout (id, form, language, sha256, geometry) VALUES (1, 1, 'en', randomblob(32), '{}');
INSERT INTO sheet (number, unit, round, form, layout, pages, printed_at, who) VALUES (101, 'H1', '1', 1, 1, 2, '2016-12-01', 'p'), (102, 'H2', '1', 1, 1, 2, '2016-12-01', 'p');
INSERT INTO response (id, form, unit, round, channel, who, received_at, state, raw, raw_kind, raw_sha256) VALUES
 ('uuid:aaaa0000-0000-4000-8000-000000000001', 1, 'H1', '1', 'paper', 'scan', '2016-12-02', 'waiting', CAST('{\"answers\": {\"size\": \"042\"}}' AS BLOB), 'scan', randomblob(32)),
 ('uuid:aaaa0000-0000-4000-8000-000000000002', 1, 'H2', '1', 'paper', 'scan', '2016-12-03', 'waiting', CAST('{\"answers\": {}}' AS BLOB), 'scan', randomblob(32));
INSERT INTO answers_hh (response) SELECT id FROM response;
INSERT INTO page (id, file, file_page, state, sheet, number, response, scanned_at, who) VALUES
 ('p1', 'a.pdf', 1, 'ok', 101, 1, 'uuid:aaaa0000-0000-4000-8000-000000000001', '2016-12-02', 'scan'),
 ('p2', 'a.pdf', 2, 'ok', 101, 2, 'uuid:aaaa0000-0000-4000-8000-000000000001', '2016-12-02', 'scan'),
 ('p3', 'a.pdf', 3, 'ok', 102, 1, 'uuid:aaaa0000-0000-4000-8000-000000000002', '2016-12-02', 'scan');
INSERT INTO mark (id, page, response, question, kind, why, read, scores, x, y, w, h, crop) VALUES
 ('uuid:11111111-1000-4000-8000-000000000000', 'p1', 'uuid:aaaa0000-0000-4000-8000-000000000001', 'sat', 'doubtful', 'multiple', NULL, '{\"1\": 0.3, \"5\": 0.4}', 30, 50, 20, 4, x'89504e47'),
 ('uuid:11111111-2000-4000-8000-000000000000', 'p1', 'uuid:aaaa0000-0000-4000-8000-000000000001', 'traits', 'doubtful', 'faint', 'a', '', 30, 60, 20, 4, NULL),
 ('uuid:33333333-3000-4000-8000-000000000000', 'p2', 'uuid:aaaa0000-0000-4000-8000-000000000001', 'why', 'writing', 'writing', NULL, '', 30, 50, 100, 12, NULL),
 ('uuid:44444444-4000-4000-8000-000000000000', 'p3', 'uuid:aaaa0000-0000-4000-8000-000000000002', 'size', 'doubtful', 'partial', '2', '', 30, 50, 100, 12, NULL),
 ('uuid:55555555-5000-4000-8000-000000000000', 'p3', 'uuid:aaaa0000-0000-4000-8000-000000000002', 'why', 'writing', 'writing', NULL, '', 30, 90, 100, 12, NULL);" || exit 1

run 0 review e.assay
says "11111111-1"; says "H1"; says "multiple"; says "5 in the list: 3 doubtful, 2 to key, in 2 responses"
ok "what waits is listed, with ids that tell it apart"
run 0 review e.assay --json
says '"label": "Satisfied?"'; says '"read": null'; says '"read": "a"'
[ "$(grep -c '"id"' out)" = 5 ] || failed="$failed [not 5]"
ok "and as JSON"
run 0 review e.assay --where "\${kind} = 'writing' and frame('village') = 'v2'"
says "55555555"; says "1 in the list"
ok "a condition on the mark and on the frame"
run 0 review e.assay --limit 2
says "2 in the list"
run 2 review e.assay --where "\${nothing} = 1"
says "nothing"
ok "a limit; a condition that names nothing is wrong usage"
run 0 review e.assay show 11111111-1 --crop crop.png
says "5 = Very"; says "a.pdf, page 1"; says '{"1": 0.3, "5": 0.4}'
[ "$(wc -c <crop.png)" = 4 ] || failed="$failed [crop]"
ok "show tells what can be answered, where it stands, and writes the picture"
run 1 review e.assay show 1111
says "more than one id"
run 1 review e.assay show 9999
says "nothing has this id"
run 1 review e.assay show 444444 --crop none.png
says "no picture"
[ ! -e none.png ] || failed="$failed [a file]"
ok "an ambiguous id, an unknown one, no picture"
before e.assay
run 1 review e.assay decide 11111111-1 7 --as eve
says "'7' is not among the choices"
run 1 review e.assay decide 44444444 many
says "'many' is no value for a question of type integer"
run 1 review e.assay decide 11111111-2 "a c"
unchanged e.assay
ok "what cannot be an answer is refused and changes nothing"
run 2 review e.assay decide 11111111-1
run 2 review e.assay decide 11111111-1 5 --blank
run 2 review e.assay skip 11111111-1
says "why"
run 2 review e.assay key 11111111-1 text
says "use decide"
run 2 review e.assay frobnicate
run 2 review e.assay decide
unchanged e.assay
ok "wrong usage says so"
run 0 review e.assay decide 11111111-1 5 --as eve --now 2016-12-05T10:00:00+08:00
says "2 of the response still wait"
is "5" "SELECT sat FROM answers_hh WHERE response LIKE '%1'"
is "decided||5|eve|2016-12-05T10:00:00.000+08:00" "SELECT state, read, value, who, decided_at FROM mark WHERE id LIKE 'uuid:11111111-1%'"
is "|5|eve|multiple|review" "SELECT before, after, who, why, source FROM edit"
is "review|eve" "SELECT action, who FROM log ORDER BY seq DESC LIMIT 1"
is "waiting" "SELECT state FROM response WHERE id LIKE '%1'"
ok "a decision stands beside what was read, in the answers, in edit and in the log"
before e.assay
run 1 review e.assay decide 11111111-1 1
says "decided already, as '5' by eve"
run 2 review e.assay decide 11111111-1 1 --again
unchanged e.assay
ok "it is not decided twice by mistake"
run 0 review e.assay decide 11111111-1 1 --again --why "looked again" --as ann
is "1" "SELECT sat FROM answers_hh WHERE response LIKE '%1'"
is "5|1|ann|multiple: looked again" "SELECT before, after, who, why FROM edit WHERE before = '5'"
ok "but may be, with a reason"
run 0 review e.assay decide 11111111-2 --read
is "a|a" "SELECT read, value FROM mark WHERE id LIKE 'uuid:11111111-2%'"
is "a" "SELECT traits FROM answers_hh WHERE response LIKE '%1'"
ok "what was read is accepted"
run 0 review e.assay key 33333333 "没有人来, nobody came" --json
says '"complete": true'
is "没有人来, nobody came" "SELECT why FROM answers_hh WHERE response LIKE '%1'"
is "complete" "SELECT state FROM response WHERE id LIKE '%1'"
ok "the last decision completes the response"
run 0 review e.assay --export list.csv --crops pictures
says "2 rows"
[ "$(wc -l <list.csv)" = 3 ] || failed="$failed [rows]"
grep -q 'uuid:44444444-4,aaaa0000-0000-4000-8000-000000000002,H2,hh,size,Persons,doubtful,partial,2,. < 100,44444444-4.png,,' list.csv || failed="$failed [$(cat list.csv)]"
ok "the list for typing"
before e.assay
printf 'id,value,decision\nuuid:44444444,12,\nuuid:55555555,because,maybe\n9999aaaa,x,\nuuid:44444444,13,\n' >bad.csv
run 1 review e.assay --from bad.csv
says "bad.csv: line 3"; says "none of blank, read, skip"; says "bad.csv: line 4"; says "nothing has this id"; says "bad.csv: line 5"; says "line 2 decides the same already"
says "nothing was taken"
unchanged e.assay
ok "a faulty file is told line by line and changes nothing"
printf 'name\nx\n' >wrong.csv
run 1 review e.assay --from wrong.csv
says "the column 'id' is missing"
run 3 review e.assay --from nowhere.csv
unchanged e.assay
ok "a file without the columns, a file that is not there"
printf 'id,value,decision\nuuid:44444444,abc,\n44444444,-3,\nuuid:55555555,,\n' >part.csv
run 3 review e.assay --from part.csv --partial /nowhere/rest.csv
unchanged e.assay
ok "refused rows that cannot be written: nothing is taken"
run 1 review e.assay --from part.csv --partial rest.csv --as eve
says "1 decided, 0 responses complete, 1 rows left open, 1 refused"
is "-3" "SELECT size FROM answers_hh WHERE response LIKE '%2'"
[ "$(tail -n 1 rest.csv)" = "uuid:44444444,abc,,'abc' is no value for a question of type integer" ] || failed="$failed [$(cat rest.csv)]"
ok "the good rows are taken, the others are written with their reasons"
run 0 review e.assay skip 55555555 --why "water damage" --as eve
is "decided||eve" "SELECT state, value, who FROM mark WHERE id LIKE 'uuid:5%'"
is "|writing: water damage" "SELECT after, why FROM edit WHERE response LIKE '%2' AND question = 'why'"
is "waiting" "SELECT state FROM response WHERE id LIKE '%2'"
ok "what cannot be told is skipped; a response whose second page has not come goes on waiting"
run 0 review e.assay
says "0 in the list"
run 0 review e.assay --all
says "5 in the list"; says "= 没有人来"
ok "nothing waits, all is there to see"
printf '\357\273\277id;value;decision\r\nuuid:44444444;;blank\r\n' >again.csv
run 1 review e.assay --from again.csv
says "again.csv: line 2"; says "decided already"
ok "a spreadsheet's semicolons; what was decided is not decided by file"
run 2 review e.assay --from again.csv --export list.csv
run 2 review e.assay list --crops pictures
run 2 review e.assay --limit 0
run 3 review nowhere.assay
ok "options that do not go together"
# Double review. Five marks were decided above: sat (ann, taken back from eve), traits, why (the login name), size (eve), why (eve).
run 0 review e.assay --double 100% --as ann
says "4 in the list"; says "11111111-2"
! grep -q "= a\|decided" out || failed="$failed [it tells what was decided]"
run 0 review e.assay --double 100% --as ann --json
[ "$(grep -c '"value": null' out)" = 4 ] || failed="$failed [it tells values]"
run 2 review e.assay --double 7
says "no share"
ok "what a second reviewer is to decide, without what the first one did"
run 1 review e.assay decide 11111111-1 5 --second --as ann
says "you decided it first"
run 1 review e.assay decide 11111111-1 7 --second --as bob
says "'7' is not among the choices"
run 0 review e.assay decide 11111111-1 5 --second --as bob
is "waiting|1|ann" "SELECT state, value, who FROM mark WHERE id LIKE 'uuid:11111111-1%'"
is "1" "SELECT sat FROM answers_hh WHERE response LIKE '%1'"
is "waiting" "SELECT state FROM response WHERE id LIKE '%1'"
run 1 review e.assay decide 11111111-1 5 --second --as cyn
says "a second reviewer decided it already"
run 0 review e.assay
says "two reviewers differ"; says "1 in the list"
ok "a second decision stands beside the first; where they differ the mark waits again"
printf 'id,value,decision\nuuid:11111111-2,b a,\nuuid:44444444,-3,\n' >second.csv
run 0 review e.assay --from second.csv --second --as bob
says "2 decided"
is "waiting|decided" "SELECT (SELECT state FROM mark WHERE id LIKE 'uuid:11111111-2%'), (SELECT state FROM mark WHERE id LIKE 'uuid:4%')"
is "a b" "SELECT value FROM decision WHERE turn = 'second' AND mark LIKE 'uuid:11111111-2%'"
ok "from a spreadsheet too"
run 0 review e.assay --agreement
says "To settle by a third look: 2"; says "ann: 1; bob: 5"; says "a b"
run 0 review e.assay --agreement --json
is "3|1|1" "SELECT json_extract(readfile('out'), '$.all.n'), json_extract(readfile('out'), '$.all.same'), (SELECT count(*) FROM json_each(readfile('out'), '$.reviewers') WHERE value ->> '$.reviewers[0]' = 'ann')"
run 2 review e.assay list --agreement
ok "how far they agree, and what is to settle"
run 1 review e.assay decide 11111111-1 1 --as bob
says "you are one of them"
run 0 review e.assay decide 11111111-1 1 --as cyn
is "decided|1|cyn" "SELECT state, value, who FROM mark WHERE id LIKE 'uuid:11111111-1%'"
run 0 review e.assay --agreement --json
is "1|cyn" "SELECT json_extract(readfile('out'), '$.differences[0].third.value'), json_extract(readfile('out'), '$.differences[0].third.who')"
run 0 review e.assay decide 11111111-2 a --as bob --again --why "both looked again"
is "complete" "SELECT state FROM response WHERE id LIKE '%1'"
ok "a third one settles it, or one of the two with a reason"
# Two copies: ann is the first in both; bob decides second in the other one, and differs.
cp e.assay other.assay; cp e.private other.private
run 0 review other.assay decide 55555555 "nobody  came " --second --as bob
run 0 merge e.assay other.assay --as chief
is "waiting|" "SELECT state, value FROM mark WHERE id LIKE 'uuid:5%'"
is "nobody came" "SELECT value FROM decision WHERE turn = 'second' AND mark LIKE 'uuid:5%'"
is "6" "SELECT count(*) FROM decision WHERE turn <> 'first'"
before e.assay
run 0 merge e.assay other.assay --as chief
unchanged e.assay
run 0 review e.assay decide 55555555 "nobody came" --as cyn
run 0 merge other.assay e.assay --as chief
[ "$(sqlite3 other.assay "SELECT state || ' ' || value FROM mark WHERE id LIKE 'uuid:5%'")" = "decided nobody came" ] || failed="$failed [not settled]"
ok "merge brings second decisions over; where they differ the mark waits, until a third decision comes over too"
