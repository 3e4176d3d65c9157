// SPDX-License-Identifier: GPL-3.0-or-later
// QR symbols by libqrencode, their version fixed by the length, so that every page of a form has the same.
#include "forms/paper/qr.h"

#include "forms/paper/token.h"
#include "survey/base/text.h"

#include <qrencode.h>
#include <string.h>

// Alphanumeric characters that versions 3.. hold at level Q (ISO/IEC 18004, table 7).
static const size_t capacity_q[] = {47, 67, 87, 108, 125, 157, 189, 221};

static int version_of(size_t length, QRecLevel *level)
{
    *level = QR_ECLEVEL_H;
    if (length <= PAPER_TOKEN_LENGTH)
        return 3; // 35 characters at level H
    *level = QR_ECLEVEL_Q;
    for (size_t i = 0; i < sizeof capacity_q / sizeof *capacity_q; i++)
        if (length <= capacity_q[i])
            return (int)i + 3;
    return 0;
}

int paper_qr_side(size_t length)
{
    QRecLevel level;
    int version = version_of(length, &level);
    return version ? 17 + 4 * version : 0;
}

bool paper_qr(const char *text, uint8_t modules[static PAPER_QR_MODULES_MOST], int *side, struct survey_error *error)
{
    QRecLevel level;
    int version = version_of(strlen(text), &level);
    QRinput *input = version ? QRinput_new2(version, level) : NULL;
    bool taken = input && QRinput_append(input, QR_MODE_AN, (int)strlen(text), (const unsigned char *)text) == 0;
    QRcode *code = taken ? QRcode_encodeInput(input) : NULL;
    QRinput_free(input);
    if (!code || code->width * code->width > PAPER_QR_MODULES_MOST || code->version != version) {
        QRcode_free(code);
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "QR", _("'%s' does not go into a QR code"), text);
    }
    *side = code->width;
    for (int i = 0; i < code->width * code->width; i++)
        modules[i] = code->data[i] & 1;
    QRcode_free(code);
    return true;
}
