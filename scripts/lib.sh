# Shared by the scripts beside it and by .ci/run; sourced by bash, with the repository as the
# current folder. Nothing here needs the network except apt, and that only if something is missing.

# The version whose formatting the tree has; others differ in details.
CLANG_FORMAT_MAJOR=14

say() {
    printf '==> %s\n' "$*" >&2
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# explain "$@": of a script that is asked for --help, the comment at its head is the answer.
explain() {
    case " $* " in
    *" --help "* | *" -h "*)
        sed -n '2,/^[^#]/s/^#\( \|$\)//p' "scripts/${0##*/}"
        exit 0
        ;;
    esac
}

have_command() {
    command -v "$1" >/dev/null 2>&1
}

# A header of the system, for a library that has no pkg-config file.
have_header() {
    echo "#include <$1>" | cc -E - >/dev/null 2>&1
}

have_library() {
    pkg-config --exists "$1" 2>/dev/null
}

have_llhttp() {
    pkg-config --atleast-version=9 libllhttp 2>/dev/null || [ -e /usr/share/llhttp/llhttp.c ]
}

have_cc() {
    have_command cc && have_header stdio.h
}

# Prints the packages, one a line, of what the build does not find; A|B is the first of the two that
# this release has. Asked by use, not by package name: what was installed otherwise counts too.
missing_for_build() {
    have_cc || printf '%s\n' gcc libc6-dev
    have_command pkg-config || echo pkg-config
    have_command meson || echo meson
    have_command ninja || echo ninja-build
    have_command re2c || echo re2c
    have_command lemon || echo lemon
    have_header ev.h || echo libev-dev
    have_llhttp || echo 'libllhttp-dev|node-llhttp'
    have_library check || echo check
    have_library jansson || echo libjansson-dev
    have_library ncursesw || echo libncurses-dev
    have_library yaml-0.1 || echo libyaml-dev
    have_library libxxhash || echo libxxhash-dev
    have_library libutf8proc || echo libutf8proc-dev
    have_library mpfr || echo libmpfr-dev
    have_library libpcre2-8 || echo libpcre2-dev
    have_command python3 || echo python3
    have_command curl || echo curl
    have_command git || echo git
}

# The clang-format to use, or nothing.
clang_format() {
    local name
    for name in "clang-format-$CLANG_FORMAT_MAJOR" clang-format; do
        if have_command "$name"; then
            echo "$name"
            return
        fi
    done
}

clang_format_major() {
    "$1" --version | sed -n 's/.*version \([0-9]*\)\..*/\1/p'
}

missing_for_format() {
    [ -n "$(clang_format)" ] || echo clang-format
}

apt() {
    local as=()
    [ "$(id -u)" -eq 0 ] || as=(sudo)
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >&2
}

# Names of packages on standard input, the alternatives among them decided.
choose_packages() {
    local name
    while read -r name; do
        case "$name" in
        *'|'*) [ -n "$(apt-cache madison "${name%%|*}")" ] && echo "${name%%|*}" || echo "${name#*|}" ;;
        *) echo "$name" ;;
        esac
    done
}

# install_missing FUNCTION: installs what FUNCTION prints, and asks it again.
install_missing() {
    local packages # one a line; unquoted below, one a word
    packages=$("$1")
    [ -n "$packages" ] || return 0
    if ! have_command apt-get; then
        die "please install, by their Debian names:" $packages
    elif [ "$(id -u)" -ne 0 ] && ! have_command sudo; then
        packages=$(choose_packages <<<"$packages")
        die "please run as root: apt-get install --no-install-recommends" $packages
    fi
    # A machine whose lists are old may still have what is asked for.
    apt update || say "apt-get update failed; going on with the lists that are there"
    packages=$(choose_packages <<<"$packages")
    say "installing" $packages
    # shellcheck disable=SC2086  # one word a package
    apt install -y --no-install-recommends $packages || die "apt could not install:" $packages
    packages=$("$1")
    [ -z "$packages" ] || die "still missing after the installation:" $packages
}

# build FOLDER [MESON OPTION...]: sets the folder up once, then builds everything in it, or $TARGET.
build() {
    local folder=$1
    shift
    if [ ! -e "$folder/build.ninja" ]; then
        meson setup "$folder" "$@" >&2 || return
    fi
    meson compile -C "$folder" ${TARGET:+"$TARGET"} >&2
}

# run_tests FOLDER [MESON OPTION...]: every test of a built folder; the results are in its log.
run_tests() {
    local folder=$1
    shift
    meson test -C "$folder" --no-rebuild --print-errorlogs "$@" >&2
}
