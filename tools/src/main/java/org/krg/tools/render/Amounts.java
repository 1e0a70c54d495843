// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// Amounts as people read them.
public final class Amounts {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB"};

    private Amounts() {}

    /// {@return `0 B`, `512 B`, `1.5 KiB`, `64 MiB`}
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double amount = bytes / 1024.0;
        int unit = 0;
        while (amount >= 1023.95 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        boolean whole = amount >= 99.95 || amount == Math.rint(amount);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
    }

    /// {@return cpus from thousandths: `2`, `0.1`}
    public static String cpus(long millis) {
        return millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0);
    }

    /// {@return the time since `then`: `8s`, `3m`, `2h10m`, `5d`; empty if `then` is}
    public static String age(String then, Instant now) {
        return then.isEmpty() ? "" : duration(Duration.between(Instant.parse(then), now));
    }

    /// {@return a duration in its largest units: `8s`, `3m`, `2h10m`, `5d`}
    public static String duration(Duration length) {
        long seconds = Math.max(0, length.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60
                    + "m"
                    + (seconds < 600 && seconds % 60 > 0 ? seconds % 60 + "s" : "");
        }
        long minutes = seconds / 60 % 60;
        return seconds < 86_400
                ? seconds / 3600 + "h" + (minutes > 0 ? minutes + "m" : "")
                : seconds / 86_400 + "d";
    }

    /// {@return an instant to the second, in UTC; empty if `text` is}
    public static String moment(String text) {
        return text.isEmpty() ? "" : Instant.parse(text).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// {@return seconds of cpu: `0.04 s`, `12.3 s`, `1h02m`}
    public static String seconds(double seconds) {
        if (seconds >= 600) {
            return duration(Duration.ofSeconds(Math.round(seconds)));
        }
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
    }
}
