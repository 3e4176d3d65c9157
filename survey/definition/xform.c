// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of an XForm: namespaces, head, model, body.
#include "survey/base/text.h"
#include "survey/definition/xform_private.h"

#include <string.h>

static const char *const namespaces[][2] = {
    {"xmlns", "http://www.w3.org/2002/xforms"},
    {"xmlns:h", "http://www.w3.org/1999/xhtml"},
    {"xmlns:ev", "http://www.w3.org/2001/xml-events"},
    {"xmlns:xsd", "http://www.w3.org/2001/XMLSchema"},
    {"xmlns:jr", "http://openrosa.org/javarosa"},
    {"xmlns:orx", "http://openrosa.org/xforms"},
    {"xmlns:odk", "http://www.opendatakit.org/xforms"},
};

// "esri=http://..., other="http://..."" of the settings sheet.
static void write_own_namespaces(struct xform *x, const char *text)
{
    struct survey_pairs own = {0};
    for (const char *at = text + strspn(text, " \t\n"); *at; at += strspn(at, " \t\n")) {
        size_t length = strcspn(at, " \t\n"), name = strcspn(at, "=");
        if (name && name < length && !memchr(at + name + 1, '=', length - name - 1)) {
            char *uri = survey_arena_strndup(x->arena, at + name + 1, length - name - 1), *to = uri;
            for (const char *from = uri; *from; from++)
                if (*from != '"' && *from != '\'')
                    *to++ = *from;
            *to = '\0';
            survey_pairs_set(x->arena, &own,
                             survey_arena_format(x->arena, "xmlns:%.*s", (int)name, at), uri);
        }
        at += length;
    }
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        survey_pairs_drop(&own, namespaces[i][0]);
    for (size_t i = 0; i < own.count; i++)
        xform_attribute(x, own.at[i].name, own.at[i].value);
}

static void write_submission(struct xform *x)
{
    static const char *const settings[][2] = {{"public_key", "base64RsaPublicKey"},
                                              {"auto_send", "orx:auto-send"},
                                              {"auto_delete", "orx:auto-delete"}};
    const char *url = xform_setting(x, "submission_url", NULL),
               *editable = xform_setting(x, "client_editable", "no");
    bool edits = strcmp(editable, "yes") == 0 || strcmp(editable, "Yes") == 0 ||
                 strcmp(editable, "YES") == 0 || strncmp(editable, "true", 4) == 0 ||
                 strcmp(editable, "True") == 0 || strcmp(editable, "TRUE") == 0;
    bool any = url || edits;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        any |= xform_setting(x, settings[i][0], NULL) != NULL;
    if (!any)
        return;
    xform_open(x, "submission");
    if (url) {
        xform_attribute(x, "action", url);
        xform_attribute(x, "method", "post");
    }
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (xform_setting(x, settings[i][0], NULL))
            xform_attribute(x, settings[i][1], xform_setting(x, settings[i][0], NULL));
    if (edits)
        xform_attribute(x, "odk:client-editable", "true");
    xform_close(x, "submission");
}

static void write_document(struct xform *x)
{
    survey_buffer_text(x->writer.out, "<?xml version=\"1.0\"?>\n");
    xform_open(x, "h:html");
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        xform_attribute(x, namespaces[i][0], namespaces[i][1]);
    const char *own = xform_setting(x, "namespaces", "");
    write_own_namespaces(
        x, x->entity_version
               ? survey_arena_format(x->arena,
                                     "%s entities=http://www.opendatakit.org/xforms/entities", own)
               : own);
    xform_open(x, "h:head");
    xform_leaf(x, "h:title", x->form->title);
    xform_open(x, "model");
    xform_attribute(x, "odk:xforms-version", "1.0.0");
    if (x->entity_version)
        xform_attribute(x, "entities:entities-version", x->entity_version);
    write_submission(x);
    xform_write_itext(x);
    xform_write_instance(x);
    xform_write_secondary(x);
    xform_write_binds(x);
    xform_close(x, "model");
    xform_close(x, "h:head");
    xform_write_body(x);
    xform_close(x, "h:html");
}

bool survey_xform_write(const struct survey_form *form, struct survey_buffer *buffer,
                        struct survey_error *error)
{
    struct xform x = {
        .arena = survey_arena_new(), .form = form, .error = error, .writer = {.out = buffer}};
    x.default_language = xform_setting(&x, "default_language", "default");
    xform_lists_read(&x);
    bool done = xform_build(&x);
    if (done)
        write_document(&x);
    done = done && !x.failed;
    survey_map_clear(&x.names);
    survey_map_clear(&x.list_names);
    survey_arena_free(x.arena);
    if (done && buffer->overflow)
        return survey_fail(error, SURVEY_ERROR_INPUT, form->path, "%s",
                           _("the XForm is too large"));
    return done;
}
