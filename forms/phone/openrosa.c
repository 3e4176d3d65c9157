// SPDX-License-Identifier: GPL-3.0-or-later
// What ODK Collect fetches: the list of forms, each form with the MD5 of its very bytes, its manifest
// and the attached list.
#include "forms/phone/phone_private.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/xform.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

static const char xml_type[] = "text/xml; charset=utf-8";

void phone_md5(const void *bytes, size_t length, char hex[static 33])
{
    uint8_t sum[16] = {0};
    gnutls_hash_fast(GNUTLS_DIG_MD5, bytes, length, sum); // OpenRosa's change token, no secret
    for (int i = 0; i < 16; i++)
        survey_format_into(hex + 2 * i, 3, "%02x", sum[i]);
}

static struct phone_xform *make_xform(const struct phone_request *request, int64_t row, struct survey_error *error)
{
    const struct survey_form *form = survey_store_form(request->store, row, error);
    struct survey_buffer bytes = SURVEY_BUFFER(64 << 20);
    if (!form)
        return NULL;
    if (!survey_xform_write(form, &bytes, error)) {
        survey_buffer_clear(&bytes);
        return NULL;
    }
    struct phone_xform *xform = survey_alloc(sizeof *xform);
    *xform = (struct phone_xform){.form = row, .bytes = bytes.at, .length = bytes.length};
    phone_md5(xform->bytes, xform->length, xform->md5);
    xform->wants_itemsets = survey_form_has_itemsets(form);
    xform->wants_sample = memmem(xform->bytes, xform->length, "jr://file-csv/sample.csv", 24) != NULL;
    return xform;
}

const struct phone_xform *phone_xform_of(const struct phone_request *request, int64_t form, struct survey_error *error)
{
    struct phone_server *server = request->server;
    pthread_mutex_lock(&server->caching);
    struct phone_xform *found = server->xforms;
    while (found && found->form != form)
        found = found->next;
    if (!found && (found = make_xform(request, form, error))) {
        found->next = server->xforms;
        server->xforms = found;
    }
    pthread_mutex_unlock(&server->caching);
    return found;
}

static void put_element(struct survey_buffer *body, const char *name, const char *text)
{
    survey_format(body, "<%s>", name);
    phone_xml_text(body, text);
    survey_format(body, "</%s>", name);
}

static bool list_form(const struct phone_request *request, int64_t row, struct survey_buffer *body,
                      struct survey_error *error)
{
    const struct phone_xform *xform = phone_xform_of(request, row, error);
    const struct survey_form *form = xform ? survey_store_form(request->store, row, error) : NULL;
    char url[1200], hash[48];
    if (!form)
        return false;
    survey_buffer_text(body, "<xform>");
    put_element(body, "formID", form->id);
    put_element(body, "name", form->title && *form->title ? form->title : form->id);
    put_element(body, "version", form->version);
    survey_format_into(hash, sizeof hash, "md5:%s", xform->md5);
    put_element(body, "hash", hash);
    survey_format_into(url, sizeof url, "%s/forms/%lld/form.xml", request->base, (long long)row);
    put_element(body, "downloadUrl", url);
    if (xform->wants_sample || xform->wants_itemsets) {
        survey_format_into(url, sizeof url, "%s/forms/%lld/manifest", request->base, (long long)row);
        put_element(body, "manifestUrl", url);
    }
    survey_buffer_text(body, "</xform>\n");
    return true;
}

bool phone_form_list(void *user, const struct phone_request *request, struct phone_reply *reply,
                     struct survey_error *error)
{
    (void)user;
    int64_t rows[256];
    size_t count = 0;
    struct survey_query *query =
        survey_query(request->store, error, "SELECT id FROM form WHERE current = 1 ORDER BY position, id", "");
    if (!query)
        return false;
    while (count < sizeof rows / sizeof *rows && survey_query_next(query))
        rows[count++] = survey_query_integer(query, 0);
    if (!survey_query_end(query, error))
        return false;
    reply->type = xml_type;
    survey_buffer_text(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                     "<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">\n");
    for (size_t i = 0; i < count; i++)
        if (!list_form(request, rows[i], &reply->body, error))
            return false;
    survey_buffer_text(&reply->body, "</xforms>\n");
    return true;
}

// An attached file as it is served.
static bool attached(const struct phone_request *request, int64_t row, const char *name, struct survey_buffer *csv,
                     struct survey_error *error)
{
    const struct survey_form *form = survey_store_form(request->store, row, error);
    if (form && strcmp(name, "sample.csv") == 0)
        return phone_sample_list(request, form->id, csv, error);
    if (form)
        survey_itemsets_write(form, csv);
    return form != NULL;
}

static bool list_file(const struct phone_request *request, int64_t row, const char *name, struct survey_buffer *body,
                      struct survey_error *error)
{
    struct survey_buffer csv = SURVEY_BUFFER(64 << 20);
    char url[1200], md5[33], hash[48];
    bool done = attached(request, row, name, &csv, error);
    phone_md5(survey_buffer_string(&csv), csv.length, md5);
    survey_buffer_clear(&csv);
    if (!done)
        return false;
    survey_format_into(hash, sizeof hash, "md5:%s", md5);
    survey_format_into(url, sizeof url, "%s/forms/%lld/%s", request->base, (long long)row, name);
    survey_buffer_text(body, "<mediaFile>");
    put_element(body, "filename", name);
    put_element(body, "hash", hash);
    put_element(body, "downloadUrl", url);
    survey_buffer_text(body, "</mediaFile>\n");
    return true;
}

static bool manifest(const struct phone_request *request, int64_t row, const struct phone_xform *xform,
                     struct phone_reply *reply, struct survey_error *error)
{
    reply->type = xml_type;
    survey_buffer_text(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                     "<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">\n");
    if ((xform->wants_sample && !list_file(request, row, "sample.csv", &reply->body, error)) ||
        (xform->wants_itemsets && !list_file(request, row, "itemsets.csv", &reply->body, error)))
        return false;
    survey_buffer_text(&reply->body, "</manifest>\n");
    return true;
}

// forms/ROW/form.xml, forms/ROW/manifest, forms/ROW/sample.csv, forms/ROW/itemsets.csv
bool phone_form_file(void *user, const struct phone_request *request, struct phone_reply *reply,
                     struct survey_error *error)
{
    (void)user;
    const char *number = request->path + strlen("forms/");
    const char *slash = strchr(number, '/');
    int64_t row = 0;
    bool known = slash && survey_integer_parse(number, (size_t)(slash - number), &row) &&
                 survey_store_count(request->store, 0, "SELECT count(*) FROM form WHERE id = ?", "i", row) == 1;
    const struct phone_xform *xform = known ? phone_xform_of(request, row, error) : NULL;
    if (known && !xform)
        return false;
    if (known && strcmp(slash, "/form.xml") == 0) {
        reply->type = xml_type;
        survey_buffer_add(&reply->body, xform->bytes, xform->length);
        return true;
    }
    if (known && strcmp(slash, "/manifest") == 0)
        return manifest(request, row, xform, reply, error);
    if (known && ((xform->wants_sample && strcmp(slash, "/sample.csv") == 0) ||
                  (xform->wants_itemsets && strcmp(slash, "/itemsets.csv") == 0))) {
        reply->type = "text/csv; charset=utf-8";
        return attached(request, row, slash + 1, &reply->body, error);
    }
    phone_say(reply, 404, _("there is nothing at this address"));
    return true;
}
