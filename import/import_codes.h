/* The diagnostics of an import, E03xx: one row of import_codes.def each. */
#ifndef IMPORT_IMPORT_CODES_H
#define IMPORT_IMPORT_CODES_H

#include "diag.h"

enum import_code {
#define CODE(id, name, summary, explain) id,
#include "import_codes.def"
#undef CODE
    IMPORT_CODE_COUNT
};

extern const struct diag_code import_codes[IMPORT_CODE_COUNT];

#endif
