/* Any bytes as a source, as the name of its file and as all that is said of it: every format stays
 * what it is. The first bytes choose the places. */
#include "diag_render.h"
#include "fuzz.h"

#include <jansson.h>

#define SELF_TEST_ROUNDS 4000
#define PLACE_BYTES      8

static const struct diag_code code = {"E0001", "a summary, 100%: of it", "One.\n\nTwo."};
static const struct diag_tool tool = {"fuzz", "1.0.0"};

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* A span anywhere in the source, or a little beyond its end. */
static struct span place(const uint8_t *choice, size_t size)
{
    uint32_t offset = choice[0] | (uint32_t)choice[1] << 8, length = choice[2] | choice[3] / 16;
    return (struct span){0, offset % ((uint32_t)size + 1), length};
}

static void add_diags(struct diag_list *list, const uint8_t *choice, struct str text)
{
    const char *said = arena_strndup(list->arena, text.ptr, text.len);
    struct diag *diag = diag_error(list, &code, place(choice, text.len), "%s", said);
    diag_detail(diag, "%s", said);
    diag_label(diag, "%s", said);
    diag_help(diag, "%s", said);
    diag_note(diag, place(choice + 4, text.len), "%s", said);
    diag_file_error(list, &code, said, "%s", said);
}

static void check_json(struct strbuf *out)
{
    json_t *value = json_loadb(strbuf_text(out), out->len, 0, NULL);
    require(value != NULL);
    json_decref(value);
    strbuf_clear(out);
}

/* Lines of "::", in which no control character is left. */
static void check_commands(struct strbuf *out, size_t lines)
{
    for (const char *at = strbuf_text(out); *at; lines--) {
        const char *end = strchr(at, '\n');
        require(lines > 0 && end != NULL && strncmp(at, "::error file=", 13) == 0);
        for (; at < end; at++)
            require((unsigned char)*at >= 0x20 && *at != 0x7f);
        at = end + 1;
    }
    require(lines == 0);
    strbuf_clear(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags, *list = &diags;
    struct strbuf out = {0};
    if (size < PLACE_BYTES || size > SOURCE_SIZE_MAX)
        return 0;
    struct str text = {(const char *)bytes + PLACE_BYTES, size - PLACE_BYTES};
    sources_init(&sources, &arena);
    diag_list_init(list, &arena, &sources);
    source_add(&sources, arena_strndup(&arena, text.ptr, text.len), text);
    add_diags(list, bytes, text);
    diag_sort(list);
    diag_render_text(list, true, &out);
    strbuf_clear(&out);
    diag_render_json(&list, 1, &out);
    check_json(&out);
    diag_render_sarif(&tool, &list, 1, &out);
    check_json(&out);
    diag_render_github(list, &out);
    check_commands(&out, 2);
    strbuf_finish(&out);
    arena_finish(&arena);
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Bytes that mean something to a format or to UTF-8, and few others. */
void fuzz_self_test(void)
{
    static const char pieces[] =
        "a \"\\%:,;\n\n\r\t\033\x7f/.<>&\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8"
        "\xcc\x81\xed\xa0\x80\xc2\x85\xef\xbb\xbf\xff";
    uint64_t random = 1;
    uint8_t input[96];
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        size_t size = PLACE_BYTES + next_random(&random) % (sizeof input - PLACE_BYTES);
        for (size_t i = 0; i < size; i++)
            input[i] = i < PLACE_BYTES ? (uint8_t)(next_random(&random) % 64 * (i % 2 == 0))
                                       : (uint8_t)pieces[next_random(&random) % sizeof pieces];
        LLVMFuzzerTestOneInput(input, size);
    }
}
