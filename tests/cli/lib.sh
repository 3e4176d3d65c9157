# SPDX-License-Identifier: GPL-3.0-or-later
# TAP for tests of the command line. Needs $assay and a plan printed before the first case.
number=0
folder=$(mktemp -d /tmp/assay-cli-XXXXXX)
trap 'umount "$folder/small" 2>/dev/null; rm -rf "$folder"' EXIT
export LANGUAGE=en LC_ALL=C.UTF-8

# ok NAME: the case whose checks ran since the last one; $failed tells what went wrong.
failed=""
ok() {
    number=$((number + 1))
    if [ -z "$failed" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "$1: $failed" >&2
        sed 's/^/    /' "$folder/out" "$folder/err" >&2
    fi
    failed=""
}
skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}
# run CODE ARGUMENTS...: assay must end with the code.
run() {
    wanted=$1
    shift
    "$assay" "$@" >"$folder/out" 2>"$folder/err"
    code=$?
    [ "$code" = "$wanted" ] || failed="$failed [assay $*: code $code instead of $wanted]"
}
# says TEXT: the last command said it, on stdout or stderr.
says() {
    cat "$folder/out" "$folder/err" | grep -qF -- "$1" || failed="$failed [nothing of '$1']"
}
# Everything that an evaluation holds, as text.
state_of() {
    sqlite3 "$1" .dump | sha256sum
}
# unchanged EVAL: the evaluation is what it was at the last `before EVAL`.
before() {
    remembered=$(state_of "$1")
}
unchanged() {
    [ "$(state_of "$1")" = "$remembered" ] || failed="$failed [$1 changed]"
}
# No file that was written aside is left in a folder.
clean() {
    left=$(find "$1" -name '*.[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]' -newer "$folder/start" | head -n 3)
    [ -z "$left" ] || failed="$failed [left behind: $left]"
}
touch "$folder/start"
