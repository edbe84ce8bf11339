/* From the files of other tools to an A3sfile: Procfile, compose.yaml, process-compose.yaml,
 * package.json, or nothing but what the command line names.
 *
 * A reader per format fills a draft (draft.h); one writer makes text of it, the compiler judges the
 * text, and what it refuses becomes a comment with the reason. So the text that comes out is valid
 * and laid out as "a3s fmt" has it. What could not be carried over stands in it as comments.
 *
 * The input is not trusted: at most IMPORT_FILE_MAX bytes, nested IMPORT_DEPTH_MAX deep, and with
 * all aliases followed IMPORT_NODES_MAX values with IMPORT_TEXT_MAX bytes of text. A mistake in it
 * is a diagnostic with its place.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include "diag.h"
#include "schema.h"

#define IMPORT_FILE_MAX  (1u << 20) /* bytes */
#define IMPORT_DEPTH_MAX 64u
#define IMPORT_NODES_MAX 100000u
#define IMPORT_TEXT_MAX  (4u << 20) /* bytes */

/* An attribute of a service, as a command line says it. */
struct import_setting {
    enum schema_attr_id attr; /* of the block service, or of one in it; cmd makes a new service */
    const char *service, *value;
};

struct import_options {
    const char *from;   /* the file to read; NULL: there is none */
    const char *prefix; /* the folder of from as seen from the A3sfile; "" or NULL: the same */
    bool run_images;    /* an image without a command is run by docker; else it is a comment */
    const struct import_setting *settings; /* win over what the file says */
    size_t setting_count;
};

struct import_result {
    struct str text;        /* the A3sfile, in the arena of the diagnostics */
    uint32_t services;      /* that will run */
    uint32_t left_out;      /* that are comments */
    const char *left_names; /* their names: "db, redis" */
    const char *lost_keys;  /* what is not carried over: "networks, deploy", "" */
};

/* The file of this folder to import: the first that is there of a Procfile, a compose file, a
 * process-compose file and a package.json; and how many there are. False: none is. */
bool import_detect(struct arena *arena, const char *folder, const char **out_path,
                   uint32_t *out_count);

/* False: diags says why, and out_result is untouched. */
bool import_file(const struct import_options *options, struct diag_list *diags,
                 struct import_result *out_result);
/* As import_file, for the content of a file that is shown as options->from. */
bool import_text(const struct import_options *options, struct str text, struct diag_list *diags,
                 struct import_result *out_result);

#endif
