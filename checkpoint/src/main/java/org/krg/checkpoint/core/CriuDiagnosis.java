// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.krg.checkpoint.model.Failure.Code;

/// What a log of CRIU means, for someone who does not know CRIU.
///
/// @param cause the first real error, as CRIU says it, without time and source line
/// @param remedy what the user can do; empty when nothing is known
public record CriuDiagnosis(Code code, String cause, String remedy) {
    private static final Pattern ERROR = Pattern.compile("Error \\([^)]*\\): (.*)");

    /// Messages at the level of errors after which CRIU goes on.
    private static final List<Pattern> HARMLESS =
            List.of(
                    Pattern.compile("Can't setup RLIMIT_NOFILE for self"),
                    Pattern.compile("Unable to initialize nftables"));

    /// In the order in which they are tried on one line. `$1` and so on are groups of the pattern.
    private static final List<Rule> RULES =
            List.of(
                    rule(
                            "No space left on device|Disk quota exceeded",
                            Code.DISK_FULL,
                            "Make room on the disk of the images directory"),
                    rule(
                            "Unexpected rt vDSO area bounds|Compatible vdso's size",
                            Code.CRIU_TOO_OLD,
                            "This CRIU does not know this kernel (vDSO layout): install CRIU 4.2 or"
                                    + " newer, tools/setup does it"),
                    rule(
                            "Can't get 1:(?:16|34)",
                            Code.CRIU_TOO_OLD,
                            "This CRIU does not know this kernel (network sockets): install CRIU 4.2"
                                    + " or newer, tools/setup does it"),
                    rule(
                            "Failed to make mount",
                            Code.CRIU_TOO_OLD,
                            "This CRIU does not know this kernel (mounts): install CRIU 4.2 or newer"),
                    rule(
                            "Could not initialize kernel features detection",
                            Code.CRIU_KERNEL,
                            "Run the command with 'check' instead of 'dump' to see what is missing"),
                    rule(
                            "Can't fork for (\\d+): File exists|Pid (\\d+) do not match",
                            Code.PID_BUSY,
                            "Pid $1 of the cell is taken, perhaps by an ended process that nobody has"
                                    + " waited for; restore in a fresh cell"),
                    rule(
                            "not a session leader|dangling tty|Found a terminal",
                            Code.TERMINAL,
                            "Run the program without a terminal"),
                    rule(
                            "outside of its pid namespace|without the process init|This process"
                                    + " tree can only be restored",
                            Code.NAMESPACES,
                            "This is a fault of krg, please report it with the log"),
                    rule(
                            "In-flight connection",
                            Code.TCP,
                            "A connection came when the program stood still already, and is not"
                                    + " accepted: try again"),
                    rule(
                            "Connected TCP socket|MPTCP",
                            Code.TCP,
                            "Have the program close the connection (Go programs:"
                                    + " GODEBUG=multipathtcp=0)"),
                    rule(
                            "(?:[Gg]host|remap|Can't (?:bind id|link|open fake fifo)|Unable to change"
                                    + " .* ownership).*(?:Permission denied|Operation not permitted)",
                            Code.FILE_MISMATCH,
                            "A directory in which the program had made something leads elsewhere, or"
                                    + " is its user's no more: put it back"),
                    rule(
                            "Can't bind inet socket|Cannot assign requested address|Address already"
                                    + " in use",
                            Code.ADDRESS,
                            "An address or port of the program is not on this node or is in use;"
                                    + " restore it on another node"),
                    rule(
                            "External socket is used|half of stream unix connection",
                            Code.UNIX_PEER,
                            "Have the program close its connection to a process outside the job"),
                    rule(
                            "corked dgram socket",
                            Code.DESCRIPTOR,
                            "Have the program send what it keeps back (UDP_CORK), or try again"),
                    rule(
                            "The socket has data to read",
                            Code.DESCRIPTOR,
                            "A netlink socket of the program has messages that it has not read; try"
                                    + " again"),
                    rule(
                            "io_uring",
                            Code.DESCRIPTOR,
                            "Have the program use plain I/O (PostgreSQL: io_method=worker; Node.js:"
                                    + " UV_USE_IO_URING=0)"),
                    rule(
                            "Can't dump file (\\d+) of that type \\[\\w+\\] \\((.*)\\)",
                            Code.DESCRIPTOR,
                            "Have the program close descriptor $1 ($2)"),
                    rule("Unknown shit", Code.DESCRIPTOR, "Have the program close the descriptor"),
                    rule(
                            "ghost file",
                            Code.GHOST_LIMIT,
                            "A deleted file of the program is too large; have it keep a name"),
                    rule(
                            "Can't create link remap for (.*)\\. Use link-remap option",
                            Code.DESCRIPTOR,
                            "$1 was removed under this name and exists under another: start the"
                                    + " program anew, which then opens what is there now"),
                    rule(
                            "Couldn't unlink remap (\\S+hsperfdata\\S+):",
                            Code.FILE_MISMATCH,
                            "Another JVM that started just then removed $1; try again, and start the"
                                    + " program with -XX:-UsePerfData"),
                    rule(
                            "has bad size|has bad mode|Can't open file (.*) on restore|Can't stat"
                                    + " remap",
                            Code.FILE_MISMATCH,
                            "A file that the program only reads is not on this node as it was;"
                                    + " bring it there or restore on another node"),
                    rule(
                            "Timeout reached|Unable to freeze cgroup|Unable to freeze tasks",
                            Code.FREEZE_TIMEOUT,
                            "A task does not stand still, mostly for want of an answer from a disk"
                                    + " or a network file system; try again"),
                    rule(
                            "CPU .*mismatch|capabilities do not match|xfeatures",
                            Code.CPU_MISMATCH,
                            "The processor lacks features the program uses; restore it on a node"
                                    + " with a processor as new as the one it came from"),
                    rule(
                            "CAP_SYS_ADMIN|CAP_CHECKPOINT_RESTORE|Operation not permitted",
                            Code.PRIVILEGE,
                            "The agent lacks a capability; run it as root, in a container with"
                                    + " SYS_ADMIN, SYS_PTRACE, NET_ADMIN and CHECKPOINT_RESTORE"));

    private record Rule(Pattern pattern, Code code, String remedy) {}

    /// {@return what the log says}
    ///
    /// @param fallback what to say when it holds no error
    public static CriuDiagnosis of(List<String> log, String fallback) {
        var errors = errors(log);
        if (errors.isEmpty()) {
            return new CriuDiagnosis(Code.OTHER, fallback, "");
        }
        var first = errors.getFirst();
        for (var error : errors) {
            var found = find(error);
            if (found.isPresent()) {
                var cause = error.equals(first) ? first : first + "; " + error;
                return new CriuDiagnosis(found.get().code(), cause, found.get().remedy());
            }
        }
        return new CriuDiagnosis(Code.OTHER, first, "The log tells more");
    }

    private static List<String> errors(List<String> log) {
        var errors = new ArrayList<String>();
        for (var line : log) {
            var matcher = ERROR.matcher(line);
            if (matcher.find() && HARMLESS.stream().noneMatch(each -> each.matcher(line).find())) {
                errors.add(matcher.group(1).strip());
            }
        }
        return errors;
    }

    private static Optional<CriuDiagnosis> find(String error) {
        for (var rule : RULES) {
            var matcher = rule.pattern().matcher(error);
            if (matcher.find()) {
                return Optional.of(
                        new CriuDiagnosis(rule.code(), error, fill(rule.remedy(), matcher)));
            }
        }
        return Optional.empty();
    }

    // Alternatives of a pattern number their groups on: the one that matched is $1.
    private static String fill(String remedy, Matcher matcher) {
        var filled = remedy;
        var number = 1;
        for (var group = 1; group <= matcher.groupCount(); group++) {
            var text = matcher.group(group);
            if (text != null) {
                filled = filled.replace("$" + number++, text);
            }
        }
        return filled;
    }

    private static Rule rule(String pattern, Code code, String remedy) {
        return new Rule(Pattern.compile(pattern), code, remedy);
    }
}
