#include "control_request.h"

void control_request_init(struct control_request *request)
{
    *request = (struct control_request){0};
    http_init(&request->http, HEAD_REQUEST);
}

void control_request_finish(struct control_request *request)
{
    http_finish(&request->http);
    strbuf_finish(&request->body);
}

void control_request_feed(struct control_request *request, const char *bytes, size_t size,
                          struct control_answer *answer)
{
    if (size > CONTROL_REQUEST_MAX - request->size) {
        control_refuse(answer, 413, "the request has more than %u bytes", CONTROL_REQUEST_MAX);
        return;
    }
    request->size += size;
    while (!request->complete) {
        size_t used;
        enum http_event event = http_feed(&request->http, bytes, size, &used);
        bytes += used;
        size -= used;
        if (event == HTTP_MORE)
            return;
        if (event == HTTP_DATA)
            strbuf_add_str(&request->body, request->http.data);
        if (event == HTTP_FAIL) {
            control_refuse(answer, http_error_status(request->http.error), "%s",
                           http_error_text(request->http.error));
            return;
        }
        request->complete = event == HTTP_END;
    }
    request->chunked = request->http.head.minor > 0;
}

struct control_call control_request_call(const struct control_request *request)
{
    return (struct control_call){.method = request->http.head.method,
                                 .target = request->http.head.target,
                                 .body = strbuf_str(&request->body)};
}
