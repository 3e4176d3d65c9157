// SPDX-License-Identifier: GPL-3.0-or-later
// One item: its picture, the page around it, what is asked, and the ways to answer, as forms that work without a
// script. data-key is what the script lets a key press.
#include "forms/desk/desk_private.h"

#include "forms/paper/token.h"

#include <string.h>

enum { MOST_BUTTONS = 40 }; // longer lists are keyed by code, with a list to choose from

static const char keys[] = "123456789acdefghijklmnoqrtvwyz"; // b, p, s, u and x have a meaning of their own

// Where every code is one digit, its key is the code; else the place in the list.
static char key_of(const struct survey_choice_list *list, size_t index)
{
    bool digits = true;
    for (size_t i = 0; i < list->count; i++)
        digits =
            digits && list->choices[i].name[0] >= '1' && list->choices[i].name[0] <= '9' && !list->choices[i].name[1];
    return digits ? list->choices[index].name[0] : index < sizeof keys - 1 ? keys[index] : '\0';
}

static const struct survey_form *form_of(const struct desk_visit *visit, const struct review_mark *mark)
{
    return survey_store_form(visit->request->store, mark->form, NULL);
}

static size_t language_of(const struct desk_visit *visit, const struct survey_form *form)
{
    int index = survey_form_language(form, desk_language_code(visit->language));
    return index >= 0 ? (size_t)index : form->default_language;
}

// Whether a list of codes with spaces between has this one.
static bool has_code(const char *codes, const char *code)
{
    size_t length = strlen(code);
    for (const char *at = codes; at && *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == length && strncmp(at, code, length) == 0)
            return true;
    return false;
}

const char *desk_value_words(struct desk_visit *visit, const struct review_mark *mark, const char *value)
{
    const struct survey_form *form = form_of(visit, mark);
    const struct survey_choice_list *list = mark->item ? mark->item->list : NULL;
    if (!value || !*value)
        return desk_word(visit->desk->words, visit->language, value ? SAY_BLANK_VALUE : SAY_UNTOLD_VALUE);
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    for (size_t i = 0; form && list && i < list->count; i++)
        if (has_code(value, list->choices[i].name))
            survey_format(&text, "%s%s", text.length ? "; " : "",
                          survey_label(form, list->choices[i].labels, language_of(visit, form)));
    const char *words = text.length ? survey_arena_strdup(visit->arena, survey_buffer_string(&text)) : value;
    survey_buffer_clear(&text);
    return words;
}

// --- Answering ---

// What the form begins with: one's own decision, where one takes it back; else what was read.
static const char *given_value(const struct desk_visit *visit, const struct review_mark *mark)
{
    return visit->task == DESK_ANEW          ? mark->value
           : visit->task == DESK_ANEW_SECOND ? visit->turns.second.value
                                             : mark->read;
}

static void open_form(struct desk_visit *visit, const struct review_mark *mark, const char *class)
{
    survey_format(visit->out, "<form class=\"%s\" method=\"post\" action=\"%s/review/item/%s", class, visit->prefix,
                  mark->id);
    desk_text(visit, desk_filter_query(visit));
    survey_format(visit->out, "\"><input type=\"hidden\" name=\"guard\" value=\"%s\">", visit->guard);
    if (visit->task == DESK_ANEW || visit->task == DESK_ANEW_SECOND)
        survey_buffer_text(visit->out, "<input type=\"hidden\" name=\"again\" value=\"1\">");
    if (visit->task == DESK_THIRD)
        survey_buffer_text(visit->out, "<input type=\"hidden\" name=\"third\" value=\"1\">");
}

static void put_button(struct desk_visit *visit, const char *class, const char *action, const char *key,
                       const char *shown, enum desk_word word)
{
    survey_format(visit->out, "<button class=\"%s\" name=\"do\" value=\"%s\" data-key=\"%s\"><kbd>%s</kbd> ", class,
                  action, key, shown);
    desk_say(visit, word);
    survey_buffer_text(visit->out, "</button>");
}

static void put_choice(struct desk_visit *visit, const struct review_mark *mark, const struct survey_form *form,
                       size_t index)
{
    const struct survey_choice_list *list = mark->item->list;
    const struct survey_choice *choice = &list->choices[index];
    bool several = mark->item->type == SURVEY_TYPE_SELECT_MULTIPLE, read = has_code(mark->read, choice->name);
    bool ticked = several && has_code(given_value(visit, mark), choice->name);
    const char key[] = {key_of(list, index), '\0'};
    survey_buffer_text(visit->out, several ? "<label class=\"choice\"><input type=\"checkbox\" name=\"value\" value=\""
                                   : read  ? "<button class=\"choice read\" name=\"value\" value=\""
                                           : "<button class=\"choice\" name=\"value\" value=\"");
    desk_text(visit, choice->name);
    survey_format(visit->out, "\"%s data-key=\"%s\">%s%s%s ", ticked ? " checked" : "", key, *key ? "<kbd>" : "", key,
                  *key ? "</kbd>" : "");
    desk_text(visit, survey_label(form, choice->labels, language_of(visit, form)));
    if (strcmp(choice->name, key) != 0) {
        survey_buffer_text(visit->out, " <small>");
        desk_text(visit, choice->name);
        survey_buffer_text(visit->out, "</small>");
    }
    survey_buffer_text(visit->out, several ? "</label>" : "</button>");
}

static void put_choices(struct desk_visit *visit, const struct review_mark *mark, const struct survey_form *form)
{
    bool several = mark->item->type == SURVEY_TYPE_SELECT_MULTIPLE;
    open_form(visit, mark, "choices");
    if (several) {
        survey_buffer_text(visit->out, "<fieldset><legend>");
        desk_say(visit, SAY_SEVERAL);
        survey_buffer_text(visit->out, "</legend>");
    }
    for (size_t i = 0; i < mark->item->list->count; i++)
        put_choice(visit, mark, form, i);
    if (several) {
        survey_buffer_text(visit->out, "</fieldset>");
        put_button(visit, "main", "value", "Enter", "Enter", SAY_SAVE);
    }
    survey_buffer_text(visit->out, "</form>");
}

// Choices of a long list, to be found by typing.
static void put_list(struct desk_visit *visit, const struct survey_choice_list *list, const struct survey_form *form)
{
    survey_buffer_text(visit->out, "<datalist id=\"codes\">");
    for (size_t i = 0; i < list->count; i++) {
        survey_buffer_text(visit->out, "<option value=\"");
        desk_text(visit, list->choices[i].name);
        survey_buffer_text(visit->out, "\">");
        desk_text(visit, survey_label(form, list->choices[i].labels, language_of(visit, form)));
        survey_buffer_text(visit->out, "</option>");
    }
    survey_buffer_text(visit->out, "</datalist>");
}

static void put_box(struct desk_visit *visit, const struct review_mark *mark, const struct survey_form *form)
{
    enum survey_type type = mark->item->type;
    const struct survey_choice_list *list = mark->item->list;
    bool number = type == SURVEY_TYPE_INTEGER || type == SURVEY_TYPE_DECIMAL || type == SURVEY_TYPE_RANGE;
    bool plain = type == SURVEY_TYPE_TEXT && !list;
    const char *focus = mark->read ? "" : " autofocus"; // with a reading, Enter accepts it
    open_form(visit, mark, "keying");
    survey_buffer_text(visit->out, "<label for=\"value\">");
    desk_say(visit, list ? SAY_CODE : number ? SAY_NUMBER : SAY_WRITTEN);
    survey_buffer_text(visit->out, "</label>");
    const char *value = visit->task == DESK_ANEW || visit->task == DESK_ANEW_SECOND ? given_value(visit, mark) : NULL;
    if (plain)
        survey_format(visit->out, "<textarea id=\"value\" name=\"value\" rows=\"2\" maxlength=\"10000\"%s>", focus);
    else
        survey_format(
            visit->out,
            "<input id=\"value\" name=\"value\" autocomplete=\"off\" maxlength=\"200\" inputmode=\"%s\"%s%s%s value=\"",
            number ? "decimal" : "text", list ? " list=\"codes\"" : "", focus,
            type == SURVEY_TYPE_DATE ? " placeholder=\"2016-12-31\"" : "");
    desk_text(visit, value ? value : "");
    survey_buffer_text(visit->out, plain ? "</textarea>" : "\">");
    if (list)
        put_list(visit, list, form);
    put_button(visit, "main", "value", "", "Enter", SAY_SAVE);
    survey_buffer_text(visit->out, "</form>");
}

static void put_untold(struct desk_visit *visit, const struct review_mark *mark)
{
    survey_buffer_text(visit->out, "<details class=\"untold\"><summary data-key=\"x\"><kbd>x</kbd> ");
    desk_say(visit, SAY_UNTOLD);
    survey_buffer_text(visit->out, "</summary>");
    open_form(visit, mark, "keying");
    survey_buffer_text(visit->out, "<label for=\"why\">");
    desk_say(visit, SAY_UNTOLD_WHY);
    survey_buffer_text(visit->out,
                       "</label><input id=\"why\" name=\"why\" maxlength=\"500\" required autocomplete=\"off\">");
    put_button(visit, "", "untold", "", "Enter", SAY_SAVE);
    survey_buffer_text(visit->out, "</form></details>");
}

static void put_other_ways(struct desk_visit *visit, const struct review_mark *mark, bool number)
{
    open_form(visit, mark, "ways");
    if (mark->read && (!mark->item || mark->item->type != SURVEY_TYPE_SELECT_MULTIPLE)) {
        put_button(visit, "main", "read", "Enter", "Enter", SAY_ACCEPT);
        survey_buffer_text(visit->out, " ");
    }
    put_button(visit, "", "blank", number ? "b" : "0 b", number ? "b" : "0", SAY_LEFT_BLANK);
    put_button(visit, "", "later", "s", "s", SAY_LATER);
    if (*visit->last && strcmp(visit->last, mark->id) != 0) {
        survey_format(visit->out, "<a class=\"button\" data-key=\"u\" href=\"%s/review/item/%s", visit->prefix,
                      visit->last);
        desk_text(visit, desk_filter_query(visit));
        survey_buffer_text(visit->out, "\"><kbd>u</kbd> ");
        desk_say(visit, SAY_UNDO);
        survey_buffer_text(visit->out, "</a>");
    }
    survey_buffer_text(visit->out, "</form>");
    put_untold(visit, mark);
}

// What is special about this decision, where anything is.
static void put_task(struct desk_visit *visit, const struct review_mark *mark)
{
    const struct review_turns *turns = &visit->turns;
    bool second = visit->task == DESK_ANEW_SECOND;
    if (visit->task == DESK_FIRST || visit->task == DESK_SECOND)
        return;
    survey_buffer_text(visit->out, "<p class=\"notice\">");
    if (visit->task == DESK_THIRD) {
        desk_say(visit, SAY_SETTLE, desk_value_words(visit, mark, turns->first.value),
                 desk_value_words(visit, mark, turns->second.value));
    } else {
        desk_say(visit, SAY_STANDS, desk_value_words(visit, mark, second ? turns->second.value : mark->value),
                 visit->who);
        survey_buffer_text(visit->out, " ");
        desk_say(visit, SAY_DECIDE_ANEW);
    }
    survey_buffer_text(visit->out, "</p>");
}

static void put_answers(struct desk_visit *visit, const struct review_mark *mark)
{
    const struct survey_form *form = form_of(visit, mark);
    const struct survey_item *item = mark->item;
    survey_buffer_text(visit->out, "<section class=\"answers\">");
    put_task(visit, mark);
    survey_buffer_text(visit->out, "<p class=\"reading\">");
    desk_say(visit, SAY_READ);
    survey_buffer_text(visit->out, ": <strong>");
    if (mark->read)
        desk_text(visit, desk_value_words(visit, mark, mark->read));
    else
        desk_say(visit, SAY_READ_NOTHING);
    survey_buffer_text(visit->out, "</strong></p>");
    bool number = item && !item->list;
    if (form && item && item->list && item->list->count <= MOST_BUTTONS)
        put_choices(visit, mark, form);
    else if (form && item)
        put_box(visit, mark, form);
    put_other_ways(visit, mark, number);
    survey_buffer_text(visit->out, "<details class=\"keys\"><summary>");
    desk_say(visit, SAY_KEYS);
    survey_buffer_text(visit->out, "</summary><p>");
    desk_say(visit, SAY_KEYS_HELP);
    survey_buffer_text(visit->out, "</p></details></section>");
}

// --- Looking ---

static void put_fact(struct desk_visit *visit, enum desk_word word, const char *text)
{
    survey_buffer_text(visit->out, "<div><dt>");
    desk_say(visit, word);
    survey_buffer_text(visit->out, "</dt><dd>");
    desk_text(visit, text);
    survey_buffer_text(visit->out, "</dd></div>");
}

// The sheet, not the household: what somebody thinks of an official is nobody's but theirs.
static void put_facts(struct desk_visit *visit, const struct review_mark *mark, const char *label)
{
    char sheet[PAPER_SHEET_LENGTH + 1] = "";
    int64_t number =
        survey_store_count(visit->request->store, -1,
                           "SELECT p.sheet FROM mark m JOIN page p ON p.id = m.page WHERE m.id = ?", "t", mark->id);
    if (number >= 0)
        paper_sheet_text((uint64_t)number, sheet);
    survey_buffer_text(visit->out, "<section class=\"question\"><h1>");
    desk_text(visit, label);
    survey_buffer_text(visit->out, "</h1><dl>");
    put_fact(visit, SAY_REASON, desk_reason(visit->desk->words, visit->language, mark->why));
    put_fact(visit, SAY_QUESTION, mark->question);
    const char *page = desk_word(visit->desk->words, visit->language, SAY_SHEET_PAGE);
    put_fact(visit, SAY_SHEET, survey_arena_format(visit->arena, page, sheet, (long long)mark->page));
    int64_t waiting =
        survey_store_count(visit->request->store, 0, "SELECT count(*) FROM mark WHERE state = 'waiting'", "");
    const char *slash = strrchr(mark->file, '/');
    put_fact(visit, SAY_SCAN,
             survey_arena_format(visit->arena, page, slash ? slash + 1 : mark->file, (long long)mark->file_page));
    put_fact(visit, SAY_COUNT, survey_arena_format(visit->arena, "%lld", (long long)waiting));
    survey_buffer_text(visit->out, "</dl></section>");
}

// A picture in millimetres of the page, so that the place can be framed in it.
static void put_picture(struct desk_visit *visit, const struct review_mark *mark, const char *view, enum desk_word word,
                        const char *label, bool framed)
{
    struct paper_box area =
        desk_picture_area(&(struct paper_box){mark->x, mark->y, mark->w, mark->h}, mark->kind, view);
    survey_format(visit->out, "<svg class=\"%s\" role=\"img\" viewBox=\"%.2f %.2f %.2f %.2f\" aria-label=\"", view,
                  area.x, area.y, area.w, area.h);
    desk_say(visit, word, label);
    survey_format(
        visit->out,
        "\"><image href=\"%s/review/picture/%s/%s.png\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>",
        visit->prefix, mark->id, view, area.x, area.y, area.w, area.h);
    if (framed)
        survey_format(visit->out,
                      "<rect class=\"frame\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" rx=\"1\"/>",
                      mark->x - 1.5, mark->y - 1.5, mark->w + 3, mark->h + 3);
    survey_buffer_text(visit->out, "</svg>");
}

static void put_pictures(struct desk_visit *visit, const struct review_mark *mark, const char *label)
{
    survey_buffer_text(visit->out, "<section class=\"crop\">");
    put_picture(visit, mark, "place", SAY_PLACE_OF, label, false);
    survey_buffer_text(visit->out, "</section>");
}

static void put_neighbours(struct desk_visit *visit, const struct review_mark *mark, const char *label)
{
    survey_buffer_text(visit->out, "<section class=\"around\">");
    put_picture(visit, mark, "strip", SAY_NEIGHBOURS_OF, label, true);
    survey_format(
        visit->out,
        "<p><a class=\"button\" data-key=\"p\" href=\"%s/review/picture/%s/page.png\" target=\"_blank\"><kbd>p</kbd> ",
        visit->prefix, mark->id);
    desk_say(visit, SAY_WHOLE_PAGE);
    survey_buffer_text(visit->out, "</a></p></section>");
}

// Why there is nothing to decide here for this person now; false where there is.
static bool put_closed(struct desk_visit *visit, const struct review_mark *mark)
{
    char other[256] = "";
    bool standing = visit->task == DESK_STANDING, party = visit->task == DESK_PARTY;
    bool own = visit->task == DESK_ANEW || visit->task == DESK_ANEW_SECOND;
    if (own || (!standing && !party && desk_claim(visit, mark->id, other)))
        return false;
    survey_buffer_text(visit->out, "<section class=\"answers\"><p class=\"notice\">");
    if (standing)
        desk_say(visit, SAY_STANDS, desk_value_words(visit, mark, mark->value), mark->who);
    else if (party)
        desk_say(visit, SAY_PARTY);
    else
        desk_say(visit, SAY_HELD, other);
    survey_format(visit->out, "</p><p><a class=\"button main\" href=\"%s/review/next", visit->prefix);
    desk_text(visit, desk_filter_query(visit));
    survey_buffer_text(visit->out, "\">");
    desk_say(visit, SAY_NEXT);
    survey_buffer_text(visit->out, "</a></p></section>");
    return true;
}

bool desk_item_find(struct desk_visit *visit, struct survey_store *store, const char *id, struct review_mark *mark,
                    struct survey_error *error)
{
    struct survey_error inner = {0};
    if (review_find(store, visit->arena, id, mark, &inner))
        return true;
    if (inner.code != SURVEY_ERROR_INPUT)
        *error = inner;
    else
        desk_message(visit, 404, SAY_NOT_THERE);
    return false;
}

static bool is(const char *who, const struct desk_visit *visit)
{
    return who && strcmp(who, visit->who) == 0;
}

bool desk_item_task(struct desk_visit *visit, struct survey_store *store, const struct review_mark *mark,
                    struct survey_error *error)
{
    struct review_turns *turns = &visit->turns;
    bool waits = strcmp(mark->state, "waiting") == 0;
    visit->task = DESK_STANDING;
    if (!review_turns_read(store, visit->arena, mark, turns, error))
        return false;
    bool own_second = is(turns->second.who, visit) && !turns->third.who;
    if (own_second)
        visit->task = DESK_ANEW_SECOND;
    else if (waits && review_turns_differ(turns))
        visit->task = is(turns->first.who, visit) ? DESK_PARTY : DESK_THIRD;
    else if (waits)
        visit->task = DESK_FIRST;
    else if (review_waits_second(&visit->twice, mark, turns, visit->who))
        visit->task = DESK_SECOND;
    else if (is(mark->who, visit) && (turns->third.who || !turns->second.who))
        visit->task = DESK_ANEW;
    return true;
}

bool desk_item_page(struct desk_visit *visit, const char *id, struct survey_error *error)
{
    struct review_mark mark;
    if (!desk_item_find(visit, visit->request->store, id, &mark, error))
        return error->message[0] == '\0';
    if (!desk_item_task(visit, visit->request->store, &mark, error))
        return false;
    const char *label = review_label(visit->request->store, &mark, desk_language_code(visit->language));
    label = *label ? label : mark.question;
    desk_page_open(visit, 200, SAY_REVIEW);
    survey_buffer_text(visit->out, "<article class=\"item\">");
    put_facts(visit, &mark, label);
    put_pictures(visit, &mark, label);
    if (!put_closed(visit, &mark))
        put_answers(visit, &mark);
    put_neighbours(visit, &mark, label);
    survey_buffer_text(visit->out, "</article>");
    desk_page_close(visit);
    return true;
}
