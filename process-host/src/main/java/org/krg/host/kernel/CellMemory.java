// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.model.Stretch;
import org.krg.host.model.CellId;
import org.krg.state.model.Epoch;
import org.krg.state.model.ProcessId;

/// Memory of frozen cells of this machine, as the kernel shows it in `/proc/PID/mem`.
public final class CellMemory implements MemoryReader {
    private final Cells cells;

    public CellMemory(Cells cells) {
        this.cells = cells;
    }

    @Override
    public byte[] read(ProcessId process, Epoch epoch, Stretch pages) throws IOException {
        var id = new CellId(process.value(), epoch.value());
        var cell = cells.find(id).filter(Cell::isAlive).filter(Cell::isFrozen);
        if (cell.isEmpty()) {
            throw new IOException("incarnation " + id + " does not stand still here");
        }
        var pid = cell.get().findHostPid(pages.pid());
        if (pid.isEmpty()) {
            throw new IOException("incarnation %s has no process %d".formatted(id, pages.pid()));
        }
        var bytes = ByteBuffer.allocate((int) pages.pages() * Stretch.PAGE_BYTES);
        try (var memory = FileChannel.open(Path.of("/proc/" + pid.getAsLong() + "/mem"))) {
            while (bytes.hasRemaining()) {
                if (memory.read(bytes, pages.address() + bytes.position()) <= 0) {
                    throw new EOFException("the memory of process " + pages.pid() + " ends early");
                }
            }
        }
        return bytes.array();
    }
}
