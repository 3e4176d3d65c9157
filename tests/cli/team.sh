#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# team.sh ASSAY: members of the team come and go, each with a token that is shown once.
set -u
assay=$(realpath "$1") folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
number=0 status=0
check() { # NAME CONDITION...
    number=$((number + 1)) name=$1
    shift
    if "$@"; then echo "ok $number - $name"; else echo "not ok $number - $name"; status=1; fi
}
sql() { sqlite3 e.assay "$1"; }
is() { [ "$1" = "$2" ] || { echo "expected '$2', got '$1'" >&2; false; }; }
echo 1..14
printf '| survey | | | |\n| | type | name | label |\n| | text | a | A |\n| settings | | |\n| | form_id | form_title |\n| | hh | Households |\n' >form.md
"$assay" new e.assay form.md --as chief --why start >/dev/null 2>&1 || exit 1
"$assay" team e.assay add 'Ann Lee' --as chief >shown 2>&1
check "add exits 0" is "$?" 0
token=$(sed -n 's/^Token of Ann Lee, shown this once: //p' shown)
check "a token of 20 letters is shown" is "${#token}" 20
check "the file has the hash alone" is "$(sql "SELECT role || length(token_hash) || active FROM team WHERE name = 'Ann Lee'") $(cat e.assay* e.private* | grep -ac "$token")" "enumerator321 0"
check "it is logged, without the token" is "$(sql "SELECT who || after FROM log WHERE action = 'team' AND subject = 'Ann Lee'")" 'chief{"change": "added","role": "enumerator"}'
"$assay" team e.assay add 'Ann Lee' >out 2>&1
check "nobody is added twice" is "$?$(grep -c 'in the team already' out)" 11
"$assay" team e.assay add Bob --role boss >out 2>&1
check "a role must be known" is "$?" 2
"$assay" team e.assay qr 'Ann Lee' --url http://10.0.0.5:8080/ --qr ann.png --json >out 2>&1
check "qr makes a new token and a picture" is "$?$(head -c 4 ann.png | tail -c 3)" 0PNG
renewed=$(sed -n 's/.*"token": "\(.*\)".*/\1/p' out)
check "the code leads to the server with it" is "$(sed -n 's/.*"server": "\(.*\)".*/\1/p' out)" "http://10.0.0.5:8080/key/$renewed"
check "the former token is gone" [ "$renewed" != "$token" ]
"$assay" team e.assay qr 'Ann Lee' --url http://10.0.0.5:8080 --qr nowhere/ann.png >out 2>&1
check "a picture that can't be written changes nothing" is "$?$(sql "SELECT count(*) FROM log WHERE action = 'team'")" 32
"$assay" team e.assay remove 'Ann Lee' --why left >out 2>&1
check "remove" is "$?$(sql "SELECT active FROM team")" 00
"$assay" team e.assay remove Nobody >out 2>&1
check "who is not there can't be removed" is "$?" 1
"$assay" team e.assay list --json >out 2>&1
check "list shows who was" is "$(tr -d ' \n' <out)" '[{"name":"AnnLee","role":"enumerator","active":false,"responses":0}]'
"$assay" team e.assay add 'Ann Lee' --role supervisor >out 2>&1
check "who left may come back" is "$?$(sql "SELECT role || active FROM team")" 0supervisor1
exit $status
