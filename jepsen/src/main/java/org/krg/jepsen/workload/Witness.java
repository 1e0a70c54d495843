// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.krg.jepsen.cluster.Installation;

/// A program that counts, and at each number appends to a file outside krg which incarnation of it
/// does: it reads that from its own cgroup, so that nobody but the kernel tells it.
///
/// @param name of the job
/// @param file it appends to
/// @param memoryMegabytes that it holds, or writes where it is saved
/// @param kind who saves it
public record Witness(String name, Path file, int memoryMegabytes, Kind kind) {
    /// Who saves the program when it is moved.
    public enum Kind {
        /// CRIU: it goes on where it stood. It also prints the numbers.
        UNMODIFIED,
        /// It does, in `krg-witness.c`: it is started again behind the number that it saved.
        SAVES_ITSELF
    }

    private static final String SOURCE =
            """
            import os, sys, time
            log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.close(log)
            block = bytearray(os.urandom(1 << 20) * int(sys.argv[2]))
            n = 0
            while True:
                n += 1
                block[n * 4096 % len(block)] = n & 255
                print(n, flush=True)
                with open('/proc/self/cgroup') as groups:
                    line = [it for it in groups if '/krg/' in it][0].strip()
                cell = line.split('/krg/')[1].split('/')
                log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
                os.write(log, b'%d %s\\n' % (n, cell[2].split('.')[1].encode()))
                os.close(log)
                time.sleep(0.004)
            """;

    /// {@return the submission of its job}
    ///
    /// @param at where it runs
    public ObjectNode request(Installation at) {
        var program =
                switch (kind) {
                    case UNMODIFIED -> List.of("/usr/bin/python3", "-u", "-c", SOURCE);
                    case SAVES_ITSELF -> List.of(at.natives().resolve("krg-witness").toString());
                };
        var arguments = List.of(file.toString(), "" + memoryMegabytes);
        var command = Stream.concat(program.stream(), arguments.stream()).toList();
        var request = JobRequest.of(name, at.scratch(), command);
        request.putObject("checkpoint").put("engine", engine());
        return request;
    }

    /// {@return the engine of its job}
    public String engine() {
        return switch (kind) {
            case UNMODIFIED -> "criu";
            case SAVES_ITSELF -> "cooperative";
        };
    }

    /// A number, and the epoch of the incarnation that counted it.
    public record Mark(long number, long epoch) {}

    /// {@return what it has written so far, whole lines}
    public List<Mark> marks() {
        try {
            var marks = new ArrayList<Mark>();
            var text = Files.exists(file) ? Files.readString(file) : "";
            for (var line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                var words = line.split(" ", 2);
                marks.add(new Mark(Long.parseLong(words[0]), Long.parseLong(words[1])));
            }
            return marks;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return the first sign of two incarnations at one time: one that counted after a later one
    /// did, or one that did not count on by one}
    public static Optional<String> twoAtOnce(List<Mark> marks) {
        for (var i = 1; i < marks.size(); i++) {
            var before = marks.get(i - 1);
            var now = marks.get(i);
            if (now.epoch() < before.epoch()) {
                return Optional.of("epoch %d after %d".formatted(now.epoch(), before.epoch()));
            }
            if (now.epoch() == before.epoch() && now.number() != before.number() + 1) {
                return Optional.of(
                        "epoch %d counts %d after %d"
                                .formatted(now.epoch(), now.number(), before.number()));
            }
        }
        return Optional.empty();
    }

    /// {@return how an incarnation that a move brought began elsewhere than where the one before it
    /// stood, if it did}
    ///
    /// @param epoch of that incarnation, which may have counted nothing yet
    public static Optional<String> leftOutOrTwice(List<Mark> marks, long epoch) {
        for (var i = 0; i < marks.size(); i++) {
            var now = marks.get(i);
            if (now.epoch() == epoch) {
                var before = i == 0 ? 0 : marks.get(i - 1).number();
                return now.number() == before + 1
                        ? Optional.empty()
                        : Optional.of(
                                "epoch %d begins with %d after %d"
                                        .formatted(epoch, now.number(), before));
            }
        }
        return Optional.empty();
    }
}
