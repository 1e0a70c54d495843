// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.pages;

/// A kind of thing that is timed. The home is the node that touched the pages first.
enum Touch {
    LOCAL_FAULT("local fault: first touch at the home"),
    REMOTE_READ("remote read fault"),
    UPGRADE("write upgrade, all others' copies invalidated"),
    OWNER_UPGRADE("write upgrade by the owner, one copy"),
    WRITE_BY_HOME("remote write fault, taken by the home"),
    WRITE_FROM_HOME("remote write fault, taken from the home"),
    TURN("read, then write of what another wrote: two turns"),
    EXPECTED_TURN("the same from the third turn on"),
    PING_PONG("ping-pong of one page, there and back"),
    RANDOM_WRITE("random write of another node's pages"),
    ALL_WRITE("all nodes write the same pages at once");

    private final String label;

    Touch(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
