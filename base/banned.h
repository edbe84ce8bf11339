/* Included before every source file of the project: a call whose bounds nobody can check does not
 * compile. The system headers come first, since they declare what is poisoned below. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison asctime ctime gmtime localtime atoi atol atoll

#endif
