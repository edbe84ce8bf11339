/* The diagnostics of the compiler: E02xx and W02xx, one row each in codes.def. */
#ifndef COMPILER_CODES_H
#define COMPILER_CODES_H

#include "diag.h"

enum compile_code {
#define CODE(id, name, summary, explain) CODE_##id,
#include "codes.def"
#undef CODE
    COMPILE_CODE_COUNT
};

extern const struct diag_code compile_codes[COMPILE_CODE_COUNT];

/* CODE(NO_SERVICES) is what diag_error takes. */
#define CODE(id) (&compile_codes[CODE_##id])

#endif
