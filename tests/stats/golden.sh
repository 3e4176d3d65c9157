#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# golden.sh DRIVER ROOT: the 60 means, totals, ratios and groups of plain designs that must agree with the
# reference to 1e-9; skips where the shared data is not there.
set -u
driver=$1 shared=${ASSAY_SHARED:-$2/../shared}
file=$shared/data/golden/golden.json
echo 1..1
if [ ! -r "$file" ]; then
    echo "ok 1 - plain # SKIP there is no $file"
    exit 0
fi
found=$("$driver" "$file" --only plain)
if [ "$(echo "$found" | tail -n 1)" = "60 passed, 0 failed, 0 unsupported" ]; then
    echo "ok 1 - plain: 60 passed"
else
    echo "not ok 1 - plain"
    echo "$found" >&2
    exit 1
fi
