// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.policy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.krg.policy.bundle.Bundle;
import org.krg.policy.core.BadPolicy;
import org.krg.policy.core.WrittenPolicy;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import picocli.CommandLine.Parameters;

/// The file in which somebody wrote a policy.
final class PolicyFile {
    @Parameters(index = "0", paramLabel = "FILE", description = "a policy, in TOML")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Path file = Path.of("");

    /// {@return its text}
    String text() {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new VerbFailed(ExitCode.NOT_FOUND, "there is no file " + file, "");
        } catch (CharacterCodingException binary) {
            throw new VerbFailed(ExitCode.USAGE, file + " is no text in UTF-8", "");
        } catch (IOException failure) {
            throw new VerbFailed(ExitCode.FAILED, "cannot read " + file + ": " + failure, "");
        }
    }

    /// {@return what it says, once it is checked}
    WrittenPolicy read(String text) {
        try {
            return Bundle.read(text);
        } catch (BadPolicy bad) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "%s cannot be used:%n%s".formatted(file, bad.getMessage()),
                    "`krg-admin policy variables` shows what expressions may ask,"
                            + " `krg-admin policy check --help` a policy to begin with");
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
