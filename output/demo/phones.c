// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's phones: a server on loopback with the evaluation open, and simulated phones that fetch the
// attached list and post what the households say, as ODK Collect does.
#include "output/demo/demo.h"

#include "forms/phone/client.h"
#include "forms/phone/phone.h"
#include "forms/sheet_token.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/store/store.h"

#include <stdio.h>
#include <string.h>

struct phones {
    struct demo *demo;
    struct survey_store *store;
    const struct survey_form *form;
    int64_t form_row;
    const char *url; // with the token
    struct demo_list *sample;
};

// The sampled households in the order of the draw; the caller ends the query.
static struct survey_query *sampled(struct survey_store *store, const char *round, struct survey_error *error)
{
    return survey_query(store, error,
                        "SELECT sample.unit FROM sample JOIN draw ON draw.id = sample.draw AND draw.current WHERE sample.round = ? "
                        "AND sample.status = 'selected' AND sample.stage = (SELECT max(stage) FROM sample) ORDER BY sample.unit",
                        "t", round);
}

static bool fetch_sample(struct phones *phones, struct survey_error *error)
{
    struct phone_client_reply reply = {0};
    const char *url = survey_arena_format(phones->demo->arena, "%s/forms/%lld/sample.csv", phones->url, (long long)phones->form_row);
    bool done = phone_client_request("GET", url, NULL, NULL, 0, &reply, error);
    if (done && reply.status != 200)
        done = survey_fail(error, SURVEY_ERROR_RESOURCE, url, _("the server answered %d"), reply.status);
    done = done && demo_list_read(phones->demo->arena, survey_buffer_string(&reply.body), reply.body.length, &phones->sample, error);
    phone_client_reply_clear(&reply);
    return done;
}

// A submission: kept as a file, then posted.
static bool post(struct phones *phones, const struct demo_household *household, struct survey_error *error)
{
    struct survey_record *record = demo_interview(phones->demo, phones->form, household, phones->sample);
    struct survey_buffer xml = SURVEY_BUFFER(1 << 20);
    char id[48], name[96];
    survey_store_new_id(id);
    survey_record_write_xml(record, id, &xml);
    survey_record_free(record);
    survey_format_into(name, sizeof name, "submissions/%s.xml", household->id);
    bool done = survey_file_write(demo_path(phones->demo, name), survey_buffer_string(&xml), xml.length, error) &&
                phone_client_post_submission(phones->url, survey_buffer_string(&xml), xml.length, NULL, 0, NULL, error);
    survey_buffer_clear(&xml);
    phones->demo->tally->phone += done;
    return done;
}

static bool post_all(struct phones *phones, struct survey_error *error)
{
    size_t total = (size_t)survey_store_count(phones->store, 0, "SELECT count(*) FROM sample WHERE status = 'selected' AND stage = "
                                                                "(SELECT max(stage) FROM sample)", ""), seen = 0;
    struct survey_query *query = sampled(phones->store, "YE", error);
    bool done = query != NULL;
    while (done && survey_query_next(query)) {
        const struct demo_household *household = demo_household_find(phones->demo->population, survey_query_text(query, 0));
        survey_progress(_("phones"), ++seen, total);
        if (household && !demo_on_paper(phones->demo, household))
            done = post(phones, household, error);
    }
    survey_progress_end();
    return query && survey_query_end(query, done ? error : NULL) && done;
}

bool demo_phones(struct demo *demo, struct survey_error *error)
{
    struct phones phones = {.demo = demo};
    struct phone_server *server = NULL;
    struct forms_sheet_tokens tokens = {0};
    struct survey_time now = {1484010000 + 20 * 86400, 0, 480};
    const char *path = demo_path(demo, "evaluation.assay");
    struct phone_options options = {.listen = "127.0.0.1:0", .once = "demo-phone-token-0001", .once_name = "demo", .now = &now,
                                    .round = "YE", .sheet_token = forms_sheet_token, .user = &tokens};
    if (!survey_folder_make(demo_path(demo, "submissions"), error))
        return false;
    if (!survey_store_open(path, SURVEY_STORE_READ, &phones.store, error))
        return false;
    forms_sheet_tokens_read(phones.store, &tokens);
    phones.form = survey_store_current_form(phones.store, NULL, &phones.form_row, error);
    bool done = phones.form && phone_server_start(path, &options, &server, error);
    if (done) {
        printf(_("\nA server on loopback, %s, takes what %s send\n"), phone_server_url(server), _("simulated phones"));
        fflush(stdout);
        phones.url = survey_arena_format(demo->arena, "%s/key/%s", phone_server_url(server), options.once);
        done = fetch_sample(&phones, error) && post_all(&phones, error);
        printf(_("%zu submissions were posted and acknowledged\n"), demo->tally->phone);
    }
    phone_server_stop(server);
    survey_store_close(phones.store);
    return done;
}
