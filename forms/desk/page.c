// SPDX-License-Identifier: GPL-3.0-or-later
// What every page of the review desk has: its frame, its words, its headers, and the fields of a post.
#include "forms/desk/desk_private.h"

#include "survey/base/utf8.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

void desk_header(struct desk_visit *visit, const char *name, const char *format, ...)
{
    va_list list;
    survey_format(&visit->reply->headers, "%s: ", name);
    va_start(list, format);
    survey_format_list(&visit->reply->headers, format, list);
    va_end(list);
    survey_buffer_byte(&visit->reply->headers, '\n');
}

void desk_text(struct desk_visit *visit, const char *text)
{
    phone_xml_text(visit->out, text);
}

void desk_say(struct desk_visit *visit, enum desk_word word, ...)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    va_list list;
    va_start(list, word);
    survey_format_list(&text, desk_word(visit->desk->words, visit->language, word), list);
    va_end(list);
    desk_text(visit, survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

void desk_see_other(struct desk_visit *visit, const char *path)
{
    visit->reply->status = 303;
    desk_header(visit, "Location", "%s%s", visit->prefix, path);
    desk_header(visit, "Cache-Control", "private, no-store");
}

// This page again in the other language, which says so in its own words. Only what a link may repeat: a GET's path.
static void other_language(struct desk_visit *visit)
{
    enum desk_language other = visit->language == DESK_ZH ? DESK_EN : DESK_ZH;
    bool reads = strcmp(visit->request->method, "POST") != 0;
    const char *query = desk_filter_query(visit);
    survey_buffer_text(visit->out, "<a href=\"");
    desk_text(visit, visit->prefix);
    desk_text(visit, reads ? visit->request->path : "/review");
    desk_text(visit, query);
    survey_format(visit->out, "%slanguage=%s\" lang=\"%s\">%s</a>", *query ? "&amp;" : "?", desk_language_code(other),
                  desk_language_code(other), other == DESK_ZH ? "中文" : "English");
}

static void put_header(struct desk_visit *visit)
{
    survey_format(visit->out, "<header><a class=\"home\" href=\"%s/review\">assay · ", visit->prefix);
    desk_say(visit, SAY_REVIEW);
    survey_buffer_text(visit->out, "</a><nav>");
    other_language(visit);
    if (visit->signed_in) {
        survey_buffer_text(visit->out, "<span class=\"who\">");
        desk_text(visit, visit->who);
        survey_format(
            visit->out,
            "</span><form method=\"post\" action=\"%s/review/sign-out\"><input type=\"hidden\" name=\"guard\" "
            "value=\"%s\"><button>",
            visit->prefix, visit->guard);
        desk_say(visit, SAY_SIGN_OUT);
        survey_buffer_text(visit->out, "</button></form>");
    }
    survey_buffer_text(visit->out, "</nav></header>\n<main>");
}

void desk_page_open(struct desk_visit *visit, int status, enum desk_word title)
{
    visit->reply->status = status;
    visit->reply->type = "text/html; charset=utf-8";
    visit->out->length = 0;
    desk_header(visit, "Cache-Control", "private, no-store");
    desk_header(visit, "Referrer-Policy", "same-origin");
    desk_header(
        visit, "Content-Security-Policy",
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'");
    if (visit->signed_in)
        desk_session_notice_take(visit);
    survey_format(visit->out,
                  "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\"><title>",
                  desk_language_code(visit->language));
    desk_say(visit, title);
    survey_format(visit->out,
                  "</title><link rel=\"stylesheet\" href=\"%s/review/desk.css\">"
                  "<script src=\"%s/review/desk.js\" defer></script></head>\n<body>",
                  visit->prefix, visit->prefix);
    put_header(visit);
    if (*visit->notice) {
        survey_buffer_text(visit->out, visit->wrong ? "<p class=\"notice wrong\" role=\"alert\">"
                                                    : "<p class=\"notice\" role=\"status\">");
        desk_text(visit, visit->notice);
        survey_buffer_text(visit->out, "</p>");
    }
}

void desk_page_close(struct desk_visit *visit)
{
    survey_buffer_text(visit->out, "</main></body></html>\n");
}

void desk_message(struct desk_visit *visit, int status, enum desk_word word)
{
    desk_page_open(visit, status, SAY_REVIEW);
    survey_buffer_text(visit->out, "<p class=\"notice wrong\" role=\"alert\">");
    desk_say(visit, word);
    survey_format(visit->out, "</p><p><a class=\"button\" href=\"%s/review\">", visit->prefix);
    desk_say(visit, SAY_BACK_TO_QUEUE);
    survey_buffer_text(visit->out, "</a></p>");
    desk_page_close(visit);
}

// --- Addresses and posts ---

static void put_percent(struct survey_buffer *query, const char *name, const char *value)
{
    if (!value)
        return;
    survey_format(query, "%c%s=", query->length ? '&' : '?', name);
    for (const char *at = value; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     strchr("-_.~", byte);
        survey_format(query, plain ? "%c" : "%%%02x", byte);
    }
}

const char *desk_filter_query(struct desk_visit *visit)
{
    const struct desk_filter *filter = &visit->filter;
    struct survey_buffer query = SURVEY_BUFFER(1 << 14);
    put_percent(&query, "form", filter->form);
    put_percent(&query, "question", filter->question);
    put_percent(&query, "reason", filter->reason);
    put_percent(&query, "kind", filter->kind);
    const char *text = survey_arena_strdup(visit->arena, survey_buffer_string(&query));
    survey_buffer_clear(&query);
    return text;
}

static int hexadecimal(char digit)
{
    const char *found = digit ? strchr("0123456789abcdef", digit | 0x20) : NULL;
    return found ? (int)(found - "0123456789abcdef") : -1;
}

// application/x-www-form-urlencoded to plain text; NULL for what is no text.
static const char *decode(struct survey_arena *arena, const char *text, size_t length)
{
    char *plain = survey_arena_alloc(arena, length + 1);
    size_t size = 0;
    for (size_t i = 0; i < length; i++) {
        int high = -1, low = -1;
        if (text[i] == '%' && i + 2 < length && (high = hexadecimal(text[i + 1])) >= 0)
            low = hexadecimal(text[i + 2]);
        if (text[i] == '%' && low < 0)
            return NULL;
        plain[size++] = text[i] == '+' ? ' ' : text[i] == '%' ? (char)(high * 16 + low) : text[i];
        i += text[i] == '%' ? 2 : 0;
        if (plain[size - 1] == '\0')
            return NULL;
    }
    return survey_utf8_valid(plain, size) ? plain : NULL;
}

bool desk_fields_read(struct desk_visit *visit)
{
    const struct phone_request *request = visit->request;
    static const char type[] = "application/x-www-form-urlencoded";
    const char *at = request->body, *end = at + request->length;
    if (strncasecmp(request->type, type, sizeof type - 1) != 0)
        return false;
    visit->fields = survey_arena_array(visit->arena, DESK_MOST_FIELDS, sizeof *visit->fields);
    while (at && at < end) {
        const char *next = memchr(at, '&', (size_t)(end - at));
        next = next ? next : end;
        const char *equals = memchr(at, '=', (size_t)(next - at));
        if (!equals || visit->field_count == DESK_MOST_FIELDS)
            return false;
        struct desk_field *field = &visit->fields[visit->field_count++];
        field->name = decode(visit->arena, at, (size_t)(equals - at));
        field->value = decode(visit->arena, equals + 1, (size_t)(next - equals - 1));
        if (!field->name || !field->value)
            return false;
        at = next + (next < end);
    }
    return true;
}

const char *desk_field(const struct desk_visit *visit, const char *name)
{
    for (size_t i = 0; i < visit->field_count; i++)
        if (strcmp(visit->fields[i].name, name) == 0)
            return visit->fields[i].value;
    return "";
}
