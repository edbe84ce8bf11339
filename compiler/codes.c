#include "codes.h"

#undef CODE

const struct diag_code compile_codes[COMPILE_CODE_COUNT] = {
#define CODE(id, name, summary, explain) [CODE_##id] = {name, summary, explain},
#include "codes.def"
#undef CODE
};
