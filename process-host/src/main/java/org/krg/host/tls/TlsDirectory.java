// SPDX-License-Identifier: Apache-2.0
package org.krg.host.tls;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.linux.DirectoryFd;
import org.krg.linux.LinuxException;

/// A directory with keys and certificates, which only its owner can enter:
///
///     ca.crt      whom its owner trusts
///     ca.key      the authority's key; on voters only
///     node.pem    the owner's certificate and its key, so that both are replaced in one step
///
/// A user's directory has `user.pem` in its place.
public final class TlsDirectory {
    private static final String OWNER_ONLY = "rw-------";

    private final Path path;
    private final String owner;

    private TlsDirectory(Path path, String owner) {
        this.path = path;
        this.owner = owner;
    }

    /// {@return the directory of a node's data directory}
    public static TlsDirectory ofNode(Path data) {
        return new TlsDirectory(data.resolve("tls"), "node");
    }

    /// {@return the directory of a user's keys}
    public static TlsDirectory ofUser(Path path) {
        return new TlsDirectory(path, "user");
    }

    /// {@return where it is}
    public Path path() {
        return path;
    }

    /// {@return whether there is a certificate in it}
    public boolean isThere() {
        return Files.exists(own());
    }

    /// Writes a certificate with its key, and whom to trust.
    public void write(X509Certificate certificate, String key, X509Certificate authority) {
        makePrivate();
        write(path.resolve("ca.crt"), Pem.text(List.of(authority)));
        write(own(), Pem.text(List.of(certificate)) + key);
    }

    /// Replaces the owner's certificate and key, in one step.
    public void replace(X509Certificate certificate, String key) {
        write(own(), Pem.text(List.of(certificate)) + key);
    }

    /// Keeps the authority's key here, so that this node can sign.
    public void write(CertificateAuthority authority) {
        makePrivate();
        write(path.resolve("ca.key"), Pem.text(authority.key()));
        write(path.resolve("ca.crt"), Pem.text(List.of(authority.certificate())));
    }

    /// {@return the authority, where its key is kept}
    public Optional<CertificateAuthority> findAuthority() {
        var file = path.resolve("ca.key");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(new CertificateAuthority(trusted().getFirst(), Pem.key(secret(file))));
    }

    /// {@return whom the owner trusts}
    public List<X509Certificate> trusted() {
        return Pem.certificates(read(path.resolve("ca.crt")));
    }

    /// The owner's certificate and key, as they belong together.
    record Pair(X509Certificate certificate, PrivateKey key) {
        @Override
        public String toString() {
            return "Pair[" + certificate.getSubjectX500Principal() + "]";
        }
    }

    Pair pair() {
        var both = secret(own());
        return new Pair(Pem.certificates(both).getFirst(), Pem.key(both));
    }

    private Path own() {
        return path.resolve(owner + ".pem");
    }

    private void makePrivate() {
        try {
            Files.createDirectories(path);
            DirectoryFd.sync(path.resolve(".."));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException | LinuxException failure) {
            throw cannot("write", failure);
        }
    }

    private void write(Path file, String text) {
        try {
            var fresh =
                    Files.createTempFile(
                            path,
                            file.getFileName().toString(),
                            ".new",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString(OWNER_ONLY)));
            Files.writeString(fresh, text);
            try (var channel = FileChannel.open(fresh)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            DirectoryFd.sync(path);
        } catch (IOException | LinuxException failure) {
            throw cannot("write", failure);
        }
    }

    private String secret(Path file) {
        try {
            var permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ)) {
                throw new HostFailure(
                        HostFailure.Code.NOT_PERMITTED,
                        "others can read the key in " + file,
                        "chmod 600 "
                                + file
                                + "; if others may have read it, remove the node and let it join again");
            }
        } catch (IOException failure) {
            throw cannot("read", failure);
        }
        return read(file);
    }

    private String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw cannot("read", failure);
        }
    }

    private HostFailure cannot(String what, Exception why) {
        return new HostFailure(
                HostFailure.Code.USAGE,
                "cannot " + what + " keys and certificates in " + path + ": " + why,
                "`krg-admin cluster init` and `krg-admin cluster join` make them",
                why);
    }
}
