#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Chinese catalogue is whole: msgfmt takes it, every message of the sources is in it, and no translation has
# other directives (%s, %zu ...) than its message, or in another order.
set -u
export LC_ALL=C
root=${1:-.}
cd "$root" || exit 1
echo 1..3
catalogue=survey/po/zh_CN.po
tolerated=0
temporary=$(mktemp -d) || exit 1
trap 'rm -rf "$temporary"' EXIT

result() { # number, what is wrong, what is checked
    if [ -z "$2" ]; then echo "ok $1 - $3"; else echo "not ok $1 - $3"; printf '%s\n' "$2" >&2; fi
}

# The entries of a catalogue, one a line: flags, msgid and msgstr with tabs between, as they are quoted.
entries() {
    awk '
        function flush() {
            if (seen) print flags "\t" id "\t" text
            seen = 0; flags = ""; id = ""; text = ""
        }
        /^$/ { flush(); next }
        /^#,/ { flags = flags $0 }
        /^#~/ { next }
        /^msgid / { seen = 1; part = "id"; sub(/^msgid /, "") }
        /^msgstr / { part = "text"; sub(/^msgstr /, "") }
        /^"/ { sub(/^"/, ""); sub(/"$/, ""); if (part == "id") id = id $0; else text = text $0 }
        END { flush() }
    ' "$1"
}

result 1 "$(msgfmt -c -o "$temporary/zh.mo" "$catalogue" 2>&1 | grep -v ': warning: header field')" "msgfmt takes the catalogue"

if command -v xgettext >/dev/null && command -v msgmerge >/dev/null; then
    find survey forms stats output main.c front.c -name '*.[ch]' | LC_ALL=C sort >"$temporary/files"
    xgettext --from-code=UTF-8 -k_ -kN_ -o "$temporary/all.pot" -f "$temporary/files" 2>"$temporary/said" &&
        msgmerge -q --no-fuzzy-matching -o "$temporary/merged.po" "$catalogue" "$temporary/all.pot" 2>>"$temporary/said"
    entries "$temporary/merged.po" >"$temporary/all"
    count=$(wc -l <"$temporary/all")
    awk -F '\t' '$2 != "" && ($1 ~ /fuzzy/ || $3 == "") { print "no Chinese for \"" $2 "\"" }' "$temporary/all" >"$temporary/waiting"
    waiting=$(wc -l <"$temporary/waiting")
    [ "$waiting" -eq 0 ] || sed 's/^/# /' "$temporary/waiting"
    wrong=$(cat "$temporary/said")
    [ "$count" -gt 1000 ] || wrong="$wrong only $count messages were found"
    [ "$waiting" -le "$tolerated" ] || wrong="$wrong $waiting messages have no translation; $tolerated are tolerated"
    result 2 "$wrong" "every message has its Chinese ($waiting of $count wait)"
else
    echo "ok 2 # SKIP xgettext and msgmerge (package gettext) are not installed"
fi

entries "$catalogue" >"$temporary/entries"
result 3 "$(awk -F '\t' '
    function directives(text,   found) {
        found = ""
        gsub(/%%/, "", text)
        while (match(text, /%[-0]*[0-9]*(\.([0-9]+|\*))?(ll|l|z)?[a-zA-Z$]?/)) {
            found = found " " substr(text, RSTART, RLENGTH)
            text = substr(text, RSTART + RLENGTH)
        }
        return found
    }
    $1 ~ /no-c-format/ || $3 == "" { next }
    directives($2) != directives($3) { print "other directives: \"" $2 "\" \"" $3 "\"" }
' "$temporary/entries")" "translations keep the directives of their messages"
