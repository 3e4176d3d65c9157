// SPDX-License-Identifier: GPL-3.0-or-later
// What a form says: labels with references to other questions, conditions in words, and the form's own
// phrases in its own language.
#include "forms/paper/maker.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/utf8.h"
#include "survey/expr/words.h"

#include <string.h>

enum { SAY_LIMIT = 64 << 10, EXPAND_MOST = 4, SAY_LONG = 300 };

static const struct paper_phrases english = {
    .how = "How to mark", .right = "right", .also_right = "also right", .wrong = "wrong",
    .correction = "To correct: fill the wrong box completely and cross the right one.",
    .care = "Use a dark pen. Keep the black squares and the codes clean; do not fold them.",
    .only_if = "Only if ", .one_answer = "", .several = "Mark all that apply", .minus = "negative (less than zero)",
    .rows = "One line each", .row = "No.", .write_code = "write the answer",
    .image = "Photograph: take it with the phone or camera, not on paper",
    .audio = "Recording: make it with the phone, not on paper",
    .position = "Position: take it with the phone, not on paper", .file = "File: attach it on the phone, not on paper",
    .left_out = "Not asked on paper: ", .date = "year – month – day", .page = "page %zu of %zu", .unit = "Unit",
    .sheet = "Sheet", .blank_unit = "Unit number", .specimen = "SPECIMEN – not for the field", .continued = "continued",
    .cover = "Cover sheet", .result = "Result", .day = "Date", .signature = "Enumerator",
    .places = {"1", "10", "100", "1000", "10⁴", "10⁵", "10⁶", "10⁷", "10⁸", "10⁹", "10¹⁰", "10¹¹", "10¹²", "10¹³", "10¹⁴"}};
static const struct paper_phrases chinese = {
    .chinese = true, .how = "填写方法", .right = "正确", .also_right = "也可以", .wrong = "错误",
    .correction = "改正:把错的方框全部涂黑,再在正确的方框里打叉。", .care = "请用深色笔;黑色方块和二维码处不要涂写、折叠。",
    .only_if = "仅当", .one_answer = "", .several = "可多选", .minus = "负数(小于零)", .rows = "每人(项)一行", .row = "序号",
    .write_code = "填写答案", .image = "照片:用手机或相机拍摄,不在纸上填写", .audio = "录音:用手机录制,不在纸上填写",
    .position = "定位:用手机采集,不在纸上填写", .file = "文件:在手机上添加,不在纸上填写", .left_out = "以下不在纸上填写:",
    .date = "年-月-日", .page = "第%zu页,共%zu页", .unit = "户编号", .sheet = "表号", .blank_unit = "户编号",
    .specimen = "样张,不得用于现场", .continued = "续", .cover = "入户名单(封面)", .result = "结果", .day = "日期", .signature = "调查员",
        .places = {"个", "十", "百", "千", "万", "十万", "百万", "千万", "亿", "十亿", "百亿", "千亿", "万亿", "十万亿", "百万亿"}};

static bool has_chinese(const char *text)
{
    size_t length = strlen(text), step;
    uint32_t character;
    for (; (step = survey_utf8_next(text, length, &character)) > 0; text += step, length -= step)
        if (character >= 0x4e00 && character <= 0x9fff)
            return true;
    return false;
}

const struct paper_phrases *paper_phrases_for(const struct survey_form *form, size_t language)
{
    const char *name = form->languages[language];
    bool is_default = strcmp(name, "default") == 0;
    bool zh = has_chinese(name) || strstr(name, "(zh") || strncmp(name, "zh", 2) == 0 || strstr(name, "Chinese") ||
              (is_default && has_chinese(form->title ? form->title : ""));
    return zh ? &chinese : &english;
}

// A calculation that is a constant, as text; NULL otherwise.
static const char *constant(const struct survey_item *item)
{
    const char *text = item->calculation.text;
    double value;
    if (!text)
        return NULL;
    return survey_number_parse(text, strlen(text), &value) ? text : NULL;
}

static const char *reference(struct paper_maker *maker, const char *name)
{
    const struct survey_item *item = survey_form_find(maker->form, name);
    const char *number = item ? maker->plan->numbers[item->index] : NULL;
    if (number)
        return survey_arena_format(maker->arena, "[%s]", number);
    const char *value = item ? constant(item) : NULL;
    return value ? value : "____";
}

// Text with each ${name} replaced.
static const char *fill(struct paper_maker *maker, const char *text)
{
    if (!strstr(text, "${"))
        return text;
    struct survey_buffer out = SURVEY_BUFFER(SAY_LIMIT);
    for (const char *at = text; *at;) {
        const char *end = at[0] == '$' && at[1] == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            survey_buffer_byte(&out, *at++);
            continue;
        }
        const char *name = at + 2, *stop = end;
        while (*name == ' ')
            name++;
        while (stop > name && stop[-1] == ' ')
            stop--;
        survey_buffer_text(&out, reference(maker, survey_arena_strndup(maker->arena, name, (size_t)(stop - name))));
        at = end + 1;
    }
    const char *filled = survey_arena_strdup(maker->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return filled;
}

const char *paper_say(struct paper_maker *maker, const char **labels, size_t language)
{
    return fill(maker, survey_label(maker->form, labels, language));
}

const char *paper_say_all(struct paper_maker *maker, const char **labels, const char *between)
{
    const char *first = paper_say(maker, labels, maker->languages[0]);
    const char *second = maker->language_count > 1 ? paper_say(maker, labels, maker->languages[1]) : "";
    if (!*second || strcmp(first, second) == 0)
        return first;
    return *first ? survey_arena_format(maker->arena, "%s%s%s", first, between, second) : second;
}

struct sayer {
    struct paper_maker *maker;
    size_t language;
};

static const char *question_name(void *user, const char *name)
{
    const struct sayer *sayer = user;
    const struct survey_item *item = survey_form_find(sayer->maker->form, name);
    return item && item->type != SURVEY_TYPE_GROUP ? sayer->maker->plan->numbers[item->index] : NULL;
}

static const char *choice_name(void *user, const char *name, const char *value)
{
    const struct sayer *sayer = user;
    const struct survey_item *item = survey_form_find(sayer->maker->form, name);
    const struct survey_choice *choice = item ? survey_item_choice(item, value) : NULL;
    const char *label = choice ? paper_say(sayer->maker, choice->labels, sayer->language) : "";
    return *label ? label : NULL;
}

static const struct survey_expr *calculation_of(void *user, const char *name)
{
    const struct sayer *sayer = user;
    const struct survey_item *item = survey_form_find(sayer->maker->form, name);
    return item ? item->calculation.expr : NULL;
}

static bool takes_several(void *user, const char *name)
{
    const struct sayer *sayer = user;
    const struct survey_item *item = survey_form_find(sayer->maker->form, name);
    return !item || item->type == SURVEY_TYPE_SELECT_MULTIPLE;
}

static void expand(struct paper_maker *maker, const char *text, unsigned depth, struct survey_buffer *out);

static void expand_name(struct paper_maker *maker, const char *name, unsigned depth, struct survey_buffer *out)
{
    const struct survey_item *item = survey_form_find(maker->form, name);
    const char *number = item ? maker->plan->numbers[item->index] : NULL;
    if (number) {
        survey_buffer_text(out, number);
    } else if (item && constant(item)) {
        survey_buffer_text(out, constant(item));
    } else if (item && item->calculation.text && depth && strlen(item->calculation.text) < 120) {
        survey_buffer_byte(out, '(');
        expand(maker, item->calculation.text, depth - 1, out);
        survey_buffer_byte(out, ')');
    } else {
        survey_buffer_text(out, name);
    }
}

static const struct {
    const char *written, *shown;
} signs[] = {{"!=", "≠"}, {">=", "≥"}, {"<=", "≤"}, {" div ", " ÷ "}, {" * ", " × "}};

// An expression as written, but with the questions' numbers and the signs of arithmetic.
static void expand(struct paper_maker *maker, const char *text, unsigned depth, struct survey_buffer *out)
{
    for (const char *at = text; *at;) {
        const char *end = at[0] == '$' && at[1] == '{' ? strchr(at, '}') : NULL;
        size_t sign = 0, count = sizeof signs / sizeof *signs;
        if (end) {
            expand_name(maker, survey_arena_strndup(maker->arena, at + 2, (size_t)(end - at) - 2), depth, out);
            at = end + 1;
            continue;
        }
        while (sign < count && strncmp(at, signs[sign].written, strlen(signs[sign].written)) != 0)
            sign++;
        if (sign < count) {
            survey_buffer_text(out, signs[sign].shown);
            at += strlen(signs[sign].written);
        } else {
            bool space = *at == ' ' || *at == '\n' || *at == '\r' || *at == '\t';
            if (!space || (out->length && out->at[out->length - 1] != ' '))
                survey_buffer_byte(out, space ? ' ' : *at);
            at++;
        }
    }
}

const char *paper_say_condition(struct paper_maker *maker, const struct survey_logic *relevant, size_t language)
{
    if (!relevant->text)
        return "";
    size_t form_language = maker->languages[language];
    const struct paper_phrases *phrases = maker->phrases[language];
    struct sayer sayer = {maker, form_language};
    struct survey_words words = {phrases->chinese, question_name, choice_name, calculation_of, takes_several, &sayer};
    struct survey_buffer text = SURVEY_BUFFER(SAY_LIMIT);
    survey_buffer_text(&text, phrases->only_if);
    size_t before = text.length;
    if (!survey_expr_words(relevant->expr, &words, &text)) {
        text.length = before;
        text.at[before] = '\0';
        expand(maker, relevant->text, EXPAND_MOST, &text);
        if (text.length > SAY_LONG) {
            text.length = before;
            text.at[before] = '\0';
            expand(maker, relevant->text, 0, &text);
        }
    }
    const char *said = survey_arena_strdup(maker->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return said;
}
