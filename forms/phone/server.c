// SPDX-License-Identifier: GPL-3.0-or-later
// The server's life: it opens the evaluation file, listens within limits, and closes in order.
#include "forms/phone/phone_private.h"

#include "forms/phone/route.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <errno.h>
#include <ifaddrs.h>
#include <microhttpd.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Enough for a county's phones behind one address; a slow or idle one does not hold its place.
enum { MOST_CONNECTIONS = 256, MOST_OF_ADDRESS = 128, TIMEOUT_SECONDS = 30, THREADS = 4, CONNECTION_MEMORY = 64 << 10 };

static char *copy(const char *text)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(survey_alloc(size), text, size);
}

struct survey_store *phone_reader_take(struct phone_server *server)
{
    struct survey_store *store = NULL;
    pthread_mutex_lock(&server->reading);
    while (!store) {
        for (int i = 0; i < PHONE_READERS && !store; i++)
            if (!server->lent[i]) {
                server->lent[i] = true;
                store = server->readers[i];
            }
        if (!store)
            pthread_cond_wait(&server->returned, &server->reading);
    }
    pthread_mutex_unlock(&server->reading);
    return store;
}

void phone_reader_give(struct phone_server *server, struct survey_store *store)
{
    pthread_mutex_lock(&server->reading);
    for (int i = 0; i < PHONE_READERS; i++)
        if (server->readers[i] == store)
            server->lent[i] = false;
    pthread_cond_signal(&server->returned);
    pthread_mutex_unlock(&server->reading);
}

struct survey_store *phone_writer_take(struct phone_server *server)
{
    pthread_mutex_lock(&server->writing);
    return server->writer;
}

void phone_writer_give(struct phone_server *server)
{
    pthread_mutex_unlock(&server->writing);
}

// "127.0.0.1:8080", "[::1]:8080" -> an address to bind to.
static bool resolve(const char *listen, struct addrinfo **address, char host[static 256], struct survey_error *error)
{
    const char *colon = strrchr(listen, ':');
    int64_t port = -1;
    size_t length = colon ? (size_t)(colon - listen) : 0;
    if (!colon || length == 0 || length >= 250 || !survey_integer_parse(colon + 1, strlen(colon + 1), &port) ||
        port < 0 || port > 65535)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("'%s' is no address to listen on such as 127.0.0.1:8080"),
                           listen);
    bool bracketed = listen[0] == '[' && listen[length - 1] == ']';
    memcpy(host, listen + bracketed, length - 2 * bracketed);
    host[length - 2 * bracketed] = '\0';
    struct addrinfo hints = {.ai_flags = AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    int failed = getaddrinfo(host, colon + 1, &hints, address);
    if (failed)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, listen, "%s", gai_strerror(failed));
    return true;
}

// The address of this machine that phones on the same network reach, where it listens on all.
static void reachable(char host[static 256])
{
    struct ifaddrs *all = NULL;
    if (strcmp(host, "0.0.0.0") != 0 && strcmp(host, "::") != 0)
        return;
    if (getifaddrs(&all) != 0)
        return;
    for (struct ifaddrs *one = all; one; one = one->ifa_next)
        if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET && !(one->ifa_flags & IFF_LOOPBACK)) {
            getnameinfo(one->ifa_addr, sizeof(struct sockaddr_in), host, 256, NULL, 0, NI_NUMERICHOST);
            break;
        }
    freeifaddrs(all);
}

static bool open_stores(struct phone_server *server, const char *path, struct survey_error *error)
{
    if (!survey_store_open(path, SURVEY_STORE_WRITE, &server->writer, error))
        return false;
    // 201 promises that the response survives a power cut.
    if (!survey_store_run(server->writer, error, "PRAGMA synchronous = FULL", ""))
        return false;
    for (int i = 0; i < PHONE_READERS; i++)
        if (!survey_store_open(path, SURVEY_STORE_READ, &server->readers[i], error))
            return false;
    return true;
}

static bool read_tls(struct phone_server *server, struct survey_error *error)
{
    const struct phone_options *o = &server->options;
    size_t length;
    if (!o->tls_cert && !o->tls_key)
        return true;
    if (!o->tls_cert || !o->tls_key)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--tls-cert and --tls-key go together"));
    return survey_file_read(o->tls_cert, 1 << 20, &server->cert, &length, error) &&
           survey_file_read(o->tls_key, 1 << 20, &server->key, &length, error);
}

static void name_url(struct phone_server *server, char host[static 256])
{
    if (server->options.url) {
        size_t length = strlen(server->options.url);
        while (length && server->options.url[length - 1] == '/')
            length--;
        survey_format_into(server->url, sizeof server->url, "%.*s", (int)length, server->options.url);
        return;
    }
    reachable(host);
    bool six = strchr(host, ':') != NULL;
    survey_format_into(server->url, sizeof server->url, "%s://%s%s%s:%u", server->cert ? "https" : "http",
                       six ? "[" : "", host, six ? "]" : "", server->port);
}

static bool listen_on(struct phone_server *server, struct survey_error *error)
{
    const char *listen = server->options.listen ? server->options.listen : "127.0.0.1:8080";
    struct addrinfo *address = NULL;
    char host[256];
    if (!resolve(listen, &address, host, error))
        return false;
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | (server->cert ? MHD_USE_TLS : 0) |
                     (address->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    struct MHD_OptionItem items[10] = {
        {MHD_OPTION_CONNECTION_LIMIT, MOST_CONNECTIONS, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, MOST_OF_ADDRESS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_SECONDS, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, THREADS, NULL},
        {MHD_OPTION_SOCK_ADDR, 0, address->ai_addr},
    };
    int count = 6;
    if (server->cert) {
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert};
        items[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, server->key};
    }
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    errno = 0;
    server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, phone_route, server, MHD_OPTION_NOTIFY_COMPLETED,
                                      phone_route_done, NULL, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    int reason = errno;
    freeaddrinfo(address);
    if (!server->daemon)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, listen, _("cannot listen there: %s"),
                           reason ? strerror(reason) : _("the address or the certificate was refused"));
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info ? info->port : 0;
    name_url(server, host);
    return true;
}

bool phone_server_start(const char *path, const struct phone_options *options, struct phone_server **started,
                        struct survey_error *error)
{
    struct phone_server *server = survey_alloc(sizeof *server);
    *server = (struct phone_server){.options = *options};
    struct phone_options *o = &server->options;
    o->listen = copy(o->listen);
    o->tls_cert = copy(o->tls_cert);
    o->tls_key = copy(o->tls_key);
    o->url = copy(o->url);
    o->once = copy(o->once);
    o->once_name = copy(o->once_name ? o->once_name : "once");
    o->once_role = copy(o->once_role ? o->once_role : "enumerator");
    o->round = copy(o->round ? o->round : "");
    if (o->most_bytes == 0)
        o->most_bytes = PHONE_MOST_BYTES;
    pthread_mutex_init(&server->writing, NULL);
    pthread_mutex_init(&server->reading, NULL);
    pthread_mutex_init(&server->caching, NULL);
    pthread_cond_init(&server->returned, NULL);
    if (!read_tls(server, error) || !open_stores(server, path, error) || !listen_on(server, error)) {
        phone_server_stop(server);
        return false;
    }
    *started = server;
    return true;
}

const char *phone_server_url(const struct phone_server *server)
{
    return server->url;
}

unsigned phone_server_port(const struct phone_server *server)
{
    return server->port;
}

size_t phone_server_received(const struct phone_server *server)
{
    return atomic_load(&server->received);
}

static void forget_string(const char *const *text)
{
    char *owned;
    memcpy(&owned, text, sizeof owned); // the options show it const
    free(owned);
}

void phone_server_stop(struct phone_server *server)
{
    if (!server)
        return;
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    for (int i = 0; i < PHONE_READERS; i++)
        survey_store_close(server->readers[i]);
    survey_store_close(server->writer);
    while (server->xforms) {
        struct phone_xform *next = server->xforms->next;
        free(server->xforms->bytes);
        free(server->xforms);
        server->xforms = next;
    }
    pthread_mutex_destroy(&server->writing);
    pthread_mutex_destroy(&server->reading);
    pthread_mutex_destroy(&server->caching);
    pthread_cond_destroy(&server->returned);
    const struct phone_options *o = &server->options;
    const char *const *strings[] = {&o->listen, &o->tls_cert, &o->tls_key, &o->url, &o->once, &o->once_name, &o->once_role,
                                   &o->round};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        forget_string(strings[i]);
    free(server->cert);
    free(server->key);
    free(server);
}
