// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a request's design, in order: subsets, and what changes weights.
#include "stats/request/steps.h"

static void put_name(struct survey_buffer *text, const char *from, size_t length)
{
    survey_format(text, "${%.*s}", (int)length, from);
}

static size_t name_length(const char *at)
{
    size_t length = 0;
    while (at[length] && (strchr("._", at[length]) || (at[length] >= '0' && at[length] <= '9') ||
                          ((at[length] | 32) >= 'a' && (at[length] | 32) <= 'z')))
        length++;
    return length;
}

// x %in% c('a', 'b') becomes (${x} = 'a' or ${x} = 'b').
static const char *put_list(struct survey_buffer *text, const char *name, size_t length, const char *at)
{
    bool first = true;
    survey_buffer_byte(text, '(');
    for (at += strspn(at, " c("); *at && *at != ')';) {
        at += strspn(at, " ,");
        char quote = *at == '\'' || *at == '"' ? *at : '\0';
        const char *end = quote ? strchr(at + 1, quote) : at + strcspn(at, " ,)");
        end = end ? end + (quote != '\0') : at + strlen(at);
        survey_buffer_text(text, first ? "" : " or ");
        put_name(text, name, length);
        survey_format(text, " = %.*s", (int)(end - at), at);
        first = false;
        at = end;
        at += strspn(at, " ");
    }
    survey_buffer_byte(text, ')');
    return *at ? at + 1 : at;
}

// A condition in R's words as one in ours: == != < > <= >= & | ( ) %in% c(...), names, texts, numbers.
static void translate(const char *at, struct survey_buffer *text)
{
    while (*at) {
        size_t length = (*at >= '0' && *at <= '9') ? 0 : name_length(at);
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);
            length = end ? (size_t)(end - at) + 1 : strlen(at);
            survey_buffer_add(text, at, length);
            at += length;
        } else if (length) {
            const char *after = at + length + strspn(at + length, " ");
            if (strncmp(after, "%in%", 4) == 0) {
                at = put_list(text, at, length, after + 4);
            } else {
                put_name(text, at, length);
                at += length;
            }
        } else if (strncmp(at, "==", 2) == 0) {
            survey_buffer_text(text, " = ");
            at += 2;
        } else if (*at == '&' || *at == '|') {
            survey_buffer_text(text, *at == '&' ? " and " : " or ");
            at += at[1] == *at ? 2 : 1;
        } else {
            survey_buffer_byte(text, *at++);
        }
    }
}

static bool subset(struct request *request, const struct survey_json *step, struct survey_error *error)
{
    struct survey_buffer condition = SURVEY_BUFFER(1 << 16);
    const char *expression = survey_json_text(step, "expr", "");
    translate(expression, &condition);
    double *holds = survey_arena_array(request->arena, request->n, sizeof *holds);
    bool done =
        stats_table_evaluate(&request->table, survey_buffer_string(&condition), expression, holds, error);
    survey_buffer_clear(&condition);
    if (!done)
        return false;
    uint8_t *inside = survey_arena_array(request->arena, request->n, 1);
    for (size_t row = 0; row < request->n; row++)
        inside[row] = holds[row] == 1 && (!request->inside || request->inside[row]);
    request->inside = inside;
    return true;
}

static bool as_replicate(struct request *request, const struct survey_json *step, struct survey_error *error)
{
    return *survey_json_text(request->design_json, "replicate_file", "")
               ? request_replicates_read(request, step, error)
               : request_replicates_make(request, step, error);
}

bool request_apply_steps(struct request *request, struct survey_error *error)
{
    const struct survey_json *steps = survey_json_get(request->design_json, "ops");
    bool given = strcmp(survey_json_text(request->design_json, "type", ""), "replicate_weights") == 0;
    if (given && !request_replicates_read(request, NULL, error))
        return false;
    for (const struct survey_json *step = steps ? steps->first : NULL; step; step = step->next) {
        const char *op = survey_json_text(step, "op", "");
        bool done = strcmp(op, "subset") == 0          ? subset(request, step, error)
                    : strcmp(op, "post_stratify") == 0 ? request_post_stratify(request, step, error)
                    : strcmp(op, "rake") == 0          ? request_rake(request, step, error)
                    : strcmp(op, "calibrate") == 0     ? request_calibrate(request, step, error)
                    : strcmp(op, "trim_weights") == 0  ? request_trim(request, step, error)
                    : strcmp(op, "as_replicate") == 0  ? as_replicate(request, step, error)
                                                       : request_unsupported(request, error, op);
        if (!done)
            return false;
    }
    return true;
}

struct request_step *request_step_add(struct request *request, enum request_step_kind kind)
{
    struct request_step *step = survey_arena_alloc(request->arena, sizeof *step), **last = &request->steps;
    step->kind = kind;
    while (*last)
        last = &(*last)->next;
    *last = step;
    request->keeps_rows = true;
    return step;
}

bool request_each_weight(struct request *request,
                         bool (*adjust)(struct request *, const void *, double *, bool,
                                        struct survey_error *),
                         const void *with, struct survey_error *error)
{
    request->fixed = false;
    bool done = adjust(request, with, request->weight, !request->replicates, error);
    for (size_t r = 0; done && r < request->replicate_count; r++)
        done = adjust(request, with, request->replicates[r], false, error);
    return done;
}

void request_residual(const struct request *request, double *score)
{
    for (const struct request_step *step = request->steps; step; step = step->next)
        switch (step->kind) {
        case STEP_POST:
            request_residual_post(request, step, score);
            break;
        case STEP_RAKE:
            request_residual_rake(request, step, score);
            break;
        case STEP_CALIBRATE:
            request_residual_calibrate(request, step, score);
            break;
        }
}

double request_df(const struct request *request, const uint8_t *also)
{
    uint8_t *inside = survey_alloc(request->n);
    for (size_t row = 0; row < request->n; row++)
        inside[row] = (!request->inside || request->inside[row]) && (!also || also[row]);
    struct stats_extent extent = stats_extent(request->prepared, inside);
    double df = request->replicates && !request->made ? request_replicate_rank(request, inside) - 1
                                    : (double)extent.units - (double)extent.strata;
    free(inside);
    return df;
}
