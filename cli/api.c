#include "api.h"

void api_request(struct strbuf *out, const char *method, const char *target, const char *body)
{
    strbuf_addf(out, "%s %s HTTP/1.1\r\nHost: a3s\r\nConnection: close\r\n", method, target);
    if (body)
        strbuf_addf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    strbuf_addf(out, "\r\n%s", body ? body : "");
}

void api_word(struct strbuf *target, const char *word)
{
    for (const unsigned char *at = (const unsigned char *)word; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || strchr("_.-", *at);
        strbuf_addf(target, plain ? "%c" : "%%%02X", *at);
    }
}

void api_service(struct strbuf *target, const char *name, const char *verb)
{
    strbuf_adds(target, "/v1/services/");
    api_word(target, name);
    strbuf_addf(target, "/%s", verb);
}

bool api_next_line(const struct strbuf *body, size_t *at, struct str *out_line)
{
    const char *end;
    while (*at < body->len && (end = memchr(body->ptr + *at, '\n', body->len - *at))) {
        struct str line = {body->ptr + *at, (size_t)(end - body->ptr) - *at};
        *at += line.len + 1;
        if (line.len) {
            *out_line = line;
            return true;
        }
    }
    return false;
}

void api_drop(struct strbuf *body, size_t bytes)
{
    if (bytes)
        memmove(body->ptr, body->ptr + bytes, body->len - bytes + 1); /* with its NUL */
    body->len -= bytes;
}

const char *api_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

json_t *api_find(const json_t *status, const char *name)
{
    size_t i;
    json_t *service;
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        if (strcmp(api_text(service, "name"), name) == 0)
            return service;
    }
    return NULL;
}
