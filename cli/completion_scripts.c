#include "completion.h"

#include "array.h"

const char *const completion_shells[] = {
    [COMPLETION_BASH] = "bash",
    [COMPLETION_ZSH] = "zsh",
    [COMPLETION_FISH] = "fish",
    [COMPLETION_SHELL_COUNT] = NULL,
};

static const char bash[] =
    "# Completion of a3s for bash.\n"
    "_a3s() {\n"
    "    local value about\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r value about; do\n"
    "        if [[ $value == " COMPLETION_FILES " ]]; then\n"
    "            compopt -o default\n"
    "        else\n"
    "            COMPREPLY+=(\"$value\")\n"
    "        fi\n"
    "    done < <(\"$1\" completion --next -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _a3s a3s\n";

static const char zsh[] =
    "#compdef a3s\n"
    "# Completion of a3s for zsh.\n"
    "_a3s() {\n"
    "    local value about\n"
    "    local -a offers\n"
    "    while IFS=$'\\t' read -r value about; do\n"
    "        if [[ $value == " COMPLETION_FILES " ]]; then\n"
    "            _files\n"
    "        else\n"
    "            offers+=(\"${value//:/\\\\:}${about:+:$about}\")\n"
    "        fi\n"
    "    done < <($words[1] completion --next -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
    "    (( ! $#offers )) || _describe a3s offers\n"
    "}\n"
    "if [[ $funcstack[1] == _a3s ]]; then\n"
    "    _a3s \"$@\"\n"
    "else\n"
    "    compdef _a3s a3s\n"
    "fi\n";

static const char fish[] =
    "# Completion of a3s for fish.\n"
    "function __a3s_next\n"
    "    set -l words (commandline -opc)\n"
    "    set -l program $words[1]\n"
    "    set -e words[1]\n"
    "    set -l last (commandline -ct)\n"
    "    set -l offers ($program completion --next -- $words \"$last\" 2>/dev/null)\n"
    "    if test \"$offers\" = " COMPLETION_FILES "\n"
    "        __fish_complete_path \"$last\"\n"
    "    else\n"
    "        for offer in $offers\n"
    "            printf '%s\\n' $offer\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c a3s -f -a '(__a3s_next)'\n";

static const char *const scripts[] = {
    [COMPLETION_BASH] = bash,
    [COMPLETION_ZSH] = zsh,
    [COMPLETION_FISH] = fish,
};
_Static_assert(ARRAY_LEN(scripts) == COMPLETION_SHELL_COUNT, "a script for each shell");
_Static_assert(ARRAY_LEN(completion_shells) == COMPLETION_SHELL_COUNT + 1, "a name for each shell");

const char *completion_script(enum completion_shell shell)
{
    return scripts[shell];
}
