/* What the readers of import/ share; import.h is the face.
 *
 * A reader fills the draft of an import out of its source. It gives false after a diagnostic.
 */
#ifndef IMPORT_IMPORT_PARTS_H
#define IMPORT_IMPORT_PARTS_H

#include "draft.h"
#include "import.h"
#include "node.h"

struct import {
    struct draft draft;
    struct arena *arena;
    struct diag_list *diags;
    uint32_t source; /* what is imported */
    const struct import_options *options;
};

bool read_procfile(struct import *im);
bool read_compose(struct import *im, const struct node *root);
bool read_process_compose(struct import *im, const struct node *root);
bool read_package_json(struct import *im, const struct node *root);

/* settings.c: what the command line says. */
bool import_apply_settings(struct import *im);
/* judge.c: writes the draft and takes out what the compiler refuses, until nothing is left to
 * refuse. */
bool import_write_valid(struct import *im, struct import_result *out);

/* As draft_service, with the place of the key; NULL after a diagnostic if there are too many. */
struct draft_service *import_service(struct import *im, const struct node *key);
uint32_t import_line(const struct import *im, const struct node *node);
/* The path of a file beside the imported one, and whether it is there. */
bool import_has_beside(struct import *im, const char *name);
/* A path of the imported file as seen from the A3sfile. */
struct str import_path(struct import *im, struct str path);
/* dev.env_file = [".env"], if there is one beside: the tools that read it do so unasked. */
void import_dotenv(struct import *im);

/* Texts of a list, or a text alone, one at a time; false after a diagnostic that names what. */
bool import_texts(struct import *im, const struct node *node, const char *what,
                  const struct node ***out_items, uint32_t *out_count);
/* "30s"; false and a note on the service if the text is no duration that a3s has. */
bool import_duration(struct import *im, struct draft_service *service, const struct node *node,
                     uint32_t *out_ms);
void import_set_duration(struct import *im, struct draft_service *service, enum schema_attr_id attr,
                         uint32_t ms);
bool import_number(struct str text, uint32_t max, uint32_t *out_number);

#endif
