// SPDX-License-Identifier: GPL-3.0-or-later
// Regular expressions in linear time: a pattern becomes a small program that is run with all its
// threads side by side (Thompson 1968; Pike), so that no pattern can take for ever. The syntax is
// what Java's and XPath's users write, without look-around and back references.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/expr/function.h"

#include <stdlib.h>
#include <string.h>

enum { PROGRAM_MAX = 8192, RANGES_MAX = 4096, GROUP_DEPTH_MAX = 32, REPEAT_MAX = 1000 };

enum operation {
    MATCH_CHARACTER,
    MATCH_ANY,
    MATCH_CLASS,
    AT_START,
    AT_END,
    AT_WORD,
    SPLIT,
    JUMP,
    DONE
};

struct instruction {
    enum operation operation;
    uint32_t character; // or the first range of a class; of a pending JUMP, the one before
    uint32_t range_count;
    bool negated;
    int32_t first, second; // relative targets of SPLIT and JUMP
};

struct range {
    uint32_t low, high;
};

struct pattern {
    struct evaluation *evaluation;
    const char *text, *at, *end;
    struct instruction *code;
    uint32_t count;
    struct range *ranges;
    uint32_t range_count;
    unsigned depth;
    bool fold; // (?i), ASCII only
};

static bool fault(struct pattern *pattern, const char *what)
{
    return expr_fail(pattern->evaluation, _("the regular expression '%.200s' has %s"),
                     pattern->text, what);
}

static bool emit(struct pattern *pattern, struct instruction instruction)
{
    if (pattern->count == PROGRAM_MAX)
        return fault(pattern, _("too many parts"));
    pattern->code[pattern->count++] = instruction;
    return true;
}

static bool insert(struct pattern *pattern, uint32_t at, struct instruction instruction)
{
    if (!emit(pattern, instruction))
        return false;
    memmove(pattern->code + at + 1, pattern->code + at,
            (pattern->count - 1 - at) * sizeof *pattern->code);
    pattern->code[at] = instruction;
    return true;
}

static uint32_t next_character(struct pattern *pattern)
{
    uint32_t character;
    pattern->at += survey_utf8_next(pattern->at, (size_t)(pattern->end - pattern->at), &character);
    return character;
}

static bool accept(struct pattern *pattern, char byte)
{
    if (pattern->at == pattern->end || *pattern->at != byte)
        return false;
    pattern->at++;
    return true;
}

// --- classes ------------------------------------------------------------------------------------

static bool add_range(struct pattern *pattern, uint32_t low, uint32_t high)
{
    if (pattern->range_count == RANGES_MAX)
        return fault(pattern, _("too many ranges"));
    pattern->ranges[pattern->range_count++] = (struct range){low, high};
    return true;
}

static bool add_ranges(struct pattern *pattern, const struct range *ranges, size_t count,
                       bool negated)
{
    uint32_t low = 0;
    for (size_t i = 0; i < count; i++) { // sorted
        bool good = negated ? ranges[i].low == low || add_range(pattern, low, ranges[i].low - 1)
                            : add_range(pattern, ranges[i].low, ranges[i].high);
        if (!good)
            return false;
        low = ranges[i].high + 1;
    }
    return !negated || add_range(pattern, low, 0x10ffff);
}

static const struct range digits[] = {{'0', '9'}};
static const struct range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct range spaces[] = {{'\t', '\r'}, {' ', ' '}};

// The ranges of \d, \w, \s and their opposites; false with *known unset for another letter.
static bool add_named_class(struct pattern *pattern, uint32_t letter, bool *known)
{
    *known = true;
    switch (letter) {
    case 'd':
    case 'D':
        return add_ranges(pattern, digits, 1, letter == 'D');
    case 'w':
    case 'W':
        return add_ranges(pattern, words, 4, letter == 'W');
    case 's':
    case 'S':
        return add_ranges(pattern, spaces, 2, letter == 'S');
    }
    *known = false;
    return true;
}

static bool read_hexadecimal(struct pattern *pattern, int count, uint32_t *character)
{
    *character = 0;
    for (int i = 0; i < count; i++) {
        const char *figures = "0123456789abcdef0123456789ABCDEF";
        const char *found = pattern->at < pattern->end ? strchr(figures, *pattern->at) : NULL;
        if (!found || !*found)
            return fault(pattern, _("an unfinished \\u or \\x"));
        *character = *character * 16 + (uint32_t)((found - figures) % 16);
        pattern->at++;
    }
    return true;
}

// The character that follows a backslash, where it stands for one.
static bool escaped(struct pattern *pattern, uint32_t letter, uint32_t *character)
{
    static const char from[] = "ntrfv", to[] = "\n\t\r\f\v";
    *character = letter;
    if (letter == 'u' || letter == 'x')
        return read_hexadecimal(pattern, letter == 'u' ? 4 : 2, character);
    const char *found = letter < 0x80 && letter ? strchr(from, (int)letter) : NULL;
    if (found)
        *character = (uint32_t)to[found - from];
    else if ((letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
             (letter >= 'a' && letter <= 'z'))
        return fault(pattern, _("a backslash that means nothing here"));
    return true;
}

static bool read_escape(struct pattern *pattern, uint32_t *letter)
{
    if (pattern->at == pattern->end)
        return fault(pattern, _("a backslash at its end"));
    *letter = next_character(pattern);
    return true;
}

static bool class_item(struct pattern *pattern)
{
    uint32_t low = next_character(pattern), high, letter = 0;
    if (low == '\\') {
        bool known;
        if (!read_escape(pattern, &letter) || !add_named_class(pattern, letter, &known))
            return false;
        if (known)
            return true;
        if (!escaped(pattern, letter, &low))
            return false;
    }
    high = low;
    if (pattern->end - pattern->at >= 2 && pattern->at[0] == '-' && pattern->at[1] != ']') {
        pattern->at++;
        high = next_character(pattern);
        if (high == '\\' && (!read_escape(pattern, &letter) || !escaped(pattern, letter, &high)))
            return false;
    }
    if (high < low)
        return fault(pattern, _("a range that runs backwards"));
    return add_range(pattern, low, high);
}

static bool parse_class(struct pattern *pattern)
{
    struct instruction class = {.operation = MATCH_CLASS, .character = pattern->range_count};
    class.negated = accept(pattern, '^');
    bool first = true;
    for (; pattern->at < pattern->end && (*pattern->at != ']' || first); first = false)
        if (!class_item(pattern))
            return false;
    if (!accept(pattern, ']'))
        return fault(pattern, _("a '[' without its ']'"));
    class.range_count = pattern->range_count - class.character;
    return emit(pattern, class);
}

static bool parse_escape(struct pattern *pattern)
{
    struct instruction class = {.operation = MATCH_CLASS, .character = pattern->range_count};
    uint32_t letter = 0, character = 0;
    bool known;
    if (!read_escape(pattern, &letter))
        return false;
    if (letter == 'b' || letter == 'B')
        return emit(pattern, (struct instruction){.operation = AT_WORD, .negated = letter == 'B'});
    if (!add_named_class(pattern, letter, &known))
        return false;
    if (known) {
        class.range_count = pattern->range_count - class.character;
        return emit(pattern, class);
    }
    return escaped(pattern, letter, &character) &&
           emit(pattern,
                (struct instruction){.operation = MATCH_CHARACTER, .character = character});
}

// --- structure ----------------------------------------------------------------------------------

static bool parse_alternatives(struct pattern *pattern);

static bool parse_group(struct pattern *pattern)
{
    if (accept(pattern, '?')) {
        if (accept(pattern, 'i') && accept(pattern, ')')) {
            pattern->fold = true;
            return true;
        }
        if (!accept(pattern, ':'))
            return fault(pattern, _("look-around or a flag, which is not supported"));
    }
    if (pattern->depth == GROUP_DEPTH_MAX)
        return fault(pattern, _("too many groups within groups"));
    pattern->depth++;
    bool good = parse_alternatives(pattern);
    pattern->depth--;
    return good && (accept(pattern, ')') || fault(pattern, _("a '(' without its ')'")));
}

static bool parse_atom(struct pattern *pattern)
{
    uint32_t character = next_character(pattern);
    switch (character) {
    case '(':
        return parse_group(pattern);
    case '[':
        return parse_class(pattern);
    case '\\':
        return parse_escape(pattern);
    case '.':
        return emit(pattern, (struct instruction){.operation = MATCH_ANY});
    case '^':
        return emit(pattern, (struct instruction){.operation = AT_START});
    case '$':
        return emit(pattern, (struct instruction){.operation = AT_END});
    case '*':
    case '+':
    case '?':
        return fault(pattern, _("a '*', '+' or '?' with nothing to repeat"));
    }
    return emit(pattern,
                (struct instruction){.operation = MATCH_CHARACTER, .character = character});
}

static bool read_count(struct pattern *pattern, int *count)
{
    const char *start = pattern->at;
    *count = 0;
    for (; pattern->at < pattern->end && *pattern->at >= '0' && *pattern->at <= '9'; pattern->at++)
        if (*count <= REPEAT_MAX)
            *count = *count * 10 + (*pattern->at - '0');
    return pattern->at > start;
}

// "*", "+", "?", "{2}", "{2,}", "{2,5}"; most -1 for no end. *found unset where there is none.
static bool parse_quantifier(struct pattern *pattern, int *least, int *most, bool *found)
{
    *found = true;
    *least = 0;
    *most = -1;
    if (accept(pattern, '*'))
        return true;
    if (accept(pattern, '+')) {
        *least = 1;
        return true;
    }
    if (accept(pattern, '?')) {
        *most = 1;
        return true;
    }
    *found = accept(pattern, '{');
    if (!*found)
        return true;
    if (!read_count(pattern, least))
        return fault(pattern, _("a '{' without a number"));
    *most = *least;
    if (accept(pattern, ',') && !read_count(pattern, most))
        *most = -1;
    if (!accept(pattern, '}'))
        return fault(pattern, _("a '{' without its '}'"));
    if (*least > REPEAT_MAX || *most > REPEAT_MAX || (*most >= 0 && *most < *least))
        return fault(pattern, _("a repetition out of range"));
    return true;
}

static bool emit_copies(struct pattern *pattern, const struct instruction *block, uint32_t length,
                        int copies)
{
    for (int i = 0; i < copies; i++)
        for (uint32_t k = 0; k < length; k++)
            if (!emit(pattern, block[k]))
                return false;
    return true;
}

// Replaces the block from start on by its repetition.
static bool repeat(struct pattern *pattern, uint32_t start, int least, int most)
{
    uint32_t length = pattern->count - start;
    struct instruction *block =
        survey_arena_array(pattern->evaluation->arena, length + 1, sizeof *block);
    memcpy(block, pattern->code + start, length * sizeof *block);
    if (!expr_spend(pattern->evaluation, length / 4 + 1))
        return false;
    pattern->count = start;
    if (!emit_copies(pattern, block, length, least))
        return false;
    if (most < 0) {
        struct instruction split = {.operation = SPLIT, .first = 1, .second = (int)length + 2};
        struct instruction back = {.operation = JUMP, .first = -(int)length - 1};
        return emit(pattern, split) && emit_copies(pattern, block, length, 1) &&
               emit(pattern, back);
    }
    for (int left = most - least; left > 0; left--) {
        struct instruction split = {
            .operation = SPLIT, .first = 1, .second = left * ((int)length + 1)};
        if (!emit(pattern, split) || !emit_copies(pattern, block, length, 1))
            return false;
    }
    return true;
}

static bool parse_piece(struct pattern *pattern)
{
    uint32_t start = pattern->count;
    if (!parse_atom(pattern))
        return false;
    for (;;) {
        int least, most;
        bool found;
        if (!parse_quantifier(pattern, &least, &most, &found))
            return false;
        if (!found)
            return true;
        if (!accept(pattern, '?')) // lazy and possessive ones match the same whole texts
            accept(pattern, '+');
        if (!repeat(pattern, start, least, most))
            return false;
    }
}

static bool parse_alternatives(struct pattern *pattern)
{
    uint32_t start = pattern->count, pending = UINT32_MAX;
    for (;;) {
        while (pattern->at < pattern->end && *pattern->at != '|' && *pattern->at != ')')
            if (!parse_piece(pattern))
                return false;
        if (!accept(pattern, '|'))
            break;
        int length = (int)(pattern->count - start);
        struct instruction split = {.operation = SPLIT, .first = 1, .second = length + 2};
        struct instruction jump = {.operation = JUMP, .character = pending};
        if (!insert(pattern, start, split) || !emit(pattern, jump))
            return false;
        pending = pattern->count - 1;
        start = pattern->count;
    }
    while (pending != UINT32_MAX) {
        struct instruction *jump = &pattern->code[pending];
        jump->first = (int)(pattern->count - pending);
        pending = jump->character;
    }
    return true;
}

// --- running ------------------------------------------------------------------------------------

struct threads {
    uint32_t *at;
    uint32_t count;
};

struct run {
    const struct pattern *pattern;
    uint32_t *stack;
    uint32_t *mark; // the step at which an instruction was last added, plus one
    uint32_t step;
    bool start, end, word; // what holds at this place of the text
};

static uint32_t folded(const struct pattern *pattern, uint32_t character)
{
    return pattern->fold && character >= 'A' && character <= 'Z' ? character + 32 : character;
}

// Adds a thread and all that it reaches without reading a character.
static void add_thread(struct run *run, struct threads *threads, uint32_t at)
{
    uint32_t depth = 0;
    run->stack[depth++] = at;
    while (depth) {
        at = run->stack[--depth];
        if (run->mark[at] == run->step + 1)
            continue;
        run->mark[at] = run->step + 1;
        const struct instruction *here = &run->pattern->code[at];
        bool pass = (here->operation == AT_START && run->start) ||
                    (here->operation == AT_END && run->end) ||
                    (here->operation == AT_WORD && run->word != here->negated);
        if (pass)
            run->stack[depth++] = at + 1;
        else if (here->operation == JUMP || here->operation == SPLIT)
            run->stack[depth++] = (uint32_t)((int64_t)at + here->first);
        if (here->operation == SPLIT)
            run->stack[depth++] = (uint32_t)((int64_t)at + here->second);
        if (here->operation <= MATCH_CLASS || here->operation == DONE)
            threads->at[threads->count++] = at;
    }
}

static bool in_class(const struct pattern *pattern, const struct instruction *class,
                     uint32_t character)
{
    for (uint32_t i = 0; i < class->range_count; i++) {
        const struct range *range = &pattern->ranges[class->character + i];
        if (character >= range->low && character <= range->high)
            return true;
        if (pattern->fold && character < 0x80) {
            uint32_t lower = character | 32, upper = lower - 32;
            bool letter = lower >= 'a' && lower <= 'z';
            if (letter && ((lower >= range->low && lower <= range->high) ||
                           (upper >= range->low && upper <= range->high)))
                return true;
        }
    }
    return false;
}

static bool takes(const struct pattern *pattern, const struct instruction *here, uint32_t character)
{
    if (here->operation == MATCH_CHARACTER)
        return folded(pattern, character) == folded(pattern, here->character);
    if (here->operation == MATCH_ANY)
        return character != '\n' && character != '\r';
    return here->operation == MATCH_CLASS && in_class(pattern, here, character) != here->negated;
}

static bool is_word(uint32_t character)
{
    return (character >= '0' && character <= '9') || character == '_' ||
           ((character | 32) >= 'a' && (character | 32) <= 'z');
}

// Says what holds between the character before and the one that follows at.
static void look(struct run *run, const char *text, size_t at, size_t length, uint32_t before)
{
    uint32_t after = 0;
    survey_utf8_next(text + at, length - at, &after);
    run->start = at == 0;
    run->end = at == length;
    run->word = (at > 0 && is_word(before)) != (at < length && is_word(after));
}

static bool run_program(struct pattern *pattern, const char *text, bool *matched)
{
    struct survey_arena *arena = pattern->evaluation->arena;
    size_t room = pattern->count + 1, length = strlen(text), at = 0;
    struct run run = {.pattern = pattern,
                      .stack = survey_arena_array(arena, room * 2 + 2, sizeof *run.stack),
                      .mark = survey_arena_array(arena, room, sizeof *run.mark)};
    struct threads now = {survey_arena_array(arena, room, sizeof *now.at), 0};
    struct threads next = {survey_arena_array(arena, room, sizeof *next.at), 0};
    look(&run, text, 0, length, 0);
    add_thread(&run, &now, 0);
    while (at < length && now.count) {
        uint32_t character;
        if (!expr_spend(pattern->evaluation, now.count / 8 + 1))
            return false;
        at += survey_utf8_next(text + at, length - at, &character);
        run.step++;
        look(&run, text, at, length, character);
        next.count = 0;
        for (uint32_t i = 0; i < now.count; i++)
            if (takes(pattern, &pattern->code[now.at[i]], character))
                add_thread(&run, &next, now.at[i] + 1);
        struct threads swap = now;
        now = next;
        next = swap;
    }
    *matched = false;
    for (uint32_t i = 0; i < now.count && at == length; i++)
        *matched = *matched || pattern->code[now.at[i]].operation == DONE;
    return true;
}

bool expr_regex_match(struct evaluation *evaluation, const char *text, const char *pattern_text,
                      bool *matched)
{
    struct pattern pattern = {.evaluation = evaluation,
                              .text = pattern_text,
                              .at = pattern_text,
                              .end = pattern_text + strlen(pattern_text)};
    // Patterns and their programs are bounded, so that their scratch memory is as well.
    if (!expr_spend(evaluation, 16))
        return false;
    pattern.code = survey_alloc(PROGRAM_MAX * sizeof *pattern.code);
    pattern.ranges = survey_alloc(RANGES_MAX * sizeof *pattern.ranges);
    bool good = parse_alternatives(&pattern);
    if (good && pattern.at < pattern.end)
        good = fault(&pattern, _("a ')' without its '('"));
    good = good && emit(&pattern, (struct instruction){.operation = DONE}) &&
           run_program(&pattern, text, matched);
    free(pattern.code);
    free(pattern.ranges);
    return good;
}
