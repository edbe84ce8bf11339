/* The limit for text: reads a file and finds where HCL's tokens begin and end, a byte at a time,
 * and does nothing with them. It knows no nesting and accepts anything. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum class { OTHER, BLANK, WORD, DIGIT, QUOTE, HASH };

static unsigned char classes[256];

static void fill_classes(void)
{
    for (int c = 'a'; c <= 'z'; c++)
        classes[c] = classes[c - 'a' + 'A'] = WORD;
    for (int c = '0'; c <= '9'; c++)
        classes[c] = DIGIT;
    classes['_'] = WORD;
    classes[' '] = classes['\t'] = classes['\r'] = BLANK;
    classes['"'] = QUOTE;
    classes['#'] = HASH;
}

static const unsigned char *skip_word(const unsigned char *at)
{
    while (classes[*at] == WORD || classes[*at] == DIGIT || *at == '-')
        at++;
    return at;
}

static const unsigned char *skip_string(const unsigned char *at)
{
    while (*at && *at != '"')
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

/* The text ends in a NUL. */
static size_t count_tokens(const unsigned char *at)
{
    size_t tokens = 0;
    while (*at) {
        switch (classes[*at++]) {
        case BLANK: continue;
        case WORD: at = skip_word(at); break;
        case DIGIT:
            while (classes[*at] == DIGIT || *at == '.')
                at++;
            break;
        case QUOTE: at = skip_string(at); break;
        case HASH:
            while (*at && *at != '\n')
                at++;
            continue;
        default: break;
        }
        tokens++;
    }
    return tokens;
}

int main(int argc, char **argv)
{
    struct stat info;
    int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (file < 0 || fstat(file, &info) < 0)
        return 2;
    unsigned char *text = calloc(1, (size_t)info.st_size + 1);
    if (!text || read(file, text, (size_t)info.st_size) != info.st_size)
        return 2;
    fill_classes();
    printf("%zu tokens\n", count_tokens(text));
    return 0;
}
