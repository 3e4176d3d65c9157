// SPDX-License-Identifier: GPL-3.0-or-later
// The draw: the sample sheet carried out, stage by stage, repeatable by anyone from the seed.
#pragma once

#include "survey/base/json.h"
#include "survey/sample/frame.h"

enum survey_draw_method {
    SURVEY_DRAW_ALL,
    SURVEY_DRAW_SRS,
    SURVEY_DRAW_SYSTEMATIC,
    SURVEY_DRAW_PPS, // from here on with probability proportional to size
    SURVEY_DRAW_SAMPFORD,
    SURVEY_DRAW_BREWER,
    SURVEY_DRAW_MIDZUNO,
};
enum { SURVEY_DRAW_METHODS = SURVEY_DRAW_MIDZUNO + 1 };

// "srs" and the like, as in the sample sheet and the table `sample`.
const char *survey_draw_method_name(enum survey_draw_method method);
bool survey_draw_method_parse(const char *name, enum survey_draw_method *method); // false: no such method

// One row of the sample sheet.
struct survey_draw_row {
    uint32_t row;     // as a person counts
    int stage;        // from 1
    size_t unit;      // frame column
    size_t strata[8]; // frame columns
    size_t strata_count;
    const struct survey_expr *where; // NULL: every unit
    enum survey_draw_method method;
    double size, share;       // units a stratum, or a share of it (0 where blank)
    double reserve, reserve_share;
    size_t sort[8];
    size_t sort_count;
    int measure;              // frame column of the size measure; -1: frame rows below the unit
    double overlap;           // share of the sample that the next round has too; NAN: rounds are independent
    const char *form;
};

struct survey_draw_plan {
    struct survey_draw_row *rows;
    size_t count;
    int stages;
};

// Reads the plan of the evaluation against its frame. Every fault goes to report with its cell.
bool survey_draw_plan_read(struct survey_store *store, const struct survey_frame *frame, struct survey_arena *arena,
                           struct survey_report *report, struct survey_draw_plan *plan, struct survey_error *error);
// The same of a sheet; path is what faults call its file. At least a row of headers.
bool survey_draw_plan_of(const struct survey_sheet *sheet, const char *path, const struct survey_frame *frame, struct survey_arena *arena,
                         struct survey_report *report, struct survey_draw_plan *plan, struct survey_error *error);

// A unit of one stage, as drawn.
struct survey_drawn {
    const char *unit;
    const char *parent;   // NULL at stage 1
    const char *stratum;  // values joined with '|'
    const struct survey_draw_row *plan;
    int stage;
    bool selected;        // else in reserve
    size_t position;      // from 1, in the order of selection, or of use for reserves
    double probability;   // at this stage: n/N; n * size / total, 1 for certainty units
    double chain;         // product down to this stage
    size_t population;    // units in the stratum, within the parent
    size_t taken;         // selected there
    size_t group, place;  // stage 1: where in groups
};

// A stratum of stage 1: the probabilities of all its units, in the order in which they were drawn.
struct survey_draw_group {
    enum survey_draw_method method; // SURVEY_DRAW_ALL where all were taken
    uint32_t row;                   // of the sample sheet
    const double *probability;
    size_t count;
};

struct survey_draw {
    struct survey_drawn *units;
    size_t count, capacity;
    struct survey_draw_group *groups;
    size_t group_count, group_capacity;
    size_t short_strata; // strata with fewer units than were asked for: all were taken
};

// Carries out the plan. Numbers come from (seed, round, stage, plan row, unit id) alone, so that neither
// the order of the frame nor other strata matter. In rows with an overlap they are permanent: they come from (seed, stage, unit id), and for systematic
// starts and the like (seed, stage, plan row, parent, stratum). Then srs takes, in the turn-th round (from 0), the n units from place
// turn * round((1 - overlap) n) on in the order of their numbers, going round. Since the order is a random one, this is a simple random sample in every
// round (Ohlsson 1995). The result lives in the arena but for units.
bool survey_draw_run(const struct survey_draw_plan *plan, const struct survey_frame *frame, uint64_t seed, const char *round, size_t turn,
                     struct survey_arena *arena, struct survey_draw *draw, struct survey_error *error);
// Which of the rounds sheet (may be NULL) a round is, from 0; 0 where it has none such.
size_t survey_draw_turn(const struct survey_sheet *rounds, const char *round);
// Units of a stratum of population N, n of them drawn, that two rounds on end have in common under an overlap, if the stratum stays as it is.
double survey_draw_planned(double overlap, size_t population, size_t taken);
void survey_draw_clear(struct survey_draw *draw);

// Joint inclusion probabilities of the units selected at stage 1, in the order of draw->units: a square of *count, made in
// the arena, the units' own probabilities on its diagonal. Units of different strata are independent. exact is
// false where Brewer's method left an approximation (unequal.h). Systematic rows, whose joint probabilities can be 0, fail.
bool survey_draw_joint(const struct survey_draw *draw, struct survey_arena *arena, double **joint, size_t *count, bool *exact,
                       struct survey_error *error);

// What an auditor sums up by row of the sample sheet.
struct survey_draw_audit {
    size_t strata;     // strata, within the units above
    size_t population; // units in them
    size_t selected, reserve;
    double weights;    // sum of 1 / chain of the selected: the population of the stage as the draw estimates it
    double planned;    // of the selected, in common with the round before; NAN without overlap
};
struct survey_draw_audit survey_draw_audit_of(const struct survey_draw *draw, const struct survey_draw_row *row, struct survey_arena *arena);
// Its counts and its sum of weights, as members.
void survey_draw_audit_write(const struct survey_draw_audit *audit, struct survey_json_writer *json);

// BLAKE2b-256 of the frame in hexadecimal: its columns and cells, each led by its length in 8 bytes, little end first.
enum { SURVEY_FRAME_HASH = 65 };
void survey_frame_hash(const struct survey_frame *frame, char hash[static SURVEY_FRAME_HASH]);

// The number by which a sampled unit chooses among its members, at the address "within": 0 or more and below 1, six decimals.
// Of m in a fixed order the one numbered floor(pick * m) + 1 is asked.
double survey_draw_pick(uint64_t seed, const char *unit);

// How many units that a row selected were selected by the current draw of another round too, at the same stage.
size_t survey_draw_kept(struct survey_store *store, const struct survey_draw *draw, const struct survey_draw_row *row, const char *other);
// The round before it in the rounds sheet, where that was drawn; else NULL.
const char *survey_draw_before(struct survey_store *store, const char *round);
// The seed of the round that was drawn first, beside this one, which rounds that overlap share. False: nothing was drawn.
bool survey_draw_shared_seed(struct survey_store *store, const char *round, struct survey_arena *arena, uint64_t *seed, const char **first);

// Stores a draw in the round, in a transaction of its own. A second one in a round needs again. The log's entry says seed, hash
// of the frame and, by row of the sheet, strata, population, numbers drawn and the sum of weights.
bool survey_draw_store(struct survey_store *store, const struct survey_draw_plan *plan, const struct survey_frame *frame,
                       const struct survey_draw *draw, uint64_t seed, const char *round, bool again, const struct survey_actor *actor,
                       struct survey_error *error);

// Makes the stored draw id again from its seed, its own plan and the frame as it is now.
// difference: the first unit in which it is not what is stored, NULL where all is the same. changed: the frame is not
// that of the draw, as far as the log tells. Fails where it can't be drawn at all.
struct survey_draw_again {
    struct survey_draw draw; // to be cleared by the caller
    const char *difference;
    bool changed;
};
bool survey_draw_replay(struct survey_store *store, const char *id, struct survey_arena *arena, struct survey_draw_again *again,
                        struct survey_error *error);
// The current draw of a round; NULL where there is none.
const char *survey_draw_current(struct survey_store *store, const char *round, struct survey_arena *arena, struct survey_error *error);
