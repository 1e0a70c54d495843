// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// Sees that the processes of a node read a block page after page, and says which pages to ask for
/// before they are touched.
///
/// The second fault in a row makes a stream. Each time the reader arrives at the newest window the
/// next one is asked for, twice as long, so that one is on its way while another is read. That the
/// reader has arrived is seen by its first page, which is there but faults when it is touched. What
/// of a window lies behind the block is asked for in the next one, whose stream goes on from there.
///
/// Pages that were asked for and not read make the next stream begin with half as many.
final class ReadAhead {
    private static final int LONGEST_BEGINNING = 8;
    private static final int LONGEST_WINDOW = 256;
    private static final int NONE = -1;

    /// Pages `start` to `end`, the last one not included; none if they are equal.
    record Window(int start, int end) {
        static final Window EMPTY = new Window(0, 0);
    }

    private Advice advice = Advice.NORMAL;

    /// How long the first window of a stream is.
    private int beginning = LONGEST_BEGINNING;

    /// The page after the newest window.
    private int next = NONE;

    private int length;
    private int signal = NONE;

    /// Pages of the next block that the newest window has.
    private int onward;

    /// What the program says of itself from now on.
    void advise(Advice given) {
        advice = given;
        forget();
    }

    /// {@return whether the page is to fault when it is touched though it is there}
    boolean isSignal(int page) {
        return page == signal;
    }

    /// {@return how many pages of the next block to ask for since the last call}
    int takeOnward() {
        var taken = onward;
        onward = 0;
        return taken;
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
            leave();
            next = page + 1;
            return Window.EMPTY;
        }
        if (isKnown) {
            beginning = Math.min(2 * beginning, LONGEST_BEGINNING);
        }
        length = nextLength();
        return window(isKnown ? next : page + 1, pages);
    }

    /// The stream of the block before goes on here.
    ///
    /// @param wanted pages to ask for
    /// @return what to ask for; nothing if this block has a stream of its own
    Window readOn(int wanted, int pages) {
        if (advice == Advice.RANDOM || next != NONE) {
            return Window.EMPTY;
        }
        length = Math.clamp(wanted, LONGEST_BEGINNING, LONGEST_WINDOW);
        return window(0, pages);
    }

    /// A page is given up. One of a window at which the reader has not arrived was for nothing.
    void gone(int page) {
        if (signal != NONE && page >= signal && page < next) {
            leave();
        }
    }

    private Window window(int start, int pages) {
        next = Math.min(start + length, pages);
        onward = start + length - next;
        signal = start < next ? start : NONE;
        return start < next ? new Window(start, next) : Window.EMPTY;
    }

    private int nextLength() {
        if (advice == Advice.SEQUENTIAL) {
            return LONGEST_WINDOW;
        }
        return length == 0 ? beginning : Math.min(2 * length, LONGEST_WINDOW);
    }

    private void leave() {
        if (signal != NONE) {
            beginning = Math.max(1, beginning / 2);
        }
        forget();
    }

    private void forget() {
        next = NONE;
        length = 0;
        signal = NONE;
    }
}
