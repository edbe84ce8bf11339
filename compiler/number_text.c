#include "number_parts.h"

/* Enough decimal digits for any float of p bits. */
#define DIGITS_FOR(p) ((size_t)((p)*30103ul / 100000ul + 2))

/* Digits without point and leading zeros, and where the point is: 0.DIGITS * 10^exponent. */
struct digits {
    char *text; /* of mpfr_get_str, without sign */
    mpfr_exp_t exponent;
    char *whole; /* what mpfr_free_str takes */
};

static struct digits digits_of(mpfr_srcptr value, size_t count, mpfr_rnd_t rounding)
{
    struct digits digits = {0};
    digits.whole = mpfr_get_str(NULL, &digits.exponent, 10, count, value, rounding);
    digits.text = digits.whole + (digits.whole[0] == '-');
    return digits;
}

static void digits_drop(struct digits *digits)
{
    mpfr_free_str(digits->whole);
    *digits = (struct digits){0};
}

static bool reads_back(const struct digits *digits, mpfr_srcptr value)
{
    struct strbuf text = {0};
    mpfr_t back;
    strbuf_addf(&text, "0.%se%ld", digits->text, (long)digits->exponent);
    mpfr_init2(back, mpfr_get_prec(value));
    mpfr_strtofr(back, strbuf_text(&text), NULL, 10, MPFR_RNDN);
    bool same = mpfr_cmpabs(back, value) == 0;
    mpfr_clear(back);
    strbuf_finish(&text);
    return same;
}

/* Rounding up as well, for at a power of two the values below lie closer than those above. */
static bool digits_try(mpfr_srcptr value, size_t count, struct digits *out)
{
    static const mpfr_rnd_t roundings[] = {MPFR_RNDN, MPFR_RNDA};
    for (size_t i = 0; i < 2; i++) {
        struct digits digits = digits_of(value, count, roundings[i]);
        if (reads_back(&digits, value)) {
            *out = digits;
            return true;
        }
        digits_drop(&digits);
    }
    return false;
}

/* The fewest digits that read back: if some count does, so do all larger ones. */
static struct digits shortest(mpfr_srcptr value)
{
    struct digits best = {0};
    size_t low = 1, high = DIGITS_FOR((size_t)mpfr_get_prec(value));
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct digits digits;
        if (digits_try(value, middle, &digits)) {
            if (best.whole != NULL)
                digits_drop(&best);
            best = digits;
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (best.whole == NULL)
        best = digits_of(value, high, MPFR_RNDN);
    size_t length = strlen(best.text);
    while (length > 1 && best.text[length - 1] == '0')
        best.text[--length] = '\0';
    return best;
}

/* Writes 0.DIGITS * 10^exponent without an exponent. */
static void write_plain(const struct digits *digits, struct strbuf *out)
{
    size_t length = strlen(digits->text);
    long point = (long)digits->exponent;
    if (point <= 0) {
        strbuf_adds(out, "0.");
        strbuf_addn(out, '0', (size_t)-point);
        strbuf_add(out, digits->text, length);
    } else if ((size_t)point >= length) {
        strbuf_add(out, digits->text, length);
        strbuf_addn(out, '0', (size_t)point - length);
    } else {
        strbuf_add(out, digits->text, (size_t)point);
        strbuf_addc(out, '.');
        strbuf_adds(out, digits->text + point);
    }
}

struct str number_text(struct arena *arena, const struct number *a)
{
    if (a->big == NULL)
        return str_from(arena_printf(arena, "%lld", (long long)a->integer));
    mpfr_srcptr value = a->big->value;
    if (mpfr_zero_p(value))
        return mpfr_signbit(value) ? STR("-0") : STR("0");
    struct strbuf text = {0};
    struct digits digits = shortest(value);
    if (mpfr_sgn(value) < 0)
        strbuf_addc(&text, '-');
    write_plain(&digits, &text);
    digits_drop(&digits);
    return strbuf_move(&text, arena);
}

/* The style and precision that give the fewest digits: an exponent below -4 and from six on. */
static char shortest_style(mpfr_srcptr value, char verb, int *out_precision)
{
    *out_precision = 0;
    if (mpfr_zero_p(value))
        return 'f';
    struct digits digits = shortest(value);
    long length = (long)strlen(digits.text), exponent = (long)digits.exponent;
    digits_drop(&digits);
    if (exponent < -3 || exponent > 6) {
        *out_precision = (int)length - 1;
        return verb == 'G' ? 'E' : 'e';
    }
    *out_precision = length > exponent ? (int)(length - exponent) : 0;
    return 'f';
}

void number_format(const struct number *a, char verb, const char *flags, int width, int precision,
                   struct strbuf *out)
{
    struct number_operand operand;
    number_load(&operand, a);
    char style = verb;
    if (precision < 0 && (verb == 'g' || verb == 'G'))
        style = shortest_style(operand.value, verb, &precision);
    else if (precision < 0)
        precision = 6;
    struct strbuf format = {0};
    char *text = NULL;
    strbuf_addf(&format, "%%%s*.*R%c", flags, style);
    int length =
        mpfr_asprintf(&text, strbuf_text(&format), width < 0 ? 0 : width, precision, operand.value);
    if (length > 0)
        strbuf_add(out, text, (size_t)length);
    if (text != NULL)
        mpfr_free_str(text);
    strbuf_finish(&format);
}

void number_format_base(const struct number *a, int base, struct strbuf *out)
{
    struct number_operand operand;
    number_load(&operand, a);
    mpz_t whole;
    mpz_init(whole);
    mpfr_get_z(whole, operand.value, MPFR_RNDZ);
    char *text = mpz_get_str(NULL, base, whole);
    strbuf_adds(out, text);
    mpfr_free_str(text);
    mpz_clear(whole);
}
