// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.StoreKey;
import org.krg.host.HostFailure;
import org.krg.host.HostFailure.Code;

final class CheckpointKeyFileTest {
    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("keys/checkpoint.keys");
    }

    @Test
    void theFirstKeyIsMadeForItsOwnerAloneAndReadBack() throws IOException {
        var made = CheckpointKeyFile.open(file, true);
        assertThat(made.sealing()).isEmpty();
        made.requireSealing();
        var key = made.sealing().orElseThrow();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        var again = CheckpointKeyFile.open(file, true);
        again.requireSealing();
        assertThat(again.sealing().map(StoreKey::hex)).contains(key.hex());
        assertThat(again.find(key.id()).map(StoreKey::hex)).contains(key.hex());
        assertThat(again.find(key.id() + 1)).isEmpty();
    }

    @Test
    void whatIsEncryptedIsReadAlsoWhenNothingIsEncryptedAnyMore() {
        CheckpointKeyFile.open(file, true).requireSealing();
        var key = CheckpointKeyFile.open(file, true).sealing().orElseThrow();
        var off = CheckpointKeyFile.open(file, false);
        assertThat(off.sealing()).isEmpty();
        assertThat(off.find(key.id())).isPresent();
    }

    @Test
    void noFileIsMadeWhereNothingIsEncrypted() {
        CheckpointKeyFile.open(file, false).requireSealing();
        assertThat(file).doesNotExist();
    }

    @Test
    void anotherKeyIsTheFirstAndTheOlderOnesGoWhenNothingIsUnderThemAnyMore() {
        var keys = CheckpointKeyFile.open(file, true);
        keys.requireSealing();
        var old = keys.sealing().orElseThrow();
        var added = keys.add();
        assertThat(keys.sealing().map(StoreKey::name)).contains(added);
        assertThat(keys.find(old.id())).isPresent();
        assertThat(CheckpointKeyFile.open(file, true).hasOlder()).isTrue();

        keys.keepOnly(old.name());
        assertThat(keys.find(old.id())).isPresent();
        keys.keepOnly(added);
        assertThat(keys.find(old.id())).isEmpty();
        var again = CheckpointKeyFile.open(file, true);
        assertThat(again.sealing().map(StoreKey::name)).contains(added);
        assertThat(again.hasOlder()).isFalse();
        assertThatThrownBy(() -> CheckpointKeyFile.open(file, false).add())
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("does not encrypt");
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws IOException {
        CheckpointKeyFile.open(file, true).requireSealing();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> CheckpointKeyFile.open(file, true))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(Code.NOT_PERMITTED);
                            assertThat(failure.remedy()).isEqualTo("chmod 600 " + file);
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "one",
                "0123456789abcdef zz",
                "0123456789abcdef 00",
                "0000000000000000 00000000000000000000000000000000000000000000000000000000000000ff",
            })
    void whatIsNoKeyIsRefusedAndNotShown(String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "# keys\n" + line + "\n");
        assertThatThrownBy(() -> CheckpointKeyFile.open(file, true))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(Code.CORRUPT);
                            assertThat(failure.getMessage()).doesNotContain("0000ff");
                        });
    }

    @Test
    void aKeyShowsItsNumberAndNothingElse() {
        CheckpointKeyFile.open(file, true).requireSealing();
        var key = CheckpointKeyFile.open(file, true).sealing().orElseThrow();
        assertThat(key.toString()).contains(key.name()).doesNotContain(key.hex());
    }
}
