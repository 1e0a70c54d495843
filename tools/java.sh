# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How Java is started for a command and for an agent, and what is remembered of the classes that they
# load. Sourced after lib.sh, never run.

# Patterns of class_path, which are read before it runs.
shopt -s extglob

readonly MAIN=org.krg.tools.KrgAdmin
readonly REHEARSAL=org.krg.tools.Rehearsal
readonly ETCD_REHEARSAL=org.krg.jepsen.bench.EtcdRehearsal
readonly LIB=$KRG_ROOT/target/lib
readonly COMMAND_CACHE=$KRG_ROOT/target/krg-admin.aot
readonly AGENT_CACHE=$KRG_ROOT/target/krgd.aot

# Netty, protobuf and RocksDB call native code and sun.misc.Unsafe, which JDK 25 warns about. Whatever
# is wrong with a cache of loaded classes (older than the jars, written by another JDK), Java does
# without it.
readonly JAVA_OPTIONS=(
    "-Dkrg.home=$KRG_ROOT"
    --enable-native-access=ALL-UNNAMED
    --sun-misc-unsafe-memory-access=allow
    # Nothing here reads serialized objects, and nothing ever shall.
    '-Djdk.serialFilter=!*'
    -XX:+UseSerialGC
    '-Xlog:aot*=off'
    -Xlog:cds=off
)

# A command lives shortly: the first compiler is enough.
readonly COMMAND_OPTIONS=(-Xmx512m -XX:TieredStopAtLevel=1)

# A bench shares the machine with what it measures: its generator of load is compiled well.
readonly BENCH_OPTIONS=(-Xmx512m -Dlogback.configurationFile=org/krg/jepsen/bench/logback.xml)

# An agent lives long beside the programs it hosts: it is kept small and compiled well. Ratis carries a
# Netty of its own under another name, which Armeria takes for a mixture of versions.
readonly AGENT_OPTIONS=(
    -Xmx1g
    -XX:MaxDirectMemorySize=256m
    -XX:+ExitOnOutOfMemoryError
    -Dcom.linecorp.armeria.warnNettyVersions=false
    # Netty puts keys into key stores in memory, with 10000 rounds for a password that it makes up; no
    # agent writes such a store to a file.
    -Dkeystore.pkcs12.keyPbeIterationCount=1
    # AES-GCM has an instruction of its own only where this method is compiled well, for which Java waits
    # 5000 calls: 80 MiB in records of TLS, each of which takes 10 ms instead of 0.2 until then.
    -XX:CompileCommand=quiet
    '-XX:CompileCommand=CompileThresholdScaling,com.sun.crypto.provider.GaloisCounterMode::implGCMCrypt,0.02'
)

# An agent is ready within some seconds; a loaded machine may take ten times as long.
readonly AGENT_PATIENCE=60

# These replace the shell, so that signals reach Java and its exit code the caller.
become_command() {
    become_java "$COMMAND_CACHE" "${COMMAND_OPTIONS[@]}" "$MAIN" "$@"
}

become_agent() {
    become_java "$AGENT_CACHE" "${AGENT_OPTIONS[@]}" "$MAIN" "$@"
}

# With the clients of what krg is measured against, which are no part of krg.
become_bench() {
    KRG_PEERS=$KRG_ROOT/target/lib-bench
    become_java '' "${BENCH_OPTIONS[@]}" "$MAIN" "$@"
}

become_java() {
    local path options=("${JAVA_OPTIONS[@]}")
    path=$(class_path)${KRG_PEERS:+:$KRG_PEERS/*}
    [[ ! -f $1 ]] || options+=("-XX:AOTCache=$1")
    exec "$JAVA_HOME/bin/java" "${options[@]}" -cp "$path" "${@:2}"
}

# The jars in an order that is always the same, as the cache of loaded classes demands; what each
# command loads stands first, so that Java opens few jars.
class_path() (
    shopt -s nullglob
    LC_ALL=C
    jars=("$LIB"/@(tools|picocli)-*.jar "$LIB"/!(tools-*|picocli-*).jar)
    ((${#jars[@]})) || fail "there is nothing in $LIB; run tools/krg-admin without KRG_BUILT"
    IFS=:
    printf '%s' "${jars[*]}"
)

# Sets up what is missing and builds what changed. The caller holds no lock.
build() {
    local log=$KRG_ROOT/target/build.log
    lock_build
    build_if_stale "$log"
    unlock_build
}

# As above, for a caller that holds the lock.
build_if_stale() {
    build_is_stale || return 0
    "$KRG_ROOT/tools/setup" 9>&-
    require_java
    if [[ -d $LIB ]]; then
        say 'building krg, whose sources changed: some minutes'
    else
        say 'building krg for the first time: some minutes'
    fi
    SECONDS=0
    rm -f "$COMMAND_CACHE" "$AGENT_CACHE" "$1"
    with_progress building "$1" build_logged "$1" || {
        grep -E "^\\[(ERROR|WARNING)\\]" "$1" || cat "$1"
        fail "the build failed as told above and in $1"
    }
    with_progress 'preparing a fast start of commands and agents' '' make_caches
    say "built in $SECONDS s"
}

build_logged() {
    build_all -DskipTests package >"$1" 2>&1
}

# Has Java remember the classes that a command and an agent load. Nothing depends on it.
make_caches() {
    local new=$KRG_ROOT/target/new.aot
    (become_java "$new" "-XX:AOTCacheOutput=$new" "${COMMAND_OPTIONS[@]}" "$REHEARSAL" 9>&-) \
        >/dev/null 2>&1 || true
    keep_cache "$new" "$COMMAND_CACHE"
    train_agent "$new" >/dev/null 2>&1 || true
    keep_cache "$new" "$AGENT_CACHE"
}

keep_cache() {
    [[ ! -f $1 ]] || mv "$1" "$2"
    rm -f "$1" "$1.config"
}

# Runs an agent, the only one of its cluster, which runs a program and answers clients of etcd; then
# lets it end.
train_agent() (
    directory=$(mktemp -d)
    port=$((20000 + RANDOM % 10000))
    (become_command cluster init --name "warm-$$" --node n1 --dev --listen "127.0.0.1:$port" \
        --config "$directory/krgd.toml" --data "$directory/data" 9>&-)
    (become_java "$1" "-XX:AOTCacheOutput=$1" "${AGENT_OPTIONS[@]}" "$MAIN" \
        agent run --config "$directory/krgd.toml" 9>&-) >"$directory/out" 2>&1 &
    agent=$!
    # A command that fails ends the trap.
    trap 'kill -KILL "$agent" 2>/dev/null || true; rm -rf "$directory"' EXIT
    SECONDS=0
    until grep -q '^krgd ready' "$directory/out"; do
        kill -0 "$agent" && ((SECONDS < AGENT_PATIENCE)) || return 1
        read -rt 0.2 <> <(:) || true
    done
    (become_command --endpoint "127.0.0.1:$port" run --name warm --wait --timeout 30s -- true 9>&-)
    (become_java '' "${BENCH_OPTIONS[@]}" "$ETCD_REHEARSAL" "127.0.0.1:$port" 9>&-)
    kill -TERM "$agent"
    wait "$agent"
)
