#include "import_codes.h"

const struct diag_code import_codes[IMPORT_CODE_COUNT] = {
#define CODE(id, name, summary, explain) [id] = {name, summary, explain},
#include "import_codes.def"
#undef CODE
};
