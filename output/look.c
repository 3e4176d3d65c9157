// SPDX-License-Identifier: GPL-3.0-or-later
// How cells and pages look: the formats of official Chinese tables, and their English counterpart.
#include "output/book.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

// Fonts by name, for the machines that officials have; others fall back.
struct look {
    const char *chinese, *english;
    double points_chinese, points_english;
    bool bold, border, wrap;
    uint8_t align;
};

static const struct look looks[OUTPUT_LOOKS] = {
    [OUTPUT_PLAIN] = {"仿宋", "Calibri", 12, 11, false, false, true, LXW_ALIGN_LEFT},
    [OUTPUT_ATTACHMENT] = {"黑体", "Calibri", 16, 11, false, false, false, LXW_ALIGN_LEFT},
    [OUTPUT_TITLE] = {"方正小标宋简体", "Calibri", 20, 16, true, false, true, LXW_ALIGN_CENTER},
    [OUTPUT_SIDE] = {"仿宋", "Calibri", 10.5, 10, false, false, false, LXW_ALIGN_RIGHT},
    [OUTPUT_HEAD] = {"黑体", "Calibri", 10.5, 10, true, true, true, LXW_ALIGN_CENTER},
    [OUTPUT_TEXT] = {"仿宋", "Calibri", 10.5, 10, false, true, true, LXW_ALIGN_LEFT},
    [OUTPUT_CENTRE] = {"仿宋", "Calibri", 10.5, 10, false, true, true, LXW_ALIGN_CENTER},
    [OUTPUT_NUMBER] = {"Times New Roman", "Calibri", 10.5, 10, false, true, false, LXW_ALIGN_RIGHT},
    [OUTPUT_TOTAL] = {"Times New Roman", "Calibri", 10.5, 10, true, true, false, LXW_ALIGN_RIGHT},
    [OUTPUT_NOTE] = {"仿宋", "Calibri", 10.5, 9, false, false, true, LXW_ALIGN_LEFT},
    [OUTPUT_LEFT] = {"仿宋", "Calibri", 10.5, 10, false, false, false, LXW_ALIGN_LEFT},
    [OUTPUT_CAPTION] = {"仿宋", "Calibri", 12, 11, true, false, true, LXW_ALIGN_CENTER},
    [OUTPUT_ROW] = {"黑体", "Calibri", 10.5, 10, false, true, true, LXW_ALIGN_LEFT},
};

static const lxw_color_t tone_fill[OUTPUT_TONES] = {0, 0xE2F0D9, 0xFFF2CC, 0xF8CBAD};
static const lxw_color_t tone_font[OUTPUT_TONES] = {0, 0x2E5B1E, 0x7F6000, 0x9C0006};

double output_points(const struct output_sheet *sheet, enum output_look look)
{
    return sheet->chinese ? looks[look].points_chinese : looks[look].points_english;
}

bool output_wraps(enum output_look look)
{
    return looks[look].wrap;
}

bool output_bold(enum output_look look)
{
    return looks[look].bold;
}

static void set_number_format(lxw_format *format, int decimals)
{
    char code[32];
    survey_format_into(code, sizeof code, "#,##0%s%.*s", decimals > 0 ? "." : "", decimals, "000000");
    format_set_num_format(format, code);
}

static lxw_format *make_format(struct output_sheet *sheet, enum output_look look, int decimals, enum output_tone tone)
{
    const struct look *wanted = &looks[look];
    lxw_format *format = workbook_add_format(sheet->book->workbook);
    format_set_font_name(format, sheet->chinese ? wanted->chinese : wanted->english);
    format_set_font_size(format, output_points(sheet, look));
    format_set_align(format, wanted->align);
    format_set_align(format, look == OUTPUT_PLAIN || look == OUTPUT_NOTE ? LXW_ALIGN_VERTICAL_TOP
                                                                         : LXW_ALIGN_VERTICAL_CENTER);
    if (wanted->bold)
        format_set_bold(format);
    if (wanted->wrap)
        format_set_text_wrap(format);
    if (wanted->border)
        format_set_border(format, LXW_BORDER_THIN);
    if (look == OUTPUT_HEAD)
        format_set_bg_color(format, 0xDDE6F0);
    if (look == OUTPUT_ROW)
        format_set_bg_color(format, 0xF2F5F9);
    if (look == OUTPUT_NUMBER || look == OUTPUT_TOTAL)
        set_number_format(format, decimals);
    if (tone != OUTPUT_NEUTRAL) {
        format_set_bg_color(format, tone_fill[tone]);
        format_set_font_color(format, tone_font[tone]);
    }
    return format;
}

lxw_format *output_format(struct output_sheet *sheet, enum output_look look, int decimals, enum output_tone tone)
{
    decimals = decimals < 0 ? 0 : decimals > OUTPUT_DECIMALS ? OUTPUT_DECIMALS : decimals;
    lxw_format **kept = &sheet->book->formats[sheet->chinese][look][decimals][tone];
    if (!*kept)
        *kept = make_format(sheet, look, decimals, tone);
    return *kept;
}

double output_final_width(const struct output_width *width)
{
    if (width->set)
        return width->width;
    double fitted = width->width + 2;
    return fitted < 7 ? 7 : fitted > 42 ? 42 : fitted;
}

void output_sheet_finish(struct output_sheet *sheet, const struct output_page *page)
{
    lxw_worksheet *worksheet = sheet->sheet;
    for (uint32_t column = 0; column < sheet->width_count; column++)
        worksheet_set_column(worksheet, (lxw_col_t)column, (lxw_col_t)column,
                             output_final_width(&sheet->widths[column]), NULL);
    for (uint32_t row = 0; row < sheet->height_count; row++)
        if (sheet->heights[row] > 0)
            worksheet_set_row(worksheet, row, sheet->heights[row], NULL);
    worksheet_set_paper(worksheet, 9); // A4
    if (page->landscape)
        worksheet_set_landscape(worksheet);
    worksheet_set_margins(worksheet, 0.6, 0.6, 0.7, 0.7);
    worksheet_center_horizontally(worksheet);
    worksheet_fit_to_pages(worksheet, 1, 0);
    worksheet_set_footer(worksheet, sheet->chinese ? "&C第 &P 页 共 &N 页" : "&CPage &P of &N");
    if (page->head_last)
        worksheet_repeat_rows(worksheet, page->head_first, page->head_last);
    if (page->freeze_row || page->freeze_column)
        worksheet_freeze_panes(worksheet, page->freeze_row, (lxw_col_t)page->freeze_column);
    if (page->filter && page->columns)
        worksheet_autofilter(worksheet, page->head_last, 0, page->head_last, (lxw_col_t)(page->columns - 1));
    if (page->protect) {
        lxw_protection allowed = {.format_columns = LXW_TRUE, .format_rows = LXW_TRUE, .autofilter = LXW_TRUE,
                                  .sort = LXW_TRUE};
        worksheet_protect(worksheet, "", &allowed);
    }
    worksheet_gridlines(worksheet, LXW_HIDE_ALL_GRIDLINES);
}
