// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of poverty and inequality as JSON, a list a field.
#include "stats/poverty/request_poverty.h"

// A list of what of() says of each figure; NaN is written as null.
static void put(const struct poverty_asked *asked, struct survey_json_writer *out, const char *key,
                double (*of)(const struct poverty_figure *))
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < asked->count; i++)
        survey_json_put_number(out, of(&asked->figures[i]));
    survey_json_close(out, ']');
}

static double value_of(const struct poverty_figure *f)
{
    return f->known ? f->of.value : (double)NAN;
}
static double se_of(const struct poverty_figure *f)
{
    return f->interval.sure ? sqrt(f->variance) : (double)NAN;
}
static bool has_ends(const struct poverty_figure *f)
{
    return f->known && strcmp(f->interval.name, "none") != 0;
}
static double low_of(const struct poverty_figure *f)
{
    return has_ends(f) ? f->interval.low : (double)NAN;
}
static double high_of(const struct poverty_figure *f)
{
    return has_ends(f) ? f->interval.high : (double)NAN;
}
static double cv_of(const struct poverty_figure *f)
{
    return f->interval.sure && f->of.value != 0 ? sqrt(f->variance) / fabs(f->of.value)
                                                : (double)NAN;
}
static double df_of(const struct poverty_figure *f)
{
    return f->df;
}
static double line_of(const struct poverty_figure *f)
{
    return f->known ? f->of.line : (double)NAN;
}
static double poor_of(const struct poverty_figure *f)
{
    return f->known ? (double)f->of.poor : (double)NAN;
}
static double n_of(const struct poverty_figure *f)
{
    return (double)f->n;
}
static double missing_of(const struct poverty_figure *f)
{
    return (double)f->missing;
}
static double negative_of(const struct poverty_figure *f)
{
    return (double)f->negative;
}
static double zero_of(const struct poverty_figure *f)
{
    return (double)f->zero;
}
static double left_out_of(const struct poverty_figure *f)
{
    return (double)f->left_out;
}
static double head_of(const struct poverty_figure *f)
{
    return f->known ? f->of.head : (double)NAN;
}
static double gap_of(const struct poverty_figure *f)
{
    return f->known ? f->of.gap : (double)NAN;
}
static double unequal_of(const struct poverty_figure *f)
{
    return f->known ? f->of.unequal : (double)NAN;
}

static void put_texts(const struct poverty_asked *asked, struct survey_json_writer *out,
                      const char *key, bool reason)
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < asked->count; i++)
        survey_json_put_text(out, reason ? asked->figures[i].interval.reason
                                         : asked->figures[i].interval.name);
    survey_json_close(out, ']');
}

static void put_names(const struct request *request, const struct poverty_asked *asked,
                      struct survey_json_writer *out)
{
    if (asked->grouped)
        request_write_levels(out, &asked->groups);
    else {
        survey_json_key(out, "names");
        survey_json_open(out, '[');
        survey_json_put_text(out, survey_json_text(request->args, "income", ""));
        survey_json_close(out, ']');
    }
    if (asked->prob_count)
        request_write_numbers(out, "probs", asked->probs, asked->prob_count);
}

// How it was computed, in one sentence a convention.
static void put_method(const struct request *request, const struct poverty_asked *asked,
                       struct survey_json_writer *out)
{
    enum stats_poverty_measure measure = asked->question.measure;
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    survey_buffer_text(&text, request->replicates ? _("replicates")
                                                  : _("linearised (Deville 1999; Osier 2009)"));
    bool lined = measure != STATS_GINI && measure != STATS_LORENZ && measure != STATS_QSR;
    if (lined && measure != STATS_ARPT)
        survey_buffer_text(&text, asked->question.line.strict
                                      ? _("; poor are incomes below the line")
                                      : _("; poor are incomes at or below the line"));
    if (asked->by_row)
        survey_buffer_text(&text, _("; each row has its own line, and incomes are in units of it"));
    if (asked->size)
        survey_format(&text, _("; each row counts '%s' times"),
                      survey_json_text(request->args, "size", ""));
    if (measure == STATS_WATTS)
        survey_buffer_text(
            &text,
            _("; incomes of 0 or less are left out (see left_out), unless 'floor' raises them"));
    if (measure == STATS_GINI && asked->question.upper)
        survey_buffer_text(
            &text,
            _("; Gini by ranks with the row itself, which depends on the scale of the weights"));
    survey_json_member(out, "method", survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

void poverty_write(struct request *request, const struct poverty_asked *asked,
                   struct survey_json_writer *out)
{
    enum stats_poverty_measure measure = asked->question.measure;
    survey_json_open(out, '{');
    put_names(request, asked, out);
    put(asked, out, "est", value_of);
    put(asked, out, "se", se_of);
    put(asked, out, "ci_low", low_of);
    put(asked, out, "ci_high", high_of);
    put_texts(asked, out, "interval", false);
    put(asked, out, "df", df_of);
    put(asked, out, "cv", cv_of);
    if (measure != STATS_GINI && measure != STATS_LORENZ && measure != STATS_QSR) {
        put(asked, out, "line", line_of);
        put(asked, out, "poor", poor_of);
    }
    if (measure == STATS_SEN) {
        put(asked, out, "H", head_of);
        put(asked, out, "I", gap_of);
        put(asked, out, "G_poor", unequal_of);
    }
    put(asked, out, "n", n_of);
    put(asked, out, "missing", missing_of);
    put(asked, out, "negative", negative_of);
    put(asked, out, "zero", zero_of);
    put(asked, out, "left_out", left_out_of);
    put_texts(asked, out, "reason", true);
    put_method(request, asked, out);
    survey_json_close(out, '}');
}
