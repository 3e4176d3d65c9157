// SPDX-License-Identifier: GPL-3.0-or-later
// Pango set up so that a form looks the same on every machine with the same fonts: no hinting, 72 dpi,
// Latin from Noto Sans, Chinese from WenQuanYi Zen Hei. Noto Sans CJK is refused: cairo 1.16 embeds it
// with glyphs missing.
#include "forms/paper/text.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <pango/pangocairo.h>
#include <string.h>

enum { TEXT_LIMIT = 64 << 10 };

static const struct {
    const char *family;
    double size; // points
    bool bold;
    double spacing; // mm between lines
} faces[PAPER_FACES] = {
    [PAPER_TITLE] = {"sans", 15, true, 0.4},    [PAPER_HEADING] = {"sans", 10, true, 0.3},
    [PAPER_SUBHEADING] = {"sans", 9, true, 0.2}, [PAPER_NUMBER] = {"sans", 8.5, true, 0.2},
    [PAPER_LABEL] = {"sans", 8.8, false, 0.2},  [PAPER_SECOND] = {"sans", 7.6, false, 0.1},
    [PAPER_HINT] = {"sans", 7, false, 0.1},     [PAPER_CHOICE] = {"sans", 8.2, false, 0},
    [PAPER_DIGIT] = {"sans", 7, false, 0},      [PAPER_SMALL] = {"sans", 6.8, false, 0.1},
    [PAPER_TINY] = {"sans", 6, false, 0},       [PAPER_MONO] = {"mono", 8.5, false, 0},
};

struct paper_texts {
    PangoContext *context;
    PangoFontDescription *fonts[PAPER_FACES];
    GPtrArray *layouts;
    struct survey_report *report;
    struct survey_arena *arena;
    const char *file, *sheet;
    uint32_t row, faulty_row;
    bool mirrored;
};

struct paper_texts *paper_texts_new(struct survey_report *report, const char *file)
{
    struct paper_texts *texts = g_new0(struct paper_texts, 1);
    PangoFontMap *map = pango_cairo_font_map_new();
    texts->context = pango_font_map_create_context(map);
    g_object_unref(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(texts->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(texts->context, 72);
    pango_context_set_round_glyph_positions(texts->context, FALSE);
    // Where Chinese characters are left to a fallback, the language decides between their forms.
    pango_context_set_language(texts->context, pango_language_from_string("zh-cn"));
    for (int i = 0; i < PAPER_FACES; i++) {
        PangoFontDescription *font = pango_font_description_new();
        bool mono = faces[i].family[0] == 'm';
        pango_font_description_set_family(font, mono ? "DejaVu Sans Mono" : "Noto Sans, WenQuanYi Zen Hei, DejaVu Sans");
        pango_font_description_set_size(font, (int)(faces[i].size * PANGO_SCALE));
        pango_font_description_set_weight(font, faces[i].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        texts->fonts[i] = font;
    }
    texts->layouts = g_ptr_array_new_with_free_func(g_object_unref);
    texts->arena = survey_arena_new();
    texts->report = report;
    texts->file = file;
    texts->sheet = "survey";
    return texts;
}

void paper_texts_free(struct paper_texts *texts)
{
    if (!texts)
        return;
    g_ptr_array_free(texts->layouts, TRUE);
    for (int i = 0; i < PAPER_FACES; i++)
        pango_font_description_free(texts->fonts[i]);
    g_object_unref(texts->context);
    survey_arena_free(texts->arena);
    g_free(texts);
}

void paper_texts_mirror(struct paper_texts *texts)
{
    texts->mirrored = true;
}

void paper_texts_place(struct paper_texts *texts, const char *sheet, uint32_t row)
{
    texts->sheet = sheet;
    texts->row = row;
}

static void fault(struct paper_texts *texts, const char *message, const char *text, const char *expected)
{
    char said[600];
    if (texts->row && texts->faulty_row == texts->row)
        return; // one a row is enough
    texts->faulty_row = texts->row;
    survey_format_into(said, sizeof said, message, text);
    survey_report_add(texts->report, &(struct survey_problem){.severity = SURVEY_FAULT, .code = "E410", .file = texts->file,
                                                              .sheet = texts->sheet, .row = texts->row, .message = said,
                                                              .expected = expected});
}

// A font that cairo cannot embed whole must not be used, whatever fontconfig falls back to.
static bool uses_broken_font(PangoLayout *layout)
{
    bool broken = false;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        if (!run)
            continue;
        PangoFontDescription *font = pango_font_describe(run->item->analysis.font);
        const char *family = pango_font_description_get_family(font);
        broken = broken || (family && strncmp(family, "Noto Sans CJK", 13) == 0);
        pango_font_description_free(font);
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
    return broken;
}

static void escape(struct survey_buffer *out, char c)
{
    if (c == '&')
        survey_buffer_text(out, "&amp;");
    else if (c == '<')
        survey_buffer_text(out, "&lt;");
    else if ((unsigned char)c >= ' ' || c == '\n')
        survey_buffer_byte(out, c);
    else
        survey_buffer_byte(out, ' ');
}

// The length of an HTML tag at text, 0 where "<" stands for itself ("< 5").
static size_t tag_length(const char *text)
{
    const char *name = text + 1 + (text[1] == '/');
    const char *end = strchr(text, '>');
    bool letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
    return letter && end && end - text < 200 ? (size_t)(end - text) + 1 : 0;
}

// Pango markup of an XLSForm label: bold is followed, headings' marks and tags are taken out.
static void markup(const char *text, struct survey_buffer *out)
{
    bool bold = false, start = true;
    for (const char *at = text; *at; at++) {
        size_t tag = *at == '<' ? tag_length(at) : 0;
        if (tag) {
            if (strncmp(at, "<br", 3) == 0 || strncmp(at, "</p", 3) == 0)
                survey_buffer_byte(out, '\n');
            at += tag - 1;
        } else if (at[0] == '*' && at[1] == '*' && (bold || strstr(at + 2, "**"))) {
            survey_buffer_text(out, bold ? "</b>" : "<b>");
            bold = !bold;
            at++;
        } else if (start && *at == '#') {
            while (at[1] == '#' || at[1] == ' ')
                at++;
            continue;
        } else {
            escape(out, *at);
        }
        start = *at == '\n';
    }
    if (bold)
        survey_buffer_text(out, "</b>");
}

static struct paper_text measure(PangoLayout *layout)
{
    PangoRectangle all;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    struct paper_text text = {.layout = layout, .lines = (size_t)pango_layout_get_line_count(layout)};
    pango_layout_get_extents(layout, NULL, &all);
    text.dx = all.x / (double)PANGO_SCALE / PAPER_POINTS;
    text.w = all.width / (double)PANGO_SCALE / PAPER_POINTS;
    text.h = all.height / (double)PANGO_SCALE / PAPER_POINTS;
    pango_layout_iter_get_line_extents(iter, NULL, &all);
    text.line = all.height / (double)PANGO_SCALE / PAPER_POINTS;
    text.base = pango_layout_iter_get_baseline(iter) / (double)PANGO_SCALE / PAPER_POINTS;
    pango_layout_iter_free(iter);
    return text;
}

struct paper_text paper_text(struct paper_texts *texts, enum paper_face face, enum paper_align align, double width,
                             const char *text)
{
    if (!text || !*text)
        return (struct paper_text){0};
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    if (texts->mirrored)
        align = PAPER_RIGHT_ALIGNED - align;
    struct survey_buffer marked = SURVEY_BUFFER(TEXT_LIMIT);
    PangoLayout *layout = pango_layout_new(texts->context);
    g_ptr_array_add(texts->layouts, layout);
    markup(text, &marked);
    while (marked.length && marked.at[marked.length - 1] == '\n')
        marked.at[--marked.length] = '\0';
    pango_layout_set_font_description(layout, texts->fonts[face]);
    pango_layout_set_alignment(layout, alignments[align]);
    pango_layout_set_spacing(layout, (int)(faces[face].spacing * PAPER_POINTS * PANGO_SCALE));
    if (width > 0) {
        pango_layout_set_width(layout, (int)(width * PAPER_POINTS * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    }
    pango_layout_set_markup(layout, survey_buffer_string(&marked), -1);
    // Pango turns left and right round in lines from right to left; a label must stay at its box.
    if (align != PAPER_CENTRED && pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL)
        pango_layout_set_alignment(layout, alignments[PAPER_RIGHT_ALIGNED - align]);
    if (marked.overflow)
        fault(texts, _("the text is too long to be printed: %.80s"), text, "");
    else if (pango_layout_get_unknown_glyphs_count(layout) > 0)
        fault(texts, _("no font has all characters of '%.200s'"), text, _("install a font that has them"));
    else if (uses_broken_font(layout))
        fault(texts, _("only Noto Sans CJK has all characters of '%.200s', and it cannot be printed safely"), text,
              "fonts-wqy-zenhei");
    survey_buffer_clear(&marked);
    struct paper_text set = measure(layout);
    set.sheet = texts->sheet;
    set.row = texts->row;
    return set;
}

bool paper_text_fits(struct paper_texts *texts, enum paper_face face, double width, size_t lines, const char *text)
{
    PangoRectangle all;
    struct survey_buffer marked = SURVEY_BUFFER(TEXT_LIMIT);
    PangoLayout *layout = pango_layout_new(texts->context);
    markup(text, &marked);
    pango_layout_set_font_description(layout, texts->fonts[face]);
    pango_layout_set_width(layout, (int)(width * PAPER_POINTS * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD);
    pango_layout_set_markup(layout, survey_buffer_string(&marked), -1);
    pango_layout_get_extents(layout, NULL, &all);
    bool fits = (size_t)pango_layout_get_line_count(layout) <= lines &&
                all.width <= (int)(width * PAPER_POINTS * PANGO_SCALE);
    g_object_unref(layout);
    survey_buffer_clear(&marked);
    return fits;
}

const char *paper_text_lines(struct paper_texts *texts, const struct paper_text *text, size_t from, size_t to)
{
    PangoLayoutLine *first = pango_layout_get_line_readonly(text->layout, (int)from);
    PangoLayoutLine *end = to < text->lines ? pango_layout_get_line_readonly(text->layout, (int)to) : NULL;
    const char *whole = pango_layout_get_text(text->layout);
    int start = pango_layout_line_get_start_index(first);
    int stop = end ? pango_layout_line_get_start_index(end) : (int)strlen(whole);
    return survey_arena_strndup(texts->arena, whole + start, (size_t)(stop - start));
}

void paper_text_draw(cairo_t *cairo, const struct paper_text *text, double x, double y)
{
    if (!text->layout)
        return;
    cairo_move_to(cairo, x * PAPER_POINTS, y * PAPER_POINTS);
    pango_cairo_show_layout(cairo, text->layout);
}

void paper_text_clusters(const struct paper_text *text, double x, double y, paper_cluster_take *take, void *user)
{
    const double unit = PANGO_SCALE * PAPER_POINTS;
    if (!text->layout)
        return;
    PangoLayoutIter *iter = pango_layout_get_iter(text->layout);
    do {
        PangoRectangle ink;
        if (!pango_layout_iter_get_run_readonly(iter))
            continue; // the end of a line
        pango_layout_iter_get_cluster_extents(iter, &ink, NULL);
        if (ink.width <= 0 || ink.height <= 0)
            continue;
        take(user, &(struct paper_cluster){x + ink.x / unit, y + ink.y / unit, ink.width / unit, ink.height / unit,
                                           pango_layout_get_text(text->layout) + pango_layout_iter_get_index(iter), text});
    } while (pango_layout_iter_next_cluster(iter));
    pango_layout_iter_free(iter);
}

double paper_text_room(const struct paper_text *text)
{
    int width = text->layout ? pango_layout_get_width(text->layout) : -1;
    return width < 0 ? text->dx + text->w : width / (double)PANGO_SCALE / PAPER_POINTS;
}

const char *paper_text_words(const struct paper_text *text)
{
    return text->layout ? pango_layout_get_text(text->layout) : "";
}
