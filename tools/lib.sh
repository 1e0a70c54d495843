# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What tools/setup, tools/test and tools/krg-admin share. Sourced, never run.

KRG_ROOT=$(cd -P "${BASH_SOURCE[0]%/*}/.." && pwd)
KRG_CRIU_PREFIX=${KRG_CRIU_PREFIX:-/var/lib/krg-tools/criu}
KRG_ETCD_PREFIX=${KRG_ETCD_PREFIX:-/var/lib/krg-tools/etcd}

# Administration programs are looked for even if the caller's PATH has only users' programs.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

# Runs a command that takes long, and tells on standard error what goes on and for how long: on a
# terminal in a line that is drawn anew each second, elsewhere in a line each half minute. Where a
# file is named, what goes on is its last line that tells of a part of the work.
with_progress() {
    local what=$1 log=$2 ticker status=0
    shift 2
    tell_progress "$what" "$log" 9>&- &
    ticker=$!
    "$@" || status=$?
    # It may have ended with the terminal.
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    [[ ! -t 2 ]] || printf '\r\e[K' >&2
    return "$status"
}

# Until it is killed, or the script is over that started it.
tell_progress() {
    local text start=$SECONDS every=30 told=$SECONDS
    [[ ! -t 2 ]] || every=1
    while kill -0 $$ 2>/dev/null; do
        if ((SECONDS - told >= every)); then
            told=$SECONDS
            text="$1$(part_of_build "$2"), $((SECONDS - start)) s"
            if [[ -t 2 ]]; then
                printf '\r%s: %s\e[K' "${0##*/}" "$text" >&2
            else
                say "$text"
            fi
        fi
        # A sleep would outlive this.
        read -rt 1 <> <(:) || true
    done
}

# Prints the module that Maven builds, as its output tells it.
part_of_build() {
    local line
    line=$(grep -E "Building .* \[[0-9]+/[0-9]+\]" "$1" 2>/dev/null | tail -n 1) || true
    [[ ! $line =~ Building\ ([^ ]+).*\[([0-9]+)/([0-9]+)\] ]] ||
        printf ': %s, %s of %s' "${BASH_REMATCH[@]:1}"
}

is_jdk_25() {
    [[ -x $1/bin/javac && -r $1/release && $(<"$1/release") == *'JAVA_VERSION="25'[.\"]* ]]
}

# Prints the home of a JDK 25: the caller's JAVA_HOME, one of /usr/lib/jvm, or that of `javac`.
find_java_home() {
    local home
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
        if [[ -n $home ]] && is_jdk_25 "$home"; then
            printf '%s\n' "$home"
            return
        fi
    done
    home=$(readlink -f "$(type -P javac)" 2>/dev/null) || return 1
    home=${home%/bin/javac}
    is_jdk_25 "$home" && printf '%s\n' "$home"
}

# Sets JAVA_HOME to a JDK 25, which tools/setup has found or installed.
require_java() {
    JAVA_HOME=$(find_java_home) || fail 'there is no JDK 25; run tools/setup'
    export JAVA_HOME
}

# True if something that goes into target/lib or target/native changed after the last whole build.
# A removed file shows as a newer directory.
build_is_stale() {
    is_newer_than_build "$KRG_ROOT"/{pom.xml,.mvn} "$KRG_ROOT"/*/{pom.xml,src/main}
}

is_newer_than_build() {
    local stamp=$KRG_ROOT/target/built
    [[ ! -f $stamp || -n $(find "$@" -newer "$stamp" -print -quit) ]]
}

# Builds everything with Maven's given arguments and marks the build as fresh if that succeeds. The
# caller has set JAVA_HOME and holds the lock.
build_all() {
    forget_old_jars
    touch "$KRG_ROOT/target/building"
    maven "$@" && mv "$KRG_ROOT/target/building" "$KRG_ROOT/target/built"
}

# A changed pom can drop a jar or move it to another version, and a build that was interrupted can
# have copied half of one: Maven would leave either as it is.
forget_old_jars() {
    if [[ -e $KRG_ROOT/target/building ]] || is_newer_than_build "$KRG_ROOT"/{,*/}pom.xml; then
        rm -rf "$KRG_ROOT/target/lib"
    fi
}

maven() (
    cd "$KRG_ROOT" || exit
    # Maven's own libraries do what JDK 25 warns about.
    export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"
    # Tests press Ctrl-C, which would be ignored for good where a script runs this in the background.
    exec env --default-signal=INT mvn -B -ntp "$@"
)

# Two builds in one checkout would write the same files. The lock lasts until unlock_build or the
# end of the script and of the Maven it started, which outlives a script that is killed.
lock_build() {
    mkdir -p "$KRG_ROOT/target"
    exec 9>"$KRG_ROOT/target/build.lock"
    flock -n 9 || {
        say "waiting for another build in $KRG_ROOT"
        flock 9
    }
}

unlock_build() {
    exec 9>&-
}
