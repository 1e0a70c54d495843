// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.krg.checkpoint.model.Stretch;
import org.krg.checkpoint.proto.ImagePagesMessage;

/// Which pages a dump without memory has left out, in CRIU's images, `criu.proto`.
public final class PageMaps {
    private static final Pattern NAME = Pattern.compile("pagemap-(\\d{1,9})\\.img");
    private static final int LAZY = 2;
    private static final int PRESENT = 4;

    private PageMaps() {}

    /// {@return the process whose pages an image is about; empty if it is another image}
    public static OptionalInt process(String name) {
        var matcher = NAME.matcher(name);
        return matcher.matches()
                ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
                : OptionalInt.empty();
    }

    /// {@return the pages that are not in the images, in order}
    ///
    /// @throws MalformedImage if it cannot be understood
    public static List<Stretch> leftOut(int pid, byte[] image) {
        var name = "pagemap-" + pid + ".img";
        var entries = ImageEntries.decode(name, image).entries();
        var found = new ArrayList<Stretch>();
        // The first one tells where pages are that are there.
        for (var entry : entries.subList(Math.min(1, entries.size()), entries.size())) {
            try {
                var pages = ImagePagesMessage.parseFrom(entry);
                if ((pages.getFlags() & (LAZY | PRESENT)) == LAZY) {
                    var count =
                            pages.hasPages()
                                    ? pages.getPages()
                                    : Integer.toUnsignedLong(pages.getFewPages());
                    found.add(new Stretch(pid, pages.getAddress(), count));
                }
            } catch (InvalidProtocolBufferException torn) {
                throw new MalformedImage(name + " has an entry that makes no sense");
            }
        }
        return found;
    }
}
