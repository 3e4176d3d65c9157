// SPDX-License-Identifier: GPL-3.0-or-later
// Native charts: stacked bars for answers on a scale, ranked bars with a line.
#include "output/book.h"

#include <stdlib.h>

static lxw_chart_series *add_series(const struct output_sheet *sheet, lxw_chart *chart, uint32_t first_row,
                                    uint32_t last_row, uint32_t category, uint32_t values)
{
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    chart_series_set_categories(series, sheet->name, first_row, (lxw_col_t)category, last_row, (lxw_col_t)category);
    chart_series_set_values(series, sheet->name, first_row, (lxw_col_t)values, last_row, (lxw_col_t)values);
    return series;
}

static void insert(struct output_sheet *sheet, lxw_chart *chart, uint32_t row, uint32_t column, double width, double height)
{
    // A chart is 480 by 288 pixels at scale 1.
    lxw_chart_options options = {.x_scale = width / 480, .y_scale = height / 288};
    worksheet_insert_chart_opt(sheet->sheet, row, (lxw_col_t)column, chart, &options);
}

// Lines behind the bars that don't drown them.
static void soften(lxw_chart_axis *axis)
{
    lxw_chart_line line = {.color = 0xD9D9D9, .width = 0.75};
    chart_axis_major_gridlines_set_line(axis, &line);
}

static void set_title(lxw_chart *chart, const char *title)
{
    char *safe = output_safe_text(title);
    lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
    chart_title_set_name(chart, safe);
    chart_title_set_name_font(chart, &font);
    free(safe);
}

void output_stacked_bars(struct output_sheet *sheet, const struct output_stack *stack)
{
    // From the best answer to the worst; the last one, "cannot say", in grey.
    static const lxw_color_t colours[] = {0x2E75B6, 0x9DC3E6, 0xE7E6E6, 0xF4B183, 0xC55A11, 0x7F7F7F};
    lxw_chart *chart = workbook_add_chart(sheet->book->workbook, LXW_CHART_BAR_STACKED);
    for (uint32_t column = stack->first; column <= stack->last; column++) {
        lxw_chart_series *series =
            add_series(sheet, chart, stack->first_row, stack->last_row, stack->category, column);
        chart_series_set_name_range(series, sheet->name, stack->head_row, (lxw_col_t)column);
        uint32_t place = column - stack->first;
        lxw_chart_fill fill = {.color = colours[place < 5 ? place : 5]};
        chart_series_set_fill(series, &fill);
    }
    set_title(chart, stack->title);
    chart_axis_set_reverse(chart->y_axis); // first question on top
    chart_axis_set_interval_unit(chart->y_axis, 1); // and each is named
    chart_axis_set_num_format(chart->x_axis, "0\"%\"");
    chart_axis_set_min(chart->x_axis, 0);
    chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_TRUE);
    soften(chart->x_axis);
    chart_axis_set_max(chart->x_axis, 100);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    chart_set_series_overlap(chart, 100);
    chart_set_series_gap(chart, 60);
    insert(sheet, chart, stack->at_row, stack->at_column, stack->width, stack->height);
}

// A line over all bars: the trend of a series of equal values that itself is not drawn. One bar has no
// trend, so that the limit stands beside it as a bar of its own.
static void add_limit(struct output_sheet *sheet, lxw_chart *chart, const struct output_bars *bars)
{
    const struct output_sheet *data = bars->data ? bars->data : sheet;
    lxw_chart_series *limit = add_series(data, chart, bars->first_row, bars->last_row, bars->category, bars->limit_column);
    char *name = output_safe_text(bars->limit_name);
    lxw_chart_fill red = {.color = 0xC00000}, none = {.none = LXW_TRUE};
    lxw_chart_line line = {.color = 0xC00000, .width = 1.75}, no_line = {.none = LXW_TRUE};
    chart_series_set_name(limit, name);
    if (bars->first_row == bars->last_row) {
        chart_series_set_fill(limit, &red);
    } else {
        chart_series_set_fill(limit, &none);
        chart_series_set_line(limit, &no_line);
        chart_series_set_trendline(limit, LXW_CHART_TRENDLINE_TYPE_LINEAR, 0);
        chart_series_set_trendline_name(limit, name);
        chart_series_set_trendline_forecast(limit, 0.5, 0.5);
        chart_series_set_trendline_line(limit, &line);
        chart_set_series_overlap(chart, 100);
    }
    free(name);
}

void output_bars(struct output_sheet *sheet, const struct output_bars *bars)
{
    lxw_chart *chart = workbook_add_chart(sheet->book->workbook, LXW_CHART_COLUMN);
    lxw_chart_series *series = add_series(bars->data ? bars->data : sheet, chart, bars->first_row, bars->last_row,
                                          bars->category, bars->values);
    lxw_chart_fill fill = {.color = 0x2E75B6};
    char *safe = output_safe_text(bars->title);
    chart_series_set_name(series, safe);
    free(safe);
    chart_series_set_fill(series, &fill);
    chart_series_set_labels(series);
    chart_set_series_gap(chart, 80);
    soften(chart->y_axis);
    if (!bars->below_zero)
        chart_axis_set_min(chart->y_axis, 0);
    if (bars->most > 0)
        chart_axis_set_max(chart->y_axis, bars->most);
    set_title(chart, bars->title);
    if (bars->limit_column)
        add_limit(sheet, chart, bars);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE); // the title names the line
    insert(sheet, chart, bars->at_row, bars->at_column, bars->width, bars->height);
}
