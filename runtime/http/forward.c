#include "forward.h"

#define HOPS_DIGITS 3

bool forward_wants_upgrade(const struct http *request)
{
    const struct head *head = &request->head;
    const struct head_field *field = head_find(head, FIELD_UPGRADE);
    return field && head_count(head, FIELD_UPGRADE) == 1 && head->minor == 1 &&
           str_is(head->method, "GET") && !http_has_body(request) &&
           str_equal_nocase(head_value(head, field), STR("websocket")) &&
           head_lists(head, FIELD_CONNECTION, STR("upgrade"));
}

unsigned forward_hops(const struct head *head)
{
    unsigned hops = 0;
    const struct head_field *field = head_find(head, FIELD_X_A3S_HOPS);
    struct str digits = field ? head_value(head, field) : STR("");
    for (size_t i = 0; i < digits.len && i < HOPS_DIGITS; i++)
        if (digits.ptr[i] >= '0' && digits.ptr[i] <= '9')
            hops = hops * 10 + (unsigned)(digits.ptr[i] - '0');
    return hops;
}

static void add_field(struct buffer *out, struct str name, struct str value)
{
    buffer_adds(out, name);
    buffer_adds(out, STR(": "));
    buffer_adds(out, value);
    buffer_adds(out, STR("\r\n"));
}

static void add_number(struct buffer *out, struct str name, uint64_t value)
{
    buffer_adds(out, name);
    buffer_adds(out, STR(": "));
    buffer_addn(out, value);
    buffer_adds(out, STR("\r\n"));
}

/* Fields that are of this connection, or that the proxy writes itself, are left out; so is what
 * Connection names, unless it is one that only an attacker would name. */
static void add_fields(const struct head *head, struct buffer *out, enum field_kind ours)
{
    bool named = false;
    const struct head_field *connection = head_find(head, FIELD_CONNECTION);
    if (connection) {
        struct str value = head_value(head, connection);
        named =
            !str_equal_nocase(value, STR("keep-alive")) && !str_equal_nocase(value, STR("close"));
    }
    for (uint16_t i = 0; i < head->field_count; i++) {
        const struct head_field *field = &head->fields[i];
        enum field_kind kind = field_kind(field->id);
        if (kind == FIELD_KIND_HOP || kind == FIELD_KIND_FRAMING || kind == FIELD_KIND_BOTH ||
            kind == ours)
            continue;
        struct str name = head_name(head, field);
        if (!named || !head_lists(head, FIELD_CONNECTION, name))
            add_field(out, name, head_value(head, field));
    }
}

static void add_forwarded_for(const struct forward_request *forward, struct buffer *out)
{
    const struct head *head = &forward->request->head;
    buffer_adds(out, STR("X-Forwarded-For: "));
    for (uint16_t i = 0; i < head->field_count; i++) {
        struct str value = head_value(head, &head->fields[i]);
        if (head->fields[i].id != FIELD_X_FORWARDED_FOR || value.len == 0)
            continue;
        buffer_adds(out, value);
        buffer_adds(out, STR(", "));
    }
    buffer_adds(out, str_from(forward->peer));
    buffer_adds(out, STR("\r\n"));
}

static void add_origin(const struct forward_request *forward, struct buffer *out)
{
    add_forwarded_for(forward, out);
    add_field(out, STR("X-Forwarded-Host"), forward->host->authority);
    buffer_adds(out, STR("X-Forwarded-Proto: http\r\n"));
    add_number(out, STR("X-Forwarded-Port"), forward->port);
    add_number(out, STR("X-A3s-Hops"), forward->hops + 1);
    add_field(out, STR("X-Request-Id"), forward->id);
}

static void add_host(const struct forward_request *forward, struct buffer *out)
{
    if (!forward->own_port) {
        add_field(out, STR("Host"), forward->host->authority);
        return;
    }
    buffer_adds(out, STR("Host: localhost:"));
    buffer_addn(out, forward->own_port);
    buffer_adds(out, STR("\r\n"));
}

void forward_request_head(const struct forward_request *forward, struct buffer *out)
{
    const struct head *head = &forward->request->head;
    buffer_adds(out, head->method);
    buffer_adds(out, forward->host->needs_slash ? STR(" /") : STR(" "));
    buffer_adds(out, forward->host->target);
    buffer_adds(out, STR(" HTTP/1.1\r\n"));
    add_host(forward, out);
    add_fields(head, out, FIELD_KIND_OURS);
    add_origin(forward, out);
    if (head->framing == HEAD_LENGTH)
        add_number(out, STR("Content-Length"), head->length);
    else if (head->framing == HEAD_CHUNKED)
        buffer_adds(out, STR("Transfer-Encoding: chunked\r\n"));
    if (forward->upgrade)
        buffer_adds(out, STR("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    buffer_adds(out, STR("\r\n"));
}

enum forward_framing forward_framing(const struct http *response, uint8_t minor)
{
    if (!http_has_body(response) && response->head.framing != HEAD_LENGTH)
        return FORWARD_NO_BODY;
    if (response->head.framing == HEAD_LENGTH)
        return response->head.status < 200 || response->head.status == 204 ||
                       response->head.status == 304
                   ? FORWARD_NO_BODY
                   : FORWARD_LENGTH;
    return minor == 0 ? FORWARD_UNTIL_CLOSE : FORWARD_CHUNKED;
}

void forward_response_head(const struct forward_response *forward, struct buffer *out)
{
    const struct head *head = &forward->response->head;
    buffer_adds(out, STR("HTTP/1.1 "));
    buffer_addn(out, head->status);
    buffer_adds(out, STR(" "));
    buffer_adds(out, head->reason);
    buffer_adds(out, STR("\r\n"));
    add_fields(head, out, FIELD_KIND_COUNT);
    if (forward->id.len)
        add_field(out, STR("X-Request-Id"), forward->id);
    if (forward->delayed)
        buffer_adds(out, STR("X-A3s-Fault: delay\r\n"));
    if (forward->framing == FORWARD_LENGTH)
        add_number(out, STR("Content-Length"), head->length);
    else if (forward->framing == FORWARD_CHUNKED)
        buffer_adds(out, STR("Transfer-Encoding: chunked\r\n"));
    static const char *const connection[] = {
        [FORWARD_SILENT] = "",
        [FORWARD_CLOSE] = "Connection: close\r\n",
        [FORWARD_KEEP_ALIVE] = "Connection: keep-alive\r\n",
        [FORWARD_UPGRADE] = "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    };
    buffer_adds(out, str_from(connection[forward->connection]));
    buffer_adds(out, STR("\r\n"));
}
