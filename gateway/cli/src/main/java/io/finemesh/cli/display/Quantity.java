package io.finemesh.cli.display;

import java.time.Duration;
import java.util.Locale;

/** Numbers as a person reads them. */
public final class Quantity {
    private Quantity() {}

    /** Bytes in decimal units. */
    public static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        String[] units = {"kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = -1;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** A count with a unit letter. */
    public static String count(long count) {
        if (count < 10_000) {
            return Long.toString(count);
        }
        return count < 10_000_000
                ? String.format(Locale.ROOT, "%.1fk", count / 1e3)
                : count < 10_000_000_000L
                        ? String.format(Locale.ROOT, "%.1fM", count / 1e6)
                        : String.format(Locale.ROOT, "%.1fB", count / 1e9);
    }

    /** A time as {@code h:mm:ss} or {@code m:ss}. */
    public static String time(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        return seconds >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }
}
