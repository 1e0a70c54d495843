// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import org.jspecify.annotations.Nullable;
import org.krg.state.MutualTls;

/// The keys of a node in the shape in which Armeria takes them: they may change while it runs.
final class OwnKeys extends SimpleKeyManagerFactory {
    private final MutualTls tls;

    OwnKeys(MutualTls tls) {
        this.tls = tls;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
        return new KeyManager[] {tls.keys()};
    }
}
