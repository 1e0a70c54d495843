// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;

/// What stays behind packages of its own: patterns of packages and names of types, and who uses
/// them.
record Technology(String name, List<String> types, List<String> users) {
    static final List<Technology> TABLE =
            List.of(
                    new Technology(
                            "native calls",
                            List.of("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup"),
                            List.of("org.krg.linux..", "org.krg.program..")),
                    new Technology(
                            "Ratis",
                            List.of("org.apache.ratis.."),
                            List.of("org.krg.state.ratis..")),
                    new Technology(
                            "RocksDB",
                            List.of("org.rocksdb.."),
                            List.of("org.krg.state.rocksdb..")),
                    new Technology(
                            "zstd",
                            List.of("com.github.luben.."),
                            List.of("org.krg.checkpoint.zstd..")),
                    new Technology(
                            "Netty",
                            List.of("io.netty.."),
                            List.of(
                                    "org.krg.checkpoint.netty..",
                                    "org.krg.host.netty..",
                                    "org.krg.host.http..",
                                    "org.krg.host.etcd.grpc..",
                                    "org.krg.jepsen.bench.grpc..",
                                    "org.krg.jepsen.bench.http2..",
                                    "org.krg.jepsen.bench.own..")),
                    new Technology(
                            "ZooKeeper",
                            List.of("org.apache.zookeeper.."),
                            List.of("org.krg.jepsen.bench.zookeeper..")),
                    new Technology(
                            "Armeria",
                            List.of("com.linecorp.armeria.."),
                            List.of("org.krg.host.http..", "org.krg.host.etcd..")),
                    new Technology(
                            "messages of etcd",
                            List.of("com.ibm.etcd..", "io.etcd.."),
                            List.of("org.krg.host.etcd..", "org.krg.jepsen..")),
                    new Technology(
                            "Logback",
                            List.of("ch.qos.logback.."),
                            List.of("org.krg.host.daemon..")),
                    new Technology(
                            "BouncyCastle",
                            List.of("org.bouncycastle.."),
                            List.of("org.krg.host.tls..")),
                    new Technology(
                            "TOML",
                            List.of("org.tomlj.."),
                            List.of(
                                    "org.krg.host.daemon..",
                                    "org.krg.policy.bundle..",
                                    "org.krg.tools..")),
                    new Technology("CEL", List.of("dev.cel.."), List.of("org.krg.policy.bundle..")),
                    new Technology(
                            "JSON",
                            List.of("com.fasterxml.jackson.."),
                            List.of(
                                    "org.krg.host.http..",
                                    "org.krg.host.daemon..",
                                    "org.krg.tools..",
                                    "org.krg.jepsen..")),
                    new Technology(
                            "picocli",
                            List.of("picocli.."),
                            List.of(
                                    "org.krg.tools",
                                    "org.krg.tools.cli..",
                                    "org.krg.tools.dev..",
                                    "org.krg.tools.demo..",
                                    "org.krg.jepsen",
                                    "org.krg.jepsen.bench",
                                    "org.krg.pages.bench")),
                    new Technology(
                            "Testcontainers",
                            List.of("org.testcontainers.."),
                            List.of("org.krg.jepsen..")));

    String[] whoUsesIt() {
        return users.toArray(String[]::new);
    }

    DescribedPredicate<JavaClass> isUsed() {
        return resideInAnyPackage(types.toArray(String[]::new))
                .or(describe("named", type -> types.contains(type.getName())))
                .as("of %s", name);
    }

    @Override
    public String toString() {
        return name;
    }
}
