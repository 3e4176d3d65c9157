// SPDX-License-Identifier: GPL-3.0-or-later
// What simulated households say, and what is true of their counties. The truth is counted from the
// population itself, not by the engine that scores the evaluation, so that it is a second opinion.
#include "output/demo/population.h"

#include "survey/base/random.h"

#include <string.h>

enum { POVERTY_LINE = 2952 };

static bool is_exited(const struct demo_household *household)
{
    return household->stratum == DEMO_EXIT_CUR || household->stratum == DEMO_EXIT_PREV;
}

static bool is_registered(const struct demo_household *household)
{
    return is_exited(household) || household->stratum == DEMO_POOR;
}

static int income(const struct demo_household *household)
{
    return household->wage + household->farm + household->property + household->transfer;
}

static bool is_poor(const struct demo_household *household)
{
    return income(household) < POVERTY_LINE * household->size;
}

static const char *suspicion(const struct demo_household *household)
{
    return household->wrong_exit ? "wrong_exit" : household->missed ? "missed" : "none";
}

// Grounds of a suspicion, as the enumerator ticks them.
static const char *grounds(const struct demo_household *household)
{
    if (is_poor(household))
        return "income";
    if (strcmp(household->house_obs, "safe") != 0)
        return "house";
    if (household->water_cut > 36)
        return "water";
    return household->children_out > 0 ? "edu" : "med";
}

// Answers that are texts already.
static const char *text_answer(const struct demo_household *h, const char *question)
{
    const struct {
        const char *question, *value;
    } answers[] = {{"stratum", demo_stratum_name(h->stratum)},
                   {"result", h->result},
                   {"consent", "yes"},
                   {"resp_rel", h->relation},
                   {"household_id", h->id},
                   {"household_typed", h->id},
                   {"traits", h->traits},
                   {"food", h->food},
                   {"clothes", h->clothes},
                   {"water_source", h->water_source},
                   {"house_grade", h->house_grade},
                   {"house_obs", h->house_obs},
                   {"ill_untreated", h->ill_untreated},
                   {"inc_low_reason", "收成不好,家里有病人"},
                   {"policies", h->policies},
                   {"helper_known", h->helper_known},
                   {"exit_signed", h->exit_signed},
                   {"rec_exit", h->rec_exit},
                   {"rec_overall", h->rec_overall},
                   {"rec_no_why", "帮扶没有落到实处"},
                   {"suspect", suspicion(h)},
                   {"suspect_basis", grounds(h)},
                   {"evidence", "photo"},
                   {"presence", h->presence},
                   {"coached", h->coached}};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(answers[i].question, question) == 0)
            return answers[i].value;
    return NULL;
}

static bool number_answer(const struct demo_household *h, const char *question, int *value)
{
    const struct {
        const char *question;
        int value;
    } answers[] = {{"hh_size", h->size},          {"labour", h->labour},         {"reg_year", h->reg_year},
                   {"exit_year", h->exit_year},   {"water_time", h->water_time}, {"water_cut", h->water_cut},
                   {"child_n", h->children},      {"child_out", h->children_out}, {"ins_n", h->insured},
                   {"inc_wage", h->wage},         {"inc_farm", h->farm},         {"inc_prop", h->property},
                   {"inc_trans", h->transfer},    {"helper_visits", h->helper_visits},
                   {"sat_id", h->satisfaction[0]}, {"sat_measure", h->satisfaction[1]},
                   {"sat_helper", h->satisfaction[2]}, {"sat_infra", h->satisfaction[3]},
                   {"sat_overall", h->satisfaction[4]}};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(answers[i].question, question) == 0) {
            *value = answers[i].value;
            return true;
        }
    return false;
}

void demo_answer(const struct demo_population *population, const struct demo_household *household,
                 const char *question, char *at, size_t size)
{
    const struct demo_village *village = &population->villages[household->village];
    struct survey_random random = survey_random_at(population->seed, "demo/answer", household->id);
    const char *text = text_answer(household, question);
    int number;
    at[0] = '\0';
    if (text)
        survey_format_into(at, size, "%s", text);
    else if (number_answer(household, question, &number))
        survey_format_into(at, size, "%d", number);
    else if (strcmp(question, "enum_id") == 0)
        survey_format_into(at, size, "%c%03zu", (char)('A' + village->county), 101 + household->village % 12);
    else if (strcmp(question, "gps") == 0)
        survey_format_into(at, size, "%.6f %.6f 0 5", village->latitude + 0.01 * (survey_random_unit(&random) - 0.5),
                           village->longitude + 0.01 * (survey_random_unit(&random) - 0.5));
}

// A numerator and a denominator to add to.
struct sum {
    double over, under;
};

typedef bool (*condition)(const struct demo_household *household);

static bool everyone(const struct demo_household *household)
{
    (void)household;
    return true;
}

static bool unregistered(const struct demo_household *household)
{
    return !is_registered(household);
}

static bool truly_wrong(const struct demo_household *household)
{
    return household->wrong_exit;
}

static bool truly_missed(const struct demo_household *household)
{
    return household->missed;
}

static bool fed_and_clothed(const struct demo_household *h)
{
    return strcmp(h->food, "often") != 0 && strcmp(h->clothes, "yes") == 0;
}

static bool in_school(const struct demo_household *h)
{
    return h->children == 0 || h->children_out == 0;
}

static bool medical_care(const struct demo_household *h)
{
    return h->insured == h->size && strcmp(h->ill_untreated, "no") == 0;
}

static bool safe_house(const struct demo_household *h)
{
    bool graded = strcmp(h->house_grade, "a") == 0 || strcmp(h->house_grade, "b") == 0;
    return graded || (strcmp(h->house_grade, "na") == 0 && strcmp(h->house_obs, "safe") == 0);
}

static bool safe_water(const struct demo_household *h)
{
    return (strcmp(h->water_source, "tap_in") == 0 || h->water_time <= 20) && h->water_cut <= 36;
}

static bool rates_helper(const struct demo_household *h)
{
    return is_registered(h) && h->satisfaction[2] != 9;
}

static bool satisfied_with_helper(const struct demo_household *h)
{
    return h->satisfaction[2] == 5 || h->satisfaction[2] == 4;
}

static bool recognises(const struct demo_household *h)
{
    return strcmp(h->rec_overall, "yes") == 0 || strcmp(h->rec_overall, "basic") == 0;
}

static double ratio(const struct demo_population *population, size_t county, condition universe, condition met, bool persons)
{
    struct sum sum = {0, 0};
    for (size_t i = 0; i < population->household_count; i++) {
        const struct demo_household *household = &population->households[i];
        if (population->villages[household->village].county != county || !universe(household))
            continue;
        double weight = persons ? household->size : 1;
        sum.under += weight;
        sum.over += met(household) ? weight : 0;
    }
    return sum.under > 0 ? 100 * sum.over / sum.under : 0;
}

// The mean of points 100, 80, 60, 30, 0 over four items, households with an opinion on any of them.
static double satisfaction_index(const struct demo_population *population, size_t county)
{
    static const double points[] = {0, 0, 30, 60, 80, 100};
    static const int items[] = {0, 1, 3, 4};
    struct sum sum = {0, 0};
    for (size_t i = 0; i < population->household_count; i++) {
        const struct demo_household *household = &population->households[i];
        if (population->villages[household->village].county != county)
            continue;
        struct sum own = {0, 0};
        for (int k = 0; k < 4; k++) {
            int answer = household->satisfaction[items[k]];
            own.over += answer == 9 ? 0 : points[answer];
            own.under += answer != 9;
        }
        sum.over += own.under > 0 ? own.over / own.under : 0;
        sum.under += own.under > 0;
    }
    return sum.over / sum.under;
}

bool demo_truth(const struct demo_population *population, size_t county, const char *code, double *value)
{
    static const struct {
        const char *code;
        condition universe, met;
        bool persons;
    } ratios[] = {{"A31", is_exited, truly_wrong, true},         {"A32", unregistered, truly_missed, true},
                  {"A41", is_registered, fed_and_clothed, false}, {"A42", is_registered, in_school, false},
                  {"A43", is_registered, medical_care, false},    {"A44", is_registered, safe_house, false},
                  {"A45", is_registered, safe_water, false},      {"A52", rates_helper, satisfied_with_helper, false},
                  {"A53", everyone, recognises, false}};
    if (strcmp(code, "A51") == 0) {
        *value = satisfaction_index(population, county);
        return true;
    }
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++)
        if (strcmp(ratios[i].code, code) == 0) {
            *value = ratio(population, county, ratios[i].universe, ratios[i].met, ratios[i].persons);
            return true;
        }
    return false;
}
