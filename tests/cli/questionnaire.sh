#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The examples of docs/questionnaire.md: each table is checked, and what is said must be what stands below it.
set -u
assay=$(realpath "$1")
document=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
awk '/^```markdown$/ {n++; out = n ".md"; next} /^```text$/ {out = n ".expected"; next} /^```$/ {close(out); out = ""; next} out {print > out}' "$document"
count=$(ls ./*.md | wc -l)
[ "$count" -ge 6 ] || { echo "Bail out! $count examples found"; exit 1; }
echo "1..$count"
for number in $(seq "$count"); do
    mv "$number.md" form.md
    LANGUAGE=en "$assay" check form.md > actual 2>&1
    code=$?
    wanted=0
    grep -q '^fault' "$number.expected" && wanted=1
    if cmp -s "$number.expected" actual && [ $code = $wanted ]; then
        echo "ok $number - example $number"
    else
        echo "not ok $number - example $number (exit code $code)"
        diff "$number.expected" actual >&2
    fi
done
