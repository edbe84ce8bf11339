#include "http_make.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

uint64_t http_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

#define PICK(state, array) (array)[http_random(state) % COUNT(array)]

static const char *const request_lines[] = {
    "GET / HTTP/1.1\r\n",         "POST /a?b=c HTTP/1.1\r\n",
    "HEAD /x HTTP/1.0\r\n",       "OPTIONS * HTTP/1.1\r\n",
    "PUT /%41/../b HTTP/1.1\r\n", "GET http://web.localhost/p HTTP/1.1\r\n",
    "\r\nDELETE / HTTP/1.1\r\n",  "PATCH /[]{}|^\\ HTTP/1.1\r\n",
};
static const char *const status_lines[] = {
    "HTTP/1.1 200 OK\r\n",           "HTTP/1.1 404 Not Found\r\n",   "HTTP/1.1 204 No Content\r\n",
    "HTTP/1.1 304 Not Modified\r\n", "HTTP/1.0 200 OK\r\n",          "HTTP/1.1 500\r\n",
    "HTTP/1.1 100 Continue\r\n",     "HTTP/1.1 299 caf\xc3\xa9\r\n", "HTTP/1.1 200 \r\n",
};
static const char *const fields[] = {
    "Accept: */*\r\n",
    "X:\r\n",
    "X-Forwarded-For: 10.0.0.1\r\n",
    "Cookie: a=b; c=d\r\n",
    "Connection: keep-alive\r\n",
    "Connection: close, X\r\n",
    "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "Keep-Alive: timeout=5\r\n",
    "TE: trailers\r\n",
    "Trailer: X\r\n",
    "Expect: 100-continue\r\n",
    "Y: \t a \xff b\t \r\n",
    "X-A3s-Hops: 3\r\n",
    "Content-Type: text/event-stream\r\n",
};
static const char *const bodies[] = {
    "\r\n",
    "Content-Length: 5\r\n\r\nhello",
    "Content-Length: 0\r\n\r\n",
    "Content-Length: 20\r\n\r\nGET / HTTP/1.1\r\n\r\n..",
    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n00A;x=y\r\n0123456789\r\n000\r\nT: u\r\n\r\n",
    "transfer-encoding: chunked\r\n\r\n3;q=\"a b\"\r\n\r\n0\r\n2\r\nhi\r\n0\r\n\r\n",
};
/* What is put, doubled or written over somewhere. */
static const char *const edits_made[] = {
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    ":",
    " ",
    "\t",
    ";",
    ",",
    "0",
    "1",
    "f",
    "-",
    "+",
    "0x",
    "\"",
    "\v",
    "\f",
    "\x7f",
    "\x85",
    "\xa0",
    "chunked",
    "identity",
    "HTTP/1.1",
    " :",
    ": ",
    "\r\r",
    "\n\n",
    "\r\n ",
    "0\r\n",
    "Host: b\r\n",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length:\r\n",
    "GET /s HTTP/1.1\r\nHost: web.localhost\r\n\r\n",
    "ffffffffffffffff",
    "10000000000000005",
};

static void splice(struct strbuf *text, size_t at, size_t removed, const char *bytes, size_t count)
{
    struct strbuf made = {0};
    removed = removed < text->len - at ? removed : text->len - at;
    strbuf_add(&made, text->ptr, at);
    strbuf_add(&made, bytes, count);
    strbuf_add(&made, text->ptr + at + removed, text->len - at - removed);
    strbuf_finish(text);
    *text = made;
}

/* Somewhere, most often beside a byte at which readers decide. */
static size_t choose_place(uint64_t *state, const struct strbuf *text)
{
    size_t at = http_random(state) % text->len;
    for (unsigned tries = 0; tries < 40 && !memchr("\r\n: \t;,", text->ptr[at], 7); tries++)
        at = (at + 1) % text->len;
    return at + (http_random(state) & 1);
}

static void edit(uint64_t *state, struct strbuf *text)
{
    size_t at = choose_place(state, text), other = choose_place(state, text);
    const char *piece = PICK(state, edits_made);
    struct strbuf moved = {0};
    switch (http_random(state) % 6) {
    case 0: splice(text, at, 0, piece, strlen(piece)); break;
    case 1: splice(text, at, 1, piece, strlen(piece)); break;
    case 2: splice(text, at, 1 + http_random(state) % 3, "", 0); break;
    case 3: splice(text, at, 0, "\0", 1); break;
    case 4: /* a piece of it, once more */
        strbuf_add(&moved, text->ptr + at, text->len - at < 24 ? text->len - at : 24);
        splice(text, other, 0, moved.ptr, moved.len);
        break;
    case 5:
        if (at < text->len)
            text->ptr[at] ^= (char)(1u << (http_random(state) % 8));
        break;
    }
    strbuf_finish(&moved);
}

void http_make(uint64_t *state, bool response, unsigned edits, struct strbuf *out)
{
    strbuf_clear(out);
    strbuf_adds(out, response ? PICK(state, status_lines) : PICK(state, request_lines));
    if (!response)
        strbuf_adds(out, "Host: web.localhost\r\n");
    for (uint64_t count = http_random(state) % 5; count > 0; count--)
        strbuf_adds(out, PICK(state, fields));
    strbuf_adds(out, PICK(state, bodies));
    if (http_random(state) % 4 == 0)
        strbuf_adds(out, "GET /next HTTP/1.1\r\n");
    for (uint64_t count = edits ? http_random(state) % (edits + 1) : 0; count && out->len; count--)
        edit(state, out);
}

#ifdef FUZZ_WITH_LIBFUZZER
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);

/* Messages of our own making, edits of them, and now and then what libFuzzer itself thinks of. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed)
{
    uint64_t state = seed;
    struct strbuf text = {0};
    if (http_random(&state) % 4 == 0)
        return LLVMFuzzerMutate(bytes, size, max_size);
    strbuf_add(&text, bytes, size);
    if (size < 2 || http_random(&state) % 64 == 0)
        http_make(&state, http_random(&state) & 1, 1, &text);
    else
        edit(&state, &text);
    size_t made = text.len < max_size ? text.len : max_size;
    if (made)
        memcpy(bytes, text.ptr, made);
    strbuf_finish(&text);
    return made;
}
#endif
