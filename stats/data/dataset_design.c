// SPDX-License-Identifier: GPL-3.0-or-later
// The design of a dataset, out of the stored sample and the stored weights.
#include "stats/data/dataset_private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

struct placing {
    struct stats_dataset *dataset;
    struct stats_sample sample;
    struct stats_outcome_codes codes;
    struct survey_arena *scratch;
    struct stats_coder strata;
    struct survey_map labels;          // text of a stratum or unit -> number of it
    const struct stats_place **places; // by row; NULL outside the sample
    double *weight;
    uint32_t *stratum, *unit[STATS_STAGES], *substratum[STATS_STAGES];
    double *fpc[STATS_STAGES], *chance[STATS_STAGES];
    int stages;
    bool within; // one person of each household was asked, and the weights say so
};

static uint32_t label(struct placing *in, const char *text)
{
    bool added;
    struct survey_map_entry *entry = survey_map_put(&in->labels, in->scratch, text, &added);
    if (added)
        entry->number = (int64_t)in->labels.count;
    return (uint32_t)entry->number;
}

// The same unit in two rounds has one name, so that a change has its covariance. Where each round was drawn by itself, that a unit
// is in both is chance, which f takes out again (stats/effect/change.h); as the chances of PPS don't tell f, it has two names there.
static uint32_t unit_label(struct placing *in, const struct stats_place *place)
{
    bool own = in->dataset->brewer && place->pps && place->apart && place->probability < 1;
    return label(in, survey_arena_format(in->scratch, "unit\x1f%d\x1f%s%s%s", place->stage, place->unit, own ? "\x1f" : "",
                                         own ? in->dataset->round : ""));
}

// A stratum is named by the unit within which it lies, the row of the sample sheet and its values.
// A unit that PPS took with certainty at the last stage stands by itself.
static const char *stratum_text(struct placing *in, const struct stats_place *place)
{
    bool alone = place->pps && place->probability >= 1;
    return survey_arena_format(in->scratch, "stratum\x1f%d\x1f%s\x1f%lld\x1f%s\x1f%s", place->stage,
                               place->parent_unit, (long long)place->plan_row, place->stratum,
                               alone ? place->unit : "");
}

static uint32_t stratum_label(struct placing *in, const struct stats_place *place)
{
    return label(in, stratum_text(in, place));
}

// One person of a drawn household says nothing of how its members differ. That part of the variance is within what households show between them
// as long as no finite population takes it away, so that households then count as drawn with replacement.
static double population(const struct placing *in, const struct stats_place *place)
{
    if (in->within && place->stage == in->sample.stages)
        return (double)INFINITY;
    if (!place->pps)
        return place->population;
    return place->probability >= 1 ? 1 : (double)INFINITY;
}

// Its own probability, where the plan takes that for the variance; a certain unit stands for nobody else.
static double chance(const struct placing *in, const struct stats_place *place)
{
    return in->dataset->brewer && place->pps && isinf(population(in, place)) && !(in->within && place->stage == in->sample.stages)
               ? place->probability
               : 0;
}

// Fills the stages of one row; returns how many of them add to the variance.
static int place_row(struct placing *in, size_t row)
{
    const struct stats_place *path[STATS_MOST_STAGES];
    int length = 0, first = 0, useful = 0;
    for (const struct stats_place *at = in->places[row]; at; at = at->parent)
        length++;
    int fill = length;
    for (const struct stats_place *at = in->places[row]; at; at = at->parent)
        path[--fill] = at;
    while (first < length - 1 && path[first]->probability >= 1)
        first++;
    in->stratum[row] = stratum_label(in, path[first]);
    bool ended = false;
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        const struct stats_place *place = first + stage < length ? path[first + stage] : NULL;
        if (!ended && place) {
            useful = stage + 1;
            in->unit[stage][row] = unit_label(in, place);
            in->substratum[stage][row] = stratum_label(in, place);
            in->fpc[stage][row] = population(in, place);
            in->chance[stage][row] = chance(in, place);
            ended = isinf(in->fpc[stage][row]) && in->chance[stage][row] == 0;
        } else { // one unit of one: adds nothing
            in->unit[stage][row] = in->substratum[stage][row] = in->unit[stage - 1][row];
            in->fpc[stage][row] = 1;
            ended = true;
        }
    }
    return useful;
}

static void copy_row(struct placing *in, size_t row, size_t from)
{
    in->stratum[row] = in->stratum[from];
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        in->unit[stage][row] = in->unit[stage][from];
        in->substratum[stage][row] = in->substratum[stage][from];
        in->fpc[stage][row] = in->fpc[stage][from];
        in->chance[stage][row] = in->chance[stage][from];
    }
}

// Each row is its own, of an endless population.
static void place_without_sample(struct placing *in)
{
    in->stages = 1;
    for (size_t row = 0; row < in->dataset->n; row++) {
        in->unit[0][row] = (uint32_t)row + 1;
        in->fpc[0][row] = (double)INFINITY;
    }
}

static void place_rows(struct placing *in)
{
    size_t n = in->dataset->n, inside = n;
    bool *used = survey_arena_array(in->scratch, in->sample.count + 1, sizeof *used);
    in->stages = 1;
    for (size_t i = 0; i < in->sample.count; i++)
        used[i] = in->sample.places[i].called;
    for (size_t row = 0; row < n; row++) {
        in->places[row] = stats_sample_find(&in->sample, in->dataset->units[row]);
        if (!in->places[row])
            continue;
        if (*in->places[row]->stratum)
            stats_coder_put(&in->strata, row, in->places[row]->stratum);
        used[in->places[row] - in->sample.places] |= !in->places[row]->selected;
        int useful = place_row(in, row);
        in->stages = useful > in->stages ? useful : in->stages;
        inside = inside == n ? row : inside;
    }
    stats_sample_release(&in->sample, used, in->scratch);
    if (inside == n) // no response is of a drawn unit, nothing has a weight
        place_without_sample(in);
    // What is outside the sample has no weight; it joins a PSU that is there, so as to change
    // nothing.
    for (size_t row = 0; row < n && inside < n; row++)
        if (!in->places[row])
            copy_row(in, row, inside);
}

static bool judge_interviews(struct placing *in, struct survey_error *error)
{
    struct stats_dataset *dataset = in->dataset;
    for (size_t row = 0; row < dataset->n; row++) {
        int outcome = stats_outcome_of(&in->codes, dataset->dispositions[row]);
        if (outcome < 0)
            return survey_fail(
                error, SURVEY_ERROR_INPUT, survey_store_path(dataset->store),
                _("response '%s' has the result '%s', which the dispositions sheet lacks"),
                dataset->responses[row], dataset->dispositions[row]);
        dataset->interview[row] = stats_outcome_is_interview(outcome);
    }
    return true;
}

// The last step of `weight` by row; NaN where it gave none.
static bool read_weights(struct placing *in, struct survey_error *error)
{
    struct stats_dataset *dataset = in->dataset;
    for (size_t row = 0; row < dataset->n; row++)
        in->weight[row] = (double)NAN;
    struct survey_query *query =
        survey_query(dataset->store, error,
                     "SELECT response, value FROM weight WHERE round = ?1 AND step = (SELECT "
                     "max(step) FROM weight WHERE round = ?1)",
                     "t", dataset->round);
    if (!query)
        return false;
    while (survey_query_next(query)) {
        const struct survey_map_entry *entry =
            survey_map_find(&dataset->rows, survey_query_text(query, 0));
        dataset->weighted = true;
        if (entry)
            in->weight[entry->number] = survey_query_number(query, 1);
    }
    return survey_query_end(query, error);
}

// Whether `weight` has to do with a row: a unit of the deepest stage, by the form meant for it.
static bool is_weighed(const struct placing *in, size_t row)
{
    const struct stats_place *place = in->places[row];
    if (!place || place->stage != in->sample.stages)
        return false;
    const struct survey_form *main =
        survey_store_current_form(in->dataset->store, NULL, NULL, NULL);
    return strcmp(*place->form ? place->form : main ? main->id : "", in->dataset->form->id) == 0;
}

static bool set_weights(struct placing *in, struct survey_error *error)
{
    struct stats_dataset *dataset = in->dataset;
    size_t late = 0;
    for (size_t row = 0; row < dataset->n; row++) {
        bool given = !isnan(in->weight[row]);
        if (!dataset->interview[row]) {
            late += given; // its result was corrected since
            in->weight[row] = 0;
        } else if (given && !in->places[row] && in->sample.stages) {
            late++; // the sample was drawn again since
        } else if (!given && dataset->weighted && is_weighed(in, row))
            late++;
        else if (!given)
            in->weight[row] = in->places[row]     ? 1 / in->places[row]->chain
                              : in->sample.stages ? 0
                                                  : 1;
    }
    return !late ||
           survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(dataset->store),
                       _("%zu interviews of round '%s' came, or ceased to count, after "
                         "the weights were computed; run 'assay weight' again"),
                       late, dataset->round);
}

bool stats_dataset_settings(struct stats_dataset *dataset, struct survey_error *error)
{
    const char *confidence = survey_store_setting(dataset->store, "confidence", dataset->day);
    const char *lonely = survey_store_setting(dataset->store, "lonely_psu", dataset->day);
    dataset->design.confidence = 0.95;
    dataset->design.lonely = STATS_LONELY_FAIL;
    if (confidence && *confidence &&
        (!survey_number_parse(confidence, strlen(confidence), &dataset->design.confidence) ||
         dataset->design.confidence < 0.5 || dataset->design.confidence >= 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(dataset->store),
                           _("evaluation sheet: confidence '%s' is no number from 0.5 to below 1"),
                           confidence);
    if (lonely && *lonely && !stats_lonely_parse(lonely, &dataset->design.lonely))
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(dataset->store),
                           _("evaluation sheet: lonely_psu '%s' is none of fail, remove, "
                             "certainty, adjust, average"),
                           lonely);
    const char *pps = survey_store_setting(dataset->store, "pps_variance", dataset->day);
    dataset->brewer = pps && strcmp(pps, "brewer") == 0;
    if (pps && *pps && !dataset->brewer && strcmp(pps, "replacement") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(dataset->store),
                           _("evaluation sheet: pps_variance '%s' is none of replacement, brewer"), pps);
    const char *icc = survey_store_setting(dataset->store, "assumed_icc", dataset->day);
    if (icc && *icc &&
        (!survey_number_parse(icc, strlen(icc), &dataset->design.assumed_icc) ||
         dataset->design.assumed_icc < 0 || dataset->design.assumed_icc > 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(dataset->store),
                           _("evaluation sheet: assumed_icc '%s' is no number from 0 to 1"), icc);
    return true;
}

// Names of the strata for messages: the unit within which they lie, and their values.
static const char *const *stratum_names(struct placing *in)
{
    const char **names =
        survey_arena_array(in->dataset->arena, in->labels.count + 1, sizeof *names);
    size_t count = in->labels.count;
    for (size_t row = 0; row < in->dataset->n; row++) {
        const struct stats_place *at = in->places[row];
        if (names[in->stratum[row]])
            continue;
        while (at && label(in, stratum_text(in, at)) != in->stratum[row])
            at = at->parent;
        if (at)
            names[in->stratum[row]] =
                survey_arena_format(in->dataset->arena, "%s%s%s", at->parent_unit,
                                    *at->parent_unit && *at->stratum ? " " : "", at->stratum);
    }
    for (size_t i = 0; i <= count; i++)
        names[i] = names[i] ? names[i] : "";
    return names;
}

static void hand_over(struct placing *in)
{
    struct stats_design *design = &in->dataset->design;
    size_t n = in->dataset->n;
    bool drawn = in->sample.stages > 0;
    design->n = n;
    design->weight = in->weight;
    design->stratum = drawn ? in->stratum : NULL;
    design->stratum_names = drawn ? stratum_names(in) : NULL;
    design->stages = in->stages;
    in->dataset->labels =
        drawn ? survey_arena_array(in->dataset->arena, in->labels.count + 1, sizeof(char *)) : NULL;
    for (size_t i = 0; drawn && i < in->labels.count; i++)
        in->dataset->labels[in->labels.entries[i].number] =
            survey_arena_strdup(in->dataset->arena, in->labels.entries[i].key);
    for (int stage = 0; stage < in->stages; stage++) {
        bool finite = false, chances = false;
        for (size_t row = 0; row < n; row++) {
            finite |= isfinite(in->fpc[stage][row]);
            chances |= in->chance[stage][row] > 0;
        }
        design->unit[stage] = in->unit[stage];
        design->substratum[stage] = drawn && stage > 0 ? in->substratum[stage] : NULL;
        design->fpc[stage] = finite ? in->fpc[stage] : NULL;
        design->chance[stage] = chances ? in->chance[stage] : NULL;
    }
}

static void make_room(struct placing *in)
{
    struct survey_arena *arena = in->dataset->arena;
    size_t n = in->dataset->n + 1;
    in->places = survey_arena_array(in->scratch, n, sizeof(void *));
    in->dataset->interview = survey_arena_array(arena, n, 1);
    in->weight = survey_arena_array(arena, n, sizeof(double));
    in->stratum = survey_arena_array(arena, n, sizeof(uint32_t));
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        in->unit[stage] = survey_arena_array(arena, n, sizeof(uint32_t));
        in->substratum[stage] = survey_arena_array(arena, n, sizeof(uint32_t));
        in->fpc[stage] = survey_arena_array(arena, n, sizeof(double));
        in->chance[stage] = survey_arena_array(arena, n, sizeof(double));
    }
}

bool stats_dataset_place(struct stats_dataset *dataset, struct survey_error *error)
{
    struct placing in = {.dataset = dataset, .scratch = survey_arena_new(), .strata = stats_coder(dataset->arena, dataset->n)};
    make_room(&in);
    bool done = stats_dataset_settings(dataset, error) &&
                stats_outcome_codes_read(dataset->store, in.scratch, &in.codes, error) &&
                judge_interviews(&in, error) &&
                stats_sample_read(dataset->store, in.scratch, dataset->round, &in.sample, error);
    in.within = survey_store_count(dataset->store, 0, "SELECT EXISTS (SELECT 1 FROM weight WHERE round = ? AND method = 'within')", "t",
                                   dataset->round) > 0;
    if (done && in.sample.stages)
        place_rows(&in);
    else if (done)
        place_without_sample(&in);
    done = done && read_weights(&in, error) && set_weights(&in, error);
    if (done)
        hand_over(&in);
    stats_coder_end(&in.strata, &dataset->strata, &dataset->strata_texts);
    stats_sample_clear(&in.sample);
    survey_map_clear(&in.codes.codes);
    survey_map_clear(&in.labels);
    survey_arena_free(in.scratch);
    return done;
}

const char *stats_dataset_label(const struct stats_dataset *dataset, uint32_t number)
{
    return dataset->labels ? dataset->labels[number] : NULL;
}
