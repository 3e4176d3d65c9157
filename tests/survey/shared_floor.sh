#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# shared_floor.sh DRIVER ROOT FILE LEVEL=PASSED...: feeds a driver with a shared file at each level; at
# least so many cases must pass. Skips where the file is not there.
set -u
driver=$1 file=${ASSAY_SHARED:-$2/../shared}/$3
shift 3
echo "1..$#"
number=0 status=0
for floor; do
    number=$((number + 1)) level=${floor%%=*} least=${floor#*=}
    if [ ! -r "$file" ]; then
        echo "ok $number - $level # SKIP there is no $file"
        continue
    fi
    found=$("$driver" "$file" --level "$level")
    passed=$(echo "$found" | sed -n '$s/ passed.*//p')
    if [ "${passed:-0}" -ge "$least" ]; then
        echo "ok $number - $level: $(echo "$found" | tail -n 1)"
    else
        echo "not ok $number - $level: $passed passed, $least did before"
        echo "$found" >&2
        status=1
    fi
done
exit $status
