// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.ImageFile;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.ImageFile.Kind;

/// Images as CRIU 4.2 writes them, shortened.
final class FileImagesTest {
    private static final String HEAD = "19435654" + "38313056";

    /// `/a/b`, id 1, written at 5, 9 bytes long, mode 0100644; owner (`fown`), mount and a field
    /// that nobody knows.
    private static final String REGULAR =
            "0801"
                    + "1001"
                    + "1a"
                    + "27"
                    + "0801"
                    + "1001"
                    + "1805"
                    + "2a0a"
                    + "08001000180020002800"
                    + "3204"
                    + hex("/a/b")
                    + "3801"
                    + "4009"
                    + "50a48302"
                    + "5a027778"
                    + "8206"
                    + "00";

    /// A pipe, id 2.
    private static final String PIPE = "0802" + "1002" + "920104" + "08071000";

    @Test
    void aFileIsKnownByPathFlagsPositionAndWhoHasIt() {
        assertThat(FileImages.decode(images(entry(REGULAR) + entry(PIPE))))
                .containsExactly(
                        new ImageFile(
                                1,
                                "/a/b",
                                1,
                                5,
                                Kind.REGULAR,
                                List.of(new Holder(300, 4), new Holder(301, 4))));
    }

    @Test
    void aFileWithoutANameIsKnownAsOne() {
        var images = images(entry(REGULAR));
        images.put("remap-fpath.img", bytes(HEAD + entry("080110021801")));

        assertThat(FileImages.decode(images).getFirst().kind()).isEqualTo(Kind.DELETED);
    }

    @Test
    void whatIsNoRegularFileIsKnownAsOne() {
        var directory = REGULAR.replace("50a48302", "50ed8301");

        assertThat(FileImages.decode(images(entry(directory))).getFirst().kind())
                .isEqualTo(Kind.OTHER);
    }

    @Test
    void anotherPathLeavesEverythingElseButWhatTellsTheFileApart() {
        var renamed = FileImages.renamed(files(entry(REGULAR) + entry(PIPE)), Map.of(1, "/other"));

        var images = images("");
        images.put("files.img", renamed);
        var file = FileImages.decode(images).getFirst();
        assertThat(file.path()).isEqualTo("/other");
        assertThat(file.flags()).isEqualTo(1);
        assertThat(file.position()).isEqualTo(5);
        var text = HexFormat.of().formatHex(renamed);
        assertThat(text)
                .startsWith(HEAD)
                .endsWith(entry(PIPE))
                .contains("2a0a08001000180020002800")
                .contains("3801")
                .doesNotContain("4009")
                .doesNotContain("50a48302")
                .doesNotContain("5a027778");
    }

    @Test
    void filesThatAreNotMeantStayByteForByte() {
        var files = files(entry(REGULAR) + entry(PIPE));

        assertThat(FileImages.renamed(files, Map.of(2, "/pipe", 7, "/none"))).isEqualTo(files);
    }

    @Test
    void whatIsNoImageIsSaidToBeNone() {
        assertThatThrownBy(() -> FileImages.decode(new TreeMap<>()))
                .isInstanceOf(MalformedImage.class)
                .hasMessageContaining("there is no files.img");
        for (var broken : List.of("", "00", "0000000038313056", HEAD + "05000000aa", HEAD + "01")) {
            var images = images("");
            images.put("files.img", bytes(broken));
            assertThatThrownBy(() -> FileImages.decode(images))
                    .as(broken)
                    .isInstanceOf(MalformedImage.class);
        }
        var cut = files(entry(REGULAR));
        for (var length = 0; length < cut.length; length++) {
            var images = images("");
            images.put("files.img", Arrays.copyOf(cut, length));
            if (length != HEAD.length() / 2) {
                assertThatThrownBy(() -> FileImages.decode(images))
                        .isInstanceOf(MalformedImage.class);
            }
        }
    }

    @Test
    void onlyImagesOfOpenFilesAreRead() {
        for (var name : List.of("files.img", "remap-fpath.img", "ids-300.img", "fdinfo-2.img")) {
            assertThat(FileImages.isOne(name)).as(name).isTrue();
        }
        for (var name : List.of("pages-1.img", "core-300.img", "fdinfo-x.img", "xids-300.img")) {
            assertThat(FileImages.isOne(name)).as(name).isFalse();
        }
    }

    /// Two tasks that share their descriptors, of which 4 is file 1.
    private static SortedMap<String, byte[]> images(String files) {
        var images = new TreeMap<String, byte[]>();
        images.put("files.img", files(files));
        images.put("ids-300.img", bytes(HEAD + entry("08011002180320042a00")));
        images.put("ids-301.img", bytes(HEAD + entry("0805100218032004")));
        images.put("fdinfo-2.img", bytes(HEAD + entry("0801100018012004")));
        return images;
    }

    private static byte[] files(String entries) {
        return bytes(HEAD + entries);
    }

    private static String entry(String hex) {
        return "%02x000000".formatted(hex.length() / 2) + hex;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
