#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The program in Chinese: every help, problems with their places, tables aligned by columns, and who chooses the language.
# usage: chinese.sh ASSAY
set -u
assay=$(realpath "$1")
echo 1..6
. "$(dirname "$0")/lib.sh"
export LANGUAGE=zh_CN
cd "$folder" || exit 1

# Each wide character of stdin as two letters, and a dash or quote as one, so that bytes are columns.
columns() {
    LC_ALL=C sed 's/\xe2[\x80-\xbf][\x80-\xbf]/#/g; s/[\xe3-\xef][\x80-\xbf][\x80-\xbf]/##/g'
}

run 0 help
says 用法：
plain=$(grep '^  [a-z]' out | LC_ALL=C grep -v '[^ -~]')
[ -z "$plain" ] || failed="$failed [not in Chinese: $plain]"
commands=$(sed -n 's/^  \([a-z]*\) .*/\1/p' out)
[ "$(echo "$commands" | wc -l)" -gt 20 ] || failed="$failed [too few commands]"
ok "the commands are told in Chinese"

for command in $commands; do
    run 0 help "$command"
    says 用法：
    plain=$(grep -E '^ +-' out | LC_ALL=C grep -v '[^ -~]')
    [ -z "$plain" ] || failed="$failed [help $command is not in Chinese: $plain]"
    # The help begins in column 34, or behind one space where the option is longer.
    askew=$(columns <out | LC_ALL=C awk '/^ +-/ {
        match($0, /^ +(-[a-z], )?--[a-z-]+ ?[^ ]* */)
        if (RLENGTH != 33 && (RLENGTH < 33 || substr($0, RLENGTH - 1, 2) == "  ")) print
    }')
    [ -z "$askew" ] || failed="$failed [help $command is askew: $askew]"
done
ok "the options of all commands are told in Chinese, one below another"

printf '%s\n' '| survey |' '| | type | name | label | relevant |' '| | integer | age | 年龄 | ${agee} > 3 |' >form.md
run 1 check form.md
says '错误 E111 form.md: survey!D2: “${agee}”不是本问卷的题目'
printf 'a,b\n1,2,3\n' >broken.csv
run 1 estimate broken.csv --mean a
says 'broken.csv: 第2行: 该行的单元格多于表头'
ok "problems and errors have their places"

run 2 check --strictly form.md
says '未知选项“--strictly”'
run 2 nonsense
says '“nonsense”不是命令'
ok "wrong usage"

printf '村,y\n杨家庄,1\n李庄,2\n杨家庄,3\n李庄,5\n欧阳家大庄,4\n欧阳家大庄,2\n' >data.csv
run 0 estimate data.csv --mean y --by 村
says 估计值
starts=$(grep -E '^(项目|均值)' out | columns | awk '{ print length($0) - length($NF) }' | sort -u | wc -l)
[ "$(grep -c '^均值' out)" = 3 ] && [ "$starts" = 1 ] || failed="$failed [the last column begins in $starts places]"
ok "a table stays aligned"

unset LANGUAGE
LC_ALL=zh_CN.UTF-8 run 0 help check
says 列出问卷的全部问题及其所在单元格
run 0 help check
says 'list every problem of a questionnaire'
run 0 help check --language zh
says 列出问卷的全部问题及其所在单元格
LC_ALL=zh_CN.UTF-8 run 1 check form.md --language en
says "'\${agee}' is not a question of this form"
ok "the locale chooses, installed or not, and --language before it"
