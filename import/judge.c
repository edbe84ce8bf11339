#include "compile.h"
#include "import_codes.h"
#include "import_parts.h"
#include "write.h"

/* Each round takes something out of what the compiler refuses; this is where it is given up. */
#define ROUNDS_MAX 100

static void refuse_block(struct draft_service *service, enum schema_block_id id, struct str reason)
{
    const struct schema_block *block = &schema_blocks[id];
    for (uint32_t i = 0; i < block->count; i++)
        if (draft_has(service, block->first + i) && !service->values[block->first + i].reason.ptr)
            service->values[block->first + i].reason = reason;
}

/* Takes out what the place is, or what cannot be without it. */
static void refuse(struct import *im, const struct write_place *place, struct str reason)
{
    bool is_whole = place->attr < 0 || schema_attrs[place->attr].required;
    if (is_whole && place->block == SCHEMA_BLOCK_service)
        draft_leave_out(&im->draft, place->service, "%.*s", STR_ARG(reason));
    else if (is_whole)
        refuse_block(place->service, place->block, reason);
    else if (!place->service->values[place->attr].reason.ptr)
        place->service->values[place->attr].reason = reason;
}

/* The last place is the most exact. */
static const struct write_place *find_place(const struct written *written, uint32_t line)
{
    for (uint32_t i = written->places.count; i-- > 0;)
        if (written->places.items[i].first_line <= line &&
            line <= written->places.items[i].last_line)
            return &written->places.items[i];
    return NULL;
}

static uint32_t refuse_mistakes(struct import *im, const struct written *written,
                                struct compilation *c)
{
    uint32_t refused = 0;
    VEC_EACH (&c->diags.diags, it) {
        const struct diag *diag = *it;
        if (diag->severity != DIAG_ERROR || !diag->has_span || diag->span.source != 0)
            continue;
        uint32_t line = source_locate(&c->sources, diag->span).line;
        const struct write_place *place = find_place(written, line);
        if (!place)
            continue;
        struct str reason =
            str_from(arena_printf(im->arena, "%s%s%s", diag->message, diag->detail ? "; " : "",
                                  diag->detail ? diag->detail : ""));
        refuse(im, place, reason);
        refused++;
    }
    return refused;
}

static bool any_service(const struct draft *draft)
{
    VEC_EACH (&draft->services, it)
        if (!(*it)->left_out.ptr)
            return true;
    return false;
}

static bool nothing_runs(struct import *im)
{
    const char *from = im->options->from ? im->options->from : "command line";
    struct diag *diag = diag_file_error(im->diags, &import_codes[IMPORT_EMPTY], from,
                                        "nothing in it can run as a service");
    VEC_EACH (&im->draft.services, it)
        if (!diag->detail)
            diag_detail(diag, "%.*s is left out: %.*s", STR_ARG((*it)->name),
                        STR_ARG((*it)->left_out));
    diag_help(diag,
              "\"a3s init --docker\" runs images by docker, --service NAME=COMMAND adds a service");
    return false;
}

/* The first of them: the comments have all. */
static const char *lost_keys(const struct import *im)
{
    enum { SHOWN = 8 };
    struct strbuf text = {0};
    uint32_t count = im->draft.lost_keys.count;
    for (uint32_t i = 0; i < count && i < SHOWN; i++) {
        strbuf_adds(&text, i ? ", " : "");
        for (const char *at = im->draft.lost_keys.items[i]; *at; at++)
            strbuf_addc(&text, *at > ' ' && *at <= '~' ? *at : '?');
    }
    if (count > SHOWN)
        strbuf_addf(&text, " and %u more", count - SHOWN);
    const char *copy = arena_strndup(im->arena, strbuf_text(&text), text.len);
    strbuf_finish(&text);
    return copy;
}

static void give(struct import *im, const struct written *written, struct import_result *out)
{
    struct strbuf names = {0};
    *out = (struct import_result){.text = written->text};
    VEC_EACH (&im->draft.services, it) {
        bool left = (*it)->left_out.ptr != NULL;
        out->services += !left;
        out->left_out += left;
        if (left)
            strbuf_addf(&names, "%s%.*s", names.len ? ", " : "", STR_ARG((*it)->name));
    }
    out->left_names = strbuf_move(&names, im->arena).ptr;
    out->lost_keys = lost_keys(im);
}

bool import_write_valid(struct import *im, struct import_result *out)
{
    struct written written;
    for (int round = 0; round < ROUNDS_MAX && any_service(&im->draft); round++) {
        struct compilation c;
        uint32_t refused = 0;
        compilation_init(&c);
        bool valid = draft_write(&im->draft, &written) &&
                     compile_text(&c, "A3sfile.hcl", written.text, NULL);
        if (!valid)
            refused = refuse_mistakes(im, &written, &c);
        compilation_finish(&c);
        if (valid) {
            give(im, &written, out);
            return true;
        }
        if (!refused)
            break;
    }
    return nothing_runs(im);
}
