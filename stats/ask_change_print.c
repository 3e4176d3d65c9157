// SPDX-License-Identifier: GPL-3.0-or-later
// The change between two rounds as an aligned table, and as JSON.
#include "stats/ask_change.h"
#include "stats/math/distribution.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/json.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 11 };

// The ends of the interval; the p-value where there is an error.
struct interval {
    double low, high, tail;
};

static struct interval interval_of(const struct effect_change_table *table,
                                   const struct effect_change_line *line)
{
    const struct effect_change *change = &line->change;
    double upper = 1 - (1 - table->asked[1]->source->design.confidence) / 2;
    double reach = line->sure ? stats_t_quantile(upper, change->df) * change->se : (double)NAN;
    return (struct interval){change->change - reach, change->change + reach,
                             line->sure && change->se > 0
                                 ? stats_t_tail(change->change / change->se, change->df)
                                 : (double)NAN};
}

static const char *dashed(struct survey_arena *arena, bool known, double value)
{
    return known && isfinite(value) ? stats_ask_digits(arena, value) : "–";
}

static void head_line(const struct effect_change_table *table, const char **cell)
{
    struct survey_arena *arena = table->arena;
    double percent = 100 * table->asked[1]->source->design.confidence;
    *cell++ = _("figure");
    for (size_t i = 0; i < table->asked[1]->by_count; i++)
        *cell++ = table->asked[1]->by[i];
    *cell++ = table->round[0];
    *cell++ = table->round[1];
    *cell++ = _("change");
    *cell++ = _("std error");
    *cell++ = survey_arena_format(arena, _("%g%% low"), percent);
    *cell++ = survey_arena_format(arena, _("%g%% high"), percent);
    *cell++ = _("p");
    *cell++ = survey_arena_format(arena, _("n %s"), table->round[0]);
    *cell++ = survey_arena_format(arena, _("n %s"), table->round[1]);
    *cell++ = _("note");
}

static void body_line(const struct effect_change_table *table,
                      const struct effect_change_line *line, const char **cell)
{
    struct survey_arena *arena = table->arena;
    struct interval interval = interval_of(table, line);
    struct stats_ask ask = {
        .statistic = line->statistic, .of = line->of, .over = "", .level = line->level};
    *cell++ = stats_ask_what(arena, &ask);
    for (size_t i = 0; i < table->asked[1]->by_count; i++)
        *cell++ = line->groups[i];
    *cell++ = dashed(arena, line->known, line->change.value[0]);
    *cell++ = dashed(arena, line->known, line->change.value[1]);
    *cell++ = dashed(arena, line->known, line->change.change);
    *cell++ = dashed(arena, line->sure, line->change.se);
    *cell++ = dashed(arena, line->sure, interval.low);
    *cell++ = dashed(arena, line->sure, interval.high);
    *cell++ = dashed(arena, line->sure, interval.tail);
    *cell++ = survey_arena_format(arena, "%zu", line->n[0]);
    *cell++ = survey_arena_format(arena, "%zu", line->n[1]);
    *cell++ = line->why ? line->why : line->change.without ? _("the covariance was left out") : "";
}

// How it was found, in words.
static void put_method(const struct effect_change_table *table, struct survey_buffer *text)
{
    const struct stats_source *source = table->asked[1]->source;
    const char *first = table->asked[0]->source->weights, *weights = source->weights;
    if (strcmp(first, weights) != 0)
        weights = survey_arena_format(table->arena, _("%s in %s, %s in %s"), first, table->round[0],
                                      weights, table->round[1]);
    survey_format(
        text,
        _("V1 + V2 - 2 C: Taylor linearisation of each round under its own sample, the covariance "
          "from "
          "%zu PSUs of both rounds (%zu of the first alone, %zu of the second alone); %s"),
        table->overlap.psus[3], table->overlap.psus[1], table->overlap.psus[2], weights);
    if (table->overlap.lone)
        survey_format(text, _("; %zu strata with one PSU in both rounds count without covariance"),
                      table->overlap.lone);
    if (table->without)
        survey_buffer_text(text, _("; a covariance that made a variance negative was left out"));
    survey_format(text,
                  _("; strata with one PSU: %s; intervals: t by PSUs of either round minus strata"),
                  stats_lonely_name(source->design.lonely));
}

void effect_change_print(const struct effect_change_table *table, struct survey_buffer *text)
{
    size_t by = table->asked[1]->by_count;
    const char ***cells = survey_arena_array(table->arena, table->count + 1, sizeof *cells);
    for (size_t line = 0; line <= table->count; line++)
        cells[line] = survey_arena_array(table->arena, COLUMNS + by, sizeof **cells);
    survey_format(text, _("%s: %zu rows in %s, %zu in %s\n"), table->asked[1]->source->path,
                  table->asked[0]->source->rows, table->round[0], table->asked[1]->source->rows,
                  table->round[1]);
    head_line(table, cells[0]);
    for (size_t i = 0; i < table->count; i++)
        body_line(table, &table->lines[i], cells[i + 1]);
    stats_ask_put_table(table->arena, cells, table->count + 1, COLUMNS + by, 1 + by, text);
    put_method(table, text);
    survey_buffer_text(text, "\n");
}

static void write_known(struct survey_json_writer *writer, const char *key, bool known,
                        double value)
{
    survey_json_member_number(writer, key, known ? value : (double)NAN);
}

static void write_line(const struct effect_change_table *table,
                       const struct effect_change_line *line, struct survey_json_writer *writer)
{
    const struct effect_change *change = &line->change;
    struct interval interval = interval_of(table, line);
    double apart = sqrt(change->variance[0] * change->variance[1]);
    survey_json_open(writer, '{');
    survey_json_member(writer, "statistic", stats_statistic_name(line->statistic));
    survey_json_member(writer, "of", line->of);
    if (line->level)
        survey_json_member(writer, "level", line->level);
    if (table->asked[1]->by_count) {
        survey_json_key(writer, "by");
        survey_json_open(writer, '{');
        for (size_t i = 0; i < table->asked[1]->by_count; i++)
            survey_json_member(writer, table->asked[1]->by[i], line->groups[i]);
        survey_json_close(writer, '}');
    }
    write_known(writer, "from", line->known, change->value[0]);
    write_known(writer, "to", line->known, change->value[1]);
    write_known(writer, "change", line->known, change->change);
    write_known(writer, "se", line->sure, change->se);
    write_known(writer, "low", line->sure, interval.low);
    write_known(writer, "high", line->sure, interval.high);
    write_known(writer, "p_value", line->sure, interval.tail);
    write_known(writer, "df", line->known, change->df);
    write_known(writer, "se_from", line->known && !change->constant[0], sqrt(change->variance[0]));
    write_known(writer, "se_to", line->known && !change->constant[1], sqrt(change->variance[1]));
    write_known(writer, "covariance", line->known, change->covariance);
    write_known(writer, "correlation", line->known && apart > 0, change->covariance / apart);
    survey_json_member_integer(writer, "n_from", (int64_t)line->n[0]);
    survey_json_member_integer(writer, "n_to", (int64_t)line->n[1]);
    survey_json_member_integer(writer, "missing_from", (int64_t)line->missing[0]);
    survey_json_member_integer(writer, "missing_to", (int64_t)line->missing[1]);
    survey_json_member(writer, "reason", line->why);
    survey_json_close(writer, '}');
}

void effect_change_write(const struct effect_change_table *table, struct survey_json_writer *writer)
{
    struct survey_buffer method = SURVEY_BUFFER(1 << 16);
    put_method(table, &method);
    survey_json_open(writer, '{');
    survey_json_member(writer, "source", table->asked[1]->source->path);
    survey_json_member(writer, "from", table->round[0]);
    survey_json_member(writer, "to", table->round[1]);
    survey_json_member(writer, "where", *table->asked[1]->where ? table->asked[1]->where : NULL);
    survey_json_member_number(writer, "confidence", table->asked[1]->source->design.confidence);
    survey_json_key(writer, "psus");
    survey_json_open(writer, '{');
    survey_json_member_integer(writer, "both", (int64_t)table->overlap.psus[3]);
    survey_json_member_integer(writer, "from_only", (int64_t)table->overlap.psus[1]);
    survey_json_member_integer(writer, "to_only", (int64_t)table->overlap.psus[2]);
    survey_json_close(writer, '}');
    survey_json_member(writer, "method", survey_buffer_string(&method));
    survey_json_key(writer, "changes");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < table->count; i++)
        write_line(table, &table->lines[i], writer);
    survey_json_close(writer, ']');
    survey_json_close(writer, '}');
    survey_buffer_clear(&method);
}
