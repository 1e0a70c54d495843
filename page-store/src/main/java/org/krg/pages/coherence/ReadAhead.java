// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// Sees that the processes of a node read a block page after page, and says which pages to ask for
/// before they are touched.
///
/// The second fault in a row makes a stream. Each time the reader arrives at the newest window the
/// next one is asked for, twice as long, so that one is on its way while another is read. That the
/// reader has arrived is seen by its first page, which is there but faults when it is touched.
final class ReadAhead {
    private static final int FIRST_WINDOW = 8;
    private static final int LONGEST_WINDOW = 64;
    private static final int NONE = -1;

    /// Pages `start` to `end`, the last one not included; none if they are equal.
    record Window(int start, int end) {
        static final Window EMPTY = new Window(0, 0);
    }

    private Advice advice = Advice.NORMAL;

    /// The page after the newest window.
    private int next = NONE;

    private int length;
    private int signal = NONE;

    /// What the program says of itself from now on.
    void advise(Advice given) {
        advice = given;
        forget();
    }

    /// {@return whether the page is to fault when it is touched though it is there}
    boolean isSignal(int page) {
        return page == signal;
    }

    /// A process stopped at a page to read it.
    ///
    /// @param isKnown whether it was here, or asked for, before
    /// @param pages of the block
    /// @return what to ask for
    Window read(int page, boolean isKnown, int pages) {
        if (advice == Advice.RANDOM || (isKnown && page != signal)) {
            return Window.EMPTY;
        }
        if (!isKnown && page != next && advice != Advice.SEQUENTIAL) {
            forget();
            next = page + 1;
            return Window.EMPTY;
        }
        length = nextLength();
        var start = isKnown ? next : page + 1;
        next = Math.min(start + length, pages);
        signal = start < next ? start : NONE;
        return start < next ? new Window(start, next) : Window.EMPTY;
    }

    private int nextLength() {
        if (advice == Advice.SEQUENTIAL) {
            return LONGEST_WINDOW;
        }
        return length == 0 ? FIRST_WINDOW : Math.min(2 * length, LONGEST_WINDOW);
    }

    private void forget() {
        next = NONE;
        length = 0;
        signal = NONE;
    }
}
