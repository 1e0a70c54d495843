// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.krg.jepsen.Conformance.Case;
import org.krg.jepsen.workload.BusyJvm;

/// Programs of the suite that run in a machine of their language, which holds much by itself.
final class Interpreted {
    static final List<Case> CASES =
            List.of(
                    new Case("python", "criu", "Python with threads, a child and a pipe"),
                    new Case("jvm", "criu", "a JVM: threads of both kinds, its collector, a file"));

    private static final String PYTHON =
            """
            import array, hashlib, mmap, os, queue, random, subprocess, sys, tempfile, threading, time
            go = sys.argv[1]
            tasks, answers, over = queue.Queue(), queue.Queue(), threading.Event()
            def work(number):
                own = threading.local(); own.sum = 0
                while True:
                    task = tasks.get()
                    own.sum += task
                    answers.put((number, task * task, own.sum))
            def watch():
                last = time.monotonic()
                while not over.is_set():
                    now = time.monotonic()
                    if now < last or now - last > 3600: wrong.append((last, now))
                    last = now
                    time.sleep(0.001)
            wrong, sums = [], {}
            for each in range(8): threading.Thread(target=work, args=(each,), daemon=True).start()
            watcher = threading.Thread(target=watch); watcher.start()
            child = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            digest = hashlib.sha256(b'before'); numbers = random.Random(7); numbers.random()
            with tempfile.TemporaryFile() as file:
                file.truncate(1 << 20)
                view = mmap.mmap(file.fileno(), 1 << 20); view[12345] = 67
                memory = array.array('q', range(1 << 18))
                def ask(count):
                    for each in range(count): tasks.put(each)
                    for _ in range(count):
                        number, square, total = answers.get(timeout=30)
                        sums[number] = total if total >= sums.get(number, 0) else 1 / 0
                ask(100)
                open(go + '.ready', 'w').close()
                while not os.path.exists(go): time.sleep(0.02)
                ask(100)
                digest.update(b'after'); child.stdin.write(b'still there'); child.stdin.close()
                over.set(); watcher.join()
                assert not wrong, wrong
                assert sum(sums.values()) == 2 * sum(range(100)), sums
                assert view[12345] == 67 and memory[-1] == (1 << 18) - 1
                assert child.stdout.read() == b'still there' and child.wait() == 0
                assert digest.digest() == hashlib.sha256(b'beforeafter').digest()
                same = random.Random(7); same.random()
                assert numbers.random() == same.random()
            os._exit(0)
            """;

    private Interpreted() {}

    /// {@return how to start it; empty for a program that needs no such machine}
    static Optional<List<String>> find(Case each, String go) {
        return switch (each.name()) {
            case "python" -> Optional.of(List.of("/usr/bin/python3", "-c", PYTHON, go));
            case "jvm" -> Optional.of(jvm(go));
            default -> Optional.empty();
        };
    }

    private static List<String> jvm(String go) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("java.class.path");
        // Whatever JVM starts on the machine removes files of pids that are not there: those of
        // cells.
        var quiet = "-XX:-UsePerfData";
        return List.of(java, "-Xmx48m", quiet, "-cp", classes, BusyJvm.class.getName(), go);
    }
}
