// SPDX-License-Identifier: GPL-3.0-or-later
// From HTTP to pages: the token, the body under its limit, the page that answers.
#pragma once

#include <microhttpd.h>

enum MHD_Result phone_route(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                            const char *version, const char *upload, size_t *upload_size, void **state);
void phone_route_done(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why);
