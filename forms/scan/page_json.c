// SPDX-License-Identifier: GPL-3.0-or-later
// A page's reading as JSON: for each question what was read, why, with which scores, and where.
#include "forms/scan/scan.h"

#include "survey/base/json.h"

static const char *const verdicts[] = {[SCAN_BLANK] = "blank", [SCAN_ANSWERED] = "answered", [SCAN_DOUBTFUL] = "doubtful",
                                       [SCAN_WRITTEN] = "written"};

static void put_short(struct survey_json_writer *json, const char *key, double value, int decimals)
{
    // The nearest short decimal, not the binary tail of a multiplication.
    double scale = decimals == 3 ? 1000 : 100;
    survey_json_member_number(json, key, floor(value * scale + 0.5) / scale);
}

void scan_scores_json(const struct scan_page *page, const struct scan_answer *answer, struct survey_json_writer *json)
{
    survey_json_open(json, '{');
    for (size_t i = 0; i < answer->mark_count; i++) {
        const struct paper_mark *mark = &page->page->marks[answer->marks[i]];
        char key[256];
        if (mark->digit > -2)
            survey_format_into(key, sizeof key, "%d:%s", mark->digit, mark->value);
        else
            survey_format_into(key, sizeof key, "%s", mark->value);
        put_short(json, key, page->marks[answer->marks[i]].score, 3);
    }
    survey_json_close(json, '}');
}

static void put_answer(const struct scan_page *page, const struct scan_answer *answer, struct survey_json_writer *json)
{
    survey_json_open(json, '{');
    survey_json_member(json, "question", answer->question);
    survey_json_member(json, "state", verdicts[answer->verdict]);
    if (answer->value)
        survey_json_member(json, "value", answer->value);
    if (*answer->why)
        survey_json_member(json, "why", answer->why);
    put_short(json, "x", answer->area.x, 2);
    put_short(json, "y", answer->area.y, 2);
    put_short(json, "w", answer->area.w, 2);
    put_short(json, "h", answer->area.h, 2);
    if (answer->mark_count) {
        survey_json_key(json, "scores");
        scan_scores_json(page, answer, json);
    }
    survey_json_close(json, '}');
}

void scan_page_json(const struct scan_page *page, struct survey_buffer *buffer)
{
    struct survey_json_writer json = survey_json_writer(buffer, false);
    survey_json_open(&json, '{');
    survey_json_member_integer(&json, "page", page->token.page);
    survey_json_key(&json, "questions");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < page->answer_count; i++)
        put_answer(page, &page->answers[i], &json);
    survey_json_close(&json, ']');
    survey_json_close(&json, '}');
}

void scan_transform_json(const struct scan_transform *transform, struct survey_buffer *buffer)
{
    struct survey_json_writer json = survey_json_writer(buffer, false);
    survey_json_open(&json, '[');
    for (int i = 0; i < 9; i++)
        survey_json_put_number(&json, transform->h[i]);
    survey_json_close(&json, ']');
}
