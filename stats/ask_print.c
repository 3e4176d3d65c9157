// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of `estimate` as an aligned table, with how they were made; and as JSON.
#include "stats/ask.h"

#include "stats/estimate/replicate.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 10, RANK_COLUMNS = 3, DIGITS = 6 };

static const char *interval_name(const char *interval)
{
    static const struct {
        const char *code, *name;
    } names[] = {
        {"t", N_("t")},
        {"korn-graubard", N_("Korn-Graubard")},
        {"upper limit", N_("none found: upper limit")},
        {"lower limit", N_("all found: lower limit")},
        {"woodruff", N_("Woodruff")},
        {"census", N_("census")},
        {"none", N_("no interval")},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(interval, names[i].code) == 0)
            return _(names[i].name);
    return interval;
}

// Why an answer has no interval, in words; NULL where it has one.
static const char *reason_of(const struct stats_answer *answer)
{
    const struct stats_estimate *e = &answer->estimate;
    if (answer->missing)
        return answer->missing;
    if (strcmp(e->interval, "none") != 0)
        return NULL;
    if (e->lost)
        return _("in some replicate nothing was left to estimate from");
    if (e->df <= 0)
        return _("no degrees of freedom: each stratum has one PSU in the domain");
    return _("all values are equal, which shows no variance");
}

// Six significant digits, without an exponent for what people count.
const char *stats_ask_digits(struct survey_arena *arena, double value)
{
    char text[SURVEY_NUMBER_TEXT];
    double size = fabs(value);
    if (size < 1e-9) // what rounding leaves of nothing
        value = size = 0;
    int whole = size >= 1 && size < 1e15 ? (int)floor(log10(size)) + 1 : 0;
    int small = size > 0 && size < 0.1 ? (int)floor(-log10(size)) : 0;
    int decimals = whole >= DIGITS ? 0 : DIGITS - whole + (small < 12 ? small : 12);
    if (value == rint(value) && size < 1e15)
        decimals = 0;
    survey_number_fixed(value, decimals > 2 ? decimals - 1 : decimals, SURVEY_HALF_UP, text);
    return survey_arena_strdup(arena, text);
}

const char *stats_ask_what(struct survey_arena *arena, const struct stats_ask *ask)
{
    const char *statistic = ask->statistic == STATS_SHARE   ? _("share")
                            : ask->statistic == STATS_MEAN  ? _("mean")
                            : ask->statistic == STATS_TOTAL ? _("total")
                            : ask->statistic == STATS_RATIO ? _("ratio")
                                                            : _("quantile");
    if (ask->level)
        return survey_arena_format(arena, "%s %s = %s", statistic, ask->of, ask->level);
    if (ask->statistic == STATS_RATIO)
        return survey_arena_format(arena, "%s %s / %s", statistic, ask->of, ask->over);
    if (ask->statistic == STATS_QUANTILE)
        return survey_arena_format(arena, "%s %g %s", statistic, ask->p, ask->of);
    return survey_arena_format(arena, "%s %s", statistic, ask->of);
}

static int width_of(const char *text)
{
    return (int)survey_utf8_columns(text, strlen(text));
}

struct table {
    struct survey_arena *arena;
    size_t lines, groups; // columns of groups
    size_t columns;       // of all
    const char ***cells;
};

void stats_ask_put_table(struct survey_arena *arena, const char ***cells, size_t lines, size_t columns, size_t left_columns,
                         struct survey_buffer *text)
{
    int *widest = survey_arena_array(arena, columns, sizeof *widest);
    for (size_t line = 0; line < lines; line++)
        for (size_t column = 0; column < columns; column++) {
            int width = width_of(cells[line][column]);
            widest[column] = width > widest[column] ? width : widest[column];
        }
    for (size_t line = 0; line < lines; line++) {
        for (size_t column = 0; column < columns; column++) {
            bool left = column < left_columns || column == columns - 1;
            int spaces = widest[column] - width_of(cells[line][column]);
            if (column)
                survey_buffer_text(text, "  ");
            while (!left && spaces-- > 0)
                survey_buffer_byte(text, ' ');
            survey_buffer_text(text, cells[line][column]);
            while (left && column < columns - 1 && spaces-- > 0)
                survey_buffer_byte(text, ' ');
        }
        survey_buffer_byte(text, '\n');
    }
}

static void head_line(const struct stats_asked *asked, struct table *table)
{
    const char **cell = table->cells[0];
    struct survey_arena *arena = table->arena;
    double percent = 100 * asked->source->design.confidence;
    *cell++ = _("figure");
    for (size_t i = 0; i < table->groups; i++)
        *cell++ = asked->by[i];
    *cell++ = _("estimate");
    *cell++ = _("std error");
    *cell++ = survey_arena_format(arena, _("%g%% low"), percent);
    *cell++ = survey_arena_format(arena, _("%g%% high"), percent);
    *cell++ = _("df");
    *cell++ = _("deff");
    *cell++ = _("n");
    *cell++ = _("missing");
    if (asked->ranks) {
        *cell++ = _("rank");
        *cell++ = _("rank set");
        *cell++ = _("all at once");
    }
    *cell++ = _("interval");
}

static const char **rank_cells(const struct stats_answer *answer, struct survey_arena *arena, const char **cell)
{
    const struct stats_rank_set *rank = &answer->rank;
    bool known = answer->ranked > 0;
    *cell++ = known ? survey_arena_format(arena, _("%zu of %zu"), rank->rank, answer->ranked) : "–";
    *cell++ = known ? survey_arena_format(arena, "%zu–%zu", rank->low, rank->high) : "–";
    *cell++ = known ? survey_arena_format(arena, "%zu–%zu", rank->all_low, rank->all_high) : "–";
    return cell;
}

static void answer_line(const struct stats_asked *asked, const struct stats_answer *answer,
                        struct table *table, const char **cell)
{
    const struct stats_estimate *e = &answer->estimate;
    struct survey_arena *arena = table->arena;
    bool none = answer->missing || strcmp(e->interval, "none") == 0;
    const char *reason = reason_of(answer);
    *cell++ = stats_ask_what(arena, answer->ask);
    for (size_t i = 0; i < table->groups; i++)
        *cell++ = asked->groups[answer->group][i];
    *cell++ = answer->missing ? "–" : stats_ask_digits(arena, e->value);
    *cell++ = answer->missing || !e->known_se ? "–" : stats_ask_digits(arena, e->se);
    *cell++ = none ? "–" : stats_ask_digits(arena, e->low);
    *cell++ = none ? "–" : stats_ask_digits(arena, e->high);
    *cell++ = answer->missing ? "–" : stats_ask_digits(arena, e->df);
    *cell++ = answer->missing || e->deff <= 0 ? "–" : stats_ask_digits(arena, e->deff);
    *cell++ = survey_arena_format(arena, "%zu", e->base);
    *cell++ = survey_arena_format(arena, "%zu", e->missing);
    if (asked->ranks)
        cell = rank_cells(answer, arena, cell);
    *cell++ = reason ? reason : interval_name(e->interval);
}

static void put_stages(const struct stats_asked *asked, struct survey_buffer *text)
{
    const struct stats_prepared *prepared = asked->source->prepared;
    for (int i = 0; i < prepared->stages; i++) {
        const struct stats_stage *stage = &prepared->stage[i];
        bool finite = false;
        for (size_t h = 0; h < stage->strata; h++)
            finite = finite || !isinf(stage->population[h]);
        survey_format(text, _("; stage %d: %zu strata, %zu units, %s"), i + 1, stage->strata, stage->units,
                      stage->chance ? _("by each unit's own probability, without replacement (Brewer's approximation)")
                      : finite      ? _("finite population correction")
                                    : _("as drawn with replacement"));
        if (stage->chance && finite)
            survey_buffer_text(text, _("; finite population correction in the other strata"));
    }
}

static void put_replicates(const struct stats_source *source, struct survey_buffer *text)
{
    const struct stats_replicates *of = source->replicates;
    bool random = of->plan.method == STATS_RAO_WU || of->plan.method == STATS_CANTY_DAVISON ||
                  of->plan.method == STATS_PRESTON;
    survey_format(text, _("%s, %zu replicates"), stats_replicate_name(of->plan.method), of->count);
    if (of->plan.method == STATS_FAY)
        survey_format(text, _(", rho %g"), of->plan.rho);
    if (random)
        survey_format(text, _(", seed %llu"), (unsigned long long)of->plan.seed);
    if (!of->finite && source->design.fpc[0])
        survey_buffer_text(text, _(", PSUs as drawn with replacement"));
    if (of->reweighed)
        survey_buffer_text(text, _(", the weights sheet carried out in each"));
    survey_format(text, _(", domains as zeros; %s"), source->weights);
}

void stats_ask_method(const struct stats_asked *asked, struct survey_buffer *text)
{
    const struct stats_design *design = &asked->source->design;
    if (asked->source->replicates)
        put_replicates(asked->source, text);
    else
        survey_format(text, _("Taylor linearisation, domains as zeros; %s"), asked->source->weights);
    put_stages(asked, text);
    survey_format(text, _("; strata with one PSU: %s"), stats_lonely_name(design->lonely));
    survey_format(text,
                  design->satterthwaite
                      ? _("; intervals at %g%%: t by Satterthwaite's degrees of freedom of the domain; shares by Korn and "
                          "Graubard, one-sided where none or all were found")
                      : _("; intervals at %g%%: t by PSUs minus strata of the domain; shares by Korn and Graubard, "
                          "one-sided where none or all were found"),
                  100 * design->confidence);
    if (design->assumed_icc > 0)
        survey_format(text,
                      _("; a share's design effect is at least 1 + (rows a PSU - 1) * %g, the assumed "
                        "intra-class correlation"),
                      design->assumed_icc);
    survey_buffer_text(text, _("; deff against simple random sampling without replacement"));
    if (asked->ranks)
        survey_format(text,
                      _("; ranks: best is %s; sets that hold a group's true rank, and those of all groups at once, at %g%% "
                        "(Mogstad, Romano, Shaikh and Wilhelm 2024; %d draws, seed %d); errors enlarged by t over normal, or from the limit where none or all were found"),
                      asked->ranks, 100 * design->confidence, STATS_ASK_DRAWS, STATS_ASK_SEED);
}

void stats_ask_print(const struct stats_asked *asked, struct survey_buffer *text)
{
    struct table table = {
        .arena = survey_arena_new(), .lines = asked->answer_count + 1, .groups = asked->by_count};
    table.columns = COLUMNS + table.groups + (asked->ranks ? RANK_COLUMNS : 0);
    table.cells = survey_arena_array(table.arena, table.lines, sizeof *table.cells);
    for (size_t line = 0; line < table.lines; line++)
        table.cells[line] = survey_arena_array(table.arena, table.columns, sizeof **table.cells);
    survey_format(text, _("%s: %zu rows"), asked->source->path, asked->source->rows);
    if (asked->inside) {
        size_t inside = 0;
        for (size_t row = 0; row < asked->source->rows; row++)
            inside += asked->inside[row];
        survey_format(text, _(", %zu where %s"), inside, asked->where);
    }
    if (asked->ungrouped)
        survey_format(text, _(", %zu in no group"), asked->ungrouped);
    survey_buffer_text(text, "\n");
    head_line(asked, &table);
    for (size_t i = 0; i < asked->answer_count; i++)
        answer_line(asked, &asked->answers[i], &table, table.cells[i + 1]);
    stats_ask_put_table(table.arena, table.cells, table.lines, table.columns, 1 + table.groups, text);
    stats_ask_method(asked, text);
    survey_buffer_text(text, "\n");
    survey_arena_free(table.arena);
}

static void write_number(struct survey_json_writer *writer, const char *key, bool known, double value)
{
    survey_json_key(writer, key);
    if (known)
        survey_json_put_number(writer, value);
    else
        survey_json_put_null(writer);
}

static void write_rank(const struct stats_answer *answer, struct survey_json_writer *writer)
{
    const struct stats_rank_set *rank = &answer->rank;
    bool known = answer->ranked > 0;
    survey_json_member_integer(writer, "ranked", (int64_t)answer->ranked);
    write_number(writer, "rank", known, (double)rank->rank);
    write_number(writer, "rank_low", known, (double)rank->low);
    write_number(writer, "rank_high", known, (double)rank->high);
    write_number(writer, "all_ranks_low", known, (double)rank->all_low);
    write_number(writer, "all_ranks_high", known, (double)rank->all_high);
}

static void write_answer(const struct stats_asked *asked, const struct stats_answer *answer,
                         struct survey_json_writer *writer)
{
    const struct stats_estimate *e = &answer->estimate;
    const struct stats_ask *ask = answer->ask;
    bool known = !answer->missing, interval = known && strcmp(e->interval, "none") != 0;
    survey_json_open(writer, '{');
    survey_json_member(writer, "statistic", stats_statistic_name(ask->statistic));
    survey_json_member(writer, "of", ask->of);
    if (*ask->over)
        survey_json_member(writer, "over", ask->over);
    if (ask->statistic == STATS_QUANTILE)
        survey_json_member_number(writer, "p", ask->p);
    if (ask->level)
        survey_json_member(writer, "level", ask->level);
    if (asked->by_count) {
        survey_json_key(writer, "by");
        survey_json_open(writer, '{');
        for (size_t i = 0; i < asked->by_count; i++)
            survey_json_member(writer, asked->by[i], asked->groups[answer->group][i]);
        survey_json_close(writer, '}');
    }
    write_number(writer, "value", known, e->value);
    write_number(writer, "se", known && e->known_se, e->se);
    write_number(writer, "low", interval, e->low);
    write_number(writer, "high", interval, e->high);
    survey_json_member(writer, "interval", known ? e->interval : "none");
    write_number(writer, "df", known, e->df);
    write_number(writer, "deff", known && e->deff > 0, e->deff);
    write_number(writer, "effective", known && e->effective > 0, e->effective);
    survey_json_member_integer(writer, "n", (int64_t)e->base);
    survey_json_member_integer(writer, "missing", (int64_t)e->missing);
    write_number(writer, "found", known, (double)e->found);
    write_number(writer, "sum_weights", known, e->sum_weights);
    survey_json_member(writer, "reason", reason_of(answer));
    if (asked->ranks)
        write_rank(answer, writer);
    survey_json_close(writer, '}');
}

void stats_ask_write(const struct stats_asked *asked, struct survey_json_writer *writer)
{
    struct survey_buffer method = SURVEY_BUFFER(1 << 16);
    stats_ask_method(asked, &method);
    survey_json_open(writer, '{');
    survey_json_member(writer, "source", asked->source->path);
    survey_json_member_integer(writer, "rows", (int64_t)asked->source->rows);
    survey_json_member(writer, "where", *asked->where ? asked->where : NULL);
    survey_json_member_integer(writer, "ungrouped", (int64_t)asked->ungrouped);
    survey_json_member_number(writer, "confidence", asked->source->design.confidence);
    survey_json_member(writer, "lonely_psu", stats_lonely_name(asked->source->design.lonely));
    survey_json_member_number(writer, "assumed_icc", asked->source->design.assumed_icc);
    survey_json_member(writer, "method", survey_buffer_string(&method));
    survey_json_key(writer, "estimates");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < asked->answer_count; i++)
        write_answer(asked, &asked->answers[i], writer);
    survey_json_close(writer, ']');
    survey_json_close(writer, '}');
    survey_buffer_clear(&method);
}
