#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same interviews in assay and in @getodk/xforms-engine. Needs Node 20.19.3, 22.12 or 24.11 and npm;
# skipped with a message where they are not there.
# usage: run.sh ASSAY INTERVIEW SOURCE_ROOT BUILD_FOLDER
set -u
assay=$(realpath "$1") interview=$(realpath "$2") root=$3 work=$4/differential
skip() {
    echo "1..1"
    echo "ok 1 - differential # SKIP $1"
    exit 0
}
command -v node >/dev/null && command -v npm >/dev/null || skip "Node and npm are not here (Node 20.19.3, 22.12, 24.11 or newer is needed)"
node -e '
    const [major, minor, patch] = process.versions.node.split(".").map(Number);
    const least = {20: [19, 3], 22: [12, 0], 24: [11, 0]}[major];
    process.exit(major > 24 || (least && (minor > least[0] || (minor === least[0] && patch >= least[1]))) ? 0 : 1)' ||
    skip "Node $(node --version) is too old: 20.19.3, 22.12, 24.11 or newer is needed"
mkdir -p "$work/forms"
cp "$root"/tests/differential/*.mjs "$root"/tests/differential/*.json "$work"
if ! cmp -s "$work/package-lock.json" "$work/node_modules/.lock-used"; then
    (cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts) >"$work/npm.log" 2>&1 || skip "the engine could not be installed by npm (see $work/npm.log)"
    cp "$work/package-lock.json" "$work/node_modules/.lock-used"
fi
rm -f "$work"/forms/*
node "$work/generate.mjs" "$work/forms" "${DIFFERENTIAL_FORMS:-40}"
real=$(ls "$root"/../shared/data/xlsforms/*.xlsx 2>/dev/null)
# shellcheck disable=SC2086
exec node "$work/differential.mjs" "$assay" "$interview" "${DIFFERENTIAL_SEEDS:-2}" "$root/examples/exit-assessment" $real "$work"/forms/*.md
