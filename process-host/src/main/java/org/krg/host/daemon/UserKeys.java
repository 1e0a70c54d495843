// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.krg.host.HostFailure;
import org.krg.host.tls.KeyRequest;
import org.krg.host.tls.UserTls;

/// The key of a user, made where it is used, and the files that it is kept in.
public final class UserKeys {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    private final String user;
    private final Path directory;
    private final KeyRequest request;

    private UserKeys(String user, Path directory) {
        this.user = user;
        this.directory = directory;
        this.request = KeyRequest.make(user);
    }

    /// {@return a new key}
    ///
    /// @throws HostFailure USAGE if `user` is no name, CONFLICT if there is a key of theirs
    public static UserKeys make(String user, Path directory) {
        if (!user.matches(NAME)) {
            throw new HostFailure(
                    HostFailure.Code.USAGE, "\"" + user + "\" is no name of a user", "");
        }
        var keys = new UserKeys(user, directory);
        Stream.of(keys.certificateFile(), keys.keyFile())
                .filter(Files::exists)
                .findFirst()
                .ifPresent(file -> {
                    throw present(file);
                });
        return keys;
    }

    /// {@return what a user shows to agents and whom they believe, from the three files}
    ///
    /// @throws HostFailure NOT_PERMITTED if a file cannot be read, USAGE if it is something else
    public static SSLContext context(Path authority, Path certificate, Path key) {
        return UserTls.context(authority, certificate, key);
    }

    /// {@return the request to sign it, PEM}
    public String request() {
        return request.text();
    }

    /// Writes the key and what was answered; its owner alone can read the key.
    ///
    /// @throws HostFailure CONFLICT if there is a key of that user, FAILED if it cannot be written
    public void write(String certificate, String authority) {
        try {
            Files.createDirectories(directory);
            create(keyFile(), request.keyText(), "rw-------");
            create(certificateFile(), certificate, "rw-r--r--");
            var authorityFile = directory.resolve("ca.crt");
            if (!Files.exists(authorityFile)) {
                create(authorityFile, authority, "rw-r--r--");
            } else if (!Files.readString(authorityFile).equals(authority)) {
                throw present(authorityFile);
            }
        } catch (FileAlreadyExistsException there) {
            throw present(Path.of(there.getFile()));
        } catch (IOException failed) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "the keys cannot be written to " + directory + ": " + failed,
                    "see that you may write there",
                    failed);
        }
    }

    private Path keyFile() {
        return directory.resolve(user + ".key");
    }

    private Path certificateFile() {
        return directory.resolve(user + ".crt");
    }

    private static void create(Path file, String text, String permissions) throws IOException {
        var mode =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Files.newByteChannel(file, options, mode).close();
        Files.writeString(file, text);
    }

    private static HostFailure present(Path file) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "there is " + file + " already",
                "write to another directory, or remove it first");
    }
}
