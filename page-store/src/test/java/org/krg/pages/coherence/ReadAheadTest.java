// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.krg.pages.coherence.ReadAhead.Window;

class ReadAheadTest {
    private static final int PAGES = 512;

    private final ReadAhead reading = new ReadAhead();

    @Test
    void twoFaultsInARowMakeAStream() {
        assertThat(reading.read(7, false, PAGES)).isEqualTo(Window.EMPTY);
        assertThat(reading.read(8, false, PAGES)).isEqualTo(new Window(9, 17));
    }

    @Test
    void whoArrivesAtTheNewestWindowGetsTheNextTwiceAsLong() {
        reading.read(0, false, PAGES);
        reading.read(1, false, PAGES);

        assertThat(reading.isSignal(2)).isTrue();
        assertThat(reading.read(3, true, PAGES)).isEqualTo(Window.EMPTY);
        assertThat(reading.read(2, true, PAGES)).isEqualTo(new Window(10, 26));
        assertThat(reading.isSignal(10)).isTrue();
        assertThat(reading.read(10, true, PAGES)).isEqualTo(new Window(26, 58));
        assertThat(reading.read(26, true, PAGES)).isEqualTo(new Window(58, 122));
        assertThat(reading.read(58, true, PAGES)).isEqualTo(new Window(122, 250));
        assertThat(reading.read(122, true, PAGES)).isEqualTo(new Window(250, 506));
    }

    @Test
    void aStreamEndsWithTheBlock() {
        reading.read(508, false, PAGES);

        assertThat(reading.read(509, false, PAGES)).isEqualTo(new Window(510, 512));
        assertThat(reading.read(510, true, PAGES)).isEqualTo(Window.EMPTY);
        assertThat(reading.read(510, true, PAGES)).isEqualTo(Window.EMPTY);
    }

    @Test
    void faultsHereAndThereFetchNothing() {
        for (var page : new int[] {5, 3, 9, 8, 1, 4, 2}) {
            assertThat(reading.read(page, false, PAGES)).isEqualTo(Window.EMPTY);
        }
    }

    @Test
    void whatWasReadAndLostIsReadAheadOfAgain() {
        reading.read(0, false, PAGES);
        reading.read(1, false, PAGES);
        reading.read(2, true, PAGES);

        assertThat(reading.read(0, false, PAGES)).isEqualTo(Window.EMPTY);
        assertThat(reading.read(1, false, PAGES)).isEqualTo(new Window(2, 6));
    }

    @Test
    void windowsThatNobodyReadsGetShorterAndThoseThatAreReadLonger() {
        for (var expected : new int[] {8, 4, 2, 1, 1}) {
            reading.read(0, false, PAGES);
            assertThat(reading.read(1, false, PAGES)).isEqualTo(new Window(2, 2 + expected));
            reading.gone(1);
            reading.gone(2 + expected);
            reading.gone(1 + expected);
        }
        reading.read(0, false, PAGES);
        assertThat(reading.read(1, false, PAGES)).isEqualTo(new Window(2, 3));
        assertThat(reading.read(2, true, PAGES)).isEqualTo(new Window(3, 5));
        assertThat(reading.read(3, true, PAGES)).isEqualTo(new Window(5, 9));
        assertThat(reading.read(5, true, PAGES)).isEqualTo(new Window(9, 17));
        reading.gone(16);
        reading.read(100, false, PAGES);
        assertThat(reading.read(101, false, PAGES)).isEqualTo(new Window(102, 106));
    }

    @Test
    void aStreamGoesOnInTheNextBlock() {
        reading.read(500, false, PAGES);
        reading.read(501, false, PAGES);
        assertThat(reading.takeOnward()).isZero();
        assertThat(reading.read(502, true, PAGES)).isEqualTo(new Window(510, 512));
        assertThat(reading.takeOnward()).isEqualTo(14);
        assertThat(reading.takeOnward()).isZero();

        var next = new ReadAhead();
        assertThat(next.readOn(14, PAGES)).isEqualTo(new Window(0, 14));
        assertThat(next.readOn(14, PAGES)).isEqualTo(Window.EMPTY);
        assertThat(next.read(0, true, PAGES)).isEqualTo(new Window(14, 42));
    }

    @Test
    void aProgramKnowsBetter() {
        reading.advise(Advice.SEQUENTIAL);
        assertThat(reading.read(7, false, PAGES)).isEqualTo(new Window(8, 264));

        reading.advise(Advice.RANDOM);
        assertThat(reading.read(0, false, PAGES)).isEqualTo(Window.EMPTY);
        assertThat(reading.read(1, false, PAGES)).isEqualTo(Window.EMPTY);
    }
}
