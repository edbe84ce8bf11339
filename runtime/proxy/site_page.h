/* The page of a3s.localhost, made of the files in web/ by web/embed.py while building. */
#ifndef RUNTIME_SITE_PAGE_H
#define RUNTIME_SITE_PAGE_H

#include <stddef.h>

extern const unsigned char site_page[];
extern const size_t site_page_size;
/* Its Content-Security-Policy, in which the hashes of its script and of its style stand. */
extern const char site_page_policy[];

#endif
