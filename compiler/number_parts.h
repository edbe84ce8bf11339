/* What a number is made of. Private to number*.c; nobody else sees MPFR. */
#ifndef COMPILER_NUMBER_PARTS_H
#define COMPILER_NUMBER_PARTS_H

#include "number.h"

#include <mpfr.h>

/* Beyond it not every int64_t has as few digits in a less precise float. */
#define NUMBER_INLINE_BITS 64

struct number_big {
    mpfr_t value;
};

/* What an operand is while one computes: the inline integer becomes a float on the stack. */
struct number_operand {
    mpfr_t inline_value;
    mp_limb_t limbs[(NUMBER_INLINE_BITS + GMP_NUMB_BITS - 1) / GMP_NUMB_BITS];
    mpfr_srcptr value;
};

static inline void number_load(struct number_operand *o, const struct number *a)
{
    if (a->big != NULL) {
        o->value = a->big->value;
        return;
    }
    mpfr_custom_init(o->limbs, NUMBER_INLINE_BITS);
    mpfr_custom_init_set(o->inline_value, MPFR_ZERO_KIND, 0, NUMBER_INLINE_BITS, o->limbs);
    mpfr_set_sj(o->inline_value, a->integer, MPFR_RNDN);
    o->value = o->inline_value;
}

#endif
