// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;

/// A parallel program: its ranks stand in a ring of TCP connections and pass a token around that
/// each of them changes. Halfway the token goes around unchanged until a file exists. Every message
/// has a number, and each rank checks that it gets each once and in order.
public final class TokenRing {
    private static final int ROUNDS = 400;
    private static final BigInteger PRIME = BigInteger.TWO.pow(61).subtract(BigInteger.ONE);

    private static final String PROGRAM =
            """
            import os, socket, struct, sys, time
            PORT, PRIME = 7000, 2 ** 61 - 1
            go, rounds = sys.argv[1], int(sys.argv[2])
            rank, ranks = int(os.environ['KRG_RANK']), int(os.environ['KRG_RANKS'])
            addresses = os.environ['KRG_ADDRESSES'].split(',')
            assert addresses[rank] == os.environ['KRG_ADDRESS'] and len(addresses) == ranks
            server = socket.create_server((addresses[rank], PORT))
            def connect(address):
                while True:
                    try:
                        return socket.create_connection((address, PORT), 1)
                    except OSError:
                        time.sleep(0.05)
            def accept():
                # Who gave up at the moment it was accepted says nothing.
                while True:
                    stream = server.accept()[0].makefile('rb')
                    if stream.read(1) == b'h':
                        return stream
            after = connect(addresses[(rank + 1) % ranks])
            after.settimeout(None)
            after.sendall(b'h')
            before = accept()
            sent = got = 0
            def send(kind, token):
                global sent
                after.sendall(struct.pack('>cqq', kind, sent, token))
                sent += 1
            def receive():
                global got
                kind, number, token = struct.unpack('>cqq', before.read(17))
                assert number == got, (number, got)
                got += 1
                return kind, token
            def step(token, done):
                return (token * 31 + rank + done) % PRIME
            done = 0
            print('rank', rank, 'of', ranks, flush=True)
            if rank == 0:
                token = 0
                while done < rounds:
                    if done == rounds // 2:
                        print('half', flush=True)
                        while not os.path.exists(go):
                            send(b'i', token)
                            assert receive() == (b'i', token)
                    send(b'r', step(token, done))
                    token = receive()[1]
                    done += 1
                send(b'e', token)
                assert receive() == (b'e', token)
            else:
                kind = b'r'
                while kind != b'e':
                    kind, token = receive()
                    if kind == b'r':
                        token = step(token, done)
                        done += 1
                    send(kind, token)
            print(done, 'rounds, token', token, flush=True)
            """;

    private TokenRing() {}

    /// {@return the command of each rank}
    ///
    /// @param go the file that is waited for
    public static List<String> command(Path go) {
        return List.of("/usr/bin/python3", "-c", PROGRAM, go.toString(), Integer.toString(ROUNDS));
    }

    /// {@return what a rank writes when nothing happens to it}
    public static String output(int rank, int ranks) {
        var token = BigInteger.ZERO;
        for (var round = 0; round < ROUNDS; round++) {
            for (var at = 0; at < ranks; at++) {
                token =
                        token.multiply(BigInteger.valueOf(31))
                                .add(BigInteger.valueOf((long) at + round))
                                .mod(PRIME);
            }
        }
        return "rank %d of %d\n%s%d rounds, token %s\n"
                .formatted(rank, ranks, rank == 0 ? "half\n" : "", ROUNDS, token);
    }
}
