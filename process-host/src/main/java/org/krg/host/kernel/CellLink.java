// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.krg.host.model.CellId;
import org.krg.state.model.Ipv4Address;

/// The link of one cell. Its address stands in the file `address` of the cell's directory; a cell
/// without the file uses the network of its node, and nothing here does anything.
///
/// @param links empty where cells of this node cannot have addresses of their own
record CellLink(CellId id, Path directory, Optional<CellLinks> links) {
    private static final String FILE = "address";

    /// Notes the address of a cell that is to be made.
    void note(Ipv4Address address) {
        try {
            Files.writeString(directory.resolve(FILE), address + "\n");
        } catch (IOException failure) {
            throw new CellFailed("cannot write " + directory.resolve(FILE), failure);
        }
    }

    /// {@return the cell's own address, if it has one} None either where a loss of power, which no
    /// link outlives, left the file without its text.
    Optional<Ipv4Address> address() {
        try {
            return Optional.of(Ipv4Address.of(Files.readString(directory.resolve(FILE)).strip()));
        } catch (NoSuchFileException | IllegalArgumentException none) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new CellFailed("cannot read " + directory.resolve(FILE), failure);
        }
    }

    /// Lets packets in and out.
    void connect() {
        ifThere((links, address) -> links.connect(id, address));
    }

    /// Keeps packets in and out.
    void cut() {
        ifThere((links, _) -> links.cut(id));
    }

    /// Removes it. The cell cannot be connected again.
    void remove() {
        ifThere((links, _) -> links.remove(id));
    }

    private void ifThere(BiConsumer<CellLinks, Ipv4Address> work) {
        address().ifPresent(address -> work.accept(require(), address));
    }

    /// {@return the links of the node}
    ///
    /// @throws CellFailed if it has none
    CellLinks require() {
        return links.orElseThrow(
                () -> new CellFailed("cells of this node cannot have addresses of their own"));
    }
}
