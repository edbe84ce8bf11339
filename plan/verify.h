/* The verifier's parts (plan_verify itself is in a3s/plan.h).
 *
 * Every function gives PLAN_OK or the first error that it meets, with its place in where. Each may
 * rely on what ran before it: the frame, then the blob, then the records. Nothing recurses.
 */
#ifndef PLAN_VERIFY_H
#define PLAN_VERIFY_H

#include "layout.h"

struct verifier {
    struct plan_layout layout;
    struct plan plan;                  /* the layout's pointers, typed */
    uint64_t where;                    /* offset of what is wrong */
    uint64_t text_bytes;               /* of all references to strings so far */
    uint32_t next[PLAN_SECTION_COUNT]; /* where the section's next range begins */
    uint32_t *scratch;                 /* one a service, zeroed */
    bool *looked_up;                   /* one a lookup: some piece refers to it */
};

#define VERIFY(check)                           \
    do {                                        \
        enum plan_error verify_error = (check); \
        if (verify_error)                       \
            return verify_error;                \
    } while (0)

/* Notes the place and gives the error. */
enum plan_error verify_fail(struct verifier *v, enum plan_error error, const void *at);

/* Header, checksum, directory, the sections' places and the padding; fills layout and plan. */
enum plan_error verify_frame(struct verifier *v, const void *bytes, size_t size);

/* The blob as a whole: UTF-8, ending in a NUL. */
enum plan_error verify_blob(struct verifier *v);
/* In the blob, at most max bytes (PLAN_E_LIMIT). */
enum plan_error verify_string(struct verifier *v, const struct plan_string *string, uint32_t max);
/* As verify_string, and not empty. */
enum plan_error verify_filled(struct verifier *v, const struct plan_string *string, uint32_t max);
/* A string that is a service's name. */
enum plan_error verify_name(struct verifier *v, const struct plan_string *string);
/* A string of lower-case DNS labels joined by dots. */
enum plan_error verify_host(struct verifier *v, const struct plan_string *string);
/* A string that is the name of a variable of an environment. */
enum plan_error verify_variable(struct verifier *v, const struct plan_string *string);
/* A text and its pieces. */
enum plan_error verify_text(struct verifier *v, const struct plan_text *text);

/* The range begins where the section's last one ended, has at least so many records. */
enum plan_error verify_range(struct verifier *v, const struct plan_range *range,
                             enum plan_section_kind kind, uint32_t least);

/* A record that belongs to the service being walked is the next one of its section. */
enum plan_error verify_owned(struct verifier *v, const uint32_t *index,
                             enum plan_section_kind kind);
enum plan_error verify_duration(struct verifier *v, const uint32_t *ms);
/* A place in a source. */
enum plan_error verify_place(struct verifier *v, const uint32_t *source, const uint32_t *line,
                             const uint32_t *column);

/* The next one of COMMANDS, with its texts. */
enum plan_error verify_command(struct verifier *v, const uint32_t *index);
enum plan_error verify_env(struct verifier *v, const struct plan_service *service);
enum plan_error verify_env_files(struct verifier *v, const struct plan_service *service);
/* The probe's place and command have been verified before, with the other commands. */
enum plan_error verify_probe(struct verifier *v, const struct plan_service *service,
                             uint32_t owner);
enum plan_error verify_watch(struct verifier *v, const struct plan_service *service,
                             uint32_t owner);
enum plan_error verify_log(struct verifier *v, const struct plan_service *service, uint32_t owner);

/* Everything that hangs on one service. */
enum plan_error verify_service(struct verifier *v, uint32_t index);

#endif
