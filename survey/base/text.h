// SPDX-License-Identifier: GPL-3.0-or-later
// Messages for people: marked with _() for gettext in the program, plain in WebAssembly.
#pragma once

#ifdef __wasm__
#define _(text) (text)
#define N_(text) (text)
#else
#include <libintl.h>
// Library code of assay looks its messages up in its own domain, whatever program it is part of.
#define _(text) dgettext("assay", text)
#define N_(text) (text)
#endif
