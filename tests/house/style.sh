#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a machine can see of the house style: licence lines, file lengths, space, banned functions.
set -u
root=${1:-.}
cd "$root" || exit 1
echo 1..5
report() {
    if [ -z "$2" ]; then echo "ok $1 - $3"; else echo "not ok $1 - $3"; echo "$2" >&2; fi
}
files=$(find survey forms stats output tests main.c front.c -name '*.[ch]')
rooms=$(find survey forms stats output main.c front.c -name '*.[ch]')
banned='strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|strtod|strtof|sscanf|gets|gmtime|localtime|ctime|rand|system|tmpnam|mktemp|alloca|popen'
# shellcheck disable=SC2086
report 1 "$(for file in $files; do head -n 1 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || echo "$file"; done)" "SPDX on line 1"
# shellcheck disable=SC2086
report 2 "$(wc -l $files | awk '$2 != "total" && $1 > 600')" "at most 600 lines a file"
# shellcheck disable=SC2086
report 3 "$(grep -nE '[[:space:]]$' $files | head)" "no space at the end of a line"
# shellcheck disable=SC2086
report 4 "$(grep -nP '\t' $files | head)" "no tabs"
# shellcheck disable=SC2086
report 5 "$(grep -nE "(^|[^A-Za-z0-9_.>])($banned) ?\\(" $rooms | grep -v '^[^:]*:[0-9]*: *//' | head)" "no banned function"
