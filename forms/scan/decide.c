// SPDX-License-Identifier: GPL-3.0-or-later
// The decision rules.
#include "forms/scan/decide.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"

#include <stdlib.h>
#include <string.h>

const struct scan_rules scan_rules_pen = {
    .faint = 0.02, .marked = 0.08, .filled = 0.85, .unfilled = 0.75, .ratio = 4, .stroke = 0.7, .smudge = 0.55, .trace = 0.012,
    .spread = 5, .ghost = 0.3, .light = 0.5, .hint = 0.6, .rubbed = 0.5, .speck = 0.095, .small = 0.6,
    .answered = 0.4, .dark = 0.35, .much = 0.25, .beside = 0.06, .line = 1.5};
const struct scan_rules scan_rules_pencil = {
    .faint = 0.015, .marked = 0.05, .filled = 0.85, .unfilled = 0.75, .ratio = 4, .stroke = 0.7, .smudge = 0.55, .trace = 0.012,
    .spread = 5, .ghost = 0.3, .light = 0.5, .hint = 0.6, .rubbed = 0.5, .speck = 0.095, .small = 0.6,
    .answered = 0.4, .dark = 0.35, .much = 0.25, .beside = 0.06, .line = 1.5};

struct deciding {
    const struct paper_page *page;
    const struct scan_mark *marks;
    const struct scan_rules *rules;
    struct survey_arena *arena;
    double pen; // how dark the pen of this page is, 0 to 1; 0 where too few marks tell
    double usual; // ink of the page's marks; 1 where too few tell
    double trace; // darkness of a box from which it is not quite like the page's empty ones
    bool fills;   // filling boxes in is how this page is answered
};

enum { LEAST_CLEAR = 5, THROUGH = 4 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Questions on the page, each digit for itself, and how many of them have a box with a stroke from limit on.
static void count_questions(const struct deciding *d, double limit, size_t *questions, size_t *answered)
{
    const struct paper_mark *before = NULL;
    bool seen = true;
    *questions = *answered = 0;
    for (size_t i = 0; i < d->page->mark_count; i++) {
        const struct paper_mark *mark = &d->page->marks[i];
        if (!before || before->digit != mark->digit || strcmp(before->question, mark->question) != 0) {
            ++*questions;
            seen = false;
        }
        before = mark;
        if (!seen && d->marks[i].score >= limit && d->marks[i].span >= THROUGH - 1) {
            ++*answered;
            seen = true;
        }
    }
}

// The median darkness of the boxes with a stroke from limit on.
static double median_peak(const struct deciding *d, double limit, size_t *count)
{
    double *peaks = survey_arena_array(d->arena, d->page->mark_count + 1, sizeof *peaks);
    *count = 0;
    for (size_t i = 0; i < d->page->mark_count; i++)
        if (d->marks[i].score >= limit && d->marks[i].span >= THROUGH - 1 && !d->marks[i].hidden)
            peaks[(*count)++] = d->marks[i].peak;
    qsort(peaks, *count, sizeof *peaks, by_value);
    return *count ? peaks[*count / 2] : 0;
}

// The median darkness of the page's marks: a rubbed-out mark or a smudge is much lighter, a stroke of
// the same pen that just missed the box is not. Light ones tell of the pen only where a good part of the
// page is answered with them: what is left of rubbed-out marks on an empty page is no pen. Where most
// are light, the few that have more ink are the darker ones of a light pen.
static double pen_of(const struct deciding *d)
{
    size_t count, light, questions, answered;
    double pen = median_peak(d, d->rules->marked, &count), light_pen = median_peak(d, d->rules->faint, &light);
    if (count >= LEAST_CLEAR && light < 2 * count)
        return pen;
    count_questions(d, d->rules->faint, &questions, &answered);
    if (light >= LEAST_CLEAR && (double)answered >= d->rules->answered * (double)questions)
        return light_pen;
    return count >= LEAST_CLEAR ? pen : 0;
}

// The median ink of the page's marks.
static double usual_of(const struct deciding *d)
{
    double *scores = survey_arena_array(d->arena, d->page->mark_count + 1, sizeof *scores);
    size_t count = 0;
    for (size_t i = 0; i < d->page->mark_count; i++)
        if (d->marks[i].score >= d->rules->faint && d->marks[i].span >= THROUGH - 1 && !d->marks[i].hidden)
            scores[count++] = d->marks[i].score;
    qsort(scores, count, sizeof *scores, by_value);
    return count >= LEAST_CLEAR ? scores[count / 2] : 1;
}

// Whether at least half of the page's questions with a single mark, and not too few of them, have a box filled in: by whom
// answers so, a filled box is meant.
static bool fills_of(const struct deciding *d)
{
    size_t single = 0, filled = 0;
    for (size_t from = 0, to; from < d->page->mark_count; from = to) {
        const struct paper_mark *first = &d->page->marks[from];
        size_t marked = 0, full = 0;
        for (to = from; to < d->page->mark_count && d->page->marks[to].digit == first->digit && strcmp(d->page->marks[to].question, first->question) == 0; to++) {
            marked += d->marks[to].score >= d->rules->faint;
            full += d->marks[to].score >= d->rules->unfilled;
        }
        single += marked == 1;
        filled += marked == 1 && full == 1;
    }
    return filled >= LEAST_CLEAR && 2 * filled >= single;
}

enum look { LOOKS_EMPTY, LOOKS_SMUDGED, LOOKS_RUBBED, LOOKS_FAINT, LOOKS_MARKED };

// Little ink for the page, all of it within the box, in a short or straight up or level line: a pen goes through, or leaves the box.
static bool is_speck(const struct deciding *d, const struct scan_mark *mark)
{
    return mark->score < fmin(d->rules->speck, d->rules->small * d->usual) && mark->outer < d->rules->beside / 5 && (mark->span < THROUGH || mark->narrow < THROUGH - 1);
}

// What one box looks like by itself.
static enum look look_of(const struct deciding *d, const struct scan_mark *mark)
{
    const struct scan_rules *rules = d->rules;
    if (mark->score < rules->faint)
        return LOOKS_EMPTY;
    if (d->pen == 0 && mark->peak < rules->dark && mark->score < rules->much)
        return LOOKS_FAINT; // nothing to tell a light pen from a rubbed-out mark by
    if (d->pen > 0 && mark->peak < rules->smudge * d->pen && mark->outer < rules->beside / 3) // a pen beside its box is no smudge
        return mark->score < rules->marked ? LOOKS_SMUDGED : mark->peak < rules->rubbed * d->pen ? LOOKS_RUBBED : LOOKS_FAINT;
    if (is_speck(d, mark))
        return LOOKS_FAINT;
    bool through = mark->span >= THROUGH || (mark->span == THROUGH - 1 && mark->score >= (rules->faint + rules->marked) / 2);
    if (d->pen > 0 && mark->peak >= rules->stroke * d->pen && through)
        return LOOKS_MARKED;
    return mark->score < rules->marked ? LOOKS_FAINT : LOOKS_MARKED;
}

// Where very light writing begins: the median darkness of the page's empty boxes and what they scatter.
static double trace_of(const struct deciding *d)
{
    double *means = survey_arena_array(d->arena, d->page->mark_count + 1, sizeof *means);
    size_t count = 0;
    for (size_t i = 0; i < d->page->mark_count; i++)
        if (d->marks[i].score < d->rules->faint && !d->marks[i].hidden)
            means[count++] = d->marks[i].mean;
    if (count < LEAST_CLEAR)
        return 1;
    qsort(means, count, sizeof *means, by_value);
    double middle = means[count / 2];
    for (size_t i = 0; i < count; i++)
        means[i] = fabs(means[i] - middle);
    qsort(means, count, sizeof *means, by_value);
    return middle + fmax(d->rules->trace, d->rules->spread * 1.4826 * means[count / 2]);
}

struct tally {
    size_t marked, faint, smudges, rubbed, filled, unfilled; // unfilled: marked, surely not filled out
    size_t best, lone; // index of the most ink, and of the last unfilled one
    double most, least; // ink of the fullest and of the lightest that is marked
    double most_faint;  // ink of the fullest that is not marked
    double beside;
    bool hidden;
    bool aside;  // a box that is not marked has more of a stroke outside than within
    bool grazed; // a box has ink on both sides of its frame, too little of either to tell by itself
    double astray; // most ink just outside a box that is not marked
    bool lines;    // a smudge is a thin line that leaves its box, as what is rubbed out is not
    bool trace; // a box seems not quite empty,
    bool light; // and seems to have a stroke of the page's pen
};

static struct tally tally_of(const struct deciding *d, const size_t *at, size_t count)
{
    struct tally t = {.least = 2};
    double beside = d->rules->beside * (d->pen > 0 ? fmin(1, d->pen / d->rules->stroke) : 1); // a light pen leaves less there
    for (size_t i = 0; i < count; i++) {
        const struct scan_mark *mark = &d->marks[at[i]];
        t.hidden |= mark->hidden;
        t.beside = fmax(t.beside, mark->outer);
        if (i == 0 || mark->score > t.most) {
            t.most = mark->score;
            t.best = at[i];
        }
        enum look look = look_of(d, mark);
        bool traced = mark->mean > d->trace, hinted = d->pen > 0 && mark->score >= d->rules->hint * d->rules->faint;
        if (look != LOOKS_MARKED) {
            t.astray = fmax(t.astray, mark->outer);
            t.trace |= traced && mark->peak >= d->rules->ghost * d->pen;
            t.light |= (traced || hinted) && mark->peak >= d->rules->light * d->pen && mark->span >= THROUGH - 1;
        }
        // A stroke that grazes the box: some of it within, more of it just outside.
        t.grazed |= look != LOOKS_MARKED && mark->score >= d->rules->hint * d->rules->faint && mark->outer >= beside / 2;
        t.aside |= look != LOOKS_MARKED && mark->score >= d->rules->hint * d->rules->faint && mark->outer >= beside;
        if (look == LOOKS_MARKED) {
            t.marked++;
            t.least = fmin(t.least, mark->score);
            t.filled += mark->score >= d->rules->filled;
            if (mark->score < d->rules->unfilled) {
                t.unfilled++;
                t.lone = at[i];
            }
        } else {
            t.faint += look != LOOKS_EMPTY;
            t.smudges += look == LOOKS_SMUDGED;
            t.lines |= look == LOOKS_SMUDGED && mark->mean < d->rules->line * mark->score && mark->outer >= d->rules->beside / 5;
            t.rubbed += look == LOOKS_RUBBED;
            t.most_faint = fmax(t.most_faint, mark->score);
        }
    }
    if (t.marked) // alone, a smudge is doubtful too
        t.faint -= t.smudges;
    return t;
}

// Exactly one of the boxes at: *chosen is its index. why is set where it is doubtful, or corrected.
static enum scan_verdict choose_one(const struct deciding *d, const size_t *at, size_t count, size_t *chosen,
                                    const char **why)
{
    struct tally t = tally_of(d, at, count);
    *chosen = t.best;
    *why = "";
    if (t.hidden) {
        *why = SCAN_WHY_HIDDEN;
        return SCAN_DOUBTFUL;
    }
    if (t.marked == 0) {
        *why = t.faint || t.trace || t.light ? SCAN_WHY_FAINT : t.beside >= d->rules->beside || t.grazed ? SCAN_WHY_BESIDE : "";
        return **why ? SCAN_DOUBTFUL : SCAN_BLANK;
    }
    if (t.marked == 1) {
        bool sure = !t.light && !t.aside && (t.faint == t.rubbed || t.most >= d->rules->ratio * t.most_faint);
        *why = t.faint || t.light || t.aside ? SCAN_WHY_FAINT : "";
        return sure ? SCAN_ANSWERED : SCAN_DOUBTFUL;
    }
    if (t.unfilled == 1 && t.filled == t.marked - 1 && t.faint == 0) {
        *chosen = t.lone;
        *why = SCAN_WHY_CORRECTED;
        return d->rules->corrections ? SCAN_ANSWERED : SCAN_DOUBTFUL;
    }
    *why = SCAN_WHY_MULTIPLE;
    return SCAN_DOUBTFUL;
}

static void decide_one(const struct deciding *d, struct scan_answer *answer)
{
    size_t chosen;
    answer->verdict = choose_one(d, answer->marks, answer->mark_count, &chosen, &answer->why);
    bool told = answer->verdict == SCAN_ANSWERED || strcmp(answer->why, SCAN_WHY_CORRECTED) == 0 ||
                strcmp(answer->why, SCAN_WHY_FAINT) == 0;
    answer->value = told ? d->page->marks[chosen].value : NULL;
}

static void decide_many(const struct deciding *d, struct scan_answer *answer)
{
    struct tally t = tally_of(d, answer->marks, answer->mark_count);
    struct survey_buffer value = SURVEY_BUFFER(1 << 16);
    for (size_t i = 0; i < answer->mark_count; i++)
        if (look_of(d, &d->marks[answer->marks[i]]) == LOOKS_MARKED)
            survey_format(&value, "%s%s", value.length ? " " : "", d->page->marks[answer->marks[i]].value);
    answer->value = value.length ? survey_arena_strdup(d->arena, survey_buffer_string(&value)) : NULL;
    survey_buffer_clear(&value);
    if (t.hidden)
        answer->why = SCAN_WHY_HIDDEN;
    else if (t.faint || t.light || t.lines || (t.marked == 0 && t.trace))
        answer->why = SCAN_WHY_FAINT;
    else if (t.filled && t.unfilled && !d->fills)
        answer->why = SCAN_WHY_FILLED;
    else if (t.grazed || (t.marked == 0 && t.beside >= d->rules->beside) || t.astray >= d->rules->beside)
        answer->why = SCAN_WHY_BESIDE;
    answer->verdict = *answer->why ? SCAN_DOUBTFUL : t.marked ? SCAN_ANSWERED : SCAN_BLANK;
}

static int last_digit(const struct deciding *d, const struct scan_answer *answer)
{
    int last = -1;
    for (size_t i = 0; i < answer->mark_count; i++)
        if (d->page->marks[answer->marks[i]].digit > last)
            last = d->page->marks[answer->marks[i]].digit;
    return last;
}

// One digit's boxes.
static size_t boxes_of(const struct deciding *d, const struct scan_answer *answer, int digit, size_t *at)
{
    size_t count = 0;
    for (size_t i = 0; i < answer->mark_count; i++)
        if (d->page->marks[answer->marks[i]].digit == digit)
            at[count++] = answer->marks[i];
    return count;
}

static void decide_number(const struct deciding *d, struct scan_answer *answer)
{
    size_t *at = survey_arena_array(d->arena, answer->mark_count + 1, sizeof *at);
    int digits = 0, read = 0;
    char text[40] = "";
    bool minus = false, told = true; // told: only leading digits may be blank
    for (int digit = -1; digit <= last_digit(d, answer) && digit < 30; digit++) {
        size_t count = boxes_of(d, answer, digit, at), chosen;
        const char *why;
        if (count == 0)
            continue;
        enum scan_verdict verdict = choose_one(d, at, count, &chosen, &why);
        digits += digit >= 0;
        if (verdict == SCAN_DOUBTFUL)
            answer->why = why;
        if (verdict == SCAN_ANSWERED && digit >= 0)
            read++;
        minus |= verdict == SCAN_ANSWERED && digit < 0;
        told &= verdict == SCAN_ANSWERED || digit < 0 || (verdict == SCAN_BLANK && read == 0);
        if (verdict == SCAN_ANSWERED)
            survey_format_into(text + strlen(text), sizeof text - strlen(text), "%s", d->page->marks[chosen].value);
    }
    if (!*answer->why && read > 0 && read < digits)
        answer->why = SCAN_WHY_PARTIAL;
    if (!*answer->why && read == 0 && minus)
        answer->why = SCAN_WHY_PARTIAL;
    answer->value = told && read ? survey_arena_strdup(d->arena, text) : NULL;
    answer->verdict = *answer->why ? SCAN_DOUBTFUL : read ? SCAN_ANSWERED : SCAN_BLANK;
}

static void widen(struct paper_box *area, const struct paper_box *box)
{
    double right = fmax(area->x + area->w, box->x + box->w), bottom = fmax(area->y + area->h, box->y + box->h);
    area->x = fmin(area->x, box->x);
    area->y = fmin(area->y, box->y);
    area->w = right - area->x;
    area->h = bottom - area->y;
}

static enum scan_kind_of_question kind_of(const struct paper_layout *layout, const char *question, const struct paper_mark *mark)
{
    if (mark->digit > -2)
        return SCAN_NUMBER;
    size_t bare = strcspn(question, "["); // an instance of a repeat
    for (size_t i = 0; i < layout->question_count; i++) {
        const struct paper_question *q = &layout->questions[i];
        if (strcmp(q->name, question) == 0 || (strlen(q->name) == bare && strncmp(q->name, question, bare) == 0))
            return q->kind == PAPER_SELECT_MULTIPLE ? SCAN_MANY : SCAN_ONE;
    }
    return SCAN_ONE;
}

// The boxes of the question at mark first, which are taken.
static void gather(const struct deciding *d, const struct paper_layout *layout, size_t first, bool *taken,
                   struct scan_answer *answer)
{
    const char *question = d->page->marks[first].question;
    size_t *at = survey_arena_array(d->arena, d->page->mark_count - first, sizeof *at);
    *answer = (struct scan_answer){.question = question, .kind = kind_of(layout, question, &d->page->marks[first]),
                                   .why = "", .area = d->page->marks[first].box, .marks = at};
    for (size_t i = first; i < d->page->mark_count; i++)
        if (!taken[i] && strcmp(d->page->marks[i].question, question) == 0) {
            taken[i] = true;
            at[answer->mark_count++] = i;
            widen(&answer->area, &d->page->marks[i].box);
        }
}

void scan_decide(const struct paper_layout *layout, const struct paper_page *page, const struct scan_mark *marks,
                 const bool *written, const struct scan_rules *rules, struct survey_arena *arena,
                 struct scan_answer **answers, size_t *count)
{
    struct deciding d = {.page = page, .marks = marks, .rules = rules, .arena = arena, .usual = 1, .trace = 1};
    d.pen = pen_of(&d);
    d.usual = usual_of(&d);
    d.trace = trace_of(&d);
    d.fills = fills_of(&d);
    bool *taken = survey_arena_array(arena, page->mark_count + 1, sizeof *taken);
    struct scan_answer *all = survey_arena_array(arena, page->mark_count + page->writing_count + 1, sizeof *all);
    size_t found = 0;
    for (size_t i = 0; i < page->mark_count; i++) {
        if (taken[i])
            continue;
        struct scan_answer *answer = &all[found++];
        gather(&d, layout, i, taken, answer);
        if (answer->kind == SCAN_NUMBER)
            decide_number(&d, answer);
        else if (answer->kind == SCAN_MANY)
            decide_many(&d, answer);
        else
            decide_one(&d, answer);
    }
    for (size_t i = 0; i < page->writing_count; i++)
        all[found++] = (struct scan_answer){.question = page->writing[i].question,
                                            .kind = SCAN_TEXT,
                                            .verdict = written[i] ? SCAN_WRITTEN : SCAN_BLANK,
                                            .why = written[i] ? SCAN_WHY_WRITING : "",
                                            .area = page->writing[i].box};
    *answers = all;
    *count = found;
}
