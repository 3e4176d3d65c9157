#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# golden.sh DRIVER ROOT: the 60 means, totals, ratios and groups of plain designs that must agree with the reference to
# 1e-9; then all results but those that docs/statistics.md explains; then the results that are not to be matched, ours
# beside the reference's: each row stands in docs/statistics.md. Skips where the shared data is not there.
set -u
driver=$1 shared=${ASSAY_SHARED:-$2/../shared}
file=$shared/data/golden/golden.json beside=$shared/data/golden/not-to-match.json docs=$2/docs/statistics.md
echo 1..3
if [ ! -r "$file" ]; then
    echo "ok 1 - plain # SKIP there is no $file"
    echo "ok 2 - all # SKIP there is no $file"
    echo "ok 3 - beside # SKIP there is no $beside"
    exit 0
fi
status=0
check() { # check NUMBER NAME WANTED FOUND
    if [ "$4" = "$3" ]; then
        echo "ok $1 - $2"
    else
        echo "not ok $1 - $2"
        echo "wanted: $3" >&2
        echo "found: $4" >&2
        status=1
    fi
}
check 1 plain "60 passed, 0 failed, 0 unsupported" "$("$driver" "$file" --only plain)"
check 2 all "failed clus2/glm/inter
failed nhanes_sub/glm
failed srs/quantile/api00
561 passed, 3 failed, 0 unsupported" "$("$driver" "$file" | sed 's/^\(failed [^:]*\):.*/\1/')"
rows=$("$driver" "$beside" --beside)
check 3 beside "0, 18 rows, none but in the documentation" \
    "$?, $(printf '%s\n' "$rows" | wc -l) rows, $(printf '%s\n' "$rows" | grep -vxF -f "$docs" || echo none but in the documentation)"
exit $status
