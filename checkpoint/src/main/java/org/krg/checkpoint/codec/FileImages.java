// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.krg.checkpoint.model.ImageFile;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.ImageFile.Kind;
import org.krg.checkpoint.proto.ImageDescriptorMessage;
import org.krg.checkpoint.proto.ImageFileMessage;
import org.krg.checkpoint.proto.ImageRegularMessage;
import org.krg.checkpoint.proto.ImageTaskMessage;
import org.krg.checkpoint.proto.ImageUnixSocketMessage;
import org.krg.checkpoint.proto.ImageUnnamedMessage;

/// The files that a program has open, in CRIU's images of it, `criu.proto`. Images that cannot be
/// understood are a [MalformedImage].
public final class FileImages {
    /// The image that has the files themselves.
    public static final String FILES = "files.img";

    private static final String UNNAMED = "remap-fpath.img";
    private static final Pattern TASK = Pattern.compile("ids-(\\d{1,9})\\.img");
    private static final Pattern DESCRIPTORS = Pattern.compile("fdinfo-(\\d{1,9})\\.img");

    private static final int REGULAR_OR_DIRECTORY = 1;
    private static final int S_IFMT = 0170000;
    private static final int S_IFREG = 0100000;

    private FileImages() {}

    /// {@return whether an image is one of those that [#decode] wants}
    public static boolean isOne(String name) {
        return name.equals(FILES)
                || name.equals(UNNAMED)
                || TASK.matcher(name).matches()
                || DESCRIPTORS.matcher(name).matches();
    }

    /// {@return the files on file systems, in the order of the image}
    ///
    /// @param images by name, all that [#isOne] wants
    public static List<ImageFile> decode(SortedMap<String, byte[]> images) {
        var holders = holders(images);
        var unnamed = unnamed(images);
        var found = new ArrayList<ImageFile>();
        for (var entry : require(images, FILES).entries()) {
            var file = parse(FILES, () -> ImageFileMessage.parseFrom(entry));
            if (file.getType() == REGULAR_OR_DIRECTORY) {
                var had = holders.getOrDefault(file.getId(), List.of());
                found.add(file(file, unnamed.contains(file.getId()), had));
            }
        }
        return found;
    }

    private static ImageFile file(ImageFileMessage file, boolean unnamed, List<Holder> holders) {
        var regular = file.getRegular();
        var isRegular = (regular.getMode() & S_IFMT) == S_IFREG;
        return new ImageFile(
                file.getId(),
                regular.getName().toStringUtf8(),
                regular.getFlags(),
                regular.getPosition(),
                unnamed ? Kind.DELETED : isRegular ? Kind.REGULAR : Kind.OTHER,
                holders);
    }

    /// {@return [#FILES] with other paths, where nothing is said of how the files must look}
    ///
    /// @param paths by id of the file
    public static byte[] renamed(byte[] files, Map<Integer, String> paths) {
        var image = ImageEntries.decode(FILES, files);
        var entries = new ArrayList<byte[]>();
        for (var entry : image.entries()) {
            var file = parse(FILES, () -> ImageFileMessage.parseFrom(entry));
            var path = paths.get(file.getId());
            entries.add(
                    path == null || file.getType() != REGULAR_OR_DIRECTORY
                            ? entry
                            : renamed(file, path));
        }
        return new ImageEntries(image.head(), entries).encode();
    }

    private static byte[] renamed(ImageFileMessage file, String path) {
        var regular =
                ImageRegularMessage.newBuilder(file.getRegular())
                        .setName(ByteString.copyFromUtf8(path))
                        .clearSize()
                        .clearMode()
                        .clearBuildId()
                        .clearChecksum()
                        .clearChecksumConfig()
                        .clearChecksumParameter();
        return file.toBuilder().setRegular(regular).build().toByteArray();
    }

    /// {@return [#FILES] without owners and modes of names of sockets that were removed} CRIU 4.2
    /// does not know them, and would make the names root's for as long as they are there.
    public static byte[] withoutRootsNames(byte[] files) {
        var image = ImageEntries.decode(FILES, files);
        var entries = new ArrayList<byte[]>();
        for (var entry : image.entries()) {
            var file = parse(FILES, () -> ImageFileMessage.parseFrom(entry));
            entries.add(file.getUnixSocket().getDeleted() ? unowned(file) : entry);
        }
        return new ImageEntries(image.head(), entries).encode();
    }

    private static byte[] unowned(ImageFileMessage file) {
        var socket = ImageUnixSocketMessage.newBuilder(file.getUnixSocket()).clearPermissions();
        return file.toBuilder().setUnixSocket(socket).build().toByteArray();
    }

    /// {@return who has each file, by its id} Tasks may share their descriptors.
    private static Map<Integer, List<Holder>> holders(SortedMap<String, byte[]> images) {
        var holders = new TreeMap<Integer, List<Holder>>();
        var tasks = new TreeMap<Integer, Integer>();
        for (var name : images.keySet()) {
            var task = TASK.matcher(name);
            if (task.matches()) {
                tasks.put(Integer.valueOf(task.group(1)), descriptorsOf(images, name));
            }
        }
        tasks.forEach((pid, number) -> {
            var name = "fdinfo-" + number + ".img";
            if (images.containsKey(name)) {
                for (var entry : require(images, name).entries()) {
                    var one = parse(name, () -> ImageDescriptorMessage.parseFrom(entry));
                    holders.computeIfAbsent(one.getId(), _ -> new ArrayList<>())
                            .add(new Holder(pid, one.getFd()));
                }
            }
        });
        return holders;
    }

    private static int descriptorsOf(SortedMap<String, byte[]> images, String name) {
        var entries = require(images, name).entries();
        if (entries.size() != 1) {
            throw new MalformedImage(name + " has " + entries.size() + " entries, not one");
        }
        return parse(name, () -> ImageTaskMessage.parseFrom(entries.getFirst())).getFiles();
    }

    private static SortedSet<Integer> unnamed(SortedMap<String, byte[]> images) {
        var ids = new TreeSet<Integer>();
        if (images.containsKey(UNNAMED)) {
            for (var entry : require(images, UNNAMED).entries()) {
                ids.add(parse(UNNAMED, () -> ImageUnnamedMessage.parseFrom(entry)).getId());
            }
        }
        return ids;
    }

    private static ImageEntries require(SortedMap<String, byte[]> images, String name) {
        var image = images.get(name);
        if (image == null) {
            throw new MalformedImage("there is no " + name);
        }
        return ImageEntries.decode(name, image);
    }

    private interface Parse<T> {
        T run() throws InvalidProtocolBufferException;
    }

    private static <T> T parse(String name, Parse<T> parse) {
        try {
            return parse.run();
        } catch (InvalidProtocolBufferException failure) {
            throw new MalformedImage(name + ": " + failure.getMessage(), failure);
        }
    }
}
