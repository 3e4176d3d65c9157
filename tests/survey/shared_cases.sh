#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# shared_cases.sh DRIVER ROOT FILE...: feeds a driver with shared files; skips what is not there.
set -u
driver=$1 shared=${ASSAY_SHARED:-$2/../shared}
shift 2
echo "1..$#"
number=0 status=0
for file; do
    number=$((number + 1))
    if [ ! -r "$shared/$file" ]; then
        echo "ok $number - $file # SKIP there is no $shared/$file"
    elif found=$("$driver" "$shared/$file"); then
        echo "ok $number - $file: $(echo "$found" | tail -n 1)"
    else
        echo "not ok $number - $file"
        echo "$found" >&2
        status=1
    fi
done
exit $status
