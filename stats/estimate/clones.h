// SPDX-License-Identifier: GPL-3.0-or-later
// Loops compiled for several widths of the processor's vectors; the machine takes the widest that it has. Private to stats.
#pragma once

// Clang before 16 gives such a function another name, which no other file finds.
#if defined __x86_64__ && defined __GLIBC__ && !defined __SANITIZE_ADDRESS__ && (!defined __clang__ || __clang_major__ >= 16)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
