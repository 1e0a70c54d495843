// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives all test classes the same [ApiFixture], since a store takes seconds to start. Each test
/// uses names of its own and puts back what others rely on.
final class SharedApi implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(SharedApi.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(ApiFixture.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, _ -> new Running(), Running.class)
                .api;
    }

    private static final class Running implements AutoCloseable {
        private final Path directory;
        private final ApiFixture api;

        Running() {
            try {
                directory = Files.createTempDirectory("krg-api");
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            api = ApiFixture.start(directory);
        }

        @Override
        public void close() {
            api.close();
            try (var all = Files.walk(directory)) {
                for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
