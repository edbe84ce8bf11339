#include "functions_parts.h"

#include "utf8.h"

#include <utf8proc.h>

static struct str text_of(const struct function_call *call, uint32_t arg)
{
    return call->args[arg].string;
}

/* Characters */

static size_t next_point(struct str text, size_t at, int32_t *out_point)
{
    return at + utf8_next((struct str){text.ptr + at, text.len - at}, out_point);
}

static void add_point(struct strbuf *out, utf8proc_int32_t point)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t length = utf8proc_encode_char(point, bytes);
    if (length > 0)
        strbuf_add(out, bytes, (size_t)length);
}

bool function_strlen(struct function_call *call, struct value *out)
{
    return function_give_int((int64_t)utf8_count_clusters(text_of(call, 0)), out);
}

/* The place behind count clusters from at, or the end. */
static size_t skip_clusters(struct str text, size_t at, int64_t count)
{
    for (; count > 0 && at < text.len; count--)
        at += utf8_cluster((struct str){text.ptr + at, text.len - at});
    return at;
}

bool function_substr(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 0);
    int offset, length;
    if (!function_int(call, 1, &offset) || !function_int(call, 2, &length))
        return false;
    int64_t from = offset < 0 ? offset + (int64_t)utf8_count_clusters(text) : offset;
    if (offset >= 0 && length == 0)
        return function_give_str(call, STR(""), out);
    size_t start = skip_clusters(text, 0, from);
    size_t end =
        length <= 0 && (length < 0 || offset < 0) ? text.len : skip_clusters(text, start, length);
    return function_give_str(call, (struct str){text.ptr + start, end - start}, out);
}

/* Case */

static utf8proc_int32_t upper(utf8proc_int32_t point)
{
    return point == 0xdf ? point : utf8proc_toupper(point); /* sharp s has no single upper case */
}

static bool map_case(struct function_call *call, utf8proc_int32_t (*map)(utf8proc_int32_t),
                     struct value *out)
{
    struct str text = text_of(call, 0);
    struct strbuf result = {0};
    if (!function_charge(call, eval_text_units(text.len)))
        return false;
    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t point;
        at = next_point(text, at, &point);
        add_point(&result, map(point));
    }
    function_give_string(call, &result, out);
    strbuf_finish(&result);
    return true;
}

bool function_upper(struct function_call *call, struct value *out)
{
    return map_case(call, upper, out);
}

bool function_lower(struct function_call *call, struct value *out)
{
    return map_case(call, utf8proc_tolower, out);
}

static bool is_space(utf8proc_int32_t point)
{
    if (point < 0x80)
        return point == ' ' || (point >= '\t' && point <= '\r');
    utf8proc_category_t category = utf8proc_category(point);
    return point == 0x85 || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

/* Letters, digits and "_" are in words; beyond ASCII all that is not white space. */
static bool ends_word(utf8proc_int32_t point)
{
    if (point >= 0x80) {
        utf8proc_category_t category = utf8proc_category(point);
        bool word = category <= UTF8PROC_CATEGORY_LO || category == UTF8PROC_CATEGORY_ND;
        return !word && is_space(point);
    }
    return !((point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
             (point >= 'A' && point <= 'Z') || point == '_');
}

bool function_title(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 0);
    struct strbuf result = {0};
    bool first = true;
    if (!function_charge(call, eval_text_units(text.len)))
        return false;
    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t point;
        at = next_point(text, at, &point);
        add_point(&result, first && point != 0xdf ? utf8proc_totitle(point) : point);
        first = ends_word(point);
    }
    function_give_string(call, &result, out);
    strbuf_finish(&result);
    return true;
}

/* Trimming */

static bool in_cutset(struct str cutset, utf8proc_int32_t wanted)
{
    for (size_t at = 0; at < cutset.len;) {
        utf8proc_int32_t point;
        at = next_point(cutset, at, &point);
        if (point == wanted)
            return true;
    }
    return false;
}

/* cutset.ptr is NULL for white space. */
static bool is_cut(struct str cutset, utf8proc_int32_t point)
{
    return cutset.ptr != NULL ? in_cutset(cutset, point) : is_space(point);
}

static struct str trim(struct str text, struct str cutset)
{
    size_t start = 0, end = 0;
    utf8proc_int32_t point;
    for (size_t at = 0; at < text.len; start = at) {
        at = next_point(text, at, &point);
        if (!is_cut(cutset, point))
            break;
    }
    for (size_t at = start; at < text.len;) {
        at = next_point(text, at, &point);
        if (!is_cut(cutset, point))
            end = at;
    }
    if (end < start)
        end = start;
    return (struct str){text.ptr + start, end - start};
}

bool function_trim(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 0), cutset = text_of(call, 1);
    if (!function_charge(call, eval_text_units(text.len) * eval_text_units(cutset.len)))
        return false;
    return function_give_str(call, trim(text, cutset), out);
}

bool function_trimspace(struct function_call *call, struct value *out)
{
    return function_give_str(call, trim(text_of(call, 0), (struct str){0}), out);
}

bool function_trimprefix(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 0), prefix = text_of(call, 1);
    if (str_has_prefix(text, prefix))
        text = (struct str){text.ptr + prefix.len, text.len - prefix.len};
    return function_give_str(call, text, out);
}

bool function_trimsuffix(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 0), suffix = text_of(call, 1);
    if (str_has_suffix(text, suffix))
        text.len -= suffix.len;
    return function_give_str(call, text, out);
}

bool function_chomp(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 0);
    while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    return function_give_str(call, text, out);
}

/* Joining and splitting */

bool function_join(struct function_call *call, struct value *out)
{
    struct str separator = text_of(call, 0);
    struct strbuf result = {0};
    bool first = true,
         done = call->count > 1 || function_fail(call, "at least one list is required");
    for (uint32_t i = 1; i < call->count && done; i++) {
        const struct value *list = &call->args[i];
        for (uint32_t j = 0; j < list->tuple.count && done; j++) {
            const struct value *item = &list->tuple.items[j];
            if (item->kind == VALUE_NULL) {
                done = function_reject(call, i, "element %u is null", j);
                break;
            }
            done = function_charge(call, eval_text_units(separator.len + item->string.len));
            strbuf_add_str(&result, first ? STR("") : separator);
            strbuf_add_str(&result, item->string);
            first = false;
        }
    }
    if (done)
        function_give_string(call, &result, out);
    strbuf_finish(&result);
    return done;
}

static size_t find(struct str text, size_t at, struct str part)
{
    const char *place = memmem(text.ptr + at, text.len - at, part.ptr, part.len);
    return place != NULL ? (size_t)(place - text.ptr) : text.len;
}

/* The end of the part that begins at at: before the separator, or one code point without one. */
static size_t part_end(struct str text, size_t at, struct str separator)
{
    utf8proc_int32_t point;
    return separator.len > 0 ? find(text, at, separator) : next_point(text, at, &point);
}

static uint32_t count_parts(struct str text, struct str separator)
{
    uint32_t count = separator.len > 0;
    for (size_t at = 0; at < text.len; count++) {
        at = part_end(text, at, separator);
        if (separator.len > 0 && at == text.len)
            break;
        at += separator.len;
        if (separator.len > 0 && at == text.len) {
            count++;
            break;
        }
    }
    return count;
}

bool function_split(struct function_call *call, struct value *out)
{
    struct str separator = text_of(call, 0), text = text_of(call, 1);
    uint32_t count = count_parts(text, separator);
    if (!function_charge(call, count + eval_text_units(text.len)))
        return false;
    *out = function_new_list(call, count, &type_string);
    size_t at = 0;
    while (out->tuple.count < count) {
        size_t end = at < text.len ? part_end(text, at, separator) : text.len;
        struct str part = {text.ptr + at, end - at};
        out->tuple.items[out->tuple.count++] =
            value_string(call->expr->span, utf8_nfc(call->arena, part));
        at = end + separator.len;
    }
    return true;
}

/* An empty part is found before each code point and at the end. */
static bool replace_nothing(struct function_call *call, struct strbuf *result)
{
    struct str text = text_of(call, 0), with = text_of(call, 2);
    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t point;
        size_t next = next_point(text, at, &point);
        if (!function_charge(call, eval_text_units(with.len)))
            return false;
        strbuf_add_str(result, with);
        strbuf_add(result, text.ptr + at, next - at);
        at = next;
    }
    strbuf_add_str(result, with);
    return true;
}

static bool replace_all(struct function_call *call, struct strbuf *result)
{
    struct str text = text_of(call, 0), part = text_of(call, 1), with = text_of(call, 2);
    for (size_t at = 0; at <= text.len;) {
        size_t end = at < text.len ? find(text, at, part) : text.len;
        if (!function_charge(call, eval_text_units(end - at + with.len)))
            return false;
        strbuf_add(result, text.ptr + at, end - at);
        if (end == text.len)
            break;
        strbuf_add_str(result, with);
        at = end + part.len;
    }
    return true;
}

bool function_replace(struct function_call *call, struct value *out)
{
    struct strbuf result = {0};
    bool done =
        text_of(call, 1).len > 0 ? replace_all(call, &result) : replace_nothing(call, &result);
    if (done)
        function_give_string(call, &result, out);
    strbuf_finish(&result);
    return done;
}

bool function_indent(struct function_call *call, struct value *out)
{
    struct str text = text_of(call, 1);
    struct strbuf result = {0};
    int spaces;
    bool done = function_int(call, 0, &spaces);
    if (done && spaces < 0)
        done = function_fail(call, "the number of spaces must not be negative");
    for (size_t at = 0; at < text.len && done; at++) {
        strbuf_addc(&result, text.ptr[at]);
        if (text.ptr[at] != '\n')
            continue;
        done = function_charge(call, eval_text_units((size_t)spaces));
        if (done)
            strbuf_addn(&result, ' ', (size_t)spaces);
    }
    if (done)
        function_give_string(call, &result, out);
    strbuf_finish(&result);
    return done;
}
