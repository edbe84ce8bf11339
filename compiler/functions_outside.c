#include "functions_parts.h"

#include "files.h"
#include "later.h"
#include "utf8.h"

/* Functions that look beyond the file that is compiled. */

static bool is_environment_name(struct str name)
{
    return name.len > 0 && memchr(name.ptr, '=', name.len) == NULL &&
           memchr(name.ptr, '\0', name.len) == NULL;
}

bool function_env(struct function_call *call, struct value *out)
{
    struct value_piece piece = {
        .kind = VALUE_PIECE_ENV, .text = call->args[0].string, .span = call->expr->span};
    if (call->eval->references == NULL)
        return function_fail(call, "it has no meaning outside of an A3sfile");
    if (!is_environment_name(piece.text))
        return function_reject(call, 0, "a name is not empty and has no '=' in it");
    if (call->count > 1) {
        piece.has_fallback = true;
        piece.fallback = call->args[1].string;
        if (piece.fallback.len > 0 && memchr(piece.fallback.ptr, '\0', piece.fallback.len) != NULL)
            return function_reject(call, 1, "it has a NUL character in it");
    }
    *out = later_new(call->arena, &piece, 1, call->expr->span);
    return true;
}

bool function_file(struct function_call *call, struct value *out)
{
    struct str path = call->args[0].string, text;
    const char *why;
    if (call->eval->files == NULL)
        return function_fail(call, "it has no meaning outside of an A3sfile");
    if (path.len == 0 || memchr(path.ptr, '\0', path.len) != NULL)
        return function_reject(call, 0, "a path is not empty and has no NUL in it");
    if (!files_read(call->eval->files, path, &text, &why))
        return function_fail(call, "\"%.*s\" cannot be read: %s", STR_ARG(path), why);
    if (!function_charge(call, eval_text_units(text.len)))
        return false;
    return function_give_str(call, utf8_nfc(call->arena, text), out);
}
