// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's way through paper: which sheets were filled in, the scans, the reading and the review.
#include "output/demo/paper.h"

#include "forms/forms.h"
#include "forms/paper/token.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct paper_layout *read_layout(struct demo *demo, struct survey_store *store, int64_t id, struct survey_error *error)
{
    struct paper_layout *layout = NULL;
    struct survey_query *query = survey_query(store, error, "SELECT geometry FROM layout WHERE id = ?", "i", id);
    if (!query)
        return NULL;
    bool done = survey_query_next(query);
    const char *text = survey_query_text(query, 0);
    done = done && paper_layout_read(demo->arena, text, strlen(text), &layout, error);
    return survey_query_end(query, done ? error : NULL) && done ? layout : NULL;
}

static bool read_sheets(struct demo *demo, struct survey_store *store, struct demo_papers *papers, struct survey_error *error)
{
    size_t most = (size_t)survey_store_count(store, 0, "SELECT count(*) FROM sheet", "");
    papers->sheets = survey_arena_array(demo->arena, most + 1, sizeof *papers->sheets);
    const struct paper_layout *layout = read_layout(demo, store, survey_store_count(store, 0, "SELECT max(id) FROM layout", ""), error);
    struct survey_query *query =
        layout ? survey_query(store, error, "SELECT number, unit, first_page FROM sheet WHERE unit IS NOT NULL ORDER BY unit", "") : NULL;
    if (!query)
        return false;
    while (survey_query_next(query)) {
        const struct demo_household *household = demo_household_find(demo->population, survey_query_text(query, 1));
        if (!household || !demo_on_paper(demo, household))
            continue;
        struct demo_sheet *sheet = &papers->sheets[papers->count++];
        *sheet = (struct demo_sheet){.number = (uint64_t)survey_query_integer(query, 0), .first_page = (int)survey_query_integer(query, 2),
                                     .household = household, .layout = layout};
        paper_sheet_text(sheet->number, sheet->text);
    }
    return survey_query_end(query, error);
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static int is_scan(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".pdf") == 0;
}

// "assay scan EVAL scans/*.pdf", as a shell would write it out.
static bool read_scans(const struct demo *demo, struct survey_error *error)
{
    struct dirent **names;
    const char *folder = demo_path(demo, "scans");
    int count = scandir(folder, &names, is_scan, by_name);
    if (count <= 0)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, folder, "%s", _("there are no scans"));
    const char **words = survey_arena_array(demo->arena, (size_t)count + 8, sizeof *words);
    size_t at = 0;
    words[at++] = demo_path(demo, "evaluation.assay");
    for (int i = 0; i < count; i++) {
        words[at++] = survey_arena_format(demo->arena, "%s/%s", folder, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    words[at++] = "--as";
    words[at++] = "evaluator";
    words[at++] = "--now";
    words[at++] = demo_time(demo, 20);
    return demo_run_list(demo, &forms_scan_command, survey_arena_format(demo->arena, "%s/*.pdf", folder), words, at, error);
}

static bool with_store(struct demo *demo, struct demo_papers *papers,
                       bool (*step)(struct demo *, const struct demo_papers *, struct survey_store *, struct survey_error *),
                       struct survey_error *error)
{
    struct survey_store *store = NULL;
    if (!survey_store_open(demo_path(demo, "evaluation.assay"), SURVEY_STORE_READ, &store, error))
        return false;
    bool done = step(demo, papers, store, error);
    survey_store_close(store);
    return done;
}

static bool review(struct demo *demo, struct demo_papers *papers, struct survey_error *error)
{
    return with_store(demo, papers, demo_paper_check, error) && with_store(demo, papers, demo_paper_key, error) &&
           demo_run(demo, &forms_review_command, 0, error, demo_path(demo, "evaluation.assay"), "--from", demo_path(demo, "keyed.csv"),
                    "--as", "reviewer", "--why", _("seen on the page"), "--now", demo_time(demo, 21), NULL);
}

bool demo_paper(struct demo *demo, struct survey_error *error)
{
    struct survey_store *store = NULL;
    struct demo_papers papers = {0};
    if (!survey_store_open(demo_path(demo, "evaluation.assay"), SURVEY_STORE_READ, &store, error))
        return false;
    papers.form = survey_store_current_form(store, NULL, NULL, error);
    bool done = papers.form && read_sheets(demo, store, &papers, error);
    if (done) {
        printf(_("\nA simulated pen fills in the sheets of %zu households, a simulated scanner scans them\n"), papers.count);
        fflush(stdout);
        done = demo_paper_simulate(demo, &papers, error) && read_scans(demo, error) && review(demo, &papers, error);
    }
    if (done)
        printf(_("Of %zu answers on %zu pages that the reader settled by itself, %zu differ from what the pen wrote; %zu marks "
                 "and writing boxes went to a person\n"),
               demo->tally->marks, demo->tally->pages, demo->tally->wrong, demo->tally->waiting);
    survey_store_close(store);
    return done;
}
